"""Judgements people give: back as they were, apart from everybody else's, never evicted, the last one stands."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import inspect

from core.store import Store, open_store, tables
from core.types import Judgement, Query
from tests.store.conftest import BUDGET, Opener
from tests.store.samples import write

PARCEL = Query("q1", "Where is my parcel?", "tracking")


def texts(store: Store, base: str = "b", owner: str = "me") -> dict[tuple[str, str], int]:
    return {(found.query_id, found.text_id): found.grade for found in store.judging.read(base, owner)[1]}


def test_queries_and_grades_come_back_in_the_order_they_came(store: Store, opened: Opener) -> None:
    rain = Query("q0", "Will it rain?\0 \ud800")
    store.judging.ask("b", "me", PARCEL)
    store.judging.ask("b", "me", rain)
    given = [Judgement("q1", "t9", 3), Judgement("q1", "t1", 0), Judgement("q0", "t9", -1)]
    for judgement in given:
        store.judging.grade("b", "me", judgement)
    queries, judgements = opened().judging.read("b", "me")
    assert queries == (PARCEL, replace(rain, text="Will it rain?\ufffd \ufffd"))
    assert list(judgements) == given


def test_the_last_grade_stands_and_one_can_be_taken_back(store: Store) -> None:
    for grade in (1, 3, 2):
        store.judging.grade("b", "me", Judgement("q1", "t1", grade))
    store.judging.grade("b", "me", Judgement("q1", "t2", 1))
    assert texts(store) == {("q1", "t1"): 2, ("q1", "t2"): 1}
    store.judging.ungrade("b", "me", "q1", "t1")
    store.judging.ungrade("b", "me", "q1", "never graded")
    assert texts(store) == {("q1", "t2"): 1}


def test_a_query_asked_again_keeps_its_grades_and_its_place(store: Store) -> None:
    store.judging.ask("b", "me", PARCEL)
    store.judging.ask("b", "me", Query("q2", "Is it late?"))
    store.judging.grade("b", "me", Judgement("q1", "t1", 2))
    store.judging.ask("b", "me", replace(PARCEL, kind="keywords"))
    queries, judgements = store.judging.read("b", "me")
    assert [query.kind for query in queries] == ["keywords", ""]
    assert len(judgements) == 1


def test_withdrawing_a_query_takes_its_grades_and_no_others(store: Store) -> None:
    for owner in ("me", "her"):
        store.judging.ask("b", owner, PARCEL)
        store.judging.grade("b", owner, Judgement("q1", "t1", 1))
    store.judging.grade("b", "me", Judgement("q2", "t1", 1))
    store.judging.withdraw("b", "me", "q1")
    assert store.judging.read("b", "me") == ((), (Judgement("q2", "t1", 1),))
    assert store.judging.read("b", "her") == ((PARCEL,), (Judgement("q1", "t1", 1),))


def test_other_texts_and_other_people_are_kept_apart(store: Store) -> None:
    store.judging.grade("b", "me", Judgement("q1", "t1", 1))
    store.judging.grade("b", "her", Judgement("q1", "t1", 2))
    store.judging.grade("other", "me", Judgement("q1", "t1", 3))
    assert [texts(store, *whose) for whose in (("b", "me"), ("b", "her"), ("other", "me"))] == [
        {("q1", "t1"): 1},
        {("q1", "t1"): 2},
        {("q1", "t1"): 3},
    ]
    # What runs together in a sentence is still two things in the key.
    store.judging.grade("x", "me", Judgement("ab", "c", 1))
    store.judging.grade("x", "me", Judgement("a", "bc", 2))
    assert texts(store, "x") == {("ab", "c"): 1, ("a", "bc"): 2}


def test_two_people_judge_at_once(opened: Opener) -> None:
    opened().judging.grade("b", "nobody", Judgement("q", "t", 0))

    def judge(owner: str, grade: int) -> None:
        own = opened()
        own.judging.ask("b", owner, PARCEL)
        for row in range(20):
            own.judging.grade("b", owner, Judgement("q1", f"t{row}", grade))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(judge, ("ann", "bob", "ann", "cid"), (1, 2, 1, 3)))
    for owner, grade in (("ann", 1), ("bob", 2), ("cid", 3)):
        assert texts(opened(), owner=owner) == {("q1", f"t{row}"): grade for row in range(20)}


def test_no_budget_takes_a_grade(opened: Opener) -> None:
    store = opened(budget=1)
    store.judging.ask("b", "me", PARCEL)
    store.judging.grade("b", "me", Judgement("q1", "t1", 1))
    write(store, 1, 2, 3)
    store.budget.trim(1)
    store.answers.clear()
    store.vectors.remove("every")
    assert store.budget.size() == 0
    assert texts(store) == {("q1", "t1"): 1}
    assert len(store.judging.read("b", "me")[0]) == 1


def test_ids_may_be_long(store: Store) -> None:
    long = "x" * 100_000
    store.judging.grade("b", "me", Judgement(long, long, 2))
    assert texts(store) == {(long, long): 2}


def older(url: str) -> Store:
    """A store made before anybody judged."""
    store = open_store(url, BUDGET)
    with store.database.engine.begin() as connection:
        tables.asked.drop(connection)
        tables.grades.drop(connection)
    store.close()
    return open_store(url, BUDGET)


@pytest.mark.parametrize("first", ["query", "grade"])
def test_an_older_store_opens_and_takes_judgements(url: str, first: str) -> None:
    store, second = older(url), open_store(url, BUDGET)
    assert not inspect(store.database.engine).has_table("grades")
    assert store.judging.read("b", "me") == ((), ())
    store.judging.withdraw("b", "me", "q1")
    store.judging.ungrade("b", "me", "q1", "t1")
    if first == "query":
        store.judging.ask("b", "me", PARCEL)
    second.judging.grade("b", "me", Judgement("q1", "t1", 2))
    assert texts(store) == {("q1", "t1"): 2}
    for each in (store, second):
        each.close()
