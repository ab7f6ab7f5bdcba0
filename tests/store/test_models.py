from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from core.store import Store, StoreError
from core.types import ModelCard, ModelSpec
from tests.store.conftest import Opener

CARD = ModelCard(dimension=384, languages=("en", "de"), matryoshka=(64, 128), note="ä\0")
SPEC = ModelSpec("mine", "Mine", "static", "owner/name", query_prompt="query: ", dimension=128, card=CARD)


def test_a_model_is_remembered(store: Store, opened: Opener) -> None:
    store.models.add(SPEC, "ann")
    assert opened().models.get("mine") == SPEC
    assert store.models.get("other") is None
    assert store.models.get("\0") is None


def test_lists_show_ones_own_and_everybodys(store: Store) -> None:
    public = replace(SPEC, key="public")
    store.models.add(SPEC, "ann")
    store.models.add(public, "")
    store.models.add(replace(SPEC, key="bobs"), "bob")
    assert store.models.listed("ann") == [SPEC, public]
    assert store.models.listed("eve") == [public]


def test_a_model_added_by_oneself_and_for_everybody_is_listed_once(store: Store) -> None:
    store.models.add(SPEC, "ann")
    store.models.add(SPEC, "")
    assert store.models.listed("ann") == [SPEC]


def test_a_key_means_one_model(store: Store) -> None:
    store.models.add(SPEC, "ann")
    store.models.add(SPEC, "ann")
    store.models.add(SPEC, "bob")
    with pytest.raises(StoreError, match="already used for another model, owner/name"):
        store.models.add(replace(SPEC, revision="v2"), "bob")
    assert store.models.listed("bob") == [SPEC]


def test_removing_takes_it_off_ones_own_list(store: Store) -> None:
    store.models.add(SPEC, "ann")
    store.models.add(SPEC, "bob")
    store.models.remove("mine", "ann")
    store.models.remove("mine", "eve")
    assert store.models.listed("ann") == []
    assert store.models.listed("bob") == [SPEC]
    store.models.remove("mine", "bob")
    assert store.models.get("mine") is None
    store.models.add(replace(SPEC, revision="v2"), "ann")


def test_of_many_that_take_a_key_at_once_one_gets_it(store: Store) -> None:
    start = Barrier(4)

    def take(number: int, key: str) -> bool:
        start.wait()
        try:
            store.models.add(replace(SPEC, key=key, revision=f"v{number}"), f"owner {number}")
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        for key in "abcdefgh":
            assert sum(pool.map(take, range(4), [key] * 4)) == 1
