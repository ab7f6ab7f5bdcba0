"""A first look at a file, and a guess which columns hold the texts and the labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from core.corpora.cleaning import clean, shorten
from core.corpora.formats import Table, open_table
from core.corpora.limits import Limits

_SHOWN, _SHOWN_CHARS = 5, 500
_LOOKED_AT = 1_000
_TEXT_NAMES = ("text", "sentence", "content", "body", "question")
_ID_NAMES = ("id", "_id", "doc_id", "docid", "corpus-id", "text_id")
_LABEL_NAMES = ("label", "category", "topic", "class", "intent")
_MOST_LABELS, _LONGEST_LABEL = 100, 60


@dataclass(frozen=True)
class Preview:
    """Column names, the guessed columns of texts, labels and ids, the first 5 rows (long values cut), rows in all."""

    columns: tuple[str, ...]
    text: str
    label: str | None
    rows: tuple[tuple[str, ...], ...]
    total: int
    encoding: str
    notes: tuple[str, ...] = ()
    id: str | None = None


def preview(name: str, data: bytes, limits: Limits | None = None) -> Preview:
    """Look at a file of any number of rows; raises VecassayError when it is broken, too large or of another kind."""
    table = open_table(name, data, limits or Limits.from_settings())
    total = table.count()
    head = look(table)
    text = guess_text(table.columns, head)
    rows = tuple(tuple(shorten(value, _SHOWN_CHARS) for value in row) for row in head[:_SHOWN])
    label = guess_label(table.columns, head, text)
    return Preview(
        table.columns, text, label, rows, total, table.encoding, table.notes, guess_id(table.columns, head, text)
    )


def look(table: Table) -> list[tuple[str, ...]]:
    """The first rows, cleaned, for looking at and guessing from."""
    rows = islice(table.rows(range(len(table.columns))), _LOOKED_AT)
    return [tuple(clean(value or "") for value in row) for _, row in rows]


def guess_text(columns: Sequence[str], head: Sequence[Sequence[str]]) -> str:
    """The column called text (or sentence, content, body, question), else the one with the longest values."""
    called = named(columns, _TEXT_NAMES)
    lengths = [sum(len(row[column]) for row in head if not _is_number(row[column])) for column in range(len(columns))]
    return called or columns[max(range(len(columns)), key=lengths.__getitem__)]


def guess_label(columns: Sequence[str], head: Sequence[Sequence[str]], text: str) -> str | None:
    """The column called label (or category, topic, class, intent), else one with few, short, repeated values."""
    others = [column for column in columns if column != text]
    called = named(others, _LABEL_NAMES)
    return called or next(
        (column for column in others if _like_labels([row[columns.index(column)] for row in head])), None
    )


def guess_id(columns: Sequence[str], head: Sequence[Sequence[str]], text: str) -> str | None:
    """The column called id (or doc_id ...), when no two of the first rows have the same one in it."""
    called = named([column for column in columns if column != text], _ID_NAMES)
    if called is None:
        return None
    values = [row[columns.index(called)] for row in head]
    return called if all(values) and len(set(values)) == len(values) else None


def named(columns: Sequence[str], names: Sequence[str]) -> str | None:
    """The first of these names that is a column, in any case."""
    lower = {column.lower(): column for column in reversed(columns)}
    return next((lower[name] for name in names if name in lower), None)


def _like_labels(values: Sequence[str]) -> bool:
    found = {value for value in values if value}
    few = 2 <= len(found) <= min(_MOST_LABELS, len(values) // 3)
    return few and all(len(value) <= _LONGEST_LABEL and not _is_number(value) for value in found)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
