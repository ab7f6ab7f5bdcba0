"""Trustworthiness and continuity: can a map's neighbours be believed, and does it keep those there are?"""

from dataclasses import dataclass

import numpy as np

from core.linalg import blocks, top_k
from core.measures import Measure
from core.types import Floats, Ints, Progress

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


def trust(unit: Floats, xy: Floats, *, k: int, seed: int, progress: Progress) -> Trust:
    """How far a map `xy (n, dims)` can be believed about unit rows `(n, d)`, text by text, 0 to 1.

    Exact up to 20,000 texts; beyond, for a random 5,000 of them, each ranked against all. Ties share the better rank,
    so that of several equal texts none is punished for its row number.
    """
    n = len(unit)
    k = usable(n, k)
    rows = np.arange(n) if n <= EXACT else np.sort(np.random.default_rng(seed).choice(n, SAMPLE, replace=False))
    believed, kept = np.full(n, np.nan, np.float32), np.full(n, np.nan, np.float32)
    if k == 0:
        return Trust(believed, kept, 0, 0)
    worst = k * (2 * n - 3 * k - 1) / 2
    for part in blocks(len(rows), 4 * n):
        progress(part.start, len(rows))
        own = rows[part]
        alike, near = unit[own] @ unit.T, -_squared(xy[own], xy)
        for similarity in (alike, near):
            similarity[np.arange(len(own)), own] = -np.inf
        on_map, in_space = top_k(near, k)[0], top_k(alike, k)[0]
        believed[own] = 1 - _beyond(alike, on_map, k, ROUNDING) / worst
        kept[own] = 1 - _beyond(near, in_space, k, 0.0) / worst
    return Trust(believed, kept, len(rows), k)


def _squared(some: Floats, every: Floats) -> Floats:
    """Squared distances `(b, n)`, by differences: exact for points that coincide."""
    away = np.zeros((len(some), len(every)), np.float32)
    for axis in range(every.shape[1]):
        away += (some[:, axis, None] - every[None, :, axis]) ** 2
    return away


def _beyond(similarity: Floats, ids: Ints, k: int, rounding: float) -> Floats:
    """Per row: by how many ranks, together, the texts `ids` stand beyond the k best."""
    values = np.take_along_axis(similarity, ids, axis=1) + np.float32(rounding)
    ordered = np.sort(similarity, axis=1)
    width = similarity.shape[1]
    better = np.stack([width - np.searchsorted(*pair, side="right") for pair in zip(ordered, values, strict=True)])
    lost: Floats = np.maximum(0, better + 1 - k).sum(axis=1).astype(np.float32)
    return lost
