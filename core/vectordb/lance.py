"""LanceDB: a table in a folder, searched where it lies."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import VecassayError
from core.registry import missing
from core.types import Floats
from core.vectordb.facts import Facts, read

if TYPE_CHECKING:
    import pyarrow as pa

ENDING = ".lance"
TOLD = ["id", "text", "label", "title", "_distance"]


def write(table: "pa.Table", path: Path) -> None:
    """Write the table to a folder that is not there yet; raises VecassayError when LanceDB cannot."""
    lancedb = _library()
    try:
        lancedb.connect(path.parent).create_table(path.stem, table)
    except (RuntimeError, ValueError) as error:
        raise VecassayError(f"LanceDB could not write {path.name}: {error}. Is there room on the disk?") from error


def facts(path: Path) -> Facts:
    """What the table says of itself; raises VecassayError when it says nothing."""
    return read(_table(path).schema.metadata, path.name)


def search(path: Path, queries: Floats, k: int) -> list[list[dict[str, Any]]]:
    """The k nearest rows of each unit query `(q, d)`, best first; `score` is the cosine. Exact without an index."""
    table = _table(path)
    return [
        [
            {**{name: row[name] for name in TOLD[:-1]}, "score": 1 - row["_distance"]}
            for row in table.search(query).distance_type("dot").limit(k).select(TOLD).to_list()
        ]
        for query in queries
    ]


def _table(path: Path) -> Any:
    lancedb = _library()
    try:
        return lancedb.connect(path.parent).open_table(path.stem)
    except (RuntimeError, ValueError) as error:
        raise VecassayError(f"{path.name} cannot be opened as a table of LanceDB: {error}.") from error


def _library() -> Any:
    if missing(("lancedb",)):
        raise VecassayError("LanceDB is not installed here. Install it with: pip install lancedb==0.40.0")
    import lancedb

    return lancedb
