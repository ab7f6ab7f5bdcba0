"""What every text goes through before anything else sees it, typed ones included."""

import re

_HALF_CHARACTERS = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    r"""The text as it is kept: `\n` line ends, no NUL, no surrounding whitespace, no half characters.

    Surrogates that belong together are joined, a lone one becomes U+FFFD, so that the text can be stored and sent.
    Everything else is left as it came: markup, emoji, right-to-left marks.
    """
    if _HALF_CHARACTERS.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def shorten(text: str, most: int = 60) -> str:
    """The text's beginning, for a message or a preview."""
    return text if len(text) <= most else text[: most - 1] + "…"


def written(value: object) -> str:
    """A plain value as people write it: 3.0 is "3", true is "true", nothing and not-a-number are ""."""
    if isinstance(value, str):
        return value
    if value is None or value != value:  # noqa: PLR0124 - only NaN is not itself
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
