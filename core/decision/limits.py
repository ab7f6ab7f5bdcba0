"""Who is struck out by a limit, and why in a sentence."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from core.decision.facts import ANY_LANGUAGE, JOINED, Facts
from core.decision.plan import Limits


@dataclass(frozen=True)
class Limit:
    """A limit that is a number: its name in `Limits` and in `Facts`, what people call it, its unit, at most or least.

    `scale` brings a stored number to the unit people read: bytes to MB.
    """

    key: str
    label: str
    unit: str
    help: str
    most: bool = True
    scale: float = 1.0

    def passes(self, value: float | None, limit: float | None) -> bool:
        """Whether a value keeps to a limit; an unknown value keeps to none that is set."""
        if limit is None:
            return True
        return value is not None and (value <= limit if self.most else value >= limit)

    def told(self, value: float) -> str:
        """The value with its unit, at the precision people read."""
        return f"{number(value / self.scale)} {self.unit}".strip()

    def told_beyond(self, value: float, *, up: bool) -> str:
        """The same on that side of the value, or just at it."""
        return f"{beyond(value / self.scale, up=up)} {self.unit}".strip()


NUMERIC = {
    limit.key: limit
    for limit in (
        Limit("p95_ms", "p95 of a query", "ms", "95 of 100 queries are answered within this time, embedding included."),
        Limit("texts_per_s", "Texts per second", "texts/s", "How fast new texts are made searchable.", most=False),
        Limit("memory_bytes", "Memory", "MB", "What model and index take while they serve.", scale=1e6),
        Limit("bytes_per_vector", "Bytes per vector", "bytes", "What each text adds to the index of vectors."),
        Limit("money", "Money per million texts", "", "What embedding a million texts costs, in your currency."),
    )
}
HELP = {
    "licences": "Licences you may use; a candidate needs all of its parts under one of them.",
    "language": "A language every part must read, as its code: en, de, pt.",
    "local": "On: texts and queries may not leave this machine, so nothing behind a web address is allowed.",
}


def number(value: float) -> str:
    """Three digits, or all before the point: 0.0123, 4.57, 312, 12,345.

    >>> number(4.5678), number(12345.6), number(0), number(999.7)
    ('4.57', '12,346', '0', '1,000')
    """
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"


def beyond(value: float, *, up: bool) -> str:
    """As `number`, but never on the other side of the value: what is said of "above 0.16" must be true at 0.1601.

    >>> beyond(0.15994, up=True), beyond(0.15994, up=False), beyond(0.16, up=True), beyond(6325.7, up=True)
    ('0.16', '0.159', '0.16', '6,326')
    """
    exact = Decimal(repr(float(value)))
    unit = Decimal(1) if abs(exact) >= 1000 else Decimal(1).scaleb(exact.adjusted() - 2)
    return number(float(exact.quantize(unit, ROUND_CEILING if up else ROUND_FLOOR)))


def struck(facts: Facts, limits: Limits) -> list[str]:
    """Why a candidate does not keep to the limits: a sentence for each it fails; empty when it keeps to all."""
    reasons = [
        _numeric(limit, getattr(facts, key), wanted)
        for key, limit in NUMERIC.items()
        if (wanted := getattr(limits, key)) is not None and not limit.passes(getattr(facts, key), wanted)
    ]
    if limits.licences and not _licensed(facts, limits.licences):
        wanted = ", ".join(limits.licences)
        reasons.append(
            f"Its licence is {facts.licence}, which is not among {wanted}."
            if facts.licence
            else f"Its licence is unknown, and one of {wanted} is wanted."
        )
    if limits.language and not _reads(facts, limits.language):
        reasons.append(
            f"It reads {', '.join(facts.languages)}, not {limits.language}."
            if facts.languages
            else f"Which languages it reads is unknown, and {limits.language} is wanted."
        )
    if limits.local and facts.remote:
        reasons.append("Texts would leave this machine.")
    return reasons


def _numeric(limit: Limit, value: float | None, wanted: float) -> str:
    bound = f"{'at most' if limit.most else 'at least'} {limit.told(wanted)}"
    if value is None:
        return f"{limit.label}: not measured, and {bound} is wanted."
    # Rounded, 2.034 ms would be struck out for not being at most 2.03.
    found = limit.told(value) if limit.told(value) != limit.told(wanted) else limit.told_beyond(value, up=limit.most)
    return f"{limit.label}: {found}, and {bound} is wanted."


def _licensed(facts: Facts, licences: tuple[str, ...]) -> bool:
    allowed = {licence.casefold() for licence in licences}
    return bool(facts.licence) and {part.casefold() for part in facts.licence.split(JOINED)} <= allowed


def _reads(facts: Facts, language: str) -> bool:
    wanted = language.casefold()
    known = {name.casefold() for name in facts.languages}
    return bool(known & {wanted, wanted.partition("-")[0], *ANY_LANGUAGE})
