"""What a grader did, laid over the test set that was there: which query is which, whose grade stands, what is new."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import streamlit as st

from core import corpora, pipeline
from core.session import grading, identity
from core.session.grading import Grading, mark
from core.types import Corpus, Judgement, Query

TEXTS = ("kettle", "parcel", "kettle", "music", "rain")
QUERIES = (Query("q1", "boil water", "tea"), Query("q2", "post"), Query("q3", "boil water"), Query("t5", "weather"))
GIVEN = (Judgement("q1", "t1", 2), Judgement("q2", "t2", 5), Judgement("q1", "gone", 1))
CORPUS = Corpus("five", TEXTS, ids=("t1", "t2", "t3", "t4", "t5"), queries=QUERIES, judgements=GIVEN)
BOIL = mark("boil water")


@pytest.fixture(autouse=True)
def me(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_resource.clear()
    monkeypatch.setattr(identity, "owner", lambda: "me")


def _give(query: str, rows: Sequence[int], grade: int | None, corpus: Corpus = CORPUS) -> Grading:
    now = Grading.of(corpus)
    asked = now.queries.get(mark(query), Query(mark(query), query, "typed"))
    now.give(asked, now.items(asked, rows), grade)
    return Grading.of(corpus)


def _grades(now: Grading, query: str, rows: Sequence[int] = range(5)) -> dict[str, tuple[int | None, int | None]]:
    asked = now.queries[mark(query)]
    return {item.text: (item.given, item.mine) for item in now.items(asked, rows)}


def test_a_query_is_what_it_says() -> None:
    now = Grading.of(CORPUS)
    assert [query.id for query in now.queries.values()] == ["q1", "q2", "t5"], "q3 asks what q1 asks"
    assert list(now.queries) == [BOIL, mark("post"), mark("weather")]
    pipeline.store().judging.ask(now.brought.base, "me", Query(mark("post"), "post"))
    pipeline.store().judging.ask(now.brought.base, "me", Query(mark("new"), "new"))
    assert [query.id for query in Grading.of(CORPUS).queries.values()] == ["q1", "q2", "t5", mark("new")]


def test_copies_are_one_text_to_grade_and_get_one_grade() -> None:
    now = _give("boil water", [0, 2], 3)
    (item,) = [item for item in now.items(now.queries[BOIL], range(5)) if item.text == "kettle"]
    assert (item.rows, item.given, item.mine, item.grade) == ((0, 2), 2, 3, 3)
    assert now.mine[BOIL] == {"t1": 3, "t3": 3}


def test_a_given_grade_stands_until_it_is_changed_and_again_when_that_is_taken_back() -> None:
    assert _grades(Grading.of(CORPUS), "boil water")["kettle"] == (2, None)
    assert _grades(_give("boil water", [0], 0), "boil water")["kettle"] == (2, 0)
    assert _grades(_give("boil water", [0], None), "boil water")["kettle"] == (2, None)


def test_the_order_depends_on_the_query_and_not_on_who_found_the_texts() -> None:
    now = Grading.of(CORPUS)
    query, other = now.queries[BOIL], now.queries[mark("post")]
    every = [item.text for item in now.items(query, [4, 3, 2, 1, 0])]
    assert every == [item.text for item in now.items(query, [0, 1, 2, 3, 4])]
    assert sorted(every) == ["kettle", "music", "parcel", "rain"]
    part = [item.text for item in now.items(query, [1, 3, 4])]
    assert part == [text for text in every if text in part], "a new candidate moves no text past another"
    many = Grading.of(Corpus("many", tuple(f"text {i}" for i in range(50))))
    orders = [[item.rows[0] for item in many.items(asked, range(50))] for asked in (query, other)]
    assert orders[0] != orders[1]
    assert orders[0] != sorted(orders[0])


def test_a_query_does_not_find_the_text_of_its_own_id() -> None:
    assert "rain" not in _grades(Grading.of(CORPUS), "weather")


def test_what_is_new_and_what_is_otherwise() -> None:
    assert Grading.of(CORPUS).news() == (0, 0)
    _give("boil water", [0], 1)  # q1 has 2; q3, which asks the same, has none
    _give("post", [1], 5)  # as it was given
    assert _give("post", [3], 0).news() == (2, 1)


def test_the_composed_test_set_has_both_and_is_the_same_bare_corpus() -> None:
    _give("boil water", [0], 1)
    pipeline.store().judging.ask(Grading.of(CORPUS).brought.base, "me", Query(mark("never"), "never judged"))
    now = _give("how late", [1, 3], 2)
    whole = now.composed()
    fresh = mark("how late")
    assert whole.name == "five · judged"
    assert whole.queries == (*QUERIES, Query(fresh, "how late", "typed"))
    assert set(whole.judgements) == {
        Judgement("q1", "t1", 1), Judgement("q3", "t1", 1), Judgement("q2", "t2", 5), Judgement("q1", "gone", 1),
        Judgement(fresh, "t2", 2), Judgement(fresh, "t4", 2),
    }  # fmt: skip
    assert corpora.bare(whole).fingerprint == corpora.bare(CORPUS).fingerprint
    # Judged on, it knows what was judged before, and keeps its name.
    again = Grading.of(whole)
    assert again.news() == (0, 0)
    assert again.composed().name == "five · judged"
    assert again.composed().fingerprint == whole.fingerprint
    assert _grades(again, "how late")["music"] == (2, 2)


def test_texts_without_ids_go_by_their_row() -> None:
    bare = Corpus("rows", TEXTS)
    now = _give("rain?", [4], 3, bare)
    assert now.composed().judgements == (Judgement(mark("rain?"), "5", 3),)
    assert now.judged(mark("rain?"))


def test_two_visitors_do_not_see_each_other_s_grades(monkeypatch: pytest.MonkeyPatch) -> None:
    _give("boil water", [0], 3)
    monkeypatch.setattr(identity, "owner", lambda: "her")
    assert Grading.of(CORPUS).mine == {}
    assert _give("boil water", [0], 0).mine == {BOIL: {"t1": 0}}
    monkeypatch.setattr(identity, "owner", lambda: "me")
    assert Grading.of(CORPUS).mine == {BOIL: {"t1": 3}}


def test_reading_a_test_set_is_done_once() -> None:
    assert grading.brought(CORPUS.fingerprint, CORPUS) is grading.brought(CORPUS.fingerprint, CORPUS)
