"""Plain text: one text per line, from a file or pasted."""

from collections.abc import Sequence
from functools import partial

from core.corpora.decoding import decode, lines
from core.corpora.formats import REGISTRY, Rows, Table

COLUMN = "text"


@REGISTRY.register(".txt")
def read_txt(name: str, data: bytes) -> Table:
    """One column; blank lines are rows without text."""
    text, encoding = decode(name, data)
    return table(name, text, encoding)


def table(name: str, text: str, encoding: str = "") -> Table:
    """Lines as a table with the one column "text"."""
    return Table(name, (COLUMN,), partial(_rows, text), encoding=encoding)


def _rows(text: str, columns: Sequence[int]) -> Rows:
    for number, line in enumerate(lines(text), start=1):
        yield number, (line.rstrip("\r\n"),) * len(columns)
