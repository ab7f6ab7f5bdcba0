"""Numbers and names of a record as people read them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

UNKNOWN = "unknown"
NONE = "–"
_SIZES = ("B", "kB", "MB", "GB", "TB")


def number(value: Any) -> float | None:
    """A value of a record as a number; None for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def share(value: float | None, digits: int = 3) -> str:
    """A measure or difference, 0.612; a dash where it is undefined."""
    return NONE if value is None else f"{value:.{digits}f}".replace("-", "−")


def interval(mean: float | None, low: float | None, high: float | None) -> str:
    """0.612 [0.570, 0.651]; without the interval where there is none."""
    # The space that does not break keeps an interval on one line of a narrow column.
    return share(mean) if low is None or high is None else f"{share(mean)} [{share(low)},\u00a0{share(high)}]"


def amount(value: Any, unit: str = "") -> str:
    """Three digits, or all before the point, with a unit; "unknown" where there is none."""
    known = number(value)
    if known is None:
        return UNKNOWN
    return f"{known:,.0f}{unit}" if abs(known) >= 1000 else f"{known:.3g}{unit}"


def size(value: Any) -> str:
    """Bytes for people: 91.2 MB."""
    known = number(value)
    if known is None:
        return UNKNOWN
    step = 0
    while abs(known) >= 999.5 and step < len(_SIZES) - 1:
        known, step = known / 1000, step + 1
    return f"{known:.0f} B" if step == 0 else f"{known:.3g} {_SIZES[step]}"


def p_value(value: float | None) -> str:
    """0.034, < 0.001, or a dash."""
    if value is None:
        return NONE
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def count(value: int, noun: str, plural: str = "") -> str:
    """1 query, 2 queries."""
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {plural or noun + 's'}"


def when(time: str) -> str:
    """2026-11-21 10:00 UTC; what is no such time stays as it is."""
    try:
        return datetime.fromisoformat(time).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError):
        return time


def plain(value: Any) -> str:
    """Any fact of a record in one line: lists with commas, tables as name value, nothing as a dash."""
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.6g}" if isinstance(value, float) else f"{value}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {plain(item)}" for name, item in value.items()) or NONE
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value) or NONE
    return str(value)
