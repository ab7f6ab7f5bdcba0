"""Ways to find the nearest texts without a look at each: one family per file, all built, searched and weighed alike.

`REGISTRY` holds them in the order of their files; `held` is what faiss builds, `asked` the queries and what they should
find, `turns` the stopwatch, `words` what is said of the result. All search unit float32 rows by inner product.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.registry import Registry, missing
from core.types import Floats, Ints

EFFORTS = (16, 32, 64, 128, 256)
"""HNSW's efSearch. Below the number of results it is that number, so that smaller ones would be one point twice."""
MANY = 50_000


class Built(Protocol):
    """An index over texts."""

    @property
    def nbytes(self) -> int:
        """Bytes on disk, vectors and links and all."""
        ...

    def search(self, queries: Floats, k: int, effort: int) -> Ints:
        """Rows found for unit queries `(q, d)`, best first, `(q, k)`, -1 where there is nothing more."""
        ...


class Build(Protocol):
    """Builds an index."""

    def __call__(self, vectors: Floats, *, width: int, seed: int, folder: Path) -> Built:
        """An index over unit float32 rows `(n, d)`, none zero; `folder` is empty and its own."""
        ...


@dataclass(frozen=True)
class Family:
    """A kind of index, as people meet it: its words and settings, written once.

    `widths(n)` are what is tried in building it for n texts, `efforts(n, width)` how hard it searches, least first;
    both (0,) where there is nothing to choose. `threads` says whether it keeps to the threads it is given.
    """

    key: str
    label: str
    help: str
    source: str
    build: Build
    widths: Callable[[int], tuple[int, ...]]
    efforts: Callable[[int, int], tuple[int, ...]]
    built: Callable[[int], str]
    asked: Callable[[int], str]
    needs: tuple[str, ...] = ()
    install: str = ""
    threads: bool = True

    @property
    def missing(self) -> str:
        """Why it cannot be measured here, with the line that helps; "" when it can."""
        return f"{self.label} is not installed here: {self.install}" if missing(self.needs) else ""

    def line(self, width: int) -> str:
        """What people read for what was built: "HNSW, M 16"."""
        return ", ".join(filter(None, [self.label, self.built(width)]))

    def setting(self, width: int, effort: int) -> str:
        """What people read for one point: "HNSW, M 16, efSearch 64"."""
        return ", ".join(filter(None, [self.line(width), self.asked(effort)]))


REGISTRY: Registry[Family] = Registry("index")


def graph_widths(n: int) -> tuple[int, ...]:
    """HNSW's M tried for n texts; the wider one takes minutes longer to build where there are very many."""
    return (16, 32) if n <= MANY else (16,)


def said(name: str) -> Callable[[int], str]:
    """A number as people read it behind its name; a setting that there is not has no name."""
    return lambda number: f"{name} {number:,}" if name else ""
