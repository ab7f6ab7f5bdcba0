"""From which score on a result is worth keeping: scores of relevant and other results, and a calibrated cut-off."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.stats.resampling import ratio_interval

Doubles: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

BINS = 40
STEPS = 400
CALIBRATED = (
    "cutoff", "precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high", "kept", "floor",
    "unjudged", "reached",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Scored:
    """One candidate's results with their scores: all `(q, w)`; `totals (q,)` counts each query's relevant texts.

    `there` tells where a query has a result. Precision looks at judged results; with `assume`, at all of them, what
    nobody judged counting as irrelevant.
    """

    scores: Doubles
    there: Flags
    relevant: Flags
    judged: Flags
    totals: Doubles
    assume: bool = False

    @property
    def counted(self) -> Flags:
        """The results that precision looks at."""
        return self.there if self.assume else self.judged

    def at(self, cuts: Doubles) -> dict[str, Doubles]:
        """Precision, recall and results per query of what scores at least each of `cuts (c,)`, over all queries.

        Pooled: precision is the share of relevant results among the counted ones (NaN without any), recall the share
        of all relevant texts, `floor` the precision if every unjudged result were irrelevant, `unjudged` the share of
        the results that nobody judged.
        """
        counts = {name: self._sums[name][self._above(cuts)] for name in self._sums}
        kept, judged = counts["there"], counts["judged"]
        return {
            "cutoff": cuts,
            "precision": _share(counts["relevant"], counts["counted"]),
            "recall": _share(counts["relevant"], np.full(len(cuts), self.totals.sum())),
            "per_query": kept / max(1, len(self.scores)),
            "floor": _share(counts["relevant"], kept),
            "unjudged": _share(kept - judged, kept),
        }

    def _above(self, cuts: Doubles) -> npt.NDArray[np.intp]:
        """How many results score at least each cut."""
        descending = self.scores[self.there][self._order]
        return np.asarray(len(descending) - np.searchsorted(descending[::-1], cuts, side="left"))

    @cached_property
    def _order(self) -> npt.NDArray[np.intp]:
        return np.argsort(-self.scores[self.there], kind="stable")

    @cached_property
    def _sums(self) -> dict[str, Doubles]:
        """How many of the i best results of all queries are relevant, counted, judged: `(results + 1,)` each."""
        flags = {"relevant": self.relevant, "counted": self.counted, "judged": self.judged, "there": self.there}
        return {name: np.concatenate([[0.0], np.cumsum(flag[self.there][self._order])]) for name, flag in flags.items()}


_NONE: Flags = np.empty((0, 0), np.bool_)
NOTHING = Scored(np.empty((0, 0)), there=_NONE, relevant=_NONE, judged=_NONE, totals=np.empty(0))
"""No query and no result."""


def histogram(scored: Scored) -> pd.DataFrame:
    """Counts of relevant, irrelevant and unjudged results in 40 equal bins of the scores: `low`, `high` are edges."""
    scores = scored.scores[scored.there]
    edges = np.histogram_bin_edges(scores, BINS) if len(scores) else np.empty(0)
    kinds = {
        "relevant": scored.relevant,
        "irrelevant": scored.judged & ~scored.relevant,
        "unjudged": scored.there & ~scored.judged,
    }
    counts = {
        name: np.histogram(scored.scores[flag], edges)[0] if len(edges) else np.empty(0, np.int64)
        for name, flag in kinds.items()
    }
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], **counts})


def curve(scored: Scored) -> pd.DataFrame:
    """`Scored.at` for 401 cut-offs, evenly from the highest score to the lowest, best first."""
    scores = scored.scores[scored.there]
    cuts = np.linspace(scores.max(), scores.min(), STEPS + 1) if len(scores) else np.empty(0)
    return pd.DataFrame(scored.at(cuts))


def lowest(scored: Scored, precision: float) -> float:
    """The lowest score of a relevant result at which precision is still at least as wanted; NaN if there is none."""
    cuts = np.unique(scored.scores[scored.relevant])
    reaching = cuts[scored.at(cuts)["precision"] >= precision - 1e-12]
    return float(reaching.min()) if len(reaching) else float("nan")


def calibrate(scored: Scored, precision: float, seed: int) -> dict[str, Any]:
    """The `lowest` cut-off for a wanted precision, and what it gives; keys as in `CALIBRATED`.

    Precision and recall with 95 % bootstrap intervals over the queries (for this cut-off; that it was picked on the
    same queries is not in them; without any error the low end is the binomial limit over queries that keep a result),
    results `kept` per query, `floor` and `unjudged` as in `Scored.at`. `reached` is False, and the rest NaN, where no
    cut-off reaches it.
    """
    cut = lowest(scored, precision)
    if np.isnan(cut):
        return {**dict.fromkeys(CALIBRATED, float("nan")), "reached": False}
    figures = {name: float(values[0]) for name, values in scored.at(np.array([cut])).items()}
    figures["kept"] = figures.pop("per_query")
    relevant, counted = sums(scored, cut)
    for name, below in (("precision", counted), ("recall", scored.totals)):
        low, high = ratio_interval(relevant, below, seed)
        figures |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    if figures["precision"] == 1:
        # No draw of queries without an error has one: what c such queries exclude is the binomial limit.
        figures["precision_low"] = 0.025 ** (1 / np.count_nonzero(counted))
    return {name: figures[name] for name in CALIBRATED[:-1]} | {"reached": True}


def sums(scored: Scored, cut: float) -> tuple[Doubles, Doubles]:
    """How many of each query's results at or above a cut-off are relevant, and how many count: `(q,)` both."""
    above = scored.there & (scored.scores >= cut)
    return (
        (scored.relevant & above).sum(axis=1).astype(np.float64),
        (scored.counted & above).sum(axis=1).astype(np.float64),
    )


def _share(part: Doubles, whole: Doubles) -> Doubles:
    share: Doubles = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return share
