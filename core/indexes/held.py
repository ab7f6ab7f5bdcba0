"""What faiss builds, and how many threads it may use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.compression.making import serialised
from core.types import Floats, Ints


@dataclass(frozen=True, eq=False)
class Held:
    """An index of faiss; `turned` makes its search parameters from an effort, None where it has none."""

    index: Any
    turned: Callable[[int], Any]

    @cached_property
    def nbytes(self) -> int:
        """Bytes of faiss's own file."""
        return len(serialised(self.index))

    def search(self, queries: Floats, k: int, effort: int) -> Ints:
        """Rows found for unit queries `(q, d)`, best first, `(q, k)`, -1 where there is nothing more."""
        rows: Ints = self.index.search(np.ascontiguousarray(queries), k, params=self.turned(effort))[1]
        return rows


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let faiss use so many threads within the block."""
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
