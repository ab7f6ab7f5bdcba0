from dataclasses import replace

import pytest

from core.digest import digest_each
from core.store import Store, packing, unpacked
from core.store.packing import _unzipped, _zipped, pack_corpus, unpack_corpus
from core.types import Corpus
from tests.store.conftest import Opener

CORPUS = Corpus("mine", ("a", "b", "\ud800"), labels=("x", "y", "x"))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the bodies that were unpacked."""
    sizes: list[int] = []

    def counted(body: bytes) -> Corpus:
        sizes.append(len(body))
        return unpack_corpus(body)

    monkeypatch.setattr(packing, "unpack_corpus", counted)
    return sizes


def test_a_corpus_is_unpacked_once_and_stays_the_same_object(store: Store, read: list[int]) -> None:
    key = store.corpora.add(CORPUS, {}, kind="upload", owner="me")
    found = [store.corpora.get(key, "me") for _ in range(3)]
    assert found[0] is not None
    assert found[0].texts == CORPUS.texts
    assert all(each is found[0] for each in found)
    assert len(read) == 1


def test_each_owner_reads_the_name_they_gave(store: Store, read: list[int]) -> None:
    key = store.corpora.add(CORPUS, {}, kind="upload", owner="me")
    store.corpora.add(replace(CORPUS, name="hers"), {}, kind="upload", owner="her")
    names = [store.corpora.get(key, owner) for owner in ("me", "her", "me")]
    assert [each and each.name for each in names] == ["mine", "hers", "mine"]
    assert names[0] is not None
    assert names[1] is not None
    assert names[0].digests is names[1].digests
    assert len(read) == 1


def test_what_another_process_deleted_is_gone(opened: Opener) -> None:
    ours, theirs = opened(), opened()
    key = ours.corpora.add(CORPUS, {}, kind="upload", owner="me")
    assert ours.corpora.get(key) is not None
    theirs.corpora.remove(key, "me")
    assert ours.corpora.get(key) is None


def test_no_more_than_so_many_bytes_are_held(store: Store, read: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacked, "MOST_BYTES", 10)
    key = store.corpora.add(CORPUS, {}, kind="upload", owner="me")
    assert [store.corpora.get(key) is not None for _ in range(2)] == [True, True]
    assert len(read) == 2


def test_digests_come_with_the_texts_and_are_computed_for_an_older_corpus() -> None:
    body = pack_corpus(CORPUS)
    assert "digests" in vars(unpack_corpus(body))
    name, parts = _unzipped(body)
    del parts["digests"]
    older = unpack_corpus(_zipped(name, parts))
    assert "digests" not in vars(older)
    assert older.digests.tolist() == unpack_corpus(body).digests.tolist() == digest_each(CORPUS.texts).tolist()
