"""A record as Markdown; whatever people wrote is escaped, so that it is read and never becomes markup or a link."""

import re
from typing import Any

from core.report.record import Record
from core.report.sheet import sheet
from core.report.templates import template

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$!^])")
_FIRST = re.compile(r"^([-+=]|\d+(?=[.)](?:\s|$)))")
# Many programs make links of bare addresses, and look for them after backslashes are gone: an invisible word joiner
# in the middle stops them.
_ALIVE = re.compile(
    r"(?<=\w:)(?=//)|(?<=www)(?=\.)|(?<=@)(?=[\w-]+\.\w)|(?<=mailto:)(?=\S)|(?<=xmpp:)(?=\S)", re.IGNORECASE
)


class _Ours(str):
    """Markup of the template itself."""

    __slots__ = ()


RULED = {True: _Ours(" :-- "), False: _Ours(" --: ")}


def escape(text: str) -> str:
    """Text that Markdown shows letter by letter, on one line.

    >>> escape("# [a](b) | 1 < 2")
    '\\\\# \\\\[a\\\\](b) \\\\| 1 \\\\< 2'
    """
    flat = _ALIVE.sub("\u2060", " ".join(text.split()))
    return _FIRST.sub(_first, _MARKUP.sub(r"\\\1", flat))


def _first(found: "re.Match[str]") -> str:
    """A sign that begins a list or a heading is escaped; after a number it is the dot behind that counts."""
    return f"{found[1]}\\" if found[1].isdigit() else f"\\{found[1]}"


def _written(value: Any) -> Any:
    return escape(value) if isinstance(value, str) and not isinstance(value, _Ours) else value


def to_markdown(record: Record) -> bytes:
    """The record in UTF-8, with tables as GitHub and Pandoc read them."""
    found = sheet(record)
    page = template("record.md.jinja", finalize=_written).render(
        record=found.record,
        status=found.status,
        sections=found.sections,
        back=found.back,
        when=found.when,
        signatures=found.signatures,
        ruled=RULED,
        space=_Ours(" "),
    )
    return (re.sub(r"\n{3,}", "\n\n", page).rstrip() + "\n").encode(errors="replace")
