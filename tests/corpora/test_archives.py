"""ZIPs as strangers make them."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

import pytest

from core.corpora import Limits, read_zip
from core.errors import VecassayError
from core.types import Judgement

TEXTS = b'{"_id": "d1", "text": "red apple"}\n{"_id": "d2", "text": "green pear"}\n'
QUERIES = b'{"_id": "q1", "text": "red ?"}\n'
QRELS = b"q1\t0\td1\t1\n"
FILES = {"corpus.jsonl": TEXTS, "queries.jsonl": QUERIES, "qrels/test.tsv": QRELS}
LIMITS = Limits(max_bytes=1_000_000, max_rows=1_000, max_text_chars=1_000)


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return held.getvalue()


def refused(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(VecassayError) as raised:
        read_zip("set.zip", data, limits=limits)
    return str(raised.value)


@pytest.mark.parametrize("top", ["", "fruit/", "a/b/c/", "windows\\"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_data_set_is_found_at_any_depth(top: str, method: int) -> None:
    more = {"README.txt": b"x", "__MACOSX/._corpus.jsonl": b"\0\5", "/etc/corpus.jsonl": b"x", "../corpus.jsonl": b"x"}
    corpus = read_zip(
        "some/set.ZIP", packed({**{top + name: data for name, data in FILES.items()}, **more}, method)
    ).corpus
    assert (corpus.name, corpus.texts, corpus.ids) == ("set", ("red apple", "green pear"), ("d1", "d2"))
    assert corpus.judgements == (Judgement("q1", "d1", 1),)


def test_lines_are_named_with_the_archive() -> None:
    assert refused(packed({**FILES, "qrels/test.tsv": b"q1\td1\t1\nq1\td1\t1.5\n"})).startswith(
        "set.zip: qrels/test.tsv, line 2: expected a whole number"
    )
    assert refused(packed({**FILES, "corpus.jsonl": b'{"_id": 1, "text": "x"}\nnope'})).startswith(
        "set.zip: corpus.jsonl, line 2 is not JSON"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed({}), "There is no corpus.jsonl in set.zip. Expected a ZIP of a BEIR folder"),
        (packed({"a.csv": b"x", "b/": b""}), "It holds a.csv."),
        (packed({"a/corpus.jsonl": TEXTS, "b/corpus.jsonl": TEXTS}), "several data sets (a and b)"),
        (packed({"/corpus.jsonl": TEXTS, "../corpus.jsonl": TEXTS}), "It holds nothing."),
        (packed(FILES, zipfile.ZIP_LZMA), "packed in an unusual way"),
        (packed(FILES, zipfile.ZIP_BZIP2), "packed in an unusual way"),
        (b"", "is a damaged ZIP"),
        (b"PK\3\4 and then nothing", "is a damaged ZIP"),
        (packed(FILES)[:-30], "is a damaged ZIP"),
        (packed(FILES).replace(b"PK\1\2", b"PK\1\3"), "is a damaged ZIP"),
        (packed(FILES, zipfile.ZIP_STORED).replace(b"red apple", b"RED APPLE"), "is a damaged ZIP"),
        (packed({**FILES, "corpus.jsonl": b"\x89PNG\0\0\1\2"}), "set.zip: corpus.jsonl is not text"),
        (packed({**FILES, "corpus.jsonl": b""}), "set.zip: corpus.jsonl is empty"),
        (packed({f"{number}": b"" for number in range(10_001)}), "more than 10,000 files"),
    ],
    ids=range(14),
)
def test_what_is_no_data_set_is_refused_in_a_sentence(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_a_password_is_said() -> None:
    data = bytearray(packed({"corpus.jsonl": TEXTS}))
    for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + place] |= 1
    assert "set.zip: corpus.jsonl is encrypted" in refused(bytes(data))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = packed({"corpus.jsonl": b'{"_id": "1", "text": "' + b"a" * 50_000_000 + b'"}'})
    assert len(data) < 100_000
    assert "unpacks to 47.7 MiB; the limit is 976.6 KiB" in refused(data)


def test_files_count_together() -> None:
    most = sum(map(len, FILES.values()))
    assert read_zip("x.zip", packed(FILES), limits=Limits(1_000, 10, 100)).corpus.judgements
    fitting = packed({**FILES, "corpus.jsonl": TEXTS + b"\n" * 5_000})
    assert len(fitting) < 1_000
    assert "unpacks to" in refused(fitting, Limits(5_000 + most - 1, 10, 100))
    assert read_zip("x.zip", fitting, limits=Limits(5_000 + most, 10, 100)).corpus.judgements


def test_a_lie_about_the_size_does_not_help() -> None:
    """An archive that says 100 bytes and holds 50 million: no more than the limit is ever unpacked."""
    raw = b'{"_id": "1", "text": "' + b"a" * 50_000_000 + b'"}'
    data = bytearray(packed({"corpus.jsonl": raw}))
    for signature, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = data.index(signature) + place
        assert struct.unpack_from("<I", data, start)[0] == len(raw)
        struct.pack_into("<I", data, start, 100)
    assert "is a damaged ZIP" in refused(bytes(data))


def test_a_deep_archive_in_an_archive_is_not_opened() -> None:
    inner = packed(FILES)
    assert "There is no corpus.jsonl" in refused(packed({"inner.zip": inner}))
    assert zlib.crc32(inner)


def test_nul_and_control_characters_are_tidied_or_refused() -> None:
    corpus = read_zip("x.zip", packed({**FILES, "corpus.jsonl": b'{"_id": "d1", "text": "red\\u0000 apple"}\n'})).corpus
    assert corpus.texts == ("red apple",)
    assert "binary data" in refused(packed({**FILES, "corpus.jsonl": b"\0\1\2\3" * 100}))
