"""Separation: does a model's similarity tell pairs of one label from pairs of two?

Not among the figures of the Overview: it looks at every pair of texts, and those are read within a moment.
"""

import numpy as np
import numpy.typing as npt

from core.measures import Measure
from core.types import Floats

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]

SEPARATION = Measure(
    key="separation",
    label="Separation (AUC)",
    help="Take two texts with the same label and two with different labels: how often does the model find the first "
    "two more alike? 1 is always, 0.5 is a coin toss. It does not care on which scale a model's scores are.",
    formula="P(s within > s between) + ½ P(s within = s between)",
    source="Hanley & McNeil, Radiology 1982; Mann & Whitney, 1947",
    low=0.0,
    high=1.0,
    better="higher",
)


def auc(within: Floats, between: Floats) -> float | None:
    """Share of (within, between) pairs of scores in which the first is larger, ties half; None when one is empty.

    Both ascending, `(p,)` and `(q,)`. It is the area under the ROC curve of "same label", 0 to 1, exact with ties.
    """
    if not len(within) or not len(between):
        return None
    less = np.searchsorted(between, within, side="left").sum(dtype=np.int64)
    up_to = np.searchsorted(between, within, side="right").sum(dtype=np.int64)
    # Python's own numbers: p times q passes what 64 bits hold.
    return (int(less) + int(up_to)) / (2 * len(within) * len(between))


def at_or_above(values: Floats, edges: Shares) -> Counts:
    """How many of the ascending `values (n,)` reach each of the ascending `edges (b,)`: `(b,)`."""
    return (len(values) - np.searchsorted(values, edges.astype(np.float32), side="left")).astype(np.int64)


def histogram(values: Floats, edges: Shares) -> Counts:
    """How many of the ascending `values (n,)` lie between each two `edges (b + 1,)`, the last one included: `(b,)`."""
    above = at_or_above(values, edges)
    above[-1] = 0
    return above[:-1] - above[1:]


def precision_recall(within: Shares, between: Shares, positives: int, negatives: int) -> tuple[Shares, Shares, Shares]:
    """Precision, recall and share of all pairs at or above a threshold, each `(b,)`, 0 to 1.

    `within` and `between (b,)` are the shares of pairs of either kind at or above it, `positives` and `negatives` how
    many pairs of either kind there are. Precision is NaN where no pair is at or above, recall where none has one label.
    """
    true, false = within * positives, between * negatives
    found = true + false
    precision = np.divide(true, found, out=np.full_like(found, np.nan), where=found > 0)
    recall = within if positives else np.full_like(found, np.nan)
    return precision, recall, found / max(1, positives + negatives)
