"""Turns: one at a time across connections, given back, and not kept by the dead."""

from threading import Event, Thread
from time import monotonic

import pytest

from core.store import StoreError, turns
from tests.store.conftest import Opener


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("SECONDS", 0.6), ("RENEWED", 0.1), ("LOOK", 0.02)):
        monkeypatch.setattr(turns, name, seconds)


def test_a_second_process_waits_however_long_the_first_takes(opened: Opener) -> None:
    first, second, order, waits = opened(), opened(), list[str](), Event()

    def after() -> None:
        with second.turn("shelf", waits.set):
            order.append("second")

    with first.turn("shelf", pytest.fail), second.turn("another shelf", pytest.fail):
        thread = Thread(target=after)
        thread.start()
        assert waits.wait(5)
        thread.join(3 * turns.SECONDS)  # longer than a turn lasts that is not renewed
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_the_turn_of_a_process_that_died_lapses(opened: Opener) -> None:
    store = opened()
    assert turns._taken(store.database, "turn:shelf", "killed")
    began = monotonic()
    with store.turn("shelf", lambda: None):
        assert 0.1 < monotonic() - began < 5


def test_who_waits_may_give_up(opened: Opener) -> None:
    store = opened()

    def cancelled() -> None:
        raise StoreError("Cancelled.")

    with store.turn("shelf", pytest.fail), pytest.raises(StoreError, match="Cancelled"), store.turn("shelf", cancelled):
        pytest.fail("it was not its turn")
    with store.turn("shelf", pytest.fail):  # and what raised inside gave it back
        pass
