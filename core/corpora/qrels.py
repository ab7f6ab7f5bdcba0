"""Judgements in a file of their own: BEIR's three columns or TREC's four."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from core.corpora.cleaning import clean, shorten
from core.corpora.decoding import decode, lines
from core.corpora.formats import base
from core.corpora.limits import Limits
from core.corpora.report import Reading, Report, counted
from core.errors import VecassayError
from core.retrieval.judged import text_ids
from core.types import Corpus, Judgement

ENDINGS = (".tsv", ".txt", ".qrels", ".trec")
HIGHEST = 1_000
MOST_PER_TEXT = 10
_WHOLE = re.compile(r"[+-]?\d{1,12}(\.0*)?", re.ASCII)
_RUN = 6
_UNKNOWN_QUERY = "of a query that is not there left out"
_UNKNOWN_TEXT = "of a text that is not there (empty, not drawn or unknown) left out"
_REPEATED = "repeated for the same query and text: the last one stands"


@dataclass(frozen=True)
class Qrels:
    """Judgements whose query and text are known, one per pair; what was left out, with the line it was seen on first.

    `first` is the first line that named something unknown, in words, or "".
    """

    judgements: tuple[Judgement, ...]
    notes: tuple[str, ...]
    first: str


def read_qrels(name: str, data: bytes, corpus: Corpus, limits: Limits | None = None) -> Reading:
    """The texts and queries of a corpus with the judgements of a file (BEIR or TREC qrels) in place of its own.

    Raises VecassayError, naming file and line, for a broken line, or when no judgement is of a query and text that are
    here.
    """
    limits = limits or Limits.from_settings()
    name = base(name)
    if not corpus.queries:
        raise VecassayError(
            f"{name} judges queries, and the texts “{shorten(corpus.name)}” have none yet. Load a file of queries with "
            f"it: ids and texts of the queries, as queries.jsonl or CSV."
        )
    limits.check_bytes(name, len(data))
    found = parse(name, data, {query.id for query in corpus.queries}, frozenset(text_ids(corpus)), limits)
    if not found.judgements:
        raise nothing(name, found)
    said = f"{counted(len(found.judgements), 'judgement')} of {counted(len(corpus.queries), 'query', 'queries')}."
    report = Report(rows_read=len(found.judgements), longest=max(map(len, corpus.texts)), notes=(said, *found.notes))
    return Reading(replace(corpus, judgements=found.judgements), report)


def nothing(name: str, found: Qrels) -> VecassayError:
    """Why a file of judgements was of no use."""
    if not found.first:
        return VecassayError(f"{name} has no judgement. Expected lines of query id, text id and grade.")
    return VecassayError(
        f"None of the judgements in {name} is of a query and a text that are here; the first that is not: "
        f"{found.first}. Check that queries, texts and judgements belong to one data set."
    )


def parse(name: str, data: bytes, queries: Collection[str], texts: Collection[str], limits: Limits) -> Qrels:
    """Judgements of known queries and texts; raises VecassayError at the first broken line."""
    return known(name, judged_lines(name, data, queries), queries, texts, limits)


def known(
    name: str,
    judged: Iterable[tuple[str, Judgement]],
    queries: Collection[str],
    texts: Collection[str],
    limits: Limits,
) -> Qrels:
    """Of judgements, each with its place in words, those of known queries and texts, one per pair."""
    pairs: dict[tuple[str, str], Judgement] = {}
    seen: Counter[str] = Counter()
    first: dict[str, str] = {}
    for where, judgement in judged:
        pair = (judgement.query_id, judgement.text_id)
        what = _left_out(pair, queries, texts) or (_REPEATED if pair in pairs else "")
        if what:
            seen[what] += 1
            first.setdefault(what, _seen(where, judgement))
        if what in ("", _REPEATED):
            pairs[pair] = judgement
        if len(pairs) > MOST_PER_TEXT * limits.max_rows:
            raise VecassayError(
                f"{name} has more judgements of these texts than are read at most, "
                f"{MOST_PER_TEXT * limits.max_rows:,}. Load fewer queries, or raise the setting VECASSAY_MAX_ROWS."
            )
    notes = [
        f"{counted(seen[what], 'judgement')} {what} (first: {first[what]})."
        for what in (_UNKNOWN_QUERY, _UNKNOWN_TEXT, _REPEATED)
        if seen[what]
    ]
    return Qrels(tuple(pairs.values()), tuple(notes), first.get(_UNKNOWN_QUERY) or first.get(_UNKNOWN_TEXT, ""))


def _left_out(pair: tuple[str, str], queries: Collection[str], texts: Collection[str]) -> str:
    if pair[0] not in queries:
        return _UNKNOWN_QUERY
    return "" if pair[1] in texts else _UNKNOWN_TEXT


def _seen(where: str, judgement: Judgement) -> str:
    return f"{where}, query {shorten(judgement.query_id)!r}, text {shorten(judgement.text_id)!r}"


def judged_lines(name: str, data: bytes, queries: Collection[str] = ()) -> Iterator[tuple[str, Judgement]]:
    """File and line, and judgement: query, text, grade (under a header or not), or TREC's query, 0, text, grade.

    A first line that names one of the queries is no header, whatever its grade.
    """
    text, _ = decode(name, data)
    started, width = False, 0
    for number, line in enumerate(lines(text), start=1):
        fields = [clean(field) for field in (line.split("\t") if "\t" in line else line.split())]
        if not any(fields):
            continue
        where = f"{name}, line {number:,}"
        if width and len(fields) in (3, 4) and len(fields) != width:
            raise VecassayError(
                f"{where}: expected {width} columns as in the lines before, got {len(fields)} in "
                f"{shorten(line.strip())!r}."
            )
        heading = len(fields) in (3, 4) and fields[-1][:1].isalpha() and fields[0] not in queries
        header, started = heading and not started, True
        if not header:
            width = len(fields)
            yield where, _judgement(where, line, fields)


def _judgement(where: str, line: str, fields: list[str]) -> Judgement:
    if len(fields) not in (3, 4):
        run = " It looks like a run, the results of a search; judgements are needed." if len(fields) == _RUN else ""
        raise VecassayError(
            f"{where}: expected query id, text id and a whole number as grade, separated by tabs (or the four columns "
            f"of TREC); got {shorten(line.strip())!r}.{run}"
        )
    query, text = fields[0], fields[-2]
    if not query or not text:
        raise VecassayError(f"{where}: there is no {'text' if query else 'query'} id in {shorten(line.strip())!r}.")
    return Judgement(query, text, grade(where, fields[-1]))


def grade(where: str, field: str) -> int:
    """A whole number, also written 2.0; raises VecassayError, beginning with `where`, for anything else."""
    if not field:
        raise VecassayError(f"{where}: there is no grade. Expected a whole number, 0 for not relevant.")
    if not _WHOLE.fullmatch(field):
        raise VecassayError(f"{where}: expected a whole number as grade, 0 for not relevant; got {shorten(field)!r}.")
    value = int(field.partition(".")[0])
    if abs(value) > HIGHEST:
        raise VecassayError(f"{where}: the grade {value} is too large. Expected at most {HIGHEST:,}; usual are 0 to 3.")
    return value
