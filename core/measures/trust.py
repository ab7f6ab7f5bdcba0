"""Trustworthiness and continuity: can a map's neighbours be believed, and does it keep those there are?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from core.linalg import blocks, top_k
from core.measures import Measure
from core.types import Floats, Ints, Progress

Neighbors: TypeAlias = Callable[[int], Ints]
"""Row numbers of each text's k most similar other texts, `(n, k)`."""
EXACT, SAMPLE = 20_000, 5_000
ROUNDING = 1e-6
_SOURCE = "Venna & Kaski 2001; the same figure as sklearn.manifold.trustworthiness"

TRUSTWORTHINESS = Measure(
    key="trustworthiness",
    label="Trustworthiness",
    help="Are texts that lie side by side on the map really similar? 1 is all of them; a map drawn at random is near "
    "0.5. A text loses the more, the further down its list of similar texts its neighbours on the map stand.",
    formula="1 - 2 / (k (2n - 3k - 1)) * sum over the k nearest on the map of max(0, rank among the vectors - k)",
    source=_SOURCE,
    low=0.0,
    high=1.0,
    better="higher",
)
CONTINUITY = Measure(
    key="continuity",
    label="Continuity",
    help="Are similar texts still side by side on the map? 1 is all of them; a map drawn at random is near 0.5. "
    "A text loses the more, the further away its most similar texts were put.",
    formula="1 - 2 / (k (2n - 3k - 1)) * sum over the k most similar of max(0, rank on the map - k)",
    source=_SOURCE,
    low=0.0,
    high=1.0,
    better="higher",
)


@dataclass(frozen=True, eq=False)
class Trust:
    """Both figures for each text `(n,)`, NaN where a text was not measured, and the k that was used."""

    trustworthiness: Floats
    continuity: Floats
    measured: int
    k: int


def usable(n: int, k: int) -> int:
    """The largest k up to the one asked for at which both figures are defined: below n / 2; 0 where there is none."""
    return max(0, min(k, (n - 1) // 2))


def trust(
    unit: Floats, xy: Floats, *, k: int, seed: int, progress: Progress, neighbors: Neighbors | None = None
) -> Trust:
    """How far a map `xy (n, dims)` can be believed about unit rows `(n, d)`, text by text, 0 to 1.

    Exact up to 20,000 texts; beyond, for a random 5,000 of them, each ranked against all. Ties share the better rank,
    so that of several equal texts none is punished for its row number. `neighbors` spares the search for the k most
    similar texts where they are known.
    """
    n = len(unit)
    k = usable(n, k)
    rows = np.arange(n) if n <= EXACT else np.sort(np.random.default_rng(seed).choice(n, SAMPLE, replace=False))
    believed, kept = np.full(n, np.nan, np.float32), np.full(n, np.nan, np.float32)
    if k == 0:
        return Trust(believed, kept, 0, 0)
    worst = k * (2 * n - 3 * k - 1) / 2
    known, drawn = None if neighbors is None else neighbors(k)[rows], _on_map(xy, rows, k)
    places = np.ascontiguousarray(xy.T)
    for part in blocks(len(rows), 4 * n):
        progress(part.start, len(rows))
        own = rows[part]
        alike = unit[own] @ unit.T
        alike[np.arange(len(own)), own] = -np.inf
        in_space = top_k(alike, k)[0] if known is None else known[part]
        shown = drawn[part]
        # Who is among the k best of both has lost nothing, and most are: only the others are ranked.
        both = shown[:, :, None] == in_space[:, None, :]
        strange, missed = ~both.any(axis=2), ~both.any(axis=1)
        for at, row in enumerate(own):
            similarity, away = alike[at], _squared(places, row)
            values, distances = similarity[shown[at, strange[at]]], away[in_space[at, missed[at]]]
            believed[row] = 1 - sum(_lost(similarity > value, k) for value in values + np.float32(ROUNDING)) / worst
            kept[row] = 1 - sum(_lost(away < distance, k) for distance in distances) / worst
    return Trust(believed, kept, len(rows), k)


def _on_map(xy: Floats, rows: Ints, k: int) -> Ints:
    """The k nearest other points of some points, `(r, k)`; of points equally far, those of the lower rows."""
    from scipy.spatial import KDTree

    away, ids = KDTree(xy).query(xy[rows], k + 2, workers=-1)
    own = ids == rows[:, None]
    order = np.argsort(own, axis=1, kind="stable")
    found = np.take_along_axis(ids, order, axis=1)[:, :k].astype(np.int64)
    # Distances to the last two others: where they are the same, or the point itself is lost among its equals.
    away = np.take_along_axis(away, order, axis=1)
    tied = ~own.any(axis=1) | (away[:, k - 1] >= away[:, k] * (1 - ROUNDING))
    places = np.ascontiguousarray(xy.T)
    for at in np.flatnonzero(tied):
        found[at] = top_k(-_squared(places, rows[at])[None], k)[0][0]
    return found


def _squared(places: Floats, row: int) -> Floats:
    """Squared distances of every point to one, `(n,)`, by differences: 0 for points that coincide; itself infinite."""
    away: Floats = np.square(places[0] - places[0, row])
    for axis in places[1:]:
        away += np.square(axis - axis[row])
    away[row] = np.inf
    return away


def _lost(better: npt.NDArray[np.bool_], k: int) -> int:
    """By how many ranks a text stands beyond the k best, from which others are better."""
    return max(0, int(np.count_nonzero(better)) + 1 - k)
