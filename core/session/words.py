"""User text on a page: shown as it is, never as markup."""

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~:&=])")
# What Streamlit still brings to life behind a backslash, because it looks for it after the backslashes are gone: web
# and mail addresses, icons and emoji, arrows. An invisible word joiner in the middle stops it.
_ALIVE = re.compile(
    r"(?<=http:)(?=//)|(?<=https:)(?=//)|(?<=www)(?=\.)|(?<=@)(?=[\w-])|(?<=:)(?=material/|[\w+-]+:)"
    r"|(?<=[<-])(?=-)|(?<=-)(?=>)|(?<=[<>~])(?==)",
    re.IGNORECASE,
)
_BREAK = re.compile(r"\s*[\r\n]\s*")
_TURN = re.compile("[\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Text that Markdown shows letter by letter: no link, image, formula, colour or emoji code comes to life.

    Line breaks become spaces, because lines are markup too (headings, lists, code). Marks that turn the direction of
    what follows are left out: they would turn the rest of our sentence; right-to-left letters need none.
    """
    return _MARKUP.sub(r"\\\1", _ALIVE.sub("\u2060", _BREAK.sub(" ", _TURN.sub("", text))))


def short(text: str, width: int = 80) -> str:
    """The text on one line, cut to `width` characters with an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def size(number: float) -> str:
    """Bytes for people: 1.2 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 999.5:
            return f"{number:.0f} {unit}" if unit == "B" or number >= 99.95 else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def count(number: int, noun: str) -> str:
    """1 text, 2 texts."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
