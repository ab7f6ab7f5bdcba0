"""What is red before any score blocks a decision, unless somebody decides all the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.decision.verdict import BLOCKED, Decision


@dataclass(frozen=True)
class Alarm:
    """A check of a model that is red: the model's label, the check's, and what to do in a sentence."""

    model: str
    check: str
    sentence: str


def blocked(found: Decision, alarms: Sequence[Alarm], *, despite: bool) -> Decision:
    """The decision, blocked where there are alarms; with `despite` as it is, and its grounds say what was red."""
    if not alarms:
        return found
    named = "; ".join(f"{alarm.model}: {alarm.check}" for alarm in alarms)
    if despite:
        return replace(found, why=(*found.why, f"Decided all the same, although checks were red ({named})."))
    first, more = alarms[0], len(alarms) - 1
    others = f", and {more} more {'check is' if more == 1 else 'checks are'} red" if more else ""
    return replace(
        found,
        status=BLOCKED,
        chosen="",
        answer=f"Blocked by a check of {first.model}, “{first.check}”{others}. {first.sentence}",
        why=tuple(f"{alarm.model}, {alarm.check}: {alarm.sentence}" for alarm in (alarms if more else ())),
        would_decide=(
            "Mend what is red, or leave the model out.",
            "Or decide all the same: figures are then taken as they are, and the record says so.",
        ),
    )
