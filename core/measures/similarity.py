"""Mean similarity: how close are all texts to each other, within labels and between them?

The means are exact for any number of texts: the sum of all pairwise cosines of unit rows is the squared length of
their sum, so no n x n matrix is formed.
"""

import numpy as np
import numpy.typing as npt

from core.measures import FIGURES, Figure, Score, Seen
from core.types import Floats


def _pair_sum(unit: Floats) -> tuple[float, int]:
    """Sum of the cosines of all ordered pairs of two different rows, and how many pairs that is."""
    total = unit.sum(axis=0, dtype=np.float64)
    own = np.square(unit, dtype=np.float64).sum()
    return float(total @ total - own), len(unit) * (len(unit) - 1)


def _within(unit: Floats, labels: npt.NDArray[np.str_]) -> tuple[float, int]:
    _, of_row = np.unique(labels, return_inverse=True)
    order = np.argsort(of_row, kind="stable")
    starts = np.flatnonzero(np.diff(of_row[order])) + 1
    parts = [_pair_sum(unit[rows]) for rows in np.split(order, starts)]
    return sum(part[0] for part in parts), sum(part[1] for part in parts)


def _mean(total: float, pairs: int) -> float:
    """The mean, held to a cosine's range: rows of length 1 in float32 can pass it by a rounding error."""
    return float(np.clip(total / pairs, -1.0, 1.0)) if pairs else float("nan")


def overall(seen: Seen) -> Score:
    """Mean cosine of all pairs of texts (anisotropy); range -1 to 1, NaN for a single text."""
    return Score(_mean(*_pair_sum(seen.unit)), len(seen.unit))


def within(seen: Seen) -> Score:
    """Mean cosine of two texts with the same label; NaN without labels or pairs."""
    if seen.labels is None:
        return Score(float("nan"), 0, note="no labels")
    return Score(_mean(*_within(seen.unit, seen.labels)), len(seen.unit))


def between(seen: Seen) -> Score:
    """Mean cosine of two texts with different labels; NaN without labels or pairs."""
    if seen.labels is None:
        return Score(float("nan"), 0, note="no labels")
    inside, inside_pairs = _within(seen.unit, seen.labels)
    total, pairs = _pair_sum(seen.unit)
    return Score(_mean(total - inside, pairs - inside_pairs), len(seen.unit))


for _figure in (
    Figure(
        key="overall_similarity",
        label="Mean similarity",
        help="Average cosine of two texts drawn at random. A high value means the model uses a narrow part of its "
        "space (anisotropy), so its scores look high for everything.",
        formula="mean of cos(i, j) over all i ≠ j",
        source="Ethayarajh, EMNLP 2019",
        low=-1.0,
        high=1.0,
        better="neither",
        compute=overall,
    ),
    Figure(
        key="within_similarity",
        label="Within labels",
        help="Average cosine of two texts that carry the same label.",
        formula="mean of cos(i, j) over i ≠ j with the same label",
        source="closed form over label sums",
        low=-1.0,
        high=1.0,
        better="neither",
        compute=within,
    ),
    Figure(
        key="between_similarity",
        label="Between labels",
        help="Average cosine of two texts that carry different labels. The gap to 'within labels' is what counts: "
        "scores of different models are not on one scale.",
        formula="mean of cos(i, j) over i, j with different labels",
        source="closed form over label sums",
        low=-1.0,
        high=1.0,
        better="neither",
        compute=between,
    ),
):
    FIGURES.add(_figure.key, _figure)
