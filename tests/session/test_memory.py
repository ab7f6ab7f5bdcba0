"""What the dashboard's process holds in memory: made once, also by those who ask at the same moment."""

from threading import Barrier, Thread
from time import sleep

import pandas as pd
import pytest
from cachetools import LRUCache

from core.session.memory import MOST_MADE, Lasting, Memory


def test_those_who_ask_at_once_have_it_made_by_one() -> None:
    memory, made, ready = Memory(LRUCache(4)), list[int](), Barrier(8)

    def make() -> str:
        made.append(1)
        sleep(0.05)
        return "made"

    def ask() -> None:
        ready.wait()
        memory.once("key", make)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_an_error_and_a_no_are_not_remembered() -> None:
    memory = Memory(LRUCache(4))
    with pytest.raises(ZeroDivisionError):
        memory.once("key", lambda: 1 // 0)
    assert memory.once("key", lambda: 0) == 0
    assert memory.once("key", lambda: 3) == memory.once("key", lambda: 4) == 3


def _empty(_: Lasting, name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[name])


def test_what_is_made_of_a_finding_is_kept_even_when_empty_and_not_for_ever() -> None:
    found = Lasting()
    first = found.once(_empty, "a")
    assert found.once(_empty, "a") is first
    assert found.once(_empty, "b") is not first
    for n in range(MOST_MADE):
        found.once(_empty, str(n))
    assert found.once(_empty, "a") is not first
