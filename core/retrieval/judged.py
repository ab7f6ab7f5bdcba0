"""Which texts are right for which query: judgements by row number, copies of a judged text included."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.types import Corpus, Ints, Query


def text_ids(corpus: Corpus) -> tuple[str, ...]:
    """The id of each text: its own, or its row number counted from 1."""
    return corpus.ids or tuple(str(row) for row in range(1, len(corpus) + 1))


@dataclass(frozen=True, eq=False)
class Judged:
    """The judgements of a corpus as its rows see them.

    `grades[i]` maps row to grade for query i (its place in `corpus.queries`); a row that is not there is unjudged.
    With `copies`, a text that repeats a judged text letter by letter has its grade, the highest if several.
    `copied` counts the judgements that came this way, `excluded[i]` is the row that is query i itself, or -1:
    the text has its id and its words (a title before them aside), as where each text is also asked about. An id alone
    is not enough: many sets number texts and queries from 1, and text 7 has nothing to do with query 7.
    """

    corpus: Corpus
    grades: tuple[Mapping[int, int], ...]
    copied: int
    excluded: Ints

    @classmethod
    def of(cls, corpus: Corpus, copies: bool = True) -> "Judged":
        """Read a corpus' judgements; those of ids that are not there are left out."""
        rows = {text_id: row for row, text_id in enumerate(text_ids(corpus))}
        places = {query.id: place for place, query in enumerate(corpus.queries)}
        grades: list[dict[int, int]] = [{} for _ in corpus.queries]
        for judgement in corpus.judgements:
            if judgement.query_id in places and judgement.text_id in rows:
                grades[places[judgement.query_id]][rows[judgement.text_id]] = judgement.grade
        excluded = np.array([_itself(corpus, query, rows) for query in corpus.queries], np.int64)
        copied = _spread(corpus, grades) if copies else 0
        for place, row in enumerate(excluded):
            grades[place].pop(int(row), None)
        return cls(corpus, tuple(grades), copied, excluded)

    def relevant(self, query: int, rel: int = 1) -> frozenset[int]:
        """Rows with at least the grade `rel` for one query."""
        return frozenset(row for row, grade in self.grades[query].items() if grade >= rel)

    def evaluated(self, rel: int = 1) -> Ints:
        """Places of the queries with at least one relevant text: those that measures are means over, ascending."""
        return np.array([place for place in range(len(self.grades)) if self.relevant(place, rel)], np.int64)

    def unanswerable(self, rel: int = 1) -> Ints:
        """Places of the queries that were judged, and have no relevant text."""
        found = [place for place, grades in enumerate(self.grades) if grades and not self.relevant(place, rel)]
        return np.array(found, np.int64)

    @cached_property
    def unjudged(self) -> Ints:
        """Places of the queries without any judgement."""
        return np.array([place for place, grades in enumerate(self.grades) if not grades], np.int64)


def _itself(corpus: Corpus, query: Query, rows: Mapping[str, int]) -> int:
    """The row of the text that is the query itself, or -1."""
    row = rows.get(query.id, -1) if corpus.ids else -1
    if row < 0:
        return -1
    title = corpus.titles[row] if corpus.titles else ""
    return row if query.text.strip() in {corpus.texts[row], corpus.texts[row].removeprefix(title).strip()} else -1


def _spread(corpus: Corpus, grades: list[dict[int, int]]) -> int:
    """Give every copy of a judged text its grade; how many rows got one, or a higher one, that way."""
    same: dict[str, list[int]] = {}
    for row, text in enumerate(corpus.texts):
        same.setdefault(text, []).append(row)
    copied = 0
    for own in grades:
        highest: dict[str, int] = {}
        for row, grade in own.items():
            text = corpus.texts[row]
            highest[text] = max(grade, highest.get(text, grade))
        for text, grade in highest.items():
            for row in same[text]:
                copied += own.get(row) != grade
                own[row] = grade
    return copied
