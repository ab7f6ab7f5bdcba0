"""The rule: limits, then the tie group, then the cheapest; nothing said in words yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf, isnan, nan
from typing import Any

import pandas as pd

from core import stats
from core.decision.facts import Facts
from core.decision.limits import struck
from core.decision.plan import Limits, Plan

DECIDED, UNDECIDED, LIMITS, BLOCKED = "decided", "undecided", "limits", "blocked"


@dataclass(frozen=True, eq=False)
class Decision:
    """What was decided, and on what grounds.

    `status` is "decided", "undecided", "limits" (nobody keeps to them) or "blocked" (by a check). `chosen` is the
    candidate decided for, or the one that leads while undecided, or "". `best` has the highest mean within the limits.
    `tie_group` are the best and all not shown to be worse, highest mean first. `struck` says why in sentences. `told`
    has a row per pair within the limits, with verdicts. `answer` is the answer in one sentence, `why` and
    `would_decide` are sentences.
    """

    status: str
    chosen: str
    best: str
    tie_group: tuple[str, ...]
    struck: Mapping[str, Sequence[str]]
    told: pd.DataFrame = field(default_factory=pd.DataFrame)
    answer: str = ""
    why: tuple[str, ...] = ()
    would_decide: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known before anything is weighed; verdicts are worked out once for the same candidates and margin."""

    facts: tuple[Facts, ...]
    means: Mapping[str, float]
    pairs: pd.DataFrame
    able: Mapping[str, Any]
    _holm: dict[frozenset[str], list[tuple[Any, float]]] = field(default_factory=dict)
    _struck: dict[Limits, dict[str, list[str]]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, facts: Sequence[Facts], means: pd.DataFrame, pairs: pd.DataFrame, able: Mapping[str, Any]
    ) -> "Evidence":
        """The frames as the question "comparison" answers them."""
        known = {str(key): float(mean) for key, mean in zip(means["candidate"], means["mean"], strict=True)}
        return cls(tuple(facts), known, pairs, able)

    @property
    def refused(self) -> bool:
        """Whether the test set cannot tell candidates apart."""
        return bool(self.able.get("refuse", False))

    def fact(self, candidate: str) -> Facts:
        """What is known about one of the candidates."""
        return next(fact for fact in self.facts if fact.candidate == candidate)

    def label(self, candidate: str) -> str:
        """What people read for a candidate."""
        return self.fact(candidate).label

    def reasons(self, limits: Limits) -> dict[str, list[str]]:
        """Why candidates are struck out; those that keep to the limits are not there."""
        if limits not in self._struck:
            found = {fact.candidate: struck(fact, limits) for fact in self.facts}
            for key, why in found.items():
                if isnan(self.means.get(key, nan)) and not self.refused:
                    why.append("Its quality was not measured.")
            self._struck[limits] = {key: why for key, why in found.items() if why}
        return self._struck[limits]

    def survivors(self, limits: Limits) -> list[str]:
        """Those that keep to the limits, highest mean first."""
        kept = [fact.candidate for fact in self.facts if fact.candidate not in self.reasons(limits)]
        means = {key: -inf if isnan(mean) else mean for key, mean in self.means.items()}
        return sorted(kept, key=lambda key: -means.get(key, -inf))

    def ties(self, survivors: Sequence[str], margin: float) -> list[str]:
        """The best of some candidates, best first, and those not shown to be worse; Holm over their pairs alone.

        The same as `stats.tie_group` of `stats.tell`, without asking how many more queries would settle each pair.
        """
        key = frozenset(survivors)
        if key not in self._holm:
            own = [row for row in self._rows if row.a in key and row.b in key]
            self._holm[key] = list(zip(own, stats.holm([row.p for row in own]).tolist(), strict=True))
        beaten = set()
        for row, p_holm in self._holm[key]:
            if survivors[0] in (row.a, row.b):
                found = stats.verdict(row.difference, row.low, row.high, p_holm, margin)
                beaten |= {row.b} if found == "better" else {row.a} if found == "worse" else set()
        return [key for key in survivors if key not in beaten]

    def pairs_among(self, candidates: Sequence[str]) -> pd.DataFrame:
        """The pairs of which both are among some candidates."""
        within = self.pairs["a"].isin(candidates) & self.pairs["b"].isin(candidates)
        return self.pairs[within].reset_index(drop=True)

    @cached_property
    def _rows(self) -> list[Any]:
        return list(self.pairs.itertuples(index=False))

    def shortfall(self, candidate: str, best: str) -> tuple[float, float, float]:
        """How much a candidate's mean is above the best's (so 0 or below), with its 95 % interval; NaN when unknown."""
        if candidate == best:
            return 0.0, 0.0, 0.0
        for row in self._rows:
            if (row.a, row.b) == (candidate, best):
                return float(row.difference), float(row.low), float(row.high)
            if (row.a, row.b) == (best, candidate):
                return -float(row.difference), -float(row.high), -float(row.low)
        return nan, nan, nan


def rule(evidence: Evidence, plan: Plan) -> Decision:
    """The decision, without sentences."""
    out, survivors = evidence.reasons(plan.limits), evidence.survivors(plan.limits)
    if not survivors:
        return Decision(LIMITS, "", "", (), out)
    if evidence.refused:
        only = survivors[0] if len(survivors) == 1 else ""
        return Decision(UNDECIDED, only, only, tuple(survivors), out)
    group = evidence.ties(survivors, plan.margin)
    best, chosen = survivors[0], cheapest([evidence.fact(key) for key in group], plan)
    _, low, _ = evidence.shortfall(chosen, best)
    sure = chosen == best or low > -plan.margin
    return Decision(DECIDED if sure else UNDECIDED, chosen, best, tuple(group), out)


def cheapest(group: Sequence[Facts], plan: Plan) -> str:
    """The one that costs least by the plan's order; the first of the group when the costs do not tell."""
    left = list(group)
    for criterion in plan.order:
        known = [fact for fact in left if fact.cost(criterion) is not None]
        if known:
            least = min(fact.cost(criterion) or 0.0 for fact in known)
            left = [fact for fact in known if (fact.cost(criterion) or 0.0) <= least * (1 + plan.tolerance)]
    return left[0].candidate
