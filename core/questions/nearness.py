"""Who is near whom among many texts: exact as long as that is bearable, by a graph search beyond."""

from dataclasses import dataclass

import numpy as np

from core import linalg
from core.questions import tiles
from core.settings import cores
from core.types import Floats, Ints, Progress

EXACT = 50_000
FEW = 2_000
STEP = 2_048
DIGITS = 6
LOW, TURN = np.int64(2**32 - 1), np.int32(2**31 - 1)
LINKS, BUILD, CHECKED = 32, 80, 500
"""HNSW: links per text, candidates while building; texts whose neighbours are checked against the exact ones."""


@dataclass(frozen=True, eq=False)
class Near:
    """Neighbours of each row, itself left out, best first: ids and cosines `(n, min(k, n - 1))`."""

    ids: Ints
    cosines: Floats
    recall: float = 1.0
    note: str = ""


def near(unit: Floats, k: int, progress: Progress) -> Near:
    """The k most similar other rows of each unit row `(n, d)`; cosines equal to six digits are ties, lower id first."""
    k = min(k, len(unit) - 1)
    if len(unit) <= FEW or k < 1:
        return Near(*_checked(unit, np.arange(len(unit)), max(k, 0)))
    if len(unit) <= EXACT:
        return Near(*_exact(unit, k, progress))
    return _graph(unit, k, progress)


def _exact(unit: Floats, k: int, progress: Progress) -> tuple[Ints, Floats]:
    """By tiles, a fifth of the work of a product and a partition; rows with a tie at the end by `linalg`."""
    n, wide = len(unit), min(len(unit) - 1, k + 1)
    found, values = tiles.best(np.ascontiguousarray(unit), wide, cores(), progress)
    ids, cosines = np.empty((n, k), np.int64), np.empty((n, k), np.float32)
    for start in range(0, n, STEP):
        rows = np.arange(start, min(start + STEP, n))
        near, alike = _others(rows, found[rows], values[rows])
        ids[rows], cosines[rows] = near[:, :k], alike[:, :k]
        if k < wide:
            # Whom of several equals the search returned is chance: the lower rows are wanted, as everywhere.
            cut = rows[alike[:, k - 1] == alike[:, k]]
            ids[cut], cosines[cut] = _checked(unit, cut, k)
    return ids, cosines


def _others(rows: Ints, found: Ints, values: Floats) -> tuple[Ints, Floats]:
    """What was found for each row, best first, ties by lower id, the row itself last with minus infinity."""
    # Adding zero turns -0.0 into 0.0, which are the same number, but not the same bits.
    away = -np.where(found == rows[:, None], np.float32(-np.inf), np.round(values, DIGITS)) + np.float32(0)
    # The bits of a negative number grow as it falls.
    bits = away.view(np.int32)
    keys = np.sort(np.where(bits < 0, bits ^ TURN, bits).astype(np.int64) << 32 | found & LOW, axis=1)
    bits = (keys >> 32).astype(np.int32)
    return keys & LOW, 0 - np.where(bits < 0, bits ^ TURN, bits).view(np.float32)


def _checked(unit: Floats, rows: Ints, k: int) -> tuple[Ints, Floats]:
    """Exact neighbours of some of the rows, ties by lower id."""
    ids, cosines = np.empty((len(rows), k), np.int64), np.empty((len(rows), k), np.float32)
    if k < 1:
        return ids, cosines
    for part in linalg.blocks(len(rows), len(unit)):
        # Rounded, because the product of the very same vectors differs in its last bit from place to place.
        similarity = np.round(unit[rows[part]] @ unit.T, DIGITS)
        similarity[np.arange(len(similarity)), rows[part]] = -np.inf
        ids[part], cosines[part] = linalg.top_k(similarity, k)
    return ids, cosines


def _graph(unit: Floats, k: int, progress: Progress) -> Near:
    """By HNSW (Malkov & Yashunin 2018). Two builds may differ in the few neighbours that the graph misses."""
    import faiss

    n, search = len(unit), max(200, 2 * k)
    index = faiss.IndexHNSWFlat(unit.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction, index.hnsw.efSearch = BUILD, search
    for start in range(0, n, STEP):
        progress(start, 2 * n)
        index.add(unit[start : start + STEP])
    ids, cosines = np.empty((n, k), np.int64), np.empty((n, k), np.float32)
    for start in range(0, n, STEP):
        progress(n + start, 2 * n)
        rows = np.arange(start, min(start + STEP, n))
        values, found = index.search(unit[rows], k + 1)
        # A row that the graph did not lead back to is dropped with the last; one with too few found is done exactly.
        found, values = _others(rows, found, values)
        ids[rows], cosines[rows] = found[:, :k], values[:, :k]
        short = rows[(found == LOW).any(axis=1)]
        ids[short], cosines[short] = _checked(unit, short, k)
    rows = np.random.default_rng(0).choice(n, min(CHECKED, n), replace=False)
    exact, _ = _checked(unit, rows, k)
    recall = float(np.mean([np.isin(ours, true).mean() for ours, true in zip(ids[rows], exact, strict=True)]))
    note = (
        f"Neighbours of {n:,} texts by a graph search (HNSW, {LINKS} links, efSearch {search}): it finds "
        f"{recall:.1%} of the exact ones, measured on {len(rows)} random texts."
    )
    return Near(ids, cosines, recall, note)
