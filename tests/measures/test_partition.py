"""Silhouette and agreement with labels: by hand, and against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics

from core.measures.partition import agreement, mean_silhouette, silhouette
from tests.measures.seen import circle, random, see


def test_silhouette_by_hand() -> None:
    # Cosine distances: 0-60 degrees 0.5, 0-180 2, 60-180 1.5.
    found = silhouette(circle(0, 60, 180).unit, np.array([0, 0, 1]))
    np.testing.assert_allclose(found, [(2 - 0.5) / 2, (1.5 - 0.5) / 1.5, 0], atol=1e-6)


@pytest.mark.parametrize(("n", "d", "k"), [(20, 3, 2), (200, 32, 7), (500, 8, 60), (30, 5, 29)])
def test_silhouettes_are_scikit_learns(n: int, d: int, k: int) -> None:
    unit = random(n, d, seed=n).unit
    cluster = np.random.default_rng(k).permutation(np.arange(n) % k)
    theirs = metrics.silhouette_samples(unit, cluster, metric="cosine")
    np.testing.assert_allclose(silhouette(unit, cluster), theirs, atol=1e-5)
    mean = mean_silhouette(silhouette(unit, cluster))
    assert mean == pytest.approx(metrics.silhouette_score(unit, cluster, metric="cosine"), abs=1e-5)


def test_blocks_change_nothing() -> None:
    # 3,000 dimensions: about 700 rows to a block.
    unit = random(1_500, 3_000, seed=1).unit
    cluster = np.arange(1_500) % 4
    np.testing.assert_allclose(
        silhouette(unit, cluster), metrics.silhouette_samples(unit, cluster, metric="cosine"), atol=1e-5
    )


def test_texts_in_no_cluster_are_left_out() -> None:
    unit, cluster = random(60, 6, seed=0).unit, np.arange(60) % 4 - 1
    found, inside = silhouette(unit, cluster), cluster >= 0
    assert np.isnan(found[~inside]).all()
    theirs = metrics.silhouette_samples(unit[inside], cluster[inside], metric="cosine")
    np.testing.assert_allclose(found[inside], theirs, atol=1e-5)
    assert mean_silhouette(found) == pytest.approx(theirs.mean(), abs=1e-5)


@pytest.mark.parametrize("cluster", [[0, 0, 0], [-1, -1, -1], [-1, 0, 0]])
def test_fewer_than_two_clusters_have_no_silhouette(cluster: list[int]) -> None:
    found = silhouette(circle(0, 60, 180).unit, np.array(cluster))
    assert np.isnan(found).all()
    assert mean_silhouette(found) is None


def test_copies_are_as_near_as_can_be_and_no_rounding_noise() -> None:
    rows = np.repeat(random(2, 50, seed=3).unit, 30, axis=0)
    np.testing.assert_allclose(silhouette(rows, np.repeat([0, 1], 30)), 1, atol=1e-5)
    # One vector in two clusters: neither is nearer.
    np.testing.assert_array_equal(silhouette(rows[:30], np.arange(30) % 2), 0)


def test_no_texts() -> None:
    assert silhouette(np.empty((0, 3), np.float32), np.empty(0, np.int64)).shape == (0,)


LABELS = ["a", "a", "b", "b", "c", "c"]


@pytest.mark.parametrize(
    "cluster", [[0, 0, 1, 1, 2, 2], [0, 0, 0, 0, 0, 0], [-1, 0, -1, 1, 1, 1], [0, 1, 0, 1, 0, 1], [-1] * 6]
)
def test_scores_are_scikit_learns_with_no_cluster_as_one_more_group(cluster: list[int]) -> None:
    found = agreement(LABELS, np.array(cluster))
    assert found == {
        "v_measure": pytest.approx(metrics.v_measure_score(LABELS, cluster)),
        "ari": pytest.approx(metrics.adjusted_rand_score(LABELS, cluster)),
        "nmi": pytest.approx(metrics.normalized_mutual_info_score(LABELS, cluster)),
        "homogeneity": pytest.approx(metrics.homogeneity_score(LABELS, cluster)),
        "completeness": pytest.approx(metrics.completeness_score(LABELS, cluster)),
    }
    assert found["nmi"] == pytest.approx(found["v_measure"])


def test_scores_by_hand() -> None:
    same = agreement(LABELS, np.array([2, 2, 0, 0, 1, 1]))
    assert all(value == pytest.approx(1) for value in same.values())
    # Two labels halved by two clusters: knowing the one says nothing about the other.
    nothing = agreement(["a", "a", "b", "b"], np.array([0, 1, 0, 1]))
    assert (nothing["v_measure"], nothing["homogeneity"]) == (pytest.approx(0), pytest.approx(0))
    # Pairs together: in both 0, in labels 2, in clusters 2, by chance 2 x 2 / 6; ARI = (0 - 2/3) / (2 - 2/3).
    assert nothing["ari"] == pytest.approx(-0.5)


def test_a_row_apart_is_never_outside_the_range() -> None:
    unit = see(np.vstack([np.eye(5), -np.eye(5)])).unit
    found = silhouette(unit, np.arange(10) % 3)
    assert ((found >= -1) & (found <= 1)).all()
