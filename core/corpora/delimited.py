"""CSV and TSV: a header, then one row per record; values stay exactly the strings they are."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Literal

from core.corpora.decoding import decode, lines
from core.corpora.formats import REGISTRY, Rows, Table, distinct
from core.errors import VecassayError

_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}
_LONGEST_FIELD = 2**31 - 1
Records = Callable[[], Iterator[tuple[int, list[str]]]]


@REGISTRY.register(".csv")
def read_csv(name: str, data: bytes) -> Table:
    """Comma-separated values; a header that obviously uses semicolons or tabs is believed, and noted."""
    text, encoding = decode(name, data)
    header = re.sub(r'"[^"]*"', "", next(lines(text.lstrip("\r\n"))))
    delimiter = max(_NAMES, key=header.count)
    notes = () if delimiter == "," else (f"Columns are separated by {_NAMES[delimiter]}s, not commas.",)
    return _table(name, text, encoding, delimiter, notes)


@REGISTRY.register(".tsv")
def read_tsv(name: str, data: bytes) -> Table:
    """Tab-separated values, with or without quoting."""
    return _table(name, *decode(name, data), "\t", ())


def _table(name: str, text: str, encoding: str, delimiter: str, notes: tuple[str, ...]) -> Table:
    # The csv module refuses a field over 131,072 characters, for the whole process; our own limit comes later.
    csv.field_size_limit(_LONGEST_FIELD)
    records: Records = partial(_records, name, text, delimiter, csv.QUOTE_MINIMAL)
    if delimiter == "\t" and not _quoted(name, text):
        records = partial(_records, name, text, delimiter, csv.QUOTE_NONE)
        notes = (*notes, "Quotation marks are part of the texts.") if '"' in text else notes
    _, names = next(records())
    header = distinct(name, names)
    return Table(name, header, partial(_rows, name, header, records), encoding=encoding, notes=notes)


def _records(name: str, text: str, delimiter: str, quoting: Literal[0, 3]) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line on which it starts; blank lines are none."""
    reader = csv.reader(lines(text), delimiter=delimiter, quoting=quoting, strict=True)
    start = 1
    try:
        for record in reader:
            if record:
                yield start, record
            start = reader.line_num + 1
    except csv.Error as error:
        end = f" (noticed on line {reader.line_num:,})" if reader.line_num > start else ""
        raise VecassayError(
            f"{name}, line {start:,}: a quotation mark is opened and not closed properly{end}. Close it, or write each "
            f'quotation mark inside a quoted text twice (""). The reader says: {error}.'
        ) from None


def _rows(name: str, header: tuple[str, ...], records: Records, columns: Sequence[int]) -> Rows:
    """The wanted columns of each record after the header."""
    found = records()
    next(found)
    for line, record in found:
        if len(record) != len(header):
            more = " Put a text that holds the separator in quotation marks." if len(record) > len(header) else ""
            raise VecassayError(
                f"{name}, line {line:,}: expected {len(header)} columns as in the header, got {len(record)}.{more}"
            )
        yield line, tuple(record[column] for column in columns)


def _quoted(name: str, text: str) -> bool:
    """Whether tab-separated text uses quotation marks as CSV does: only then do they belong to the file.

    Many TSV files have none of that, and a text that begins with a quotation mark would swallow the rows after it.
    So quotes count when they are right everywhere and no record spans lines, or when without them rows do not fit.
    """
    if '"' not in text:
        return False
    tabs = {line.count("\t") for line in lines(text) if line.strip("\r\n")}
    try:
        starts = [line for line, _ in _records(name, text, "\t", csv.QUOTE_MINIMAL)]
    except VecassayError:
        return len(tabs) > 1
    return len(tabs) > 1 or all(after == before + 1 for before, after in pairwise(starts))
