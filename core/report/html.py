"""A record as one HTML file: pictures inside, no script, nothing fetched from anywhere; for screen and paper."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.report.pictures import against_latency, whiskers
from core.report.record import Record
from core.report.sheet import STATUS, sheet

if TYPE_CHECKING:
    from jinja2 import Environment


@lru_cache(maxsize=1)
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )


def to_html(record: Record) -> bytes:
    """The page in UTF-8; whatever people wrote stands in it letter by letter."""
    found = sheet(record)
    page = (
        _templates()
        .get_template("record.html.jinja")
        .render(
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
    )
    return page.encode(errors="replace")
