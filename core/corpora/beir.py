"""A data set in BEIR layout, as a folder or a ZIP: corpus.jsonl, and optionally queries.jsonl and judgements."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.corpora import qrels
from core.corpora.archives import Files, open_zip
from core.corpora.checks import NO_LABEL, Columns, check
from core.corpora.cleaning import clean, shorten
from core.corpora.formats import base
from core.corpora.jsonl import read_jsonl
from core.corpora.limits import Limits
from core.corpora.report import Reading, counted
from core.errors import VecassayError
from core.types import Corpus, Judgement, Query

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels"


def read_folder(
    path: Path, *, sample: int | None = None, seed: int = 0, split: str | None = None, limits: Limits | None = None
) -> Reading:
    """Texts, queries and judgements of a BEIR folder; a title and a space stand before each text.

    Judgements are those of qrels/`split`, else of the test split, else of the first by name; BEIR's tables or TREC's,
    also as qrels.tsv or qrels.txt beside. Texts without a word are dropped, and judgements of texts or queries that are
    not there are left out; the report counts both. Raises VecassayError, naming file and line, when something is
    missing, unreadable, broken or over a limit.
    """
    limits = limits or Limits.from_settings()
    if not _is_file(path / CORPUS):
        raise VecassayError(
            f"There is no corpus.jsonl in {path}. Expected a folder in BEIR layout: corpus.jsonl, and optionally "
            f"queries.jsonl and qrels/test.tsv."
        )
    names = [CORPUS, *([QUERIES] if _is_file(path / QUERIES) else []), *_inside(path), *_inside(path / QRELS, "qrels/")]
    files = Files("", tuple(names), lambda name: _bytes(path / name, limits))
    return _read(files, clean(path.resolve().name) or "corpus", sample, seed, split, limits)


def read_zip(
    name: str,
    data: bytes,
    *,
    sample: int | None = None,
    seed: int = 0,
    split: str | None = None,
    limits: Limits | None = None,
) -> Reading:
    """The same of a ZIP with such a folder in it, at any depth; it is read in memory and not unpacked to the disk."""
    limits = limits or Limits.from_settings()
    name = base(name)
    files = open_zip(name, data, limits, CORPUS)
    return _read(files, name[:-4] if name.lower().endswith(".zip") else name, sample, seed, split, limits)


def _read(files: Files, called: str, sample: int | None, seed: int, split: str | None, limits: Limits) -> Reading:
    table = read_jsonl(_named(files, CORPUS), files.read(CORPUS))
    title, label = (name if name in table.columns else None for name in ("title", "label"))
    reading = check(table, Columns("text", label=label, id="_id", title=title), limits, sample, seed)
    queries, query_notes = _queries(files, limits)
    texts = replace(reading.corpus, name=called, queries=queries)
    judgements, notes = _judgements(files, texts, split, limits, sampled=reading.report.sampled_from is not None)
    report = replace(reading.report, notes=(*reading.report.notes, *query_notes, *notes))
    return Reading(replace(texts, judgements=judgements), report)


def _named(files: Files, path: str) -> str:
    """A file's name for a message."""
    return f"{files.name}: {path}" if files.name else path


def _queries(files: Files, limits: Limits) -> tuple[tuple[Query, ...], tuple[str, ...]]:
    """Queries with a text, each id once, and what to say about them."""
    if QUERIES not in files.paths:
        return (), ("There is no queries.jsonl: the folder has texts only.",)
    table = read_jsonl(_named(files, QUERIES), files.read(QUERIES))
    kind = "kind" if "kind" in table.columns else None
    reading = check(table, Columns("text", id="_id", label=kind), limits)
    corpus, dropped = reading.corpus, reading.report.empty_dropped
    kinds = [kind.replace(NO_LABEL, "") for kind in corpus.labels or ("",) * len(corpus)]
    queries = tuple(Query(*facts) for facts in zip(corpus.ids or (), corpus.texts, kinds, strict=True))
    return queries, (f"{counted(dropped, 'query', 'queries')} without text left out.",) if dropped else ()


def _judgements(
    files: Files, corpus: Corpus, split: str | None, limits: Limits, *, sampled: bool
) -> tuple[tuple[Judgement, ...], tuple[str, ...]]:
    """Judgements whose query and text are here, one per pair, and what to say about them."""
    there = sorted((path for path in files.paths if _is_qrels(path)), key=_order)
    chosen = [path for path in there if split is None or PurePosixPath(path).stem == split]
    if split is not None and not chosen:
        known = ", ".join(shorten(PurePosixPath(path).stem) for path in there) or "none"
        raise VecassayError(f"There are no judgements called {shorten(split)!r}. Those that are there: {known}.")
    if not chosen:
        return (), ("There are no judgements: qrels/ has no .tsv file, and no TREC qrels are beside corpus.jsonl.",)
    name = _named(files, chosen[0])
    found = qrels.parse(
        name, files.read(chosen[0]), {query.id for query in corpus.queries}, frozenset(corpus.ids or ()), limits
    )
    if found.first and not found.judgements and corpus.queries and not sampled:
        raise qrels.nothing(name, found)
    said = (
        f"{counted(len(corpus.queries), 'query', 'queries')}; {counted(len(found.judgements), 'judgement')} from "
        f"{chosen[0]}."
    )
    others = ", ".join(shorten(path) for path in there[:6] if path != chosen[0])
    return found.judgements, (said, *found.notes, *([f"Also there and not read: {others}."] if others else []))


def _is_qrels(path: str) -> bool:
    """Whether a file holds judgements: any table in qrels/, qrels.* beside the texts, or *.qrels there."""
    found = PurePosixPath(path)
    suffix, parent = found.suffix.lower(), str(found.parent)
    if found.name.startswith(".") or suffix not in qrels.ENDINGS or parent not in (".", QRELS):
        return False
    return parent == QRELS or suffix in (".qrels", ".trec") or found.stem.lower().startswith(QRELS)


def _order(path: str) -> tuple[bool, bool, str]:
    """The test split first, then what is in qrels/, then by name."""
    found = PurePosixPath(path)
    return found.stem.lower() not in ("test", "qrels.test", "qrels-test"), str(found.parent) != QRELS, path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise _unreadable(path, error) from None


def _inside(folder: Path, before: str = "") -> Iterable[str]:
    """Files with judgements in a folder; none when there is no such folder."""
    try:
        found = [before + path.name for path in folder.iterdir() if _is_qrels(before + path.name) and path.is_file()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unreadable(folder, error) from None
    return found


def _unreadable(path: Path, error: OSError) -> VecassayError:
    return VecassayError(f"{path} cannot be read ({error.strerror}). Check its name and permissions.")


def _bytes(path: Path, limits: Limits) -> bytes:
    """A file's bytes, once its size is known to be within the limit."""
    try:
        limits.check_bytes(path.name, path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None
