"""HDBSCAN: scikit-learn's labels up to their numbers, and what becomes of too few or too many rows."""

import numpy as np
import pytest
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from core.clusterings import hdbscan
from tests.clusterings.test_contract import heaps, quiet


def _run(rows: np.ndarray, size: int, seed: int = 0) -> hdbscan.Grouping:
    return hdbscan.run(rows, seed=seed, settings={"min_size": size}, progress=quiet)


@pytest.mark.parametrize("size", [3, 5, 12])
def test_the_same_groups_as_scikit_learn(size: int) -> None:
    rows = np.vstack([heaps([40, 25, 60, 15])[0], 0.4 * np.random.default_rng(5).normal(size=(150, 10))]).astype(
        np.float32
    )
    theirs = HDBSCAN(min_cluster_size=size, min_samples=min(5, size), copy=True).fit_predict(rows)
    ours = _run(rows, size).cluster
    np.testing.assert_array_equal(ours < 0, theirs < 0)
    assert adjusted_rand_score(ours, theirs) == 1
    assert theirs.max() >= 3
    assert (theirs < 0).any()


def test_too_few_texts_form_no_two_clusters() -> None:
    found = _run(heaps([4, 5])[0], 5)
    assert found.cluster.tolist() == [-1] * 9
    assert "9 texts cannot form two such clusters" in found.note


def test_nothing_dense_is_said() -> None:
    found = _run(np.random.default_rng(0).normal(size=(30, 10)).astype(np.float32), 14)
    assert set(found.cluster) == {-1}
    assert "try a smaller size, or k-means" in found.note


def test_beyond_the_sample_texts_join_their_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdbscan, "MANY", 60)
    rows, heap = heaps([90, 60, 30])
    found = _run(rows, 5)
    assert "random sample of 60 texts, seed 0" in found.note
    assert [set(found.cluster[heap == number]) - {-1} for number in range(3)] == [{0}, {1}, {2}]
    assert (found.cluster >= 0).mean() > 0.9
