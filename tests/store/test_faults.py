import pytest

from core.store import Store, faults, tables
from tests.store.samples import write

BLOCKS = tables.blocks


def _drop(store: Store, shelf: str) -> None:
    faults.Faults(store.database).drop("vectors", shelf, "a test", BLOCKS, BLOCKS.c.shelf == shelf)


def test_damage_that_two_find_is_reported_once(store: Store) -> None:
    write(store, 1, shelf="a")
    _drop(store, "a")
    _drop(store, "a")
    assert [(fault.kind, fault.key, fault.what) for fault in store.faults()] == [("vectors", "a", "a test")]


def test_the_newest_are_kept_and_come_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "KEPT", 3)
    for shelf in "abcde":
        write(store, 1, shelf=shelf)
        _drop(store, shelf)
    assert [fault.key for fault in store.faults()] == ["e", "d", "c"]
