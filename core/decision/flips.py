"""Where the answer would be another: at which limit, margin, tolerance or order of costs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf, isfinite, log, nan
from typing import Any

import pandas as pd

from core.decision import words
from core.decision.facts import JOINED, Facts
from core.decision.limits import NUMERIC
from core.decision.plan import CRITERIA, Plan
from core.decision.settling import margins
from core.decision.verdict import Decision, Evidence, rule

COLUMNS = ["what", "at", "before", "after", "sentence"]
LOOSE = 1e300
FAR = 1e6
"""How far something counts as that is no number, such as a licence: behind all numbers that are set."""


@dataclass(frozen=True, eq=False)
class _Knob:
    """Something that can be turned: where the answer may change, and the plan at a setting.

    At a point itself the answer is the one above it with `closed`, else the one below it.
    """

    what: str
    now: float
    points: Sequence[float]
    at: Callable[[float], Plan]
    closed: bool = False

    def between(self) -> list[float]:
        """A setting below the first point, between every two, and above the last."""
        ends = [self.points[0] / 2, self.points[-1] * 2]
        return [ends[0], *((a + b) / 2 for a, b in zip(self.points, self.points[1:], strict=False)), ends[1]]

    def place(self) -> int:
        """Between which points the present setting is."""
        return sum(point <= self.now if self.closed else point < self.now for point in self.points)


@dataclass(frozen=True)
class _Flip:
    distance: float
    row: tuple[str, float, str, str, str]


def flips(
    facts: Sequence[Facts], means: pd.DataFrame, pairs: pd.DataFrame, able: Mapping[str, Any], plan: Plan
) -> pd.DataFrame:
    """Every turn of one limit, the margin, the tolerance or the order that changes the answer, the nearest first.

    Columns: what (a limit's name, "margin", "tolerance", "order"), at (NaN where it is no number), before, after (the
    answers on this side of the point and beyond it), sentence. Everything else stays as planned. Distances are ratios
    to the present setting; of a limit that is off, every setting counts as far.
    """
    known = {fact.candidate: fact for fact in facts}
    evidence = Evidence.of([known[key] for key in plan.candidates], means, pairs, able)
    found = [flip for knob in _knobs(evidence, plan) for flip in _turned(evidence, knob)]
    found += list(_switched(evidence, plan))
    rows = [flip.row for flip in sorted(found, key=lambda flip: flip.distance)]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype({**dict.fromkeys(COLUMNS, "str"), "at": float})


def _knobs(evidence: Evidence, plan: Plan) -> Iterator[_Knob]:
    """What can be turned by degrees, each where it has a point to turn at."""
    for key, limit in NUMERIC.items():
        values = sorted({float(value) for fact in evidence.facts if (value := getattr(fact, key)) is not None})
        off = inf if limit.most else -inf
        now = getattr(plan.limits, key)

        positive = [value for value in values if value > 0]
        if positive:
            yield _Knob(key, off if now is None else now, positive, partial(_limited, plan, key), closed=limit.most)
    points = margins(evidence, plan.candidates)
    if points:
        yield _Knob("margin", plan.margin, points, lambda value: replace(plan, margin=min(1.0, value)))
    points = _tolerances(evidence, plan)
    if points:
        yield _Knob("tolerance", plan.tolerance, points, lambda value: replace(plan, tolerance=value), closed=True)


def _limited(plan: Plan, key: str, value: float | None) -> Plan:
    changed: dict[str, Any] = {key: value}
    return replace(plan, limits=replace(plan.limits, **changed))


def _tolerances(evidence: Evidence, plan: Plan) -> list[float]:
    """Tolerances at which one candidate's cost begins to count as another's."""
    found = set()
    for criterion in plan.order:
        costs = [cost for fact in evidence.facts if (cost := fact.cost(criterion))]
        found |= {dear / cheap - 1 for dear in costs for cheap in costs if dear > cheap > 0}
    return sorted(found)


def _turned(evidence: Evidence, knob: _Knob) -> Iterator[_Flip]:
    """The changes along one knob, outwards from where it stands."""
    answers = [rule(evidence, knob.at(setting)) for setting in knob.between()]
    here = knob.place()
    for place, point in enumerate(knob.points):
        below, above = answers[place], answers[place + 1]
        up = place >= here
        before, after = (below, above) if up else (above, below)
        if words.outcome(evidence, before) == words.outcome(evidence, after):
            continue
        yield _Flip(_distance(point, knob), _row(evidence, knob, point, up, before, after))


def _distance(point: float, knob: _Knob) -> float:
    if not isfinite(knob.now):
        nearest = knob.points[-1] if knob.now > 0 else knob.points[0]
        return FAR * 2 + abs(log(point / nearest))
    return abs(log(point / knob.now)) if knob.now > 0 else FAR


def _row(
    evidence: Evidence, knob: _Knob, point: float, up: bool, before: Decision, after: Decision
) -> tuple[str, float, str, str, str]:
    sentence = words.flip(knob.what, point, up, isfinite(knob.now), words.becomes(evidence, after))
    return knob.what, point, words.outcome(evidence, before), words.outcome(evidence, after), sentence


def _switched(evidence: Evidence, plan: Plan) -> Iterator[_Flip]:
    """What is switched and not turned: licences, language, place, and which cost comes first."""
    now = rule(evidence, plan)
    for what, when, other in _switches(evidence, plan):
        then = rule(evidence, other)
        before, after = words.outcome(evidence, now), words.outcome(evidence, then)
        if before != after:
            sentence = f"{when}, the answer would become {words.becomes(evidence, then)}."
            yield _Flip(FAR, (what, nan, before, after, sentence))


def _switches(evidence: Evidence, plan: Plan) -> Iterator[tuple[str, str, Plan]]:
    limits = plan.limits
    for key, limit in NUMERIC.items():
        if any(getattr(fact, key) is None for fact in evidence.facts):
            loosest = LOOSE if limit.most else 1 / LOOSE
            off = getattr(limits, key) is None
            when = f"If {'any' if off else 'the'} limit on {words.lower(limit.label)} were {'set' if off else 'lifted'}"
            yield key, when, _limited(plan, key, loosest if off else None)
    parts = dict.fromkeys(part for fact in evidence.facts for part in fact.licence.split(JOINED) if part)
    for licence in parts if limits.licences else ():
        if licence.casefold() not in {name.casefold() for name in limits.licences}:
            wider = replace(limits, licences=(*limits.licences, licence))
            yield "licences", f"If the licence {licence} were allowed", replace(plan, limits=wider)
    if limits.language:
        yield "language", "If the language did not matter", replace(plan, limits=replace(limits, language=None))
    place = "If texts could leave this machine" if limits.local else "If texts had to stay on this machine"
    yield "local", place, replace(plan, limits=replace(limits, local=not limits.local))
    for criterion in plan.order[1:]:
        order = (criterion, *(other for other in plan.order if other != criterion))
        yield "order", f"If {CRITERIA[criterion]} came first", replace(plan, order=order)
