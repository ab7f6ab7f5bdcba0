"""What verifying tells: one finding for each part of a record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

HOLDS, CHANGED, CANNOT = "holds", "changed", "cannot be checked"
DECISION = "decision"
NAMED = 10


@dataclass(frozen=True)
class Finding:
    """One part of a record, how it stands ("holds", "changed", "cannot be checked"), and why in a sentence."""

    part: str
    status: str
    sentence: str
    details: Mapping[str, Any] = field(default_factory=dict)


def exit_code(findings: Sequence[Finding]) -> int:
    """0: the record still holds; 3: something changed; 1: nothing changed, but the decision could not be repeated."""
    if any(finding.status == CHANGED for finding in findings):
        return 3
    decided = any(finding.part == DECISION and finding.status == HOLDS for finding in findings)
    return 0 if decided else 1


def named(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED:,} more"
