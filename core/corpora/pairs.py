"""A table of queries with what is relevant to them, one pair a row: which column holds what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.corpora.cleaning import clean, shorten
from core.corpora.formats import Table, open_table
from core.corpora.limits import Limits
from core.corpora.preview import look, named
from core.corpora.testset import apart
from core.retrieval.judged import text_ids
from core.types import Corpus

SHOWN, SHOWN_CHARS = 5, 500
_QUERY = ("query", "question", "query_text", "search", "text", "sentence")
_RELEVANT = (
    "relevant", "relevant_id", "relevant_text", "relevant text", "relevant text or id", "text_id", "corpus-id",
    "corpus_id", "doc_id", "docid", "passage", "document", "positive", "answer", "context", "text",
)  # fmt: skip
_GRADE = ("grade", "score", "relevance", "rel")
_KIND = ("kind", "type", "category")
_OWN = ("query_id", "query-id", "qid", "_id")
_ID = (*_OWN, "id")


@dataclass(frozen=True)
class QueryColumns:
    """Which column holds what; only the query's text is needed.

    `relevant` holds the id or the whole text of something relevant; empty, the query has no answer. Without it the
    queries come without judgements. `id` is the query's id.
    """

    query: str
    relevant: str | None = None
    grade: str | None = None
    kind: str | None = None
    id: str | None = None


@dataclass(frozen=True)
class QueryPreview:
    """The columns of a table, what they were taken for, the first 5 rows (long values cut), and the rows in all."""

    columns: tuple[str, ...]
    guess: QueryColumns
    rows: tuple[tuple[str, ...], ...]
    total: int


class Places:
    """Where a relevant text stands, named by id or word for word."""

    def __init__(self, corpus: Corpus) -> None:
        self.ids = text_ids(corpus)
        self._by_id: Mapping[str, str] = {text_id: text_id for text_id in self.ids}
        self._by_text: dict[str, str] = {}
        for row, text in enumerate(corpus.texts):
            self._by_text.setdefault(clean(text), self.ids[row])
        for row, title in enumerate(corpus.titles or ()):
            self._by_text.setdefault(clean(apart(title, corpus.texts[row])[1]), self.ids[row])

    def find(self, named: str) -> str | None:
        """The id of the text so named: by id, else by the whole text, its title left out or not; or None."""
        return self._by_id.get(named) or self._by_text.get(named)


def preview_queries(name: str, data: bytes, corpus: Corpus | None, limits: Limits | None = None) -> QueryPreview:
    """Look at a table of queries; raises VecassayError when it is broken, too large or of another kind."""
    table = open_table(name, data, limits or Limits.from_settings())
    head = look(table)
    rows = tuple(tuple(shorten(value, SHOWN_CHARS) for value in row) for row in head[:SHOWN])
    return QueryPreview(table.columns, guess(table, corpus), rows, table.count())


def guess(table: Table, corpus: Corpus | None, *, judged: bool = True) -> QueryColumns:
    """Columns by their names; that of relevant texts also by its values, most of which the texts must know.

    With `judged` false, the file has queries alone, as beside a file of judgements.
    """
    head = look(table)
    left = list(table.columns)
    query = _taken(left, _QUERY) or left.pop(0)
    relevant = _relevant(table, left, head, corpus) if judged else None
    grade = _taken(left, _GRADE) if relevant else None
    return QueryColumns(query, relevant, grade, _taken(left, _KIND), _taken(left, _ID))


def _relevant(table: Table, left: list[str], head: Sequence[Sequence[str]], corpus: Corpus | None) -> str | None:
    found = named(left, _RELEVANT)
    if found is None and corpus is not None:
        places = Places(corpus)
        shares = {
            column: _share(places, [row[table.column(column)] for row in head]) for column in left if column not in _OWN
        }
        found = max(shares, key=shares.__getitem__, default=None)
        found = found if found is not None and shares[found] > 0.5 else None
    if found is not None:
        left.remove(found)
    return found


def _share(places: Places, values: Sequence[str]) -> float:
    given = [value for value in values if value]
    return sum(places.find(value) is not None for value in given) / max(1, len(given))


def _taken(left: list[str], names: Sequence[str]) -> str | None:
    """The first of these names that is a column, taken off those that are left."""
    found = named(left, names)
    if found is not None:
        left.remove(found)
    return found
