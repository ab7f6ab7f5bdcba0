"""A file's bytes, or pasted lines, to texts with a report."""

from core.corpora import lines
from core.corpora.checks import Columns, check
from core.corpora.formats import base, open_table
from core.corpora.limits import Limits
from core.corpora.preview import guess_text, look
from core.corpora.report import Reading
from core.errors import VecassayError


def read(  # noqa: PLR0913 - each is something a person chooses
    name: str,
    data: bytes,
    *,
    text: str | None = None,
    label: str | None = None,
    id: str | None = None,  # noqa: A002
    title: str | None = None,
    sample: int | None = None,
    seed: int = 0,
    limits: Limits | None = None,
) -> Reading:
    """Texts of an uploaded file; the format is told by the end of its name.

    `text`, `label`, `id` and `title` name columns; without `text` it is guessed. A title is put before its text.
    `sample` rows are drawn at random. Raises VecassayError, naming the line, for a file that is broken, over a limit
    (see `Limits`) or of a kind that is not read.
    """
    limits = limits or Limits.from_settings()
    table = open_table(name, data, limits)
    text = guess_text(table.columns, look(table)) if text is None else text
    return check(table, Columns(text, label, id, title), limits, sample, seed)


def paste(text: str, name: str = "Pasted texts", limits: Limits | None = None) -> Reading:
    """Typed or pasted texts, one per line; raises VecassayError over a limit or without any text."""
    limits = limits or Limits.from_settings()
    limits.check_bytes("The pasted text", len(text.encode("utf-8", "surrogatepass")))
    if not text.strip():
        raise VecassayError("There is no text yet. Type or paste at least one, each on a line of its own.")
    return check(lines.table(base(name), text), Columns(lines.COLUMN), limits)
