"""Spherical k-means: by hand, against the best of all partitions, and how many clusters are tried."""

from itertools import pairwise, product

import numpy as np
import pytest

from core.clusterings import kmeans
from tests.clusterings.test_contract import heaps, quiet
from tests.measures.seen import circle, see


def _run(rows: np.ndarray, k: int, seed: int = 0) -> kmeans.Grouping:
    return kmeans.run(rows, seed=seed, settings={"k": k}, progress=quiet)


def test_points_on_a_circle() -> None:
    found = _run(circle(0, 10, 180, 5, 190).unit, 2)
    assert found.cluster.tolist() == [0, 0, 1, 0, 1]
    assert found.note == "Spherical k-means on the vectors, best of 10 starts, seed 0."


def test_the_fit_is_the_best_of_all_partitions() -> None:
    rows = see(np.random.default_rng(4).normal(size=(9, 3))).unit

    def fit(cluster: tuple[int, ...]) -> float:
        # The sum of cosines to the mean directions is the sum of the lengths of the clusters' sums.
        return sum(float(np.linalg.norm(rows[np.array(cluster) == number].sum(axis=0))) for number in range(3))

    best = max(fit(cluster) for cluster in product(range(3), repeat=9))
    assert fit(tuple(_run(rows, 3).cluster)) == pytest.approx(best, abs=1e-5)


def test_length_plays_no_part() -> None:
    angles = [0, 4, 8, 90, 94, 98]
    long = circle(*angles).unit * np.array([[1], [9], [1], [1], [9], [1]])
    assert _run(see(long).unit, 2).cluster.tolist() == [0, 0, 0, 1, 1, 1]


def test_no_more_clusters_than_different_vectors() -> None:
    found = _run(np.repeat(circle(0, 90, 200).unit, 4, axis=0), 10)
    assert found.cluster.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert "10 clusters were asked for, but there are only 3 different vectors" in found.note


def test_one_cluster_is_everything() -> None:
    assert _run(circle(0, 90, 200).unit, 1).cluster.tolist() == [0, 0, 0]


def test_another_seed_may_give_another_grouping() -> None:
    rows = see(np.random.default_rng(0).normal(size=(300, 20))).unit
    assert (_run(rows, 20, seed=0).cluster != _run(rows, 20, seed=1).cluster).any()
    _run(rows, 20, seed=2**62)


def test_threads_are_put_back() -> None:
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(3)
    _run(circle(0, 90, 200).unit, 2)
    assert faiss.omp_get_max_threads() == 3
    faiss.omp_set_num_threads(before)


@pytest.mark.parametrize(
    ("n", "highest"), [(1, None), (3, None), (4, 2), (10, 5), (40, 8), (300, 30), (1_000, 100), (5_000, 100)]
)
def test_numbers_of_clusters_worth_trying(n: int, highest: int | None) -> None:
    tried = kmeans.candidates(see(np.random.default_rng(0).normal(size=(n, 8))).unit)
    assert (tried[-1] if tried else None) == highest
    assert tried == sorted(set(tried))
    assert tried[:1] in ([], [2])
    assert all(after <= before * 1.34 or after - before == 1 for before, after in pairwise(tried))


def test_never_more_tried_than_there_are_different_vectors() -> None:
    assert kmeans.candidates(np.repeat(circle(0, 90, 200).unit, 100, axis=0)) == [2, 3]
    assert kmeans.candidates(np.repeat(circle(0).unit, 100, axis=0)) == []
    assert kmeans.different(heaps([5, 5])[0], 100) == 10
    assert kmeans.different(np.array([[0.0, 1.0], [-0.0, 1.0]], np.float32), 5) == 1
