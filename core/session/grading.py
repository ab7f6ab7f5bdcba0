"""What one visitor judged of some texts, beside what their test set brings; and both as one test set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import streamlit as st

from core import corpora, pipeline
from core.digest import digest
from core.session import identity
from core.types import Corpus, Judgement, Query

JUDGED = " · judged"


def mark(text: str) -> str:
    """The id of a query by what it says: typed twice, or typed as it stands in the test set, it is the same one."""
    return f"asked-{digest([text])[:12]}"


@dataclass(frozen=True, eq=False)
class Brought:
    """A test set as a grader needs it: `ids[query text]`, `grades[query id, text id]`, `best[query text][text]`.

    `base` is the fingerprint of the bare texts, and `rows` says where each text id stands.
    """

    base: str
    rows: Mapping[str, int]
    ids: Mapping[str, Sequence[str]]
    grades: Mapping[tuple[str, str], int]
    best: Mapping[str, Mapping[str, int]]


@st.cache_resource(max_entries=8, show_spinner=False)
def brought(fingerprint: str, _corpus: Corpus) -> Brought:  # noqa: ARG001
    """The test set that comes with a corpus, read once for all visitors."""
    rows = {_text_id(_corpus, row): row for row in range(len(_corpus))}
    ids: dict[str, list[str]] = {}
    for query in _corpus.queries:
        ids.setdefault(query.text, []).append(query.id)
    grades = {(given.query_id, given.text_id): given.grade for given in _corpus.judgements}
    texts = {query.id: query.text for query in _corpus.queries}
    best: dict[str, dict[str, int]] = {}
    for (query_id, text_id), grade in grades.items():
        if query_id in texts and text_id in rows:
            own, text = best.setdefault(texts[query_id], {}), _corpus.texts[rows[text_id]]
            own[text] = max(grade, own.get(text, grade))
    return Brought(corpora.bare(_corpus).fingerprint, rows, ids, grades, best)


def _text_id(corpus: Corpus, row: int) -> str:
    return corpus.ids[row] if corpus.ids else str(row + 1)


@dataclass(frozen=True)
class Item:
    """A text to grade: its rows (copies are graded together), the grade the test set brings, and one's own."""

    rows: tuple[int, ...]
    text: str
    given: int | None
    mine: int | None

    @property
    def grade(self) -> int | None:
        """The grade that stands: one's own, else the given one, else None."""
        return self.given if self.mine is None else self.mine


@dataclass(frozen=True, eq=False)
class Grading:
    """A corpus with its test set, and what this visitor asked and graded: `mine[query mark][text id]`."""

    corpus: Corpus
    brought: Brought
    owner: str
    asked: Mapping[str, Query]
    mine: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, corpus: Corpus) -> "Grading":
        """As it stands in the store now."""
        known, owner = brought(corpus.fingerprint, corpus), identity.owner()
        asked, judgements = pipeline.store().judging.read(known.base, owner)
        mine: dict[str, dict[str, int]] = {}
        for judgement in judgements:
            if judgement.text_id in known.rows:
                mine.setdefault(judgement.query_id, {})[judgement.text_id] = judgement.grade
        return cls(corpus, known, owner, {query.id: query for query in asked}, mine)

    @cached_property
    def queries(self) -> dict[str, Query]:
        """Every query by its mark, those of the test set first; one text is one query."""
        found: dict[str, Query] = {}
        for query in (*self.corpus.queries, *self.asked.values()):
            found.setdefault(mark(query.text), query)
        return found

    def judged(self, key: str) -> bool:
        """Whether any text was graded for a query, by whoever made the test set or by this visitor."""
        return bool(self.mine.get(key) or self.brought.best.get(self.queries[key].text))

    def items(self, query: Query, rows: Sequence[int]) -> list[Item]:
        """The texts of these rows, each once, in an order that depends on the query alone and not on who found them."""
        own = {self.corpus.texts[self.brought.rows[text]]: grade for text, grade in self._own(query).items()}
        given = self.brought.best.get(query.text, {})
        itself = set(self.brought.ids.get(query.text, ())) if self.corpus.ids else set()
        copies: dict[str, list[int]] = {}
        for row in sorted(rows):
            if _text_id(self.corpus, row) not in itself:
                copies.setdefault(self.corpus.texts[row], []).append(row)
        shuffled = sorted(copies, key=lambda text: digest([query.text, text]))
        return [Item(tuple(copies[text]), text, given.get(text), own.get(text)) for text in shuffled]

    def _own(self, query: Query) -> Mapping[str, int]:
        return self.mine.get(mark(query.text), {})

    def give(self, query: Query, items: Sequence[Item], grade: int | None) -> None:
        """Keep a grade for texts, at once; None takes one's own back."""
        kept, base, key = pipeline.store().judging, self.brought.base, mark(query.text)
        if grade is not None:
            kept.ask(base, self.owner, Query(key, query.text, query.kind))
        for text_id in (_text_id(self.corpus, row) for item in items for row in item.rows):
            if grade is None:
                kept.ungrade(base, self.owner, key, text_id)
            else:
                kept.grade(base, self.owner, Judgement(key, text_id, grade))

    def judgements(self) -> list[Judgement]:
        """One's own grades under the ids their queries have in the test set, or under their marks."""
        return [
            Judgement(query_id, text_id, grade)
            for key, query in self.asked.items()
            for query_id in self.brought.ids.get(query.text, (key,))
            for text_id, grade in self.mine.get(key, {}).items()
        ]

    def news(self) -> tuple[int, int]:
        """How many of one's grades the test set has not, and how many it has otherwise."""
        before = [(self.brought.grades.get((own.query_id, own.text_id)), own.grade) for own in self.judgements()]
        return sum(was is None for was, _ in before), sum(was is not None and was != now for was, now in before)

    def composed(self) -> Corpus:
        """The corpus with one's judgements in it, over those it brings; typed queries come last, once judged."""
        queries = [query for key, query in self.asked.items() if self.mine.get(key)]
        fresh = [query for query in queries if query.text not in self.brought.ids]
        whole = corpora.with_judgements(
            self.corpus, (*self.corpus.queries, *fresh), (*self.corpus.judgements, *self.judgements())
        )
        return replace(whole, name=self.composed_name)

    @property
    def composed_name(self) -> str:
        """What `composed` is called."""
        return self.corpus.name.removesuffix(JUDGED) + JUDGED
