from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from core.store import Store, StoreError, tables
from tests.store import samples
from tests.store.conftest import Opener
from tests.store.samples import flip

CORPUS = samples.corpus()
FINGERPRINT = CORPUS.fingerprint


def _names(store: Store, owner: str) -> list[str]:
    return [holding.name for holding in store.corpora.listed(owner)]


def _add(store: Store, owner: str | None, name: str = "Ten", texts: tuple[str, ...] = CORPUS.texts) -> str:
    return store.corpora.add(samples.corpus(name, texts), {"rows": 3}, "upload", owner)


def test_a_corpus_comes_back_whole(store: Store, opened: Opener) -> None:
    corpus = samples.full_corpus()
    fingerprint = store.corpora.add(corpus, {"rows": 7, "text": "\0\ud800"}, "upload", "ann")
    found = opened().corpora.get(fingerprint)
    assert found is not None
    assert found.fingerprint == fingerprint == corpus.fingerprint
    assert replace(found).fingerprint == fingerprint  # computed anew from what came back
    assert found.texts == corpus.texts
    assert found.queries == corpus.queries
    assert found.judgements == corpus.judgements
    assert store.corpora.report(fingerprint) == {"rows": 7, "text": "\0\ud800"}


@pytest.mark.parametrize("fingerprint", ["f" * 32, "", "\0", "\ud800", "' OR 1=1 --", "é" * 1000])
def test_what_is_not_there_is_none(store: Store, fingerprint: str) -> None:
    _add(store, "ann")
    assert store.corpora.get(fingerprint) is None
    assert store.corpora.report(fingerprint) is None


def test_lists_show_ones_own_and_nobody_elses(store: Store) -> None:
    _add(store, "ann", "Ann's")
    _add(store, "bob", "Bob's", ("other",))
    assert _names(store, "ann") == ["Ann's"]
    assert _names(store, "bob") == ["Bob's"]
    assert _names(store, "") == _names(store, "eve") == _names(store, "%") == []


def test_whoever_knows_the_fingerprint_may_read(store: Store) -> None:
    found = store.corpora.get(_add(store, "ann"))
    assert found is not None
    assert found.texts == CORPUS.texts


def test_own_come_first_newest_first_then_shared(store: Store) -> None:
    shared = _add(store, "bob", "Bob's shared", ("b",))
    _add(store, "bob", "Bob's", ("c",))
    _add(store, "ann", "first", ("d",))
    _add(store, "ann", "second", ("e", "f"))
    store.corpora.share(shared, "bob", True)
    listed = store.corpora.listed("ann")
    assert [(each.name, each.own, each.shared) for each in listed] == [
        ("second", True, False),
        ("first", True, False),
        ("Bob's shared", False, True),
    ]
    assert (listed[0].kind, listed[0].n_texts) == ("upload", 2)
    assert "bob" not in repr(listed)
    store.corpora.share(shared, "bob", False)
    assert _names(store, "ann") == ["second", "first"]


def test_a_corpus_is_listed_once_as_ones_own_if_it_is(store: Store) -> None:
    for owner in ("bob", "ann", "eve"):
        _add(store, owner, f"{owner}'s")
    for owner in ("bob", "eve"):
        store.corpora.share(FINGERPRINT, owner, True)
    assert [(each.name, each.own) for each in store.corpora.listed("ann")] == [("ann's", True)]
    assert len(store.corpora.listed("joe")) == 1


def test_each_holder_has_a_name_for_it(store: Store) -> None:
    _add(store, "ann", "Ann's")
    _add(store, "bob", "Bob's")
    store.corpora.rename(FINGERPRINT, "bob", "Bob's new")
    named = {owner: store.corpora.get(FINGERPRINT, owner) for owner in ("ann", "bob", "eve", None)}
    assert {owner: corpus and corpus.name for owner, corpus in named.items()} == {
        "ann": "Ann's",
        "bob": "Bob's new",
        "eve": "Ann's",
        None: "Ann's",
    }


def test_texts_go_with_their_last_holder(store: Store) -> None:
    _add(store, "ann")
    _add(store, "bob")
    store.corpora.remove(FINGERPRINT, "eve")
    store.corpora.remove(FINGERPRINT, "ann")
    assert _names(store, "ann") == []
    assert store.corpora.get(FINGERPRINT) is not None
    store.corpora.remove(FINGERPRINT, "bob")
    assert store.corpora.get(FINGERPRINT) is None
    with store.database.reading("counting") as connection:
        assert connection.execute(tables.corpus_data.select()).all() == []


def test_a_stranger_removes_nothing(store: Store) -> None:
    store.corpora.add(CORPUS, {}, "typed", None)
    store.corpora.remove(FINGERPRINT, "eve")
    assert store.corpora.get(FINGERPRINT) is not None


def test_only_a_holder_may_change(store: Store) -> None:
    _add(store, "ann")
    with pytest.raises(StoreError, match="in your list"):
        store.corpora.share(FINGERPRINT, "eve", True)
    with pytest.raises(StoreError, match="in your list"):
        store.corpora.rename(FINGERPRINT, "eve", "Eve's")
    assert [(each.name, each.shared) for each in store.corpora.listed("ann")] == [("Ten", False)]


def test_an_unlisted_corpus_is_in_no_list_but_there(store: Store) -> None:
    fingerprint = store.corpora.add(CORPUS, {"typed": True}, "typed", None)
    assert store.corpora.listed("") == []
    found = store.corpora.get(fingerprint)
    assert found is not None
    assert found.name == "Ten"


def test_an_upload_says_more_than_what_was_typed(store: Store) -> None:
    store.corpora.add(CORPUS, {}, "typed", None)
    store.corpora.add(CORPUS, {"rows": 3}, "upload", "ann")
    store.corpora.add(CORPUS, {}, "typed", None)
    assert store.corpora.report(FINGERPRINT) == {"rows": 3}
    assert store.corpora.listed("ann")[0].kind == "upload"


def test_adding_again_renames_and_stays_shared(store: Store) -> None:
    _add(store, "ann")
    store.corpora.share(FINGERPRINT, "ann", True)
    _add(store, "ann", "Newer")
    assert [(each.name, each.shared) for each in store.corpora.listed("ann")] == [("Newer", True)]


def test_a_name_that_no_database_takes_is_made_readable(store: Store) -> None:
    _add(store, "ann", "a\0b\ud800")
    assert _names(store, "ann") == ["a\ufffdb\ufffd"]


def test_a_damaged_corpus_is_dropped_and_reported(store: Store) -> None:
    _add(store, "ann")
    flip(store, tables.corpus_data.c.body, 60)
    assert store.corpora.get(FINGERPRINT) is None
    assert [(fault.kind, fault.key) for fault in store.faults()] == [("corpus", FINGERPRINT)]
    assert store.corpora.report(FINGERPRINT) is None
    assert _names(store, "ann") == []
    _add(store, "ann")
    assert store.corpora.get(FINGERPRINT) is not None


def test_many_add_and_remove_one_corpus_at_once(store: Store) -> None:
    def work(number: int) -> None:
        owner = f"owner {number}"
        for _ in range(3):
            _add(store, owner)
            assert _names(store, owner) == ["Ten"]
            assert store.corpora.get(FINGERPRINT) is not None
            store.corpora.remove(FINGERPRINT, owner)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert store.corpora.get(FINGERPRINT) is None


def test_texts_go_when_all_holders_let_go_at_once(store: Store) -> None:
    start = Barrier(4)

    def let_go(owner: str) -> None:
        start.wait()
        store.corpora.remove(FINGERPRINT, owner)

    for _ in range(5):
        for owner in "abcd":
            _add(store, owner)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(let_go, "abcd"))
        assert store.corpora.get(FINGERPRINT) is None


def test_any_change_of_content_is_another_corpus(store: Store) -> None:
    _add(store, "ann")
    for other in (
        replace(CORPUS, texts=("two", "one", "three")),
        replace(CORPUS, labels=("a", "b", "c")),
        replace(CORPUS, ids=("a", "b", "c")),
        replace(CORPUS, queries=samples.full_corpus().queries),
    ):
        assert store.corpora.get(other.fingerprint) is None
