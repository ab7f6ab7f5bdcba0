"""Agreements and books of what left this machine: as they were, added up, and in stores older than they are."""

from threading import Thread

import pytest
from sqlalchemy import inspect

from core.store import Spent, Store, open_store, tables
from tests.store.conftest import BUDGET, Opener


def older(url: str) -> Store:
    """A store made before there were any."""
    store = open_store(url, BUDGET)
    with store.database.engine.begin() as connection:
        tables.agreements.drop(connection)
        tables.spending.drop(connection)
    store.close()
    return open_store(url, BUDGET)


def test_an_agreement_is_found_by_space_and_texts(store: Store, opened: Opener) -> None:
    store.spending.agree("space", "texts", "me", 0.02, 5.0)
    found = opened().spending.agreed("space", "texts")
    assert found is not None
    assert (found.space, found.texts, found.owner, found.per_million, found.most) == ("space", "texts", "me", 0.02, 5.0)
    assert found.created > 1e9
    assert store.spending.agreed("space", "other") is None
    assert store.spending.agreed("other", "texts") is None


def test_a_later_agreement_takes_the_place_of_an_earlier_one(store: Store) -> None:
    store.spending.agree("space", "texts", "me", 0.02, 5.0)
    first = store.spending.agreed("space", "texts")
    store.spending.agree("space", "texts", "you", 0.13)
    second = store.spending.agreed("space", "texts")
    assert first is not None
    assert second is not None
    assert (second.owner, second.per_million, second.most) == ("you", 0.13, None)
    assert second.created >= first.created


def test_what_requests_came_to_is_added_up(store: Store, opened: Opener) -> None:
    store.spending.add("a", "t", "Model A", Spent(5, 100, 1, 0.25))
    store.spending.add("a", "u", "Model A", Spent(5, 50, 0, 0.5))
    store.spending.add("b", "t", "Model B", Spent(1, 10, 0, 0.125))
    spending = opened().spending
    assert spending.spent() == Spent(11, 160, 1, 0.875)
    assert spending.spent("a") == Spent(10, 150, 1, 0.75)
    assert spending.spent("a", "t") == Spent(5, 100, 1, 0.25)
    assert spending.spent(texts="t") == Spent(6, 110, 1, 0.375)
    assert spending.spent("c") == Spent()
    assert spending.by_model() == {"Model A": Spent(10, 150, 1, 0.75), "Model B": Spent(1, 10, 0, 0.125)}


def test_only_what_was_spent_since_a_time_counts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for now in (1_000.0, 2_000.0, 3_000.0):
        monkeypatch.setattr("core.store.spending.time", lambda now=now: now)
        store.spending.add("a", "t", "A", Spent(1, 1, 0, now))
    assert store.spending.spent(since=2_000.0).money == 5_000.0
    assert store.spending.spent(since=3_000.5) == Spent()


def test_nothing_is_lost_when_many_note_at_once(store: Store) -> None:
    def notes() -> None:
        for _ in range(10):
            store.spending.add("a", "t", "A", Spent(1, 3, 0, 0.5))

    threads = [Thread(target=notes) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.spending.spent() == Spent(40, 120, 0, 20.0)


def test_an_older_store_opens_has_spent_nothing_and_takes_notes(url: str) -> None:
    store = older(url)
    assert not inspect(store.database.engine).has_table("spending")
    assert store.spending.agreed("a", "t") is None
    assert store.spending.spent() == Spent()
    assert store.spending.by_model() == {}
    store.spending.add("a", "t", "A", Spent(1, 2, 0, 0.5))
    store.spending.agree("a", "t", "me", 0.02)
    assert store.spending.spent() == Spent(1, 2, 0, 0.5)
    assert store.spending.agreed("a", "t") is not None
    store.close()


def test_two_who_find_an_older_store_both_note(url: str) -> None:
    first, second = older(url), open_store(url, BUDGET)
    threads = [
        Thread(target=each.spending.add, args=("a", "t", "A", Spent(1, 1, 0, 1.0)))
        for each in (first, second, first, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert first.spending.spent() == second.spending.spent() == Spent(4, 4, 0, 4.0)
    first.close()
    second.close()
