from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, update

from core.store import Store, tables, vectors
from core.store.contents import checksum
from core.types import Role, Space
from tests.store import samples
from tests.store.conftest import Opener
from tests.store.samples import SHELF, SPACE, digests, flip, write


def test_vectors_come_back_in_the_order_asked(store: Store) -> None:
    write(store, 1, 2, 3)
    write(store, 4, 5)
    found = store.vectors.read(SHELF, digests(5, 1, 4, 1))
    assert found.vectors is not None
    assert found.vectors.dtype == np.float32
    assert found.present.all()
    np.testing.assert_array_equal(found.vectors, samples.vectors(5, 1, 4, 1))


def test_long_runs_with_some_rows_in_another_block_keep_their_places(store: Store) -> None:
    """As after one text of fifty has changed: run by run from the old block, the new ones from theirs."""
    changed = set(range(0, 300, 50))
    write(store, *(i for i in range(300) if i not in changed))
    write(store, *sorted(changed))
    for asked in (range(300), range(299, -1, -1), [*range(40, 120), 7, 7, *range(200, 260)]):
        found = store.vectors.read(SHELF, digests(*asked))
        assert found.present.all()
        np.testing.assert_array_equal(found.vectors, samples.vectors(*asked))


def test_only_missing_texts_are_absent(store: Store) -> None:
    write(store, *range(100))
    found = store.vectors.read(SHELF, digests(7, 100, 8))
    assert found.vectors is not None
    assert found.present.tolist() == [True, False, True]
    assert store.vectors.present(SHELF, digests(7, 100, 8)).tolist() == [True, False, True]
    np.testing.assert_array_equal(found.vectors[found.present], samples.vectors(7, 8))
    assert np.isnan(found.vectors[1]).all()


@pytest.mark.parametrize("asked", [(), (1, 2)])
def test_an_empty_shelf_has_nothing(store: Store, asked: tuple[int, ...]) -> None:
    found = store.vectors.read(SHELF, digests(*asked))
    assert found.vectors is None
    assert found.present.tolist() == [False] * len(asked)
    assert store.vectors.present(SHELF, digests(*asked)).tolist() == [False] * len(asked)


def test_nothing_asked_of_a_full_shelf(store: Store) -> None:
    write(store, 1)
    assert store.vectors.read(SHELF, []).present.shape == (0,)


CHANGES: list[dict[str, Any]] = [
    {"provider": "lsa"},
    {"name": "another"},
    {"weights": "w2"},
    {"document_prompt": "passage: "},
    {"max_tokens": 64},
    {"dimension": 2},
    {"backend": "int8"},
    {"made": "distilled"},
    {"fitted_on": "texts"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_whatever_changes_a_vector_has_a_shelf_of_its_own(store: Store, change: dict[str, Any]) -> None:
    write(store, 1)
    assert not store.vectors.read(replace(SPACE, **change).shelf(Role.DOCUMENT), digests(1)).present.any()


def test_two_roles_meet_on_a_shelf_only_when_their_prompts_agree(store: Store) -> None:
    asymmetric = replace(SPACE, query_prompt="query: ")
    write(store, 1)
    write(store, 2, shelf=asymmetric.shelf(Role.DOCUMENT))
    assert store.vectors.read(SPACE.shelf(Role.QUERY), digests(1)).present.all()
    assert not store.vectors.read(asymmetric.shelf(Role.QUERY), digests(2)).present.any()


def test_a_label_changes_nothing(store: Store) -> None:
    write(store, 1)
    assert store.vectors.read(replace(SPACE, label="Other").shelf(Role.DOCUMENT), digests(1)).present.all()


def test_digests_that_end_in_zero_bytes_are_found_and_told_apart(store: Store) -> None:
    tricky = [b"\0" * 16, b"a" + b"\0" * 15, b"ab" + b"\0" * 14, b"a" * 15 + b"\0", b"\0" * 15 + b"a"]
    store.vectors.write(SHELF, tricky, samples.vectors(0, 1, 2, 3, 4))
    found = store.vectors.read(SHELF, [*tricky[::-1], b"b" + b"\0" * 15])
    assert found.vectors is not None
    assert found.present.tolist() == [True] * 5 + [False]
    np.testing.assert_array_equal(found.vectors[:5], samples.vectors(4, 3, 2, 1, 0))


@pytest.mark.parametrize("form", ["bytes", "V16", "S16"])
def test_digests_may_be_arrays(store: Store, form: str) -> None:
    raw = np.frombuffer(b"".join(digests(1, 2)), np.uint8).reshape(2, 16)
    given = raw if form == "bytes" else raw.view(form).ravel()
    store.vectors.write(SHELF, given, samples.vectors(1, 2))
    assert store.vectors.read(SHELF, digests(1, 2)).present.all()
    assert store.vectors.read(SHELF, given).present.all()


@pytest.mark.parametrize("wrong", [[b"short"], np.zeros((1, 8), np.uint8)])
def test_digests_of_another_length_are_refused(store: Store, wrong: Any) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        store.vectors.read(SHELF, wrong)


@pytest.mark.parametrize(
    "wrong",
    [np.full((2, 4), np.nan), np.full((2, 4), np.inf), np.zeros((3, 4)), np.zeros(2)],
    ids=["nan", "infinity", "rows", "flat"],
)
def test_what_is_not_a_finite_row_per_text_is_refused(store: Store, wrong: Any) -> None:
    with pytest.raises(ValueError, match="expected 2 finite rows"):
        store.vectors.write(SHELF, digests(1, 2), wrong.astype(np.float32))
    assert not store.vectors.present(SHELF, digests(1, 2)).any()


def test_a_shelf_has_one_dimension(store: Store) -> None:
    write(store, 1)
    with pytest.raises(ValueError, match="Expected vectors of 4 dimensions"):
        write(store, 2, d=5)


def test_writing_no_vectors_makes_no_block(store: Store) -> None:
    write(store)
    assert store.vectors.shelves() == []


def test_many_blocks_are_cut_and_fetched_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "LARGEST_BLOCK_BYTES", 3 * 16)
    monkeypatch.setattr(vectors, "FETCHED_BYTES", 200)
    write(store, *range(50))
    with store.database.reading("counting") as connection:
        sizes = list(connection.scalars(select(tables.blocks.c.n).order_by(tables.blocks.c.id)))
    assert sizes == [3] * 16 + [2]
    found = store.vectors.read(SHELF, digests(*reversed(range(50))))
    assert found.vectors is not None
    np.testing.assert_array_equal(found.vectors, samples.vectors(*reversed(range(50))))


DATA, HEAD = tables.block_data.c, tables.blocks.c


def _set(store: Store, **values: Any) -> None:
    """Change the first block behind the store's back."""
    with store.database.engine.begin() as connection:
        first = connection.scalar(select(HEAD.id).order_by(HEAD.id).limit(1))
        head = {name: value for name, value in values.items() if name in HEAD}
        data = {name: value for name, value in values.items() if name in DATA}
        if head:
            connection.execute(update(tables.blocks).where(HEAD.id == first).values(head))
        if data:
            connection.execute(update(tables.block_data).where(DATA.id == first).values(data))


def _not_finite(store: Store) -> None:
    raw, names = np.full((3, 4), np.nan, "<f4").tobytes(), b"".join(digests(1, 2, 3))
    _set(store, vectors=raw, checksum=checksum(SHELF.encode(), names, raw))


DAMAGE = {
    "a bit of a vector": lambda store: flip(store, DATA.vectors, 5),
    "a bit of a digest nobody asks for": lambda store: flip(store, DATA.digests, 47),
    "checksum": lambda store: _set(store, checksum=1),
    "dimension": lambda store: _set(store, d=3),
    "number of rows": lambda store: _set(store, n=2),
    "cut off": lambda store: _set(store, vectors=b"123"),
    "not finite": _not_finite,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_block_is_dropped_and_reported(store: Store, damage: str) -> None:
    write(store, 1, 2, 3)
    write(store, 4)
    DAMAGE[damage](store)
    found = store.vectors.read(SHELF, digests(1, 4, 2))
    assert found.vectors is not None
    assert found.present.tolist() == [False, True, False]
    np.testing.assert_array_equal(found.vectors[1:2], samples.vectors(4))
    (fault,) = store.faults()
    assert (fault.kind, fault.key) == ("vectors", SHELF)
    assert "block of" in fault.what
    write(store, 1, 2, 3)
    assert store.vectors.read(SHELF, digests(1, 2, 3, 4)).present.all()
    assert len(store.faults()) == 1


def test_a_moved_block_is_not_taken_for_another_shelfs(store: Store) -> None:
    write(store, 1)
    _set(store, shelf="other")
    assert not store.vectors.read("other", digests(1)).present.any()
    assert len(store.faults()) == 1


def test_a_text_in_two_blocks_survives_damage_to_one(store: Store) -> None:
    write(store, 1)
    write(store, 1, 2)
    flip(store, DATA.vectors, row=1)
    found = store.vectors.read(SHELF, digests(1, 2))
    assert found.vectors is not None
    assert found.present.tolist() == [True, False]
    np.testing.assert_array_equal(found.vectors[:1], samples.vectors(1))


def test_a_block_evicted_while_it_is_read_is_absent_or_whole(
    store: Store, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(store, 1)
    write(store, 2)
    other, fetched = opened(), vectors._fetched

    def evicted_first(*arguments: Any) -> Any:
        with other.database.writing("evicting") as connection:
            connection.execute(tables.blocks.delete().where(HEAD.id == select(HEAD.id).limit(1).scalar_subquery()))
        return fetched(*arguments)

    monkeypatch.setattr(vectors, "_fetched", evicted_first)
    found = store.vectors.read(SHELF, digests(1, 2))
    assert found.vectors is not None
    np.testing.assert_array_equal(found.vectors[found.present], samples.vectors(1, 2)[found.present])
    assert found.present.sum() in (1, 2)
    assert store.faults() == []


def test_shelves_tell_what_they_hold(store: Store) -> None:
    other = Space("lsa", "topics", "w", label="LSA")
    write(store, 1, 2)
    write(store, 3)
    write(store, 1, shelf=other.shelf(Role.DOCUMENT), d=2)
    store.vectors.describe(SHELF, SPACE, Role.DOCUMENT)
    store.vectors.count(SHELF, asked=5, found=2)
    store.vectors.count(SHELF, encoded=3, seconds=1.5)
    shelves = {shelf.shelf: shelf for shelf in store.vectors.shelves()}
    mine = shelves[SHELF]
    assert (mine.label, mine.role, mine.space, mine.d, mine.n) == ("A model", "document", SPACE, 4, 3)
    assert (mine.bytes, mine.asked, mine.found, mine.encoded, mine.seconds) == (3 * (16 + 16), 5, 2, 3, 1.5)
    nameless = shelves[other.shelf(Role.DOCUMENT)]
    assert (nameless.label, nameless.space, nameless.n, nameless.asked) == ("", None, 1, 0)


def test_removing_a_shelf_leaves_others_and_the_counts(store: Store) -> None:
    write(store, 1)
    write(store, 1, shelf="other")
    store.vectors.count(SHELF, encoded=1)
    store.vectors.remove(SHELF)
    assert [shelf.shelf for shelf in store.vectors.shelves()] == ["other"]
    assert store.vectors.encoded() == 1


def test_threads_write_read_and_count_at_once(store: Store) -> None:
    def work(number: int) -> None:
        write(store, number)
        store.vectors.count(SHELF, encoded=1, seconds=0.5)
        assert store.vectors.read(SHELF, digests(number)).present.all()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(60)))
    assert store.vectors.read(SHELF, digests(*range(60))).present.all()
    assert store.vectors.encoded() == 60
    assert store.vectors.shelves()[0].seconds == 30.0
