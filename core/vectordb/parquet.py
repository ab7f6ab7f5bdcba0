"""Parquet: a file that every database reads."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import VecassayError
from core.linalg import nearest
from core.types import Floats
from core.vectordb.facts import Facts, read

if TYPE_CHECKING:
    import pyarrow as pa

ENDING = ".parquet"


def write(table: "pa.Table", path: Path) -> None:
    """Write the table to a file that is not there yet."""
    from pyarrow import parquet

    # Vectors hardly get smaller by it, and dictionaries of them only take memory.
    parquet.write_table(table, path, compression="zstd", use_dictionary=["label"])


def facts(path: Path) -> Facts:
    """What the file says of itself; raises VecassayError when it says nothing."""
    from pyarrow import ArrowInvalid, parquet

    try:
        return read(parquet.read_schema(path).metadata, path.name)
    except ArrowInvalid as error:
        raise VecassayError(f"{path.name} cannot be read as Parquet: {error}.") from error


def search(path: Path, queries: Floats, k: int) -> list[list[dict[str, Any]]]:
    """The k nearest rows of each unit query `(q, d)` by exact search, best first, with their cosine as `score`."""
    from pyarrow import parquet

    table = parquet.read_table(path)
    flat = table["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    rows, scores = nearest(queries, flat.reshape(len(table), -1), k)
    told = table.drop_columns(["vector"]).take(np.unique(rows)).to_pylist()
    by_row = dict(zip(np.unique(rows).tolist(), told, strict=True))
    return [
        [{**by_row[row], "score": score} for row, score in zip(own, values, strict=True)]
        for own, values in zip(rows.tolist(), scores.tolist(), strict=True)
    ]
