"""Kept latency runs: back as they were, never evicted, deleted one by one, and in stores older than they are."""

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import inspect

from core.store import Store, open_store, tables
from core.types import Question
from tests.store.conftest import BUDGET, Opener
from tests.store.samples import flip, write

RUN = {"facts": {"seed": 0, "notes": ["a"]}, "calls": pd.DataFrame({"model": ["m"], "nanoseconds": [5]})}
SUMMARY = {"labels": ["M"], "setting": "quick", "machine": "Abacus"}


def put(store: Store, key: str, corpus: str = "c", owner: str = "me") -> None:
    store.timings.put(key, corpus, owner, SUMMARY, RUN)


def test_a_run_comes_back_as_it_was_and_in_the_list_of_its_texts(store: Store, opened: Opener) -> None:
    put(store, "one")
    put(store, "two")
    put(store, "three", corpus="other")
    again = opened()
    found = again.timings.get("one")
    assert found is not None
    assert found["facts"] == RUN["facts"]
    pd.testing.assert_frame_equal(found["calls"], RUN["calls"], check_dtype=False)
    assert [entry.key for entry in again.timings.list("c")] == ["two", "one"]
    entry = again.timings.list("other")[0]
    assert (entry.owner, entry.summary, entry.bytes > 0) == ("me", SUMMARY, True)
    assert again.timings.get("four") is None


def test_no_budget_and_no_deletion_of_answers_takes_a_run(opened: Opener) -> None:
    store = opened(budget=1)
    put(store, "one")
    write(store, 1, 2, 3)
    store.answers.put(Question("latency", {}), {"a": np.zeros(1000)}, 0.1)
    store.budget.trim(1)
    store.answers.clear()
    store.vectors.remove("every")
    assert store.budget.size() == 0
    assert store.timings.get("one") is not None


def test_one_deletes_one_s_own_run_and_no_other(store: Store) -> None:
    put(store, "one")
    put(store, "two")
    store.timings.remove("one", "somebody else")
    assert len(store.timings.list("c")) == 2
    store.timings.remove("one", "me")
    assert [entry.key for entry in store.timings.list("c")] == ["two"]
    assert store.timings.get("one") is None


def test_a_damaged_run_is_reported_and_left_out(store: Store) -> None:
    put(store, "one")
    flip(store, tables.timing_data.c.body)
    assert store.timings.get("one") is None
    assert [fault.kind for fault in store.faults()] == ["latency run"]


def older(url: str) -> Store:
    """A store made before there were runs."""
    store = open_store(url, BUDGET)
    with store.database.engine.begin() as connection:
        tables.timing_data.drop(connection)
        tables.timings.drop(connection)
    store.close()
    return open_store(url, BUDGET)


def test_an_older_store_opens_and_takes_runs(url: str) -> None:
    store = older(url)
    assert not inspect(store.database.engine).has_table("timings")
    assert store.timings.list("c") == []
    assert store.timings.get("one") is None
    store.timings.remove("one", "me")
    write(store, 1)
    put(store, "one")
    assert store.timings.get("one") is not None
    assert [entry.key for entry in store.timings.list("c")] == ["one"]
    store.close()


def test_two_processes_may_bring_the_tables_at_once(url: str) -> None:
    first, second = older(url), open_store(url, BUDGET)
    put(first, "one")
    put(second, "two")
    assert len(first.timings.list("c")) == 2
    first.close()
    second.close()


def test_a_run_that_cannot_be_kept_is_an_error(store: Store) -> None:
    with pytest.raises(TypeError, match="plain JSON"):
        store.timings.put("one", "c", "me", SUMMARY, {"a": {1, 2}})
