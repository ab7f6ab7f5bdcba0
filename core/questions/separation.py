"""How well a model's similarity tells texts of one label from texts of two."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.measures.separation import Shares, at_or_above, auc, histogram, precision_recall
from core.questions import recipe, scoring
from core.types import Answer, Floats, Role
from core.work import Work

DRAWS = 1_000_000
STEPS = 400


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Ascending scores of pairs within and between labels, and how many pairs of either kind the corpus has.

    Without labels all are `between`.
    """

    within: Floats
    between: Floats
    positives: int
    negatives: int

    @property
    def drawn(self) -> bool:
        return len(self.within) + len(self.between) != self.positives + self.negatives


@recipe("Measuring similarity within and between labels", unit="", corpus=Role.DOCUMENT)
def separation(work: Work, *, corpus: str, models: dict[str, str], score: str, seed: int) -> Answer:
    """Scores of pairs within and between labels, and how well a threshold on them finds "same label".

    Up to 5,000 texts every pair is looked at. Above, 1,000,000 random pairs within and as many between labels (without
    labels as many of all) are, and precision and share are weighted with the exact numbers of either in the corpus.
    `pairs` is how many were looked at, `total` and `positives` how many pairs, and pairs of one label, there are.
    Scores are counted in 400 steps: cosines from -1 to 1, the others from the lowest to the highest that was seen.
    """
    (view,) = work.views(corpus, models)
    texts, labels = scoring.vectors(view, score), view.labels
    codes = np.zeros(len(texts), np.intp) if labels is None else np.unique(labels, return_inverse=True)[1]
    if len(texts) <= scoring.EXACT_TEXTS:
        pairs = _all(work, texts, score, codes)
    else:
        pairs = _some(work, texts, score, codes, seed)
    if labels is None:
        pairs = _Pairs(pairs.between, pairs.within, 0, pairs.positives)
    ends = [part[[0, -1]] for part in (pairs.within, pairs.between) if len(part)]
    low, high = float(np.min(ends)), float(np.max(ends))
    edges = _edges(score, low, high)
    return {
        "edges": edges,
        "within": None if labels is None else histogram(pairs.within, edges),
        "between": None if labels is None else histogram(pairs.between, edges),
        "all": histogram(pairs.between, edges) if labels is None else None,
        "auc": auc(pairs.within, pairs.between),
        "thresholds": _thresholds(pairs, edges, labelled=labels is not None),
        "pairs": len(pairs.within) + len(pairs.between),
        "total": pairs.positives + pairs.negatives,
        "labelled": labels is not None,
        "positives": pairs.positives,
        "low": low,
        "high": high,
        "note": _note(pairs, labels is not None, seed),
    }


def _all(work: Work, texts: Floats, score: str, codes: npt.NDArray[np.intp]) -> _Pairs:
    parts: tuple[list[Floats], list[Floats]] = ([], [])
    for top, left, block in scoring.every_pair(work, texts, score):
        same = codes[top : top + block.shape[0], None] == codes[None, left : left + block.shape[1]]
        seen = block > -np.inf
        parts[0].append(block[seen & same])
        parts[1].append(block[seen & ~same])
    within, between = (np.sort(np.concatenate(part)) for part in parts)
    return _Pairs(within, between, len(within), len(between))


def _some(work: Work, texts: Floats, score: str, codes: npt.NDArray[np.intp], seed: int) -> _Pairs:
    counts = np.bincount(codes)
    positives = int((counts * (counts - 1) // 2).sum())
    negatives = len(codes) * (len(codes) - 1) // 2 - positives
    values = []
    for same, there in ((True, positives), (False, negatives)):
        a, b = scoring.draw_by_label(codes, same, DRAWS, seed) if there else (np.empty(0, np.int64),) * 2
        values.append(np.sort(scoring.of_pairs(work, texts, a, b, score)))
    return _Pairs(values[0], values[1], positives, negatives)


def _edges(score: str, low: float, high: float) -> Shares:
    if score == "cosine":
        return np.round(np.linspace(-1, 1, STEPS + 1), 3) + 0.0
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, STEPS + 1)


def _thresholds(pairs: _Pairs, edges: Shares, labelled: bool) -> pd.DataFrame:
    within = at_or_above(pairs.within, edges) / max(1, len(pairs.within))
    between = at_or_above(pairs.between, edges) / max(1, len(pairs.between))
    precision, recall, share = precision_recall(within, between, pairs.positives, pairs.negatives)
    if not labelled:
        precision = np.full_like(precision, np.nan)
    return pd.DataFrame({"threshold": edges, "precision": precision, "recall": recall, "share": share})


def _note(pairs: _Pairs, labelled: bool, seed: int) -> str:
    said = []
    if labelled and not pairs.negatives:
        said.append("every text has the same label, so there is nothing to tell apart")
    elif labelled and not pairs.positives:
        said.append("no two texts share a label, so there is nothing to find")
    if pairs.drawn:
        kinds = " within and as many between labels" if len(pairs.within) and len(pairs.between) else ""
        drawn = f"{DRAWS:,} random pairs{kinds} of {pairs.positives + pairs.negatives:,}, seed {seed}"
        said.append(drawn + ("; precision and share are weighted with the exact numbers of either" if kinds else ""))
    return "; ".join(said)
