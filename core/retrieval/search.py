"""Exact search: for each query the most similar texts, in blocks, so that memory stays bounded."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.linalg import blocks, scores, top_k
from core.types import Floats, Ints, Progress

Rows = npt.NDArray[np.int32]
NOWHERE = -1
SPARE, AT_ONCE = 32, 2**15
"""Texts that a float32 search looks for beyond those wanted: among them the order may change when scored exactly."""


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
    wide = depth + SPARE
    # Some thousand queries at a time are enough for faiss, and not too many for whoever waits for progress.
    columns = max(8 * wide, AT_ONCE) if wide < len(texts) else 8 * max(1, len(texts))
    for part in blocks(len(queries), columns):
        if wide < len(texts) and depth:
            unsure = part.start + _shortlisted(found, part, queries, texts, excluded)
            for again in blocks(len(unsure), 8 * len(texts)):
                _compared(found, unsure[again], queries, texts, excluded)
        else:
            _compared(found, np.arange(part.start, part.stop), queries, texts, excluded)
        progress(part.stop, len(queries))
    return found


def _compared(found: Found, asked: Ints, queries: Floats, texts: Floats, excluded: Ints) -> None:
    """Write what some queries find among all texts, each compared in float64."""
    block = scores(queries[asked], texts, "cosine")
    block[~queries[asked].any(axis=1)] = -np.inf
    _put(found, asked, block, excluded)


def _shortlisted(found: Found, part: slice, queries: Floats, texts: Floats, excluded: Ints) -> Ints:
    """Write what a block of queries finds, from a float32 search for a few more; which of them are not sure of it."""
    import faiss

    width, asked = found.rows.shape[1], queries[part]
    near, rows = faiss.knn(asked, texts, width + SPARE, metric=faiss.METRIC_INNER_PRODUCT)
    # One query at a time: its candidates stay in the processor's cache.
    exact = np.stack([texts[some].astype(np.float64) @ query for some, query in zip(rows, asked, strict=True)])
    values = np.clip(np.round(exact, 6), -1, 1) + 0.0
    values[rows == excluded[part, None]] = -np.inf
    order = np.lexsort((rows, -values), axis=1)[:, :width]
    kept = np.take_along_axis(values, order, axis=1)
    there = np.abs(asked).max(axis=1, initial=0) > 0
    found.rows[part] = np.where(there[:, None], np.take_along_axis(rows, order, axis=1), NOWHERE)
    found.scores[part] = np.where(there[:, None], kept, np.nan)
    # The most that a text can have which the search left out: its float32 product is wrong by no more than d * 2^-23.
    most = near[:, -1] + asked.shape[1] * 2.0**-23 + 1e-6
    unsure: Ints = np.flatnonzero(there & (kept[:, -1] <= most))
    return unsure


def best(scored: Floats, depth: int, excluded: Ints) -> Found:
    """The best of every row's scores `(q, n)` above 0: `(q, min(depth, n))`, ties by lower row."""
    found = nowhere(len(scored), min(depth, scored.shape[1]))
    _put(found, slice(0, len(scored)), np.where(scored > 0, scored, np.float32(-np.inf)), excluded)
    return found


def _put(found: Found, part: slice | Ints, block: Floats, excluded: Ints) -> None:
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
