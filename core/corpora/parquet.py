"""Parquet: typed columns; numbers and dates become the text people write, nested and binary ones are not read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from core.corpora.cleaning import shorten, written
from core.corpora.formats import REGISTRY, Rows, Table, distinct, offer
from core.errors import VecassayError

_BATCH = 65_536


@REGISTRY.register(".parquet")
def read_parquet(name: str, data: bytes) -> Table:
    """Opens the file's footer only; rows are read in batches when they are asked for."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not (data.startswith(b"PAR1") and data.endswith(b"PAR1")):
        raise VecassayError(
            f"{name} is not a Parquet file, or only a part of one. Choose the file the table was saved to."
        )
    with damage_named(name):
        file = pq.ParquetFile(pa.BufferReader(data))
        schema, total = file.schema_arrow, file.metadata.num_rows
        distinct(name, schema.names)
        fields, columns, unreadable = offer(name, {field.name: _refusal(field.type) for field in schema})
        unpacked = _unpacked(file.metadata, set(fields))
    rows = partial(_rows, name, data, fields)
    return Table(name, columns, rows, "row", total=total, unpacked=unpacked, unreadable=unreadable)


def _rows(name: str, data: bytes, fields: Sequence[str], columns: Sequence[int]) -> Rows:
    """The wanted columns; repeated values stay one string in memory, however often a hostile file repeats them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted = [fields[column] for column in columns]
    number = 0
    with damage_named(name):
        file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=wanted)
        for batch in file.iter_batches(_BATCH, columns=wanted):
            values = [strings(batch.column(field)) for field in wanted]
            for row in zip(*values, strict=True) if values else ((),) * batch.num_rows:
                number += 1
                yield number, row


def _unpacked(metadata: Any, wanted: set[str]) -> int:
    """Bytes of the wanted columns after decompression."""
    groups = (metadata.row_group(group) for group in range(metadata.num_row_groups))
    chunks = (group.column(column) for group in groups for column in range(group.num_columns))
    return sum(chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema in wanted)


def strings(column: Any) -> list[str]:
    """A column as people write its values; what repeats in a dictionary stays one string in memory."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        known = strings(column.dictionary)
        return ["" if index is None else known[index] for index in column.indices.to_pylist()]
    return [written(value) for value in column.to_pylist()]


def _refusal(kind: Any) -> str:
    """Why a column of this type cannot hold texts or labels; empty when it can."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return _refusal(kind.value_type)
    is_ = pa.types
    text = is_.is_string(kind) or is_.is_large_string(kind) or is_.is_string_view(kind)
    number = is_.is_integer(kind) or is_.is_floating(kind) or is_.is_decimal(kind) or is_.is_boolean(kind)
    if text or number or is_.is_date(kind) or is_.is_timestamp(kind) or is_.is_null(kind):
        return ""
    return f"it holds {shorten(str(kind))}"


@contextmanager
def damage_named(name: str) -> Iterator[None]:
    """Turns what pyarrow raises for a damaged file into one sentence."""
    from pyarrow import ArrowException

    try:
        yield
    except (ArrowException, OSError, ValueError, LookupError, OverflowError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise VecassayError(
            f"{name} is a damaged Parquet file ({reason}). Save the table again and load the new file."
        ) from None
