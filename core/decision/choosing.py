"""The decision from what was measured and what was wished for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from core import stats
from core.decision import words
from core.decision.facts import Facts
from core.decision.plan import Plan
from core.decision.settling import settling_margin
from core.decision.verdict import Decision, Evidence, rule
from core.errors import VecassayError


def decide(
    facts: Sequence[Facts], means: pd.DataFrame, pairs: pd.DataFrame, able: Mapping[str, Any], plan: Plan
) -> Decision:
    """Limits first, then the tie group, then the cheapest of it by the plan's order, or why that cannot be said.

    `means` (candidate, mean, low, high), `pairs` (a, b, difference, low, high, p, ...) and `able` come from the
    question "comparison". Decided when the cheapest of the tie group is the best by mean, or its shortfall against the
    best is shown to be below the margin (lower end of the 95 % interval). Raises VecassayError when facts are missing.
    """
    missing = set(plan.candidates) - {fact.candidate for fact in facts}
    if missing or not plan.candidates:
        raise VecassayError(f"Expected facts about each of at least one candidate; missing: {sorted(missing)}.")
    evidence = Evidence.of(_planned(facts, plan), means, pairs, able)
    found = rule(evidence, plan)
    told = stats.tell(evidence.pairs_among(evidence.survivors(plan.limits)), plan.margin)
    found = replace(found, told=told)
    margin = settling_margin(evidence, plan, found)
    return replace(
        found,
        answer=words.answer(evidence, plan, found),
        why=tuple(words.why(evidence, plan, found)),
        would_decide=tuple(words.would_decide(evidence, found, margin)),
    )


def _planned(facts: Sequence[Facts], plan: Plan) -> list[Facts]:
    known = {fact.candidate: fact for fact in facts}
    return [known[key] for key in plan.candidates]
