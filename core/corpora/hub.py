"""Retrieval data sets of the model hub, in mteb's layout: tables of texts, queries and judgements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from core.corpora import hub_access, hub_layout, qrels
from core.corpora.checks import Columns, check
from core.corpora.cleaning import clean, shorten, written
from core.corpora.formats import Rows, Table, distinct
from core.corpora.hub_layout import Layout, Part
from core.corpora.limits import Limits
from core.corpora.report import Reading, counted
from core.errors import VecassayError
from core.types import Judgement, Progress, Query

_LOOKED_AT = 1_000
_IDS = ("_id", "id", "docid", "query_id")
_QUERY_IDS, _TEXT_IDS = ("query-id", "query_id", "qid"), ("corpus-id", "corpus_id", "docid", "pid")
_GRADES = ("score", "grade", "relevance")


@dataclass(frozen=True)
class HubName:
    """A data set on the hub: owner/name, and of several in one repository which (written owner/name:subset)."""

    repository: str
    subset: str = ""


def read_hub(
    name: str, revision: str = "", split: str = "", progress: Progress | None = None, limits: Limits | None = None
) -> Reading:
    """Texts, queries and judgements of a data set named `owner/name` or `owner/name:subset`.

    Only tables are opened (Parquet, JSON Lines, CSV), and no code of the repository is run. Queries without a judgement
    in the split (else test, else the first) are left out, as mteb does. Progress is in bytes. Raises VecassayError when
    the hub cannot be reached, has no such data set, or the data set is of another layout or over a limit.
    """
    limits = limits or Limits.from_settings()
    named = parse_name(name)
    commit, sizes = hub_access.listing(named.repository, revision or None)
    with hub_access.workspace() as folder:
        card = hub_access.card(named.repository, commit, sizes, folder)
        layout = hub_layout.find(named.repository, card, sizes, named.subset, split)
        wanted = {path: sizes[path] for part in layout.parts for path in part.paths}
        limits.check_bytes(named.repository, sum(wanted.values()))
        local = hub_access.fetch(named.repository, commit, wanted, folder, progress)
        reading = _read(layout, local, limits)
    said = f"From the hub: {named.repository}{f':{named.subset}' if named.subset else ''}, revision {commit[:12]}."
    called = named.repository.rpartition("/")[2] + (f" {named.subset}" if named.subset else "")
    corpus = replace(reading.corpus, name=called)
    return Reading(corpus, replace(reading.report, notes=(*reading.report.notes, said)))


def parse_name(name: str) -> HubName:
    """The parts of a typed name; raises VecassayError for what cannot be one."""
    repository, _, subset = clean(name).removeprefix("https://huggingface.co/datasets/").partition(":")
    if not hub_access.NAME.fullmatch(repository) or ".." in repository or not hub_access.SUBSET.fullmatch(subset):
        raise VecassayError(f"Expected a data set's name on the hub, such as mteb/scifact; got {shorten(name)!r}.")
    return HubName(repository, subset)


def _read(layout: Layout, local: Mapping[str, Path], limits: Limits) -> Reading:
    texts = _table("corpus", layout.corpus, local, limits)
    title = "title" if "title" in texts.columns else None
    reading = check(texts, Columns("text", id=_column(texts, _IDS), title=title), limits)
    if layout.queries is None:
        return Reading(reading.corpus, replace(reading.report, notes=(*reading.report.notes, *layout.notes)))
    asked = _table("queries", layout.queries, local, limits)
    read = check(asked, Columns("text", id=_column(asked, _IDS)), limits).corpus
    queries = [Query(*facts) for facts in zip(read.ids or (), read.texts, strict=True)]
    notes = [*reading.report.notes, *layout.notes]
    judgements: tuple[Judgement, ...] = ()
    if layout.qrels is not None:
        table = _table("qrels", layout.qrels, local, replace(limits, max_rows=qrels.MOST_PER_TEXT * limits.max_rows))
        known = {query.id for query in queries}
        found = qrels.known("qrels", _judged(table), known, frozenset(reading.corpus.ids or ()), limits)
        if not found.judgements:
            raise qrels.nothing("qrels", found)
        judgements, judged = found.judgements, {judgement.query_id for judgement in found.judgements}
        left = sum(query.id not in judged for query in queries)
        queries = [query for query in queries if query.id in judged]
        said = f"{counted(len(queries), 'query', 'queries')}; {counted(len(judgements), 'judgement')}"
        notes += [f"{said} from the split {layout.qrels.split}.", *found.notes]
        if left:
            notes.append(f"{counted(left, 'query', 'queries')} without a judgement in this split left out.")
    corpus = replace(reading.corpus, queries=tuple(queries), judgements=judgements)
    return Reading(corpus, replace(reading.report, notes=tuple(notes)))


def _judged(table: Table) -> Iterator[tuple[str, Judgement]]:
    columns = [table.column(_column(table, names)) for names in (_QUERY_IDS, _TEXT_IDS, _GRADES)]
    for number, values in table.rows(columns):
        where = table.where(number)
        query, text, graded = (clean(value or "") for value in values)
        if not query or not text:
            raise VecassayError(f"{where} has no {'text' if query else 'query'} id.")
        yield where, Judgement(query, text, qrels.grade(where, graded))


def _column(table: Table, names: Sequence[str]) -> str:
    """The first of these names that is a column; raises VecassayError listing what there is."""
    return next((name for name in names if name in table.columns), None) or table.columns[table.column(names[0])]


def _table(name: str, part: Part, local: Mapping[str, Path], limits: Limits) -> Table:
    """The files of one part as a table; raises VecassayError above the limit of rows, before more is read."""
    rows = partial(_dicts, name, [local[path] for path in part.paths], limits.max_rows)
    keys = tuple(dict.fromkeys(key for row in islice(rows(), _LOOKED_AT) for key in row))
    total = sum(1 for _ in rows())
    if not total:
        raise VecassayError(f"The table {name} of the data set has no rows. Choose another split or revision.")
    return Table(name, distinct(name, keys), partial(_rows, rows, keys), "row", total=total)


def _rows(dicts: Any, keys: Sequence[str], columns: Sequence[int]) -> Rows:
    wanted = [keys[column] for column in columns]
    for number, row in enumerate(dicts(), start=1):
        yield number, tuple(written(row.get(key)) for key in wanted)


def _dicts(name: str, paths: Sequence[Path], most: int) -> Iterator[dict[str, Any]]:
    """Rows of downloaded files one after another; a text with its title inside is taken apart."""
    from datasets import load_dataset

    kind = hub_layout.kind(str(paths[0]))
    options = {"sep": "\t"} if paths[0].suffix == ".tsv" else {}
    own = str(paths[0].parent)  # the library leaves lock files in its cache
    with hub_access.damage_named(name):
        opened = load_dataset(
            kind, data_files=[*map(str, paths)], split="train", streaming=True, cache_dir=own, **options
        )
        for number, row in enumerate(opened):
            if number >= most:
                raise VecassayError(
                    f"The table {name} of the data set has more than {most:,} rows, the most that are read. Choose a "
                    f"smaller data set, or raise the setting VECASSAY_MAX_ROWS."
                )
            yield {**row, **row["text"]} if isinstance(row.get("text"), dict) else row
