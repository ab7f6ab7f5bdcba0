"""What every registered projection promises, whatever the texts."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import pytest
from tqdm import tqdm

from core import linalg, projections
from core.errors import Cancelled, VecassayError
from core.projections import REGISTRY, Projection, settle
from core.projections.drawing import Drawing, draw, place
from core.registry import discover
from core.types import Floats
from tests.projections.blobs import around, blobs, unit

discover("core.projections")
methods = pytest.mark.parametrize("method", REGISTRY)
every = pytest.mark.parametrize("projection", REGISTRY.values(), ids=REGISTRY)

RNG = np.random.default_rng(1)
ODD = {
    "one text": unit(RNG.normal(size=(1, 5))),
    "two texts": unit(RNG.normal(size=(2, 5))),
    "three texts": unit(RNG.normal(size=(3, 5))),
    "four texts": unit(RNG.normal(size=(4, 5))),
    "five texts": unit(RNG.normal(size=(5, 5))),
    "two opposite texts": np.array([[1, 0], [-1, 0]], np.float32),
    "all alike": unit(np.tile([[0.1, 0.2, 0.7]], (12, 1))),
    "all zero": np.zeros((12, 4), np.float32),
    "some zero": np.vstack([np.zeros((5, 4), np.float32), unit(RNG.normal(size=(12, 4)))]),
    "two vectors, many times": np.repeat(np.eye(2, 6, dtype=np.float32), 60, axis=0),
    "duplicates among others": np.vstack([np.repeat(blobs(2, 6, 2), 50, axis=0), blobs(30, 6, 3)]),
    "one dimension": np.array([[1], [-1], [1], [1], [-1], [1]], np.float32),
    "fewer than perplexity asks for": blobs(40, 8, 2),
    "more dimensions than texts": unit(RNG.normal(size=(20, 300))),
}


def QUIET(done: int, total: int) -> None:
    """Tell nobody."""


def drawn(method: str, rows: Floats, **given: object) -> Drawing:
    """A map with the defaults."""
    options = {"dims": 2, "seed": 0, "settings": {}, "progress": QUIET, **given}
    return draw(method, rows, around(rows), **options)


@every
def test_a_projection_says_what_it_is(projection: Projection) -> None:
    assert REGISTRY[projection.key] is projection
    for words in (projection.label, projection.help, projection.source):
        assert words.strip()
    assert projection.help.endswith(".")
    for setting in projection.settings:
        assert setting.low <= setting.default <= setting.high
        assert setting.step > 0
        assert setting.label
        assert setting.help.endswith(".")


@methods
@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("rows", ODD.values(), ids=ODD)
def test_any_texts_give_a_map(method: str, rows: Floats, dims: int) -> None:
    found = drawn(method, rows, dims=dims)
    assert found.xy.shape == (len(rows), dims)
    assert found.xy.dtype == np.float32
    assert np.isfinite(found.xy).all()
    spread = float((found.xy**2).sum(axis=1).mean())
    alike = bool((rows == rows[0]).all())
    assert spread == pytest.approx(0 if alike else 1, abs=1e-4)
    np.testing.assert_allclose(found.xy.mean(axis=0), 0, atol=1e-4)


@methods
def test_the_same_seed_gives_the_same_map_and_another_another(method: str) -> None:
    rows = blobs(120, 16, 4)
    first = drawn(method, rows, seed=3).xy
    np.testing.assert_array_equal(first, drawn(method, rows, seed=3).xy)
    assert np.array_equal(first, drawn(method, rows, seed=4).xy) != REGISTRY[method].seeded


@methods
def test_groups_stay_apart(method: str) -> None:
    rows = np.vstack([blobs(40, 16, 1, seed=seed, spread=0.2) for seed in range(3)])
    xy, group = drawn(method, rows).xy, np.repeat(np.arange(3), 40)
    nearest = linalg.top_k(-((xy[:, None] - xy[None]) ** 2).sum(axis=2) - 1e9 * np.eye(120, dtype=np.float32), 5)[0]
    assert (group[nearest] == group[:, None]).mean() > 0.99


@methods
@pytest.mark.parametrize("dims", [2, 3])
def test_texts_of_the_map_are_placed_where_they_are_and_like_ones_nearby(method: str, dims: int) -> None:
    rows = blobs(200, 16, 4)
    found = drawn(method, rows, dims=dims)
    before = found.xy.copy()
    put = partial(place, method, rows, xy=found.xy, scale=found.scale, seed=0, settings={}, progress=QUIET)
    np.testing.assert_allclose(put(rows[:60]), before[:60], atol=1e-4)
    nearly = unit(rows[:60] + np.random.default_rng(2).normal(0, 0.01, (60, 16)))
    away = np.median(np.linalg.norm(put(nearly) - before[:60], axis=1))
    elsewhere = np.median(np.linalg.norm(put(nearly) - before[60:120], axis=1))
    # The map's radius is 1: a fifth of it is the same neighbourhood, and not by accident.
    assert away < 0.2
    assert elsewhere > 0.5
    np.testing.assert_array_equal(found.xy, before)


@methods
@pytest.mark.parametrize("rows", ODD.values(), ids=ODD)
def test_new_texts_can_be_placed_on_any_map(method: str, rows: Floats) -> None:
    found = drawn(method, rows)
    new = np.vstack([rows[:2], np.zeros((1, rows.shape[1]), np.float32)])
    for some in (new, new[:0], new[:1]):
        xy = place(method, rows, some, found.xy, found.scale, seed=0, settings={}, progress=QUIET)
        assert xy.shape == (len(some), 2)
        assert xy.dtype == np.float32
        assert np.isfinite(xy).all()


@methods
def test_progress_is_told_and_a_cancel_ends_the_drawing(method: str) -> None:
    told: list[tuple[int, int]] = []
    drawn(method, blobs(60, 8, 2), progress=lambda done, total: told.append((done, total)))
    assert told
    assert all(0 <= done <= total for done, total in told)

    def stop(done: int, total: int) -> None:
        raise Cancelled("Nobody waits for this any more.")

    with pytest.raises(Cancelled):
        drawn(method, blobs(60, 8, 2), progress=stop)


@methods
def test_a_cancel_leaves_no_lock_behind(method: str) -> None:
    def stop(done: int, total: int) -> None:
        if 0.3 < done / total < 1:
            raise Cancelled("Nobody waits for this any more.")

    with suppress(Cancelled):
        drawn(method, blobs(600, 8, 2), progress=stop)
    # Bars of other libraries, in other threads, would wait for it for ever.
    with ThreadPoolExecutor(1) as other:
        assert other.submit(_free, tqdm.get_lock()).result()


def _free(lock: Any) -> bool:
    return all(one.acquire(timeout=5) and one.release() is None for one in getattr(lock, "locks", [lock]))


def test_settings_are_filled_and_brought_within_bounds() -> None:
    assert settle("tsne", {}, 1_000) == {"perplexity": 30}
    assert settle("tsne", {}, 40) == {"perplexity": 13}
    assert settle("tsne", {"perplexity": 500}, 10_000) == {"perplexity": 100}
    assert settle("umap", {"n_neighbors": 50}, 20) == {"n_neighbors": 20, "min_dist": 0.1}
    assert settle("umap", {"min_dist": -1}, 2_000) == {"n_neighbors": 15, "min_dist": 0}
    assert settle("pca", {}, 10) == {}
    for n in (0, 1, 2, 3):
        assert settle("tsne", {}, n)["perplexity"] == 1
        assert settle("umap", {}, n)["n_neighbors"] >= 2
    with pytest.raises(VecassayError, match=r"no setting called 'perplexity'\. It has: n_neighbors, min_dist"):
        settle("umap", {"perplexity": 3}, 100)
    with pytest.raises(KeyError, match="Did you mean 'umap'"):
        settle("umapp", {}, 100)


def test_notes_say_what_few_texts_did_not_allow() -> None:
    assert drawn("tsne", blobs(40, 8, 2)).note == "Perplexity 13: 40 texts allow no more."
    assert drawn("umap", blobs(3, 8, 2)).note.startswith("UMAP needs at least 4 texts: these 3 are drawn by PCA.")
    assert drawn("umap", ODD["all zero"]).note == "All vectors are the same, so all texts lie on one point."
    assert drawn("tsne", blobs(100, 8, 2), settings={"perplexity": 20}).note == ""
    assert drawn("pca", blobs(40, 8, 2)).note == ""


def test_every_method_is_there() -> None:
    assert {"pca", "tsne", "umap"} <= set(projections.REGISTRY)
