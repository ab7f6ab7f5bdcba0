"""Is the answer the same? The rule is applied again, to figures of today and to the times and prices of the record."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.decision import Alarm, Decision, Facts, Plan, blocked, decide
from core.errors import VecassayError
from core.preflight import RED
from core.report.parts import labels
from core.report.record import Record
from core.retrieval import figures
from core.types import Answer
from core.verification.findings import CANNOT, CHANGED, DECISION, HOLDS, Finding

Read = TypeVar("Read")
_PLAN, _FACTS = TypeAdapter(Plan), TypeAdapter(Facts)
STATUS = {
    "decided": "decided for {}",
    "undecided": "not decided, {} leading",
    "limits": "no candidate within limits",
    "blocked": "blocked by a check",
}


def plan(record: Record) -> Plan:
    """The plan as it was; raises VecassayError when the record's is damaged."""
    found = _read(_PLAN, record.plan, "its plan")
    figures.family(found.measure)
    if found.seed < 0 or set(found.candidates) != {way.key for way in record.candidates}:
        raise VecassayError("This record is damaged: its plan has another seed or other candidates than its figures.")
    return found


def facts(record: Record) -> list[Facts]:
    """The facts as they were, in the plan's order; raises VecassayError when they are damaged."""
    found = [_read(_FACTS, each, "a candidate's facts") for each in record.facts]
    known = {fact.candidate: fact for fact in found}
    if set(known) != {way.key for way in record.candidates}:
        raise VecassayError("This record is damaged: there are not facts of each of its candidates.")
    return [known[word] for word in plan(record).candidates]


def _read(reader: "TypeAdapter[Read]", raw: Mapping[str, Any], what: str) -> Read:
    try:
        return reader.validate_python(dict(raw))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise VecassayError(f"This record is damaged: {what} cannot be read at {place}: {first['msg']}.") from error


def verdict(record: Record, asked: Plan, known: list[Facts], comparison: Answer) -> Finding:
    """Whether the same candidate comes out, on the same terms."""
    found = decide(known, comparison["means"], comparison["pairs"], comparison["able"], asked)
    # What was red then blocks now, too, unless it was overridden; whether vectors are still the same is told apart.
    found = blocked(found, alarms(record), despite=asked.despite)
    names, then = labels(record), record.ruling
    before, after = _said(then.status, then.chosen, names), _said(found.status, found.chosen, names)
    details = {"before": before, "after": after, "answer": found.answer, "why": list(found.why)}
    if (then.status, then.chosen) == (found.status, found.chosen):
        return Finding(DECISION, HOLDS, f"The verdict is the same: {before}.{_ties(record, found, names)}", details)
    return Finding(DECISION, CHANGED, f"The verdict flips from {before} to {after}. {found.answer}".strip(), details)


def alarms(record: Record) -> list[Alarm]:
    """The checks that were red when the record was made; none in records older than the checks."""
    names = ("model", "label", "sentence")
    return [Alarm(*(str(each.get(name)) for name in names)) for each in record.preflight if each.get("level") == RED]


def open_(missing: list[str]) -> Finding:
    """Without all figures there is no verdict."""
    said = f"The decision could not be taken again, because figures are missing: {', '.join(missing)}."
    return Finding(DECISION, CANNOT, said)


def _ties(record: Record, found: Decision, names: Mapping[str, str]) -> str:
    if set(record.ruling.tie_group) == set(found.tie_group):
        return ""
    group = ", ".join(names.get(key, key) for key in found.tie_group)
    return f" Those not shown to be worse than the best are others now: {group}."


def _said(status: str, chosen: str, names: Mapping[str, Any]) -> str:
    return STATUS.get(status, status).format(names.get(chosen, chosen) or "nobody")
