from dataclasses import replace

from core.store import Store
from core.types import Role
from tests.store.conftest import Opener
from tests.store.samples import SHELF, SPACE, write


def test_counts_add_up_over_shelves(store: Store, opened: Opener) -> None:
    store.vectors.count("a", encoded=2)
    opened().vectors.count("a", encoded=3)
    store.vectors.count("b", encoded=10)
    assert (store.vectors.encoded("a"), store.vectors.encoded("b"), store.vectors.encoded("c")) == (5, 10, 0)
    assert store.vectors.encoded() == 15


def test_the_last_description_holds_and_keeps_the_counts(store: Store) -> None:
    write(store, 1)
    store.vectors.count(SHELF, asked=3)
    store.vectors.describe(SHELF, SPACE, Role.DOCUMENT)
    store.vectors.describe(SHELF, replace(SPACE, label="Renamed\0\ud800"), Role.QUERY)
    (shelf,) = store.vectors.shelves()
    assert (shelf.label, shelf.role, shelf.asked) == ("Renamed\ufffd\ufffd", "query", 3)


def test_runs_are_listed_newest_first(store: Store) -> None:
    store.vectors.log_run(SHELF, "f1", 100, 2.5, tokens=900, machine="here")
    store.vectors.log_run(SHELF, "f2", 5, 0.5)
    store.vectors.log_run("other", "f1", 1, 0.1)
    last, first = store.vectors.runs(SHELF)
    assert (first.corpus, first.texts, first.seconds, first.tokens, first.machine) == ("f1", 100, 2.5, 900, "here")
    assert (last.corpus, last.tokens, last.machine) == ("f2", None, "")
    assert first.finished <= last.finished
