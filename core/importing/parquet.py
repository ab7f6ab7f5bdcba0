"""Parquet: a column of vectors, with ids or texts beside it if it has them."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from core.corpora.cleaning import clean, shorten
from core.corpora.limits import Limits
from core.corpora.parquet import damage_named, strings
from core.errors import VecassayError
from core.importing.table import Table, check_numbers, check_shape

VECTORS = ("vector", "embedding", "vectors", "embeddings")
IDS = ("id", "_id", "ids", "text_id", "doc_id", "query_id", "query-id", "corpus-id")
TEXTS = ("text", "texts", "query", "queries", "sentence", "document", "content", "passage")
_BATCH = 1_024


def read(name: str, data: bytes, limits: Limits) -> Table:
    """The column of vectors, and those called id or text; raises VecassayError when there is none, or too much."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with damage_named(name):
        file = pq.ParquetFile(pa.BufferReader(data))
        schema = file.schema_arrow
        vector = _vectors(name, schema)
        others = [field.name for field in schema if field.name != vector and not field.type.num_fields]
        ids, texts = (_named(others, known) for known in (IDS, TEXTS))
        wanted = [column for column in dict.fromkeys((vector, ids, texts)) if column is not None]
        _check_size(name, file.metadata, wanted, limits)
        file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=wanted[1:])
        parts: dict[str, list[Any]] = {column: [] for column in wanted}
        taken = 0
        for batch in file.iter_batches(_BATCH, columns=wanted):
            for column in wanted:
                own = batch.column(column)
                parts[column].append(_numbers(name, own) if column == vector else strings(own))
            taken += parts[vector][-1].nbytes
            limits.check_bytes(name, taken, "unpacks to")
    vectors = _stacked(name, parts[vector])
    return Table(name, vectors, *(_strings(parts.get(column or "")) for column in (ids, texts)))


def _vectors(name: str, schema: Any) -> str:
    """The column that holds vectors: the only one, or the one that is called so."""
    found = [field.name for field in schema if _holds_vectors(field.type)]
    chosen = _named(found, VECTORS) if len(found) > 1 else next(iter(found), None)
    if chosen is None:
        several = f" It has several: {', '.join(map(shorten, found))}." if found else ""
        raise VecassayError(
            f"{name} has no column of vectors that can be told: expected one of lists of float numbers, called vector."
            f"{several} Its columns: {shorten(', '.join(schema.names), 200) or 'none'}."
        )
    return str(chosen)


def _named(columns: Sequence[str], known: Sequence[str]) -> str | None:
    lower = {column.lower(): column for column in columns}
    return next((lower[name] for name in known if name in lower), None)


def _holds_vectors(kind: Any) -> bool:
    """Whether a column of this type holds lists of numbers."""
    from pyarrow import types

    listed = types.is_fixed_size_list(kind) or types.is_list(kind) or types.is_large_list(kind)
    return bool(listed and (types.is_floating(kind.value_type) or types.is_integer(kind.value_type)))


def _check_size(name: str, metadata: Any, wanted: Sequence[str], limits: Limits) -> None:
    """Refuse what would not fit, by the footer: a few bytes can stand for very many equal numbers."""
    limits.check_rows(name, metadata.num_rows, None)
    groups = (metadata.row_group(group) for group in range(metadata.num_row_groups))
    chunks = [group.column(column) for group in groups for column in range(group.num_columns)]
    own = [chunk for chunk in chunks if chunk.path_in_schema.split(".")[0] in wanted]
    limits.check_bytes(
        name, sum(max(chunk.total_uncompressed_size, 2 * chunk.num_values) for chunk in own), "unpacks to"
    )


def _numbers(name: str, column: Any) -> Any:
    """The vectors of one batch, `(n, d)`; raises VecassayError for rows without one, or of different lengths."""
    lengths = np.asarray(column.value_lengths().fill_null(-1)) if hasattr(column, "value_lengths") else None
    numbers = column.flatten()
    if column.null_count or numbers.null_count:
        raise VecassayError(
            f"{name}: {column.null_count:,} rows have no vector, and {numbers.null_count:,} numbers are missing in "
            f"others. Bring a whole vector for every text, or leave the texts out of both."
        )
    width = int(lengths[0]) if lengths is not None and len(lengths) else int(getattr(column.type, "list_size", 0))
    if lengths is not None and (lengths != width).any():
        raise _ragged(name, lengths)
    values = numbers.to_numpy(zero_copy_only=False)
    check_numbers(name, values.dtype)
    check_shape(name, (len(column), width))
    return values.reshape(len(column), width)


def _stacked(name: str, parts: Sequence[Any]) -> Any:
    if not parts:
        raise VecassayError(f"{name} has no rows. Expected a vector for each text.")
    widths = np.array([part.shape[1] for part in parts])
    if (widths != widths[0]).any():
        raise _ragged(name, widths)
    return np.concatenate(parts)


def _ragged(name: str, lengths: Any) -> VecassayError:
    return VecassayError(
        f"{name} holds vectors of different lengths, {min(lengths):,} to {max(lengths):,} numbers: expected those of "
        f"one model, each with as many as the others. Write one file per model."
    )


def _strings(parts: Iterable[Sequence[str]] | None) -> tuple[str, ...] | None:
    """Ids or texts as they are kept in a corpus; equal ones are one in memory, however often they come."""
    if parts is None:
        return None
    once: dict[str, str] = {}
    return tuple(once[raw] if raw in once else once.setdefault(raw, clean(raw)) for part in parts for raw in part)
