"""The queries an index is asked, and what it should find: the texts nearest to each by exact search."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.compression.keeping import TINY
from core.retrieval.forms import RESULTS
from core.retrieval.search import NOWHERE, dense
from core.types import Floats, Ints, Progress


@dataclass(frozen=True, eq=False)
class Asked:
    """Unit queries `(q, d)`, the row each must not find (-1: none), and the least cosine of its exact ten.

    `wanted` `(q,)` is how many texts there are to find: ten, or all where there are fewer.
    """

    queries: Floats
    excluded: Ints
    least: Floats
    wanted: Ints

    @classmethod
    def of(cls, queries: Floats, texts: Floats, excluded: Ints, progress: Progress) -> "Asked":
        """What exact search finds among unit rows `texts (n, d)`; neither queries nor texts may be zero."""
        exact = dense(queries, texts, RESULTS, excluded, progress)
        wanted = (exact.rows != NOWHERE).sum(axis=1).astype(np.int64)
        last = exact.scores[np.arange(len(queries)), np.maximum(wanted, 1) - 1]
        return cls(np.ascontiguousarray(queries), excluded, last, wanted)

    @property
    def k(self) -> int:
        """How many results are asked for: one more where a text may find itself."""
        return RESULTS + int((self.excluded >= 0).any())

    def recall(self, texts: Floats, found: Ints) -> npt.NDArray[np.float64]:
        """Share of the exact ten that is among the first ten rows found `(q, k)`, per query `(q,)`.

        A text as near as the last of them counts as well: which of several copies is found says nothing.
        """
        there = (found != NOWHERE) & (found != self.excluded[:, None])
        first = there & (np.cumsum(there, axis=1) <= RESULTS)
        near = np.einsum("qkd,qd->qk", texts[found], self.queries, dtype=np.float64)
        hit = ((near >= self.least[:, None] - TINY) & first).sum(axis=1)
        share: npt.NDArray[np.float64] = np.minimum(hit, self.wanted) / np.maximum(self.wanted, 1)
        return share
