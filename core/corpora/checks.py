"""Rows to texts: what is drawn, dropped, tidied and refused, and the report on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.corpora.cleaning import clean, shorten
from core.corpora.formats import Table, Values
from core.corpora.limits import Limits
from core.corpora.report import Reading, Report
from core.errors import VecassayError
from core.types import Corpus

NO_LABEL = "(none)"


@dataclass(frozen=True)
class Columns:
    """Which column holds what; only the text is needed. A title is put before its text."""

    text: str
    label: str | None = None
    id: str | None = None
    title: str | None = None

    @property
    def given(self) -> dict[str, str]:
        """Columns by what they hold."""
        found = {"text": self.text, "label": self.label, "id": self.id, "title": self.title}
        return {what: name for what, name in found.items() if name is not None}


@dataclass(frozen=True, slots=True)
class Row:
    """One row with a text, cleaned."""

    number: int
    text: str
    tidied: bool
    label: str = ""
    id: str = ""
    title: str = ""


def check(table: Table, columns: Columns, limits: Limits, sample: int | None = None, seed: int = 0) -> Reading:
    """Texts of a table; raises VecassayError for too many rows, too long texts, repeated ids, or no text at all."""
    total = table.count()
    limits.check_rows(table.name, total, sample)
    drawn = None if sample is None or sample >= total else draw(total, sample, seed)
    rows = list(_rows(table, columns, limits, drawn))
    read = total if drawn is None else len(drawn)
    if not rows:
        raise VecassayError(
            f"{table.name} has no text in column {shorten(columns.text)!r} of {read:,} rows. Choose another column, or "
            f"a file with at least one text."
        )
    return Reading(
        _corpus(table, columns, rows), _report(table, columns, rows, read, None if drawn is None else total, seed)
    )


def draw(total: int, sample: int, seed: int) -> frozenset[int]:
    """`sample` different row numbers below `total`, each as likely as any other."""
    return frozenset(np.random.default_rng(seed).choice(total, size=sample, replace=False).tolist())


def _rows(table: Table, columns: Columns, limits: Limits, drawn: frozenset[int] | None) -> Iterator[Row]:
    """Rows that are wanted and have a text; equal strings are one in memory, however often a hostile file has them."""
    once: dict[str, str] = {}

    def tidy(raw: str) -> str:
        cleaned = clean(raw)
        return once.setdefault(cleaned, cleaned)

    held = list(columns.given)
    found: Iterator[tuple[int, Values]] = table.rows([table.column(name) for name in columns.given.values()])
    if drawn is not None:
        found = (row for index, row in enumerate(found) if index in drawn)
    for number, values in found:
        if values[0] is None:
            where, column = table.where(number), shorten(columns.text)
            raise VecassayError(f"{where} has no {column!r}. Add it, or choose another column.")
        row = _row(number, dict(zip(held, values, strict=True)), tidy)
        if row.text:
            limits.check_text(table.where(number), row.text)
            yield row


def _row(number: int, values: dict[str, str | None], tidy: Callable[[str], str]) -> Row:
    text, title = values["text"] or "", values.get("title") or ""
    whole = f"{title} {text}" if title else text
    cleaned = tidy(whole)
    label = tidy(values.get("label") or "") or NO_LABEL
    return Row(number, cleaned, cleaned != whole, label, clean(values.get("id") or ""), tidy(title))


def _corpus(table: Table, columns: Columns, rows: list[Row]) -> Corpus:
    return Corpus(
        table.name,
        tuple(row.text for row in rows),
        labels=tuple(row.label for row in rows) if columns.label else None,
        ids=_ids(table, rows) if columns.id else None,
        titles=tuple(row.title for row in rows) if columns.title else None,
    )


def _ids(table: Table, rows: list[Row]) -> tuple[str, ...]:
    """Ids, each used once; raises VecassayError naming the row without one, or both rows that share one."""
    first: dict[str, int] = {}
    for row in rows:
        if not row.id:
            raise VecassayError(f"{table.where(row.number)} has no id. Give every row an id, or choose no id column.")
        if row.id in first:
            raise VecassayError(
                f"{table.where(row.number)}: the id {shorten(row.id)!r} was used on {table.place} {first[row.id]:,} "
                f"already. Give every row an id of its own, or choose no id column."
            )
        first[row.id] = row.number
    return tuple(first)


def _report(table: Table, columns: Columns, rows: list[Row], read: int, sampled_from: int | None, seed: int) -> Report:
    labels = {row.label for row in rows} - {NO_LABEL} if columns.label else set()
    report = Report(
        rows_read=read,
        empty_dropped=read - len(rows),
        duplicates=len(rows) - len({row.text for row in rows}),
        repaired=sum(row.tidied for row in rows),
        encoding=table.encoding,
        sampled_from=sampled_from,
        seed=seed,
        labels=len(labels),
        longest=max(len(row.text) for row in rows),
        notes=table.notes,
    )
    bare = sum(row.label == NO_LABEL for row in rows) if columns.label else 0
    note = f"{bare:,} of {len(rows):,} texts have no label; they are shown as {NO_LABEL}."
    return replace(report, notes=(*table.notes, note)) if bare else report
