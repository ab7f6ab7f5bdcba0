"""Exact search: for each query the most similar texts, in blocks, so that memory stays bounded."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.linalg import blocks, scores, top_k
from core.types import Floats, Ints, Progress

Rows = npt.NDArray[np.int32]
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Found:
    """What queries found: rows of texts best first, -1 where there are no more, and their scores, NaN there.

    Both `(q, w)`, int32 and float32; larger scores are better, and equal ones stand by lower row.
    """

    rows: Rows
    scores: Floats

    @property
    def empty(self) -> int:
        """How many queries found nothing."""
        return int((self.rows[:, :1] == NOWHERE).sum()) if self.rows.size else len(self.rows)


def nowhere(queries: int, width: int) -> Found:
    """A ranking in which nothing is found yet."""
    return Found(np.full((queries, width), NOWHERE, np.int32), np.full((queries, width), np.nan, np.float32))


def dense(queries: Floats, texts: Floats, depth: int, excluded: Ints, progress: Progress) -> Found:
    """The texts of highest cosine, from unit rows `(q, d)` and `(n, d)`: `(q, min(depth, n))`, ties by lower row.

    `excluded[i]` is a row that query i must not find, or -1. A zero query is like nothing: it finds nothing, for any
    order of its texts would be made up. Cosines have 6 decimals, so that equal vectors have equal ones.
    """
    found = nowhere(len(queries), min(depth, len(texts)))
    asked = np.abs(queries).max(axis=1, initial=0) > 0
    for part in blocks(len(queries), 8 * max(1, len(texts))):
        block = scores(queries[part], texts, "cosine")
        block[~asked[part]] = -np.inf
        _put(found, part, block, excluded)
        progress(part.stop, len(queries))
    return found


def best(scored: Floats, depth: int, excluded: Ints) -> Found:
    """The best of every row's scores `(q, n)` above 0: `(q, min(depth, n))`, ties by lower row."""
    found = nowhere(len(scored), min(depth, scored.shape[1]))
    _put(found, slice(0, len(scored)), np.where(scored > 0, scored, np.float32(-np.inf)), excluded)
    return found


def _put(found: Found, part: slice, block: Floats, excluded: Ints) -> None:
    """Write the best of a block of scores into its place; -inf is not found."""
    width = found.rows.shape[1]
    if not width:
        return
    out = excluded[part]
    block[np.flatnonzero(out >= 0), out[out >= 0]] = -np.inf
    rows, values = top_k(block, width)
    there = np.isfinite(values)
    found.rows[part] = np.where(there, rows, NOWHERE)
    found.scores[part] = np.where(there, values, np.nan)
