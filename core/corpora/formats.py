"""What every file format gives, a table of texts, and the registry of formats by the end of a file's name."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TypeAlias

from core.corpora.cleaning import clean, shorten
from core.corpora.limits import Limits
from core.errors import VecassayError
from core.registry import Registry

Values: TypeAlias = tuple[str | None, ...]
Rows: TypeAlias = Iterator[tuple[int, Values]]


@dataclass(frozen=True, eq=False)
class Table:
    """A file opened as rows of strings.

    `rows(columns)` starts at the first row each time it is called, and gives each row's line (or row) number in the
    file, from 1, with the values of the numbered columns: "" where the file says nothing, None where a row lacks the
    column. It raises VecassayError at a broken row. `total` is the number of rows where that is known without reading,
    `unpacked` the bytes of a compressed file's columns. `unreadable` tells why other columns are not offered.
    """

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Sequence[int]], Rows]
    place: str = "line"
    encoding: str = ""
    total: int | None = None
    unpacked: int = 0
    notes: tuple[str, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)

    def where(self, number: int) -> str:
        """File and line, for a message."""
        return f"{self.name}, {self.place} {number:,}"

    def count(self) -> int:
        """Number of rows, at least one; reads the file through, so a broken row is found."""
        total = sum(1 for _ in self.rows(())) if self.total is None else self.total
        if not total:
            raise VecassayError(f"{self.name} has column names and no rows. At least one text is needed.")
        return total

    def column(self, name: str) -> int:
        """Number of a column; raises VecassayError with "did you mean"."""
        if name in self.columns:
            return self.columns.index(name)
        if name in self.unreadable:
            raise VecassayError(f"Column {shorten(name)!r} of {self.name} holds no texts: {self.unreadable[name]}.")
        near = difflib.get_close_matches(name, self.columns, n=1)
        hint = f" Did you mean {shorten(near[0])!r}?" if near else ""
        known = ", ".join(shorten(column) for column in self.columns[:20]) or "none"
        raise VecassayError(f"{self.name} has no column {shorten(name)!r}.{hint} Its columns: {known}.")


Reader: TypeAlias = Callable[[str, bytes], Table]
"""Opens a file from its name and its bytes; raises VecassayError when the file is not what it says."""

REGISTRY: Registry[Reader] = Registry("file format")

_INSTEAD = {
    ".xls": "Save the sheet as CSV (UTF-8) and load that.",
    ".json": "Write one JSON object per line and name the file .jsonl.",
    ".pkl": "A pickle can run code when it is opened, so it never is. Save the table as Parquet or CSV.",
    ".pdf": "Copy its texts into a .txt file, one text per line.",
    ".zip": "Unpack it and load the file inside.",
}
_ALIASES = {".xlsx": ".xls", ".ods": ".xls", ".pickle": ".pkl", ".docx": ".pdf", ".doc": ".pdf", ".gz": ".zip"}


def open_table(name: str, data: bytes, limits: Limits) -> Table:
    """Open a file by the end of its name; raises VecassayError when it is too large, empty or of another kind."""
    name = base(name)
    suffix = PurePath(name).suffix.lower()
    if suffix not in REGISTRY:
        instead = _INSTEAD.get(_ALIASES.get(suffix, suffix), "")
        ending = f"a {shorten(suffix)} file" if suffix else "a file without an ending"
        raise VecassayError(f"{name} is {ending}, which is not read. Files that are: {known()}. {instead}".strip())
    limits.check_bytes(name, len(data))
    table = REGISTRY[suffix](name, data)
    limits.check_bytes(name, table.unpacked, "unpacks to")
    if not table.unreadable:
        return table
    left_out = "; ".join(f"{shorten(column)} ({reason})" for column, reason in table.unreadable.items())
    return replace(table, notes=(*table.notes, f"Columns that are not offered: {shorten(left_out, 300)}."))


def known() -> str:
    """The endings of the files that are read, in words."""
    return ", ".join(sorted(REGISTRY))


def base(name: str) -> str:
    """A file's own name, without folders, fit for a message."""
    return shorten(PurePath(clean(name).replace("\\", "/")).name or "the file", 120)


def distinct(name: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Column names cleaned, nameless ones numbered; raises VecassayError when two are the same."""
    named = tuple(clean(column) or f"(column {number})" for number, column in enumerate(columns, start=1))
    if len(set(named)) < len(named):
        twice = next(column for column in named if named.count(column) > 1)
        raise VecassayError(f"{name} has two columns called {shorten(twice)!r}. Give each column a name of its own.")
    return named


def offer(name: str, why: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
    """Of a file's columns, and why each holds no texts ("" when it does): its own names, ours, and those left out.

    Raises VecassayError when nothing is left.
    """
    columns = dict(zip(why, distinct(name, list(why)), strict=True))
    kept = tuple(column for column in why if not why[column])
    left_out = {columns[column]: reason for column, reason in why.items() if reason}
    if not kept:
        held = "; ".join(f"{shorten(column)} ({reason})" for column, reason in left_out.items()) or "it has no columns"
        raise VecassayError(f"{name} has no column of texts: {shorten(held, 200)}. Save it with one, called text.")
    return kept, tuple(columns[column] for column in kept), left_out
