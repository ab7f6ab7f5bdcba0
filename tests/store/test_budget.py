from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from core.store import Store, open_store, tables
from core.store.pins import PIN_SECONDS
from core.types import Question
from tests.store import samples
from tests.store.conftest import BUDGET, Opener
from tests.store.samples import SHELF, age, digests, write

ROW = 16 + 4 * 4  # bytes of one digest and one vector of samples
MONTH = 31 * 24 * 3600.0
QUESTION = Question("overlap", {})


def _count(store: Store, table: str) -> int:
    with store.database.reading("counting") as connection:
        return connection.scalar(select(func.count()).select_from(tables._all.tables[table])) or 0


def test_size_is_the_bytes_of_everything(store: Store) -> None:
    assert store.budget.size() == 0
    write(store, 1, 2)
    assert store.budget.size() == 2 * ROW
    store.answers.put(QUESTION, {"x": 1}, 1.0)
    store.corpora.add(samples.corpus(), {}, "upload", "ann")
    sizes = {size.what: size for size in store.sizes()}
    assert store.budget.size() == sum(sizes[what].bytes for what in ("vectors", "answers", "corpora"))
    assert {what: size.count for what, size in sizes.items()} == {"vectors": 2, "answers": 1, "corpora": 1, "models": 0}


def test_a_store_within_its_budget_loses_nothing(store: Store) -> None:
    write(store, 1)
    assert store.budget.trim(ROW) == 0
    assert store.vectors.present(SHELF, digests(1)).all()


def test_the_least_recently_used_leave_first(store: Store) -> None:
    for number in range(10):
        write(store, number)
        age(store, tables.blocks, 100)
    store.vectors.read(SHELF, digests(0, 3))  # used now
    assert store.budget.trim(6 * ROW) == 5 * ROW  # down to 90 %: five rows
    assert store.vectors.present(SHELF, digests(*range(10))).nonzero()[0].tolist() == [0, 3, 7, 8, 9]


@pytest.mark.parametrize("older", ["answers", "blocks"])
def test_answers_and_vectors_leave_in_one_order(store: Store, older: str) -> None:
    store.answers.put(QUESTION, {"x": 1}, 1.0)
    write(store, *range(20))
    age(store, tables._all.tables[older], 100)
    store.budget.trim(store.budget.size() - 1)  # either is more than the tenth that has to go
    assert {table: _count(store, table) for table in ("answers", "blocks")} == {"answers": 1, "blocks": 1, older: 0}


def test_reading_an_answer_keeps_it(store: Store) -> None:
    first, second = Question("q", {"n": 1}), Question("q", {"n": 2})
    for question in (first, second):
        store.answers.put(question, {"x": 1}, 1.0)
        age(store, tables.answers, 100)
    assert store.answers.get(first.key) is not None
    store.budget.trim(store.budget.size() - 1)
    assert [entry.key for entry in store.answers.list()] == [first.key]


def test_a_use_is_noted_once_a_minute(store: Store) -> None:
    write(store, 1)
    age(store, tables.blocks, 30)
    (before,) = store.vectors.shelves()
    store.vectors.read(SHELF, digests(1))
    assert store.vectors.shelves() == [before]
    age(store, tables.blocks, 31)
    store.vectors.read(SHELF, digests(1))
    assert store.vectors.shelves()[0].used > before.used


def test_what_is_pinned_stays_and_the_rest_goes(store: Store, opened: Opener) -> None:
    write(store, 1)
    write(store, 2, shelf="other")
    store.answers.put(QUESTION, {"x": 1}, 1.0)
    with store.pinned([SHELF, QUESTION.key]):
        opened().budget.trim(1)
        assert _count(store, "blocks") == _count(store, "answers") == 1
        assert store.vectors.present(SHELF, digests(1)).all()
    assert _count(store, "pins") == 0
    store.budget.trim(1)
    assert store.budget.size() == 0


def test_two_pins_of_one_key_both_count(store: Store, opened: Opener) -> None:
    write(store, 1)
    with store.pinned([SHELF, SHELF]):
        with opened().pinned([SHELF]):
            pass
        store.budget.trim(1)
        assert store.vectors.present(SHELF, digests(1)).all()


def _let_time_pass(store: Store, seconds: float) -> None:
    with store.database.engine.begin() as connection:
        connection.execute(update(tables.pins).values(until=tables.pins.c.until - seconds))


def test_a_pin_of_a_process_that_died_lapses(store: Store) -> None:
    write(store, 1)
    with store.pinned([SHELF]):
        _let_time_pass(store, PIN_SECONDS - 60)
        store.budget.trim(1)
        assert store.vectors.present(SHELF, digests(1)).all()
        _let_time_pass(store, 61)
        store.budget.trim(1)
        assert not store.vectors.present(SHELF, digests(1)).any()


def test_renewing_keeps_a_pin(store: Store, opened: Opener) -> None:
    write(store, 1)
    other = opened()
    with store.pinned([SHELF]), other.pinned(["other"]):
        _let_time_pass(store, PIN_SECONDS + 1)
        store.renew()
        other.budget.trim(1)
        assert store.vectors.present(SHELF, digests(1)).all()
    write(store, 2, shelf="other")
    with store.pinned([SHELF]), other.pinned(["other"]):
        _let_time_pass(store, PIN_SECONDS + 1)
        store.renew()  # only one's own
        store.budget.trim(1)
        assert not store.vectors.present("other", digests(2)).any()


def test_writing_renews_pins_once_a_minute(store: Store) -> None:
    write(store, 1)
    with store.pinned([SHELF]):
        _let_time_pass(store, PIN_SECONDS + 1)
        store.budget.pins._renewed -= 61
        write(store, 2)
        store.budget.trim(1)
        assert store.vectors.present(SHELF, digests(1, 2)).all()


def test_lapsed_pins_are_cleared_away(store: Store) -> None:
    with store.pinned([SHELF]):
        _let_time_pass(store, PIN_SECONDS + 1)
        with store.pinned(["new"]):
            assert _count(store, "pins") == 1


def test_pins_go_when_the_block_fails(store: Store) -> None:
    try:
        with store.pinned([SHELF]):
            raise KeyError
    except KeyError:
        pass
    assert _count(store, "pins") == 0


def test_texts_that_somebody_holds_never_leave(store: Store) -> None:
    held = store.corpora.add(samples.corpus("Held"), {}, "upload", "ann")
    store.corpora.add(samples.corpus("Typed", ("a",)), {}, "typed", None)
    recent = store.corpora.add(samples.corpus("Recent", ("b",)), {}, "typed", None)
    age(store, tables.corpora, MONTH)
    assert store.corpora.get(recent) is not None  # used now
    store.budget.trim(1)
    with store.database.reading("listing") as connection:
        assert set(connection.scalars(select(tables.corpora.c.name))) == {"Held", "Recent"}
    assert store.corpora.get(held) is not None


def test_an_unlisted_corpus_of_a_running_job_stays(store: Store) -> None:
    fingerprint = store.corpora.add(samples.corpus(), {}, "typed", None)
    age(store, tables.corpora, MONTH)
    with store.pinned([fingerprint]):
        store.budget.trim(1)
    assert store.corpora.report(fingerprint) is not None


def test_writing_keeps_a_store_within_its_budget(opened: Opener) -> None:
    store = opened(budget=100 * ROW)
    for number in range(300):
        write(store, number)
    assert 50 * ROW <= store.budget.size() <= 105 * ROW
    assert store.vectors.present(SHELF, digests(299)).all()


def test_the_first_write_of_a_process_looks_at_the_budget(store: Store, opened: Opener) -> None:
    write(store, *range(100))
    age(store, tables.blocks, 100)
    write(opened(budget=50 * ROW), 100)
    assert store.vectors.present(SHELF, digests(*range(101))).nonzero()[0].tolist() == [100]


def test_two_that_trim_at_once_do_not_delete_twice_the_excess(store: Store, opened: Opener) -> None:
    for number in range(100):
        write(store, number)
    with ThreadPoolExecutor(4) as pool:
        freed = list(pool.map(lambda each: each.budget.trim(60 * ROW), [opened() for _ in range(4)]))
    assert sum(freed) == 46 * ROW
    assert store.budget.size() == 54 * ROW


def test_space_goes_back_to_the_disk(file: Path) -> None:
    store = open_store(f"sqlite:///{file}", BUDGET)
    write(store, *range(1000), d=256, shelf="large")
    write(store, 1)
    store.vectors.remove("large")
    store.close()
    assert file.stat().st_size < 1_000_000
    store = open_store(f"sqlite:///{file}", BUDGET)
    write(store, *range(1000), d=256, shelf="large")
    store.budget.trim(1)
    store.close()
    assert file.stat().st_size < 1_000_000
