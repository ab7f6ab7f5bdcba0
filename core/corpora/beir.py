"""A folder in BEIR layout: corpus.jsonl, and optionally queries.jsonl and judgements in qrels/*.tsv."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from core.corpora.checks import NO_LABEL, Columns, check
from core.corpora.cleaning import clean, shorten
from core.corpora.decoding import decode, lines
from core.corpora.formats import Table
from core.corpora.jsonl import read_jsonl
from core.corpora.limits import Limits
from core.corpora.report import Reading
from core.errors import VecassayError
from core.types import Judgement, Query


def read_folder(path: Path, *, sample: int | None = None, seed: int = 0, limits: Limits | None = None) -> Reading:
    """Texts, queries and judgements of a BEIR folder; a title and a space stand before each text.

    Texts without a word are dropped, and judgements of texts or queries that are not there are left out; the report
    counts both. Raises VecassayError, naming file and line, when something is missing, unreadable, broken or over a
    limit.
    """
    limits = limits or Limits.from_settings()
    if not _is_file(path / "corpus.jsonl"):
        raise VecassayError(
            f"There is no corpus.jsonl in {path}. Expected a folder in BEIR layout: corpus.jsonl, and optionally "
            f"queries.jsonl and qrels/test.tsv."
        )
    table = _open(path / "corpus.jsonl", limits)
    title = "title" if "title" in table.columns else None
    reading = check(table, Columns("text", id="_id", title=title), limits, sample, seed)
    queries, query_notes = _queries(path / "queries.jsonl", limits)
    judgements, notes = _judgements(path / "qrels", queries, reading.corpus.ids or (), limits)
    name = clean(path.resolve().name) or table.name
    corpus = replace(reading.corpus, name=name, queries=queries, judgements=judgements)
    return Reading(corpus, replace(reading.report, notes=(*reading.report.notes, *query_notes, *notes)))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise _unreadable(path, error) from None


def _tables(folder: Path) -> list[Path]:
    """The .tsv files of a folder; none when there is no such folder."""
    try:
        return [path for path in folder.iterdir() if path.suffix == ".tsv" and path.is_file()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unreadable(folder, error) from None


def _unreadable(path: Path, error: OSError) -> VecassayError:
    return VecassayError(f"{path} cannot be read ({error.strerror}). Check its name and permissions.")


def _bytes(path: Path, limits: Limits) -> bytes:
    """A file's bytes, once its size is known to be within the limit."""
    try:
        limits.check_bytes(path.name, path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None


def _open(path: Path, limits: Limits) -> Table:
    return read_jsonl(path.name, _bytes(path, limits))


def _queries(path: Path, limits: Limits) -> tuple[tuple[Query, ...], tuple[str, ...]]:
    """Queries with a text, each id once, and what to say about them."""
    if not _is_file(path):
        return (), ("There is no queries.jsonl: the folder has texts only.",)
    table = _open(path, limits)
    kind = "kind" if "kind" in table.columns else None
    reading = check(table, Columns("text", id="_id", label=kind), limits)
    corpus, dropped = reading.corpus, reading.report.empty_dropped
    kinds = [kind.replace(NO_LABEL, "") for kind in corpus.labels or ("",) * len(corpus)]
    queries = tuple(Query(*facts) for facts in zip(corpus.ids or (), corpus.texts, kinds, strict=True))
    return queries, (f"{_count(dropped, 'query', 'queries')} without text left out.",) if dropped else ()


def _judgements(
    folder: Path, queries: Sequence[Query], ids: Sequence[str], limits: Limits
) -> tuple[tuple[Judgement, ...], tuple[str, ...]]:
    """Judgements whose query and text are here, one per pair, and what to say about them."""
    file = min(_tables(folder), key=lambda found: (found.name != "test.tsv", found.name), default=None)
    if file is None:
        return (), ("There are no judgements: qrels/ has no .tsv file.",)
    known_queries, known_texts = {query.id for query in queries}, set(ids)
    read = list(_lines(file, limits))
    queried = [judgement for judgement in read if judgement.query_id in known_queries]
    kept = [judgement for judgement in queried if judgement.text_id in known_texts]
    pairs = {(judgement.query_id, judgement.text_id): judgement for judgement in kept}
    counts = {
        "of a query that is not there left out": len(read) - len(queried),
        "of a text that is not there (empty, not drawn or unknown) left out": len(queried) - len(kept),
        "repeated for the same query and text: the last one stands": len(kept) - len(pairs),
    }
    found = f"{_count(len(queries), 'query', 'queries')}; {_count(len(pairs), 'judgement')} from qrels/{file.name}."
    notes = (f"{_count(count, 'judgement')} {what}." for what, count in counts.items() if count)
    return tuple(pairs.values()), (found, *notes)


def _lines(path: Path, limits: Limits) -> Iterator[Judgement]:
    """Judgements of BEIR (query, text, grade, under a header or not) or TREC (query, 0, text, grade)."""
    name = f"{path.parent.name}/{path.name}"
    text, _ = decode(name, _bytes(path, limits))
    for number, line in enumerate(lines(text), start=1):
        fields = [clean(field) for field in (line.split("\t") if "\t" in line else line.split())]
        if not any(fields):
            continue
        grade = _grade(fields[-1])
        if grade is None and number == 1 and len(fields) in (3, 4):
            continue  # the header
        if grade is None or len(fields) not in (3, 4):
            raise VecassayError(
                f"{name}, line {number:,}: expected query id, text id and a whole number as grade, separated by tabs "
                f"(or the four columns of TREC); got {shorten(line.strip())!r}."
            )
        yield Judgement(fields[0], fields[-2], grade)


def _grade(field: str) -> int | None:
    """A whole number, also written 2.0."""
    try:
        value = float(field)
    except ValueError:
        return None
    return int(value) if value.is_integer() else None


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or one + 's'}"
