"""A record as one HTML file: pictures inside, no script, nothing fetched from anywhere; for screen and paper."""

from core.report.pictures import against_latency, whiskers
from core.report.record import Record
from core.report.sheet import STATUS, sheet
from core.report.templates import template


def to_html(record: Record) -> bytes:
    """The page in UTF-8; whatever people wrote stands in it letter by letter."""
    found = sheet(record)
    page = template("record.html.jinja", html=True).render(
        record=found.record,
        status=found.status,
        kind=found.record.ruling.status if found.record.ruling.status in STATUS else "undecided",
        sections=found.sections,
        back=found.back,
        when=found.when,
        signatures=found.signatures,
        whiskers=whiskers(found.record),
        scatter=against_latency(found.record),
    )
    return page.encode(errors="replace")
