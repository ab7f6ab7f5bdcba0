"""At which margins an answer can change, and the smallest at which an open one is settled."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

from core.decision.plan import Plan
from core.decision.verdict import DECIDED, UNDECIDED, Decision, Evidence, rule

LARGEST = 1.0


def margins(evidence: Evidence, candidates: Sequence[str]) -> list[float]:
    """Margins just above which a verdict or the proof of a small shortfall may change, ascending, without 0."""
    pairs = evidence.pairs
    within = pairs[pairs["a"].isin(candidates) & pairs["b"].isin(candidates)]
    ends = {abs(float(end)) for name in ("low", "high") for end in within[name]}
    return sorted(end for end in ends if isfinite(end) and 0 < end < LARGEST)


def above(points: Sequence[float], place: int) -> float:
    """A margin between one point and the next, or the largest there is."""
    after = points[place + 1] if place + 1 < len(points) else LARGEST
    return (points[place] + after) / 2


def settling_margin(evidence: Evidence, plan: Plan, found: Decision) -> tuple[float, str] | None:
    """The smallest larger margin at which an open answer is settled, and for whom; None when none settles it."""
    if found.status != UNDECIDED or evidence.refused:
        return None
    points = margins(evidence, evidence.survivors(plan.limits))
    for place, point in enumerate(points):
        if point >= plan.margin:
            then = rule(evidence, replace(plan, margin=above(points, place)))
            if then.status == DECIDED:
                return point, then.chosen
    return None
