"""Queries and judgements for texts: from a table of pairs, or from a file of queries and one of judgements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from core.corpora.cleaning import clean, shorten
from core.corpora.formats import Table, open_table
from core.corpora.limits import Limits
from core.corpora.pairs import Places, QueryColumns, guess
from core.corpora.qrels import grade, read_qrels
from core.corpora.report import Reading, Report, counted
from core.corpora.testset import bare, with_judgements
from core.errors import VecassayError
from core.types import Corpus, Judgement, Query

NO_ANSWER = "no answer"
UNKNOWN_SHARE = 0.1
"""Up to this share of the rows may name a text that is not there; they are left out and counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, cleaned."""

    where: str
    query: str
    relevant: str
    grade: int
    kind: str
    id: str


@dataclass(eq=False)
class _Asked:
    """What the rows say of one query so far."""

    query: Query
    where: str
    grades: dict[str, int] = field(default_factory=dict)
    answerless: bool = False


def read_queries(
    name: str,
    data: bytes,
    corpus: Corpus | None = None,
    columns: QueryColumns | None = None,
    *,
    qrels: tuple[str, bytes] | None = None,
    judged: bool = True,
    limits: Limits | None = None,
) -> Reading:
    """Texts with the queries and judgements of a table (CSV, TSV, JSONL, Parquet): query, relevant text or id, grade.

    Rows with one query id, or without ids one query text, are one query. What is relevant is looked up among the ids,
    then among the texts, letter by letter; without a `corpus` the relevant texts are the texts. No grade means 1.
    An empty relevant text says that nothing answers: the first text is graded 0, which says just that everywhere, and
    the kind is "no answer" unless one is given. Judgements may come as a file of their own, `qrels` (name, bytes);
    with it, or with `judged` false, the table has queries alone.
    Raises VecassayError, naming file and line, for what is broken, and when more than a tenth of the rows name
    texts that are not there; fewer are left out and counted.
    """
    limits = limits or Limits.from_settings()
    table = open_table(name, data, limits)
    limits.check_rows(table.name, table.count(), None)
    columns = columns or guess(table, corpus, judged=judged and qrels is None)
    if qrels is not None or not judged:
        columns = replace(columns, relevant=None, grade=None)
    rows = _asking(table, columns, limits)
    texts = bare(corpus) if corpus is not None else _texts(table, rows, columns)
    read, notes = _understood(texts, rows, judged=columns.relevant is not None)
    if corpus is not None and corpus.queries:
        notes.append(f"Left out: {counted(len(corpus.queries), 'query', 'queries')} these texts came with.")
    report = Report(
        rows_read=len(rows), encoding=table.encoding, longest=max(map(len, texts.texts)), notes=(*table.notes, *notes)
    )
    if qrels is None:
        return Reading(read, report)
    found = read_qrels(*qrels, read, limits)
    return Reading(found.corpus, replace(report, notes=(*report.notes, *found.report.notes)))


def _asking(table: Table, columns: QueryColumns, limits: Limits) -> list[Row]:
    """The rows; raises VecassayError when none of them has a query."""
    rows = list(_rows(table, columns, limits))
    if not any(row.query for row in rows):
        raise VecassayError(
            f"{table.name} has no query in column {shorten(columns.query)!r} of {counted(len(rows), 'row')}. Choose "
            f"another column."
        )
    return rows


def _rows(table: Table, columns: QueryColumns, limits: Limits) -> Iterator[Row]:
    """Every row, checked; the grade of one without a relevant text does not matter."""
    held = {"query": columns.query, "relevant": columns.relevant, "grade": columns.grade}
    held |= {"kind": columns.kind, "id": columns.id}
    given = {what: name for what, name in held.items() if name is not None}
    for number, values in table.rows([table.column(name) for name in given.values()]):
        where = table.where(number)
        found = {what: clean(value or "") for what, value in zip(given, values, strict=True)}
        limits.check_text(where, found["query"])
        limits.check_text(where, found.get("relevant", ""))
        if "id" in found and not found["id"]:
            raise VecassayError(f"{where} has no query id. Give every row one, or choose no column for it.")
        graded = grade(where, found["grade"]) if "grade" in found and found.get("relevant") else 1
        yield Row(where, found["query"], found.get("relevant", ""), graded, found.get("kind", ""), found.get("id", ""))


def _texts(table: Table, rows: list[Row], columns: QueryColumns) -> Corpus:
    """The relevant texts as a corpus, each once."""
    texts = tuple(dict.fromkeys(row.relevant for row in rows if row.relevant))
    if not texts:
        what = f"column {shorten(columns.relevant)!r} has none" if columns.relevant else "no column holds any"
        raise VecassayError(
            f"{table.name} brings no relevant texts: {what}. Choose the column that holds them, or load the texts "
            f"first and then this file."
        )
    return Corpus(table.name, texts)


def _understood(texts: Corpus, rows: list[Row], *, judged: bool) -> tuple[Corpus, list[str]]:
    """The texts with what the rows say, and that in words."""
    places = Places(texts)
    asked, unknown = _gathered(rows, places, set(texts.ids or ()), judged=judged)
    given = sum(1 for row in rows if row.query and row.relevant)
    if unknown and len(unknown) > UNKNOWN_SHARE * given:
        first = unknown[0]
        numbered = "" if texts.ids else "These texts brought no ids: they go by their row number from 1. "
        raise VecassayError(
            f"{first.where}: {shorten(first.relevant)!r} is neither the id nor the whole text of one of the "
            f"{counted(len(texts), 'text')}; the same goes for {len(unknown):,} of {counted(given, 'row')}. {numbered}"
            f"Choose another column, or load the texts these queries belong to."
        )
    judgements = [judgement for found in asked.values() for judgement in _judgements(found, places.ids)]
    corpus = with_judgements(texts, [found.query for found in asked.values()], judgements)
    notes = [_said(asked, judged=judged)]
    empty = sum(not row.query for row in rows)
    if empty:
        notes.insert(0, f"{counted(empty, 'row')} without a query left out.")
    if unknown:
        first = unknown[0]
        notes.insert(0, f"{counted(len(unknown), 'row')} of a text that is not there left out (first: {first.where}).")
    return corpus, notes


def _gathered(
    rows: list[Row], places: Places, taken: set[str], *, judged: bool
) -> tuple[Mapping[str, _Asked], list[Row]]:
    """What is said of each query, in the order of the file, and the rows that name a text that is not there."""
    asked: dict[str, _Asked] = {}
    unknown = []
    fresh = (word for number in count(1) if (word := f"q{number}") not in taken)
    for row in rows:
        if not row.query:
            continue
        key = row.id or row.query
        if key not in asked:
            asked[key] = _Asked(Query(row.id or next(fresh), row.query, row.kind), row.where)
        found = asked[key]
        _check_same(found, row)
        found.query = replace(found.query, kind=found.query.kind or row.kind)
        text_id = places.find(row.relevant) if row.relevant else None
        if text_id is not None:
            found.grades[text_id] = row.grade
        elif row.relevant:
            unknown.append(row)
        found.answerless |= judged and not row.relevant
    return asked, unknown


def _check_same(found: _Asked, row: Row) -> None:
    if found.query.text != row.query:
        raise VecassayError(
            f"{row.where}: the query id {shorten(row.id)!r} stands for {shorten(found.query.text)!r} in {found.where} "
            f"and for {shorten(row.query)!r} here. Give each query an id of its own."
        )


def _judgements(found: _Asked, ids: tuple[str, ...]) -> list[Judgement]:
    """A query's judgements; one that nothing answers has the first text graded 0, and says so in its kind."""
    if found.answerless and not found.grades:
        found.query = replace(found.query, kind=found.query.kind or NO_ANSWER)
        return [Judgement(found.query.id, next((one for one in ids if one != found.query.id), ids[0]), 0)]
    return [Judgement(found.query.id, text_id, graded) for text_id, graded in found.grades.items()]


def _said(asked: Mapping[str, _Asked], *, judged: bool) -> str:
    queries = counted(len(asked), "query", "queries")
    if not judged:
        return f"{queries} read."
    right = sum(any(graded > 0 for graded in found.grades.values()) for found in asked.values())
    none = sum(found.answerless and not found.grades for found in asked.values())
    judgements = sum(len(found.grades) for found in asked.values())
    without = f", {none:,} without an answer" if none else ""
    return f"{queries}: {right:,} with a relevant text{without}; {counted(judgements, 'judgement')}."
