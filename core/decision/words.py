"""A decision in sentences, without markup; what stands in them are labels and numbers."""

from collections.abc import Iterator
from math import isfinite

import pandas as pd

from core import stats
from core.decision.limits import NUMERIC, beyond
from core.decision.plan import CRITERIA, Plan
from core.decision.verdict import DECIDED, LIMITS, UNDECIDED, Decision, Evidence

NOBODY = "none"
NOTICEABLE = 1.1
CHEAPER = {
    "speed": ("is", "faster"),
    "memory": ("takes", "less memory"),
    "money": ("is", "cheaper"),
    "dimension": ("has", "shorter vectors"),
}


def outcome(evidence: Evidence, found: Decision) -> str:
    """An answer in a few words: a candidate, not decided, or none."""
    if found.status == LIMITS:
        return NOBODY
    if found.status == DECIDED:
        return evidence.label(found.chosen)
    return f"not decided (leaning to {evidence.label(found.chosen)})" if found.chosen else "not decided"


def becomes(evidence: Evidence, found: Decision) -> str:
    """The same at the end of "the answer would become"."""
    told = outcome(evidence, found)
    return f"“{told}”" if found.status == UNDECIDED else "that none meets the limits" if told == NOBODY else told


def flip(what: str, at: float, up: bool, is_set: bool, then: str) -> str:
    """Where an answer would change, in one sentence that is true at the very number it names."""
    if what == "margin":
        start = f"At a margin {'above' if up else 'of'} {beyond(at, up=up)}{'' if up else ' or less'}"
    elif what == "tolerance":
        share = f"{beyond(100 * at, up=up)}%"
        start = f"If costs counted as the same {'from' if up else 'only below'} {share} apart{' on' if up else ''}"
    else:
        limit = NUMERIC[what]
        turned = "went" if is_set else "were set"
        side = ("to" if limit.most else "above") if up else ("below" if limit.most else "to")
        reached = " or more" if up and limit.most else " or less" if not up and not limit.most else ""
        start = f"If the limit on {lower(limit.label)} {turned} {side} {limit.told_beyond(at, up=up)}{reached}"
    return f"{start}, the answer would become {then}."


def lower(label: str) -> str:
    """A label inside a sentence."""
    return label if label.startswith("p95") else label[0].lower() + label[1:]


def answer(evidence: Evidence, plan: Plan, found: Decision) -> str:
    """The answer in one sentence."""
    if found.status == LIMITS:
        return (
            f"None of the {len(evidence.facts)} candidates meets the limits."
            if len(evidence.facts) > 1
            else (f"{evidence.facts[0].label} does not meet the limits.")
        )
    if found.status == UNDECIDED:
        return _open(evidence, plan, found)
    label, mean = evidence.label(found.chosen), evidence.means[found.chosen]
    if found.chosen != found.best:
        low = evidence.shortfall(found.chosen, found.best)[1]
        gain = _gain(evidence, plan, found)[1]
        best = evidence.label(found.best)
        below = f"within {plan.margin:g} of {best} in {plan.measure}" if low <= 0 else f"no worse than {best}"
        return f"{label}: {below}{f', and {gain}' if gain else ''}."
    if len(found.tie_group) > 1:
        within = " within the limits" if found.struck else ""
        return (
            f"{label}: the best {plan.measure}{within} ({mean:.3f}), and the first by cost of the "
            f"{len(found.tie_group)} that are not shown to be worse."
        )
    if len(evidence.facts) == len(found.struck) + 1:
        alone = "the only candidate" if not found.struck else "the only one within the limits"
        return f"{label}: {alone}; {plan.measure} {mean:.3f}."
    return f"{label}: the best {plan.measure} ({mean:.3f}), and shown to be better than all others within the limits."


def _open(evidence: Evidence, plan: Plan, found: Decision) -> str:
    if evidence.refused:
        only = f" {evidence.label(found.chosen)} alone is within the limits." if found.chosen and found.struck else ""
        return f"Not decided: this test set cannot tell candidates apart.{only}"
    low = evidence.shortfall(found.chosen, found.best)[1]
    verb, gain = _gain(evidence, plan, found)
    worse = f"may be up to {-low:.3f} worse in {plan.measure}" if isfinite(low) else "was not compared with it"
    lead, best = evidence.label(found.chosen), evidence.label(found.best)
    cheaper = f"{verb} {gain} than {best}" if gain else f"comes before {best} by cost"
    return f"Not decided: {lead} {cheaper}, but {worse}."


def _gain(evidence: Evidence, plan: Plan, found: Decision) -> tuple[str, str]:
    """A verb, and by how much the chosen one is cheaper than the best: by the first criterion where that shows."""
    mine, other = evidence.fact(found.chosen), evidence.fact(found.best)
    for criterion in plan.order:
        cheap, dear = mine.cost(criterion), other.cost(criterion)
        if cheap and dear and dear / cheap >= NOTICEABLE:
            verb, cheaper = CHEAPER[criterion]
            return verb, f"{times(dear / cheap)} {cheaper}"
    return "", ""


def times(ratio: float) -> str:
    """1.4x, 40x."""
    return f"{ratio:.1f}x" if ratio < 9.95 else f"{ratio:,.0f}x"


def why(evidence: Evidence, plan: Plan, found: Decision) -> Iterator[str]:
    """The grounds, in the order the rule goes."""
    if found.struck:
        names = ", ".join(evidence.label(key) for key in found.struck)
        yield f"Struck out: {names} ({len(found.struck)} of {len(evidence.facts)})."
    if found.status == LIMITS:
        return
    if evidence.refused:
        yield from evidence.able.get("reasons", ())
        return
    yield from _group(evidence, plan, found)
    low, high = evidence.shortfall(found.chosen, found.best)[1:]
    if found.chosen != found.best and isfinite(low):
        shown = "below the margin" if found.status == DECIDED else "not shown to be below the margin"
        yield (
            f"{evidence.label(found.chosen)} minus {evidence.label(found.best)} in {plan.measure}: between {low:+.3f} "
            f"and {high:+.3f} (95 % interval), so a shortfall is {shown} of {plan.margin:g}."
        )


def _group(evidence: Evidence, plan: Plan, found: Decision) -> Iterator[str]:
    best = evidence.label(found.best)
    yield f"{best} has the best mean {plan.measure} within the limits, {evidence.means[found.best]:.3f}."
    others = [evidence.label(key) for key in found.tie_group if key != found.best]
    if others:
        yield f"Not shown to be worse than it: {', '.join(others)}."
        order = ", then ".join(CRITERIA[criterion] for criterion in plan.order)
        yield f"Among these the cheapest is {evidence.label(found.chosen)}: {order}; {plan.tolerance:.0%} is the same."
        unknown = [
            CRITERIA[name] for name in plan.order if all(evidence.fact(k).cost(name) is None for k in found.tie_group)
        ]
        if unknown:
            yield f"Not known for any of them, so not weighed: {', '.join(unknown)}."


def would_decide(evidence: Evidence, found: Decision, margin: tuple[float, str] | None) -> Iterator[str]:
    """What would settle an open question, or let a candidate in."""
    if found.status == LIMITS:
        for key, reasons in sorted(found.struck.items(), key=lambda each: len(each[1])):
            yield f"{evidence.label(key)} fails {len(reasons)}: {' '.join(reasons)}"
    if found.status != UNDECIDED:
        return
    if evidence.refused:
        yield "More queries with judgements, above all on what the candidates disagree about; see the Retrieval page."
        return
    more = _more(found.told, found.chosen, found.best)
    pair = f"between {evidence.label(found.chosen)} and {evidence.label(found.best)}"
    if more >= stats.MOST_QUERIES:
        yield f"No number of queries within reach would settle it {pair}."
    elif isfinite(more):
        queries = "1 more query like these" if more == 1 else f"{float(f'{more:.2g}'):,.0f} more queries like these"
        yield f"About {queries} would settle it {pair}, as they now look."
    if margin is not None:
        yield f"At a margin above {beyond(margin[0], up=True)} it would be decided for {evidence.label(margin[1])}."
    yield f"Who would rather not risk it takes {evidence.label(found.best)}, the best by mean."


def _more(told: pd.DataFrame, one: str, other: str) -> float:
    found = told[(told["a"].isin((one, other))) & (told["b"].isin((one, other)))]
    return float(found["more"].iloc[0]) if len(found) else float("nan")
