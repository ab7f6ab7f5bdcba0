"""Answers and corpora as bytes and back, without pickle: a zip of Arrow tables, npy arrays and JSON."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from core.digest import KEY
from core.store.faults import Damaged
from core.types import Answer, Corpus, Judgement, Query

_INDEX = "index.json"
_Part: TypeAlias = tuple[str, Any]


def pack(answer: Answer) -> bytes:
    """An answer as bytes; NaN and infinity survive, and so does the order of the names.

    Raises TypeError for what would come back as something else: frames with an index, object columns or names that
    are no text, arrays of objects, tuples and other values that are not JSON.
    """
    index, parts = [], {}
    for number, (name, value) in enumerate(answer.items()):
        form, part = _packed(name, value)
        index.append([name, form, None if isinstance(part, bytes) else part])
        if isinstance(part, bytes):
            parts[str(number)] = part
    return _zipped(index, parts)


def unpack(body: bytes) -> dict[str, Any]:
    """What `pack` was given. Frames and arrays are fresh copies."""
    index, parts = _unzipped(body)
    read: dict[str, Callable[[bytes], Any]] = {"frame": _frame, "array": _array}
    return {
        name: value if form == "fact" else read[form](parts[str(number)])
        for number, (name, form, value) in enumerate(index)
    }


def pack_corpus(corpus: Corpus) -> bytes:
    """A corpus as bytes: any text survives, NUL and lone surrogates too. The texts' digests go with them."""
    texts = {name: getattr(corpus, name) for name in ("texts", "labels", "ids", "titles")}
    queries = [(query.id, query.text, query.kind) for query in corpus.queries]
    judgements = [(each.query_id, each.text_id, str(each.grade)) for each in corpus.judgements]
    parts = {name: _strings(column) for name, column in texts.items() if column is not None}
    parts |= {f"query {n}": _strings(row[n] for row in queries) for n in range(3)}
    parts |= {f"judgement {n}": _strings(row[n] for row in judgements) for n in range(3)}
    return _zipped(corpus.name, {**parts, "digests": corpus.digests.tobytes()})


def unpack_corpus(body: bytes) -> Corpus:
    """What `pack_corpus` was given."""
    name, parts = _unzipped(body)
    digests = parts.pop("digests", None)
    columns: dict[str, Any] = {part: _texts(raw) for part, raw in parts.items()}
    queries = zip(*(columns.pop(f"query {n}") for n in range(3)), strict=True)
    judgements = zip(*(columns.pop(f"judgement {n}") for n in range(3)), strict=True)
    corpus = Corpus(
        name,
        queries=tuple(Query(*row) for row in queries),
        judgements=tuple(Judgement(query, text, int(grade)) for query, text, grade in judgements),
        **columns,
    )
    if digests is not None:  # a corpus that was kept before they went along computes them
        if len(digests) != len(corpus) * KEY.itemsize:
            raise Damaged(f"it holds {len(digests)} bytes of digests for {len(corpus)} texts")
        vars(corpus)["digests"] = np.frombuffer(digests, KEY)
    return corpus


def _packed(name: str, value: Any) -> _Part:
    """The form and the bytes of one entry; for a fact the fact itself."""
    if isinstance(value, pd.DataFrame):
        return "frame", _arrow(name, value)
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError(f"answer entry {name!r}: expected an array of numbers or text; got {value.dtype}")
        buffer = io.BytesIO()
        np.save(buffer, value, allow_pickle=False)
        return "array", buffer.getvalue()
    _check_json(name, value)
    return "fact", value


def _check_json(name: str, value: Any) -> None:
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _check_json(name, item)
    elif not (value is None or isinstance(value, str | int | float)):
        raise TypeError(
            f"answer entry {name!r}: expected a DataFrame, an array or plain JSON (None, bool, int, float, str, list, "
            f"dict by str); got {type(value).__name__}"
        )


def _arrow(name: str, frame: pd.DataFrame) -> bytes:
    import pyarrow as pa

    plain = isinstance(frame.index, pd.RangeIndex) and (frame.index.start, frame.index.step) == (0, 1)
    if not plain or frame.index.name is not None:
        raise TypeError(f"answer entry {name!r}: expected a frame without an index; call reset_index first")
    if not (frame.columns.is_unique and all(isinstance(column, str) for column in frame.columns)):
        raise TypeError(f"answer entry {name!r}: expected columns with different texts as names")
    if objects := [column for column in frame.columns if frame[column].dtype == object]:
        raise TypeError(f"answer entry {name!r}: expected columns of numbers, text or times; {objects} hold objects")
    table = pa.Table.from_pandas(frame)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _frame(raw: bytes) -> pd.DataFrame:
    import pyarrow as pa

    frame: pd.DataFrame = pa.ipc.open_stream(raw).read_all().to_pandas()
    return frame


def _array(raw: bytes) -> Any:
    return np.load(io.BytesIO(raw), allow_pickle=False)


def _strings(texts: Iterable[str]) -> bytes:
    """Texts as one compressed Arrow column of bytes: Arrow's own text type refuses lone surrogates."""
    import pyarrow as pa

    column = pa.array([text.encode("utf-8", "surrogatepass") for text in texts], pa.large_binary())
    batch = pa.record_batch({"text": column})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _texts(raw: bytes) -> tuple[str, ...]:
    import pyarrow as pa

    column = pa.ipc.open_stream(raw).read_all()["text"]
    try:
        return tuple(column.cast(pa.large_string()).to_pylist())
    except pa.ArrowInvalid:  # a lone surrogate
        return tuple(text.decode("utf-8", "surrogatepass") for text in column.to_pylist())


def _zipped(index: Any, parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        bundle.writestr(_INDEX, json.dumps(index))
        for name, part in parts.items():
            bundle.writestr(name, part)
    return buffer.getvalue()


def _unzipped(body: bytes) -> tuple[Any, dict[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as bundle:
            parts = {name: bundle.read(name) for name in bundle.namelist()}
        return json.loads(parts.pop(_INDEX)), parts
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Damaged(f"it cannot be unpacked ({error})") from error
