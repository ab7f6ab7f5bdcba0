"""A table that was written, opened and searched; queries of another model are refused."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from core.errors import VecassayError
from core.types import Embeddings
from core.vectordb import lance, parquet
from core.vectordb.facts import Facts

_BY_ENDING: dict[str, Any] = {parquet.ENDING: parquet, lance.ENDING: lance}


@dataclass(frozen=True)
class Opened:
    """A table of vectors on disk."""

    path: Path

    @cached_property
    def facts(self) -> Facts:
        """What it says of itself."""
        found: Facts = _BY_ENDING[self.path.suffix].facts(self.path)
        return found

    def search(self, query: Embeddings, k: int) -> list[list[dict[str, Any]]]:
        """The k nearest texts of each query, best first: id, text, label, title, score (cosine).

        Raises SpaceMismatch, naming both models, for queries of another space.
        """
        self.facts.check(query.space)
        if k < 1:
            raise VecassayError(f"Expected at least one result to look for; got {k}.")
        found: list[list[dict[str, Any]]] = _BY_ENDING[self.path.suffix].search(self.path, query.unit, k)
        return found


def opened(path: Path | str) -> Opened:
    """A Parquet file or a folder of LanceDB; raises VecassayError unless it is there and says what its vectors are."""
    found = Path(path)
    if found.suffix not in _BY_ENDING:
        raise VecassayError(f"Expected a path ending in {' or '.join(_BY_ENDING)}; got {found.name}.")
    if not found.exists():
        raise VecassayError(f"There is nothing at {found.name}. Write it first with “python -m core export”.")
    table = Opened(found)
    _ = table.facts
    return table
