"""How much of what full vectors know is left in a smaller form."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.compression.holding import Held, hold
from core.retrieval.forms import RESULTS, SEED, Form
from core.retrieval.search import NOWHERE, Rows
from core.types import Floats, Ints, Progress

Doubles = npt.NDArray[np.float64]
PROBES, PAIRS = 1_000, 10_000
TINY = 2e-6
"""Cosines so near are told apart by rounding alone."""


@dataclass(frozen=True)
class Kept:
    """A measure of what is kept, 0 to 1 (similarity: -1 to 1), higher is better.

    `own` is what is compared with each model's own float32: it tells nothing about which model is better.
    """

    name: str
    label: str
    help: str
    own: bool = False
    unit: str = "texts"
    """What it is a mean over."""

    @property
    def judged(self) -> bool:
        """Whether it needs queries with judgements."""
        return self.unit == "queries"


MEASURES: Mapping[str, Kept] = {
    kept.name: kept
    for kept in (
        Kept("nDCG@10", "nDCG@10", "Quality of the first ten results for the judged queries.", unit="queries"),
        Kept(
            "R@10", "Recall@10 of relevant texts",
            "Share of the relevant texts among the first ten results.", unit="queries",
        ),
        Kept("knn", "Label accuracy", "Share of texts whose label is that of most of their ten nearest texts."),
        Kept(
            "recall", "Recall@10 of exact neighbours",
            "Share of each text's ten nearest under the model's own float32 vectors that are found.", own=True,
        ),
        Kept(
            "spearman", "Similarities in the same order",
            "Spearman's rank correlation of pairs' similarities with those of float32.", own=True, unit="pairs",
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Probes:
    """Texts asked as queries `(p,)`, drawn at random, and the least cosine that float32's ten nearest to each have.

    `least` is NaN for a text without a vector, which is near to nothing; `wanted` `(p,)` is how many there are to find.
    """

    rows: Ints
    least: Floats
    wanted: Ints

    @classmethod
    def of(cls, texts: Floats, seed: int, progress: Progress) -> "Probes":
        """At most 1,000 of the texts, the same for every model."""
        drawn = np.random.default_rng(seed).choice(len(texts), min(PROBES, len(texts)), replace=False)
        rows: Ints = np.sort(drawn).astype(np.int64)
        exact = hold(texts, Form(), SEED).search(texts[rows], RESULTS, rows, progress)
        wanted = (exact.rows != NOWHERE).sum(axis=1)
        last = exact.scores[np.arange(len(rows)), np.maximum(wanted, 1) - 1] if len(texts) > 1 else np.full(1, np.nan)
        return cls(rows, last.astype(np.float32), wanted.astype(np.int64))

    def recall(self, texts: Floats, found: Rows) -> Doubles:
        """Share of the exact neighbours that are found, per probe that has any, `(r,)`.

        A text that is as near as the last of them counts as well: which of several copies is found says nothing.
        """
        near = np.einsum("pkd,pd->pk", texts[found], texts[self.rows], dtype=np.float64)
        hit = ((near >= self.least[:, None] - TINY) & (found != NOWHERE)).sum(axis=1)
        there = self.wanted > 0
        share: Doubles = np.minimum(hit[there], self.wanted[there]) / self.wanted[there]
        return share


def voted(found: Rows, own: Ints, codes: Ints) -> Doubles:
    """Whether most of the neighbours `(p, k)` have the probe's label, `(p,)`, 1 or 0; of equal counts the nearest wins.

    `own` `(p,)` are the probes' labels, `codes` `(n,)` all texts'.
    """
    right = np.zeros(len(found))
    for place, rows in enumerate(found):
        labels = codes[rows[rows != NOWHERE]]
        if len(labels):
            counts = np.bincount(labels)
            right[place] = labels[counts[labels] == counts.max()][0] == own[place]
    return right


def pairs(held: Held, seed: int) -> tuple[Ints, Ints]:
    """Places of two different texts each, no text in two pairs, so that pairs are independent; at most 10,000."""
    order = np.random.default_rng(seed).permutation(len(held.rows))
    half = min(PAIRS, len(order) // 2)
    return order[:half], order[half : 2 * half]


def correlated(full: Floats, less: Floats) -> tuple[float, float, float]:
    """Spearman's rank correlation of two lists of similarities `(p,)` and its 95 % interval; NaN below 10 pairs.

    The interval by Fisher's z with the variance of Bonett & Wright (2000).
    """
    from scipy.stats import spearmanr

    if len(full) < 10 or np.ptp(full) == 0 or np.ptp(less) == 0:
        return float("nan"), float("nan"), float("nan")
    rho = float(spearmanr(full, less).statistic)
    half = 1.959964 * np.sqrt((1 + rho**2 / 2) / (len(full) - 3))
    z = np.arctanh(min(rho, 1 - 1e-12))
    return rho, float(np.tanh(z - half)), float(np.tanh(z + half))
