"""What every registered clustering promises, whoever wrote it."""

import numpy as np
import pytest

from core.clusterings import REGISTRY, Clustering, by_size, settle
from core.errors import Cancelled, VecassayError
from core.registry import discover
from core.types import Floats
from tests.measures.seen import see

discover("core.clusterings")
methods = pytest.mark.parametrize("method", REGISTRY.values(), ids=REGISTRY)


def quiet(done: int, total: int) -> None:
    """Nobody listens."""


def heaps(sizes: list[int], d: int = 10, seed: int = 0) -> tuple[Floats, np.ndarray]:
    """Heaps of unit rows around directions far from each other, shuffled, and which heap each row is of."""
    rng = np.random.default_rng(seed)
    heap = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return see(np.eye(d)[heap] + 0.05 * rng.normal(size=(len(heap), d))).unit, heap


ODD = {
    "one": see([[1.0, 2.0, 3.0]]).unit,
    "two": see([[1.0, 2.0], [3.0, -1.0]]).unit,
    "three": see([[1.0, 2.0], [3.0, -1.0], [3.0, 1.0]]).unit,
    "one vector for all": see(np.tile([[0.1, 0.2, 0.7]], (40, 1))).unit,
    "two vectors for all": see(np.repeat([[0.1, 0.2, 0.7], [1.0, 0, 0]], 20, axis=0)).unit,
    "one dimension": see([[1.0], [-1.0]] * 15).unit,
    "opposite": see(np.vstack([np.eye(4), -np.eye(4)] * 3)).unit,
}


def test_there_are_both() -> None:
    assert set(REGISTRY) == {"kmeans", "hdbscan"}


@methods
def test_a_clustering_says_what_it_is(method: Clustering) -> None:
    assert REGISTRY[method.key] is method
    for words in (method.label, method.help, method.source):
        assert words.strip()
    assert method.help.endswith(".")
    assert method.dims == 0 or method.dims >= 5, "groups are not looked for in a picture"
    for setting in method.settings:
        assert setting.default == 0 or setting.low <= setting.default <= setting.high
        assert setting.help.endswith(".")


def _settings(method: Clustering, n: int) -> dict[str, float]:
    settled = settle(method.key, {}, n)
    return {**settled, "k": 5.0} if "k" in settled else settled


@methods
@pytest.mark.parametrize("rows", ODD.values(), ids=ODD)
def test_odd_rows_get_numbers_by_size(method: Clustering, rows: Floats) -> None:
    cluster = method.run(rows, seed=0, settings=_settings(method, len(rows)), progress=quiet).cluster
    assert cluster.shape == (len(rows),)
    sizes = np.bincount(cluster[cluster >= 0])
    assert (sizes > 0).all()
    assert (np.diff(sizes) <= 0).all()
    assert cluster.min() >= -1


@methods
@pytest.mark.parametrize("rows", [ODD["one vector for all"], ODD["two vectors for all"]], ids=["one", "two"])
def test_what_is_the_same_is_never_apart(method: Clustering, rows: Floats) -> None:
    cluster = method.run(rows, seed=0, settings=_settings(method, len(rows)), progress=quiet).cluster
    for vector in np.unique(rows, axis=0):
        assert len(set(cluster[(rows == vector).all(axis=1)])) == 1


@methods
@pytest.mark.parametrize("seed", range(4))
def test_heaps_are_found_and_the_largest_comes_first(method: Clustering, seed: int) -> None:
    rows, heap = heaps([20, 50, 30], seed=seed)
    settings = {"k": 3.0} if method.key == "kmeans" else {"min_size": 10.0}
    cluster = method.run(rows, seed=0, settings=settings, progress=quiet).cluster
    assert [set(cluster[heap == number]) - {-1} for number in range(3)] == [{2}, {0}, {1}]


@methods
def test_the_same_seed_gives_the_same_clusters(method: Clustering) -> None:
    rows = see(np.random.default_rng(1).normal(size=(400, 16))).unit
    settings = {"k": 12.0} if method.key == "kmeans" else {"min_size": 3.0}
    first, again = (method.run(rows, seed=7, settings=settings, progress=quiet).cluster for _ in range(2))
    np.testing.assert_array_equal(first, again)


@methods
def test_progress_ends_at_the_end_and_can_cancel(method: Clustering) -> None:
    rows, _ = heaps([20, 20, 20])
    seen: list[tuple[int, int]] = []
    settings = {"k": 3.0} if method.key == "kmeans" else {"min_size": 5.0}
    method.run(rows, seed=0, settings=settings, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]

    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        method.run(rows, seed=0, settings=settings, progress=stop)


def test_settle_chooses_clamps_and_refuses() -> None:
    assert settle("kmeans", {}, 100) == {"k": 0.0}, "left to the silhouette"
    assert settle("kmeans", {"k": 7}, 100) == {"k": 7.0}
    assert settle("kmeans", {"k": 500}, 100) == {"k": 100.0}
    assert settle("kmeans", {"k": -3}, 100) == {"k": 1.0}
    assert settle("hdbscan", {}, 100) == {"min_size": 5.0}
    assert settle("hdbscan", {"min_size": 0}, 3_000) == {"min_size": 15.0}
    assert settle("hdbscan", {}, 1_000_000) == {"min_size": 100.0}
    assert settle("hdbscan", {"min_size": 1}, 1) == {"min_size": 2.0}
    with pytest.raises(VecassayError, match=r"no setting called 'eps'. It has: min_size"):
        settle("hdbscan", {"eps": 1}, 10)


def test_clusters_are_numbered_by_size_and_then_by_first_row() -> None:
    assert by_size(np.array([4, 9, 9, -1, 2, 4, 9, -5])).tolist() == [1, 0, 0, -1, 2, 1, 0, -1]
    assert by_size(np.array([3, 1, 3, 1])).tolist() == [0, 1, 0, 1]
    assert by_size(np.array([-1, -1])).tolist() == [-1, -1]
    assert by_size(np.empty(0, np.int64)).tolist() == []
