"""What is kept, by hand: neighbours, votes of labels, similarities in the same order."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from core.compression import keeping
from core.compression.holding import hold
from core.compression.keeping import Probes
from core.retrieval.forms import Form
from core.types import Floats
from core.work import quiet


def circle(*degrees: float) -> Floats:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_recall_counts_the_exact_neighbours_that_are_found() -> None:
    texts = circle(*range(0, 36, 3))  # twelve texts: each has ten of the other eleven nearest
    probes = Probes.of(texts, 0, quiet)
    assert probes.rows.tolist() == list(range(12))
    exact = hold(texts, Form(), 0).search(texts, 10, probes.rows, quiet).rows
    assert probes.recall(texts, exact).tolist() == [1.0] * 12
    without = exact.copy()
    without[:, 5:] = -1
    assert probes.recall(texts, without).tolist() == [0.5] * 12


def test_a_copy_that_stands_in_for_another_is_no_loss() -> None:
    texts = circle(0, *range(1, 10), 30, 30, 90)  # the tenth nearest of the first is one of two copies
    probes = Probes.of(texts, 0, quiet)
    found = np.array([[*range(1, 10), 11]], np.int32)
    one = Probes(probes.rows[:1], probes.least[:1], probes.wanted[:1])
    assert one.recall(texts, found).tolist() == [1.0]


def test_a_text_without_a_vector_has_nothing_to_lose() -> None:
    texts = circle(*range(12))
    texts[4] = 0
    probes = Probes.of(texts, 0, quiet)
    assert probes.wanted[4] == 0
    assert len(probes.recall(texts, hold(texts, Form(), 0).search(texts, 10, probes.rows, quiet).rows)) == 11


def test_votes_of_labels_by_hand() -> None:
    found = np.array([[1, 2, 3], [0, 2, 3], [0, 1, -1], [-1, -1, -1]], np.int32)
    codes = np.array([0, 0, 1, 1])
    # Of 1, 2, 3 most are of label 1; of 0, 2, 3 too; 0 and 1 agree on 0; nobody is near the last one.
    assert keeping.voted(found, np.array([0, 1, 0, 1]), codes).tolist() == [0.0, 1.0, 1.0, 0.0]


def test_of_equal_votes_the_nearest_wins() -> None:
    assert keeping.voted(np.array([[2, 0]], np.int32), np.array([1]), np.array([0, 0, 1])).tolist() == [1.0]


def test_correlation_is_spearmans_and_its_interval_holds_it() -> None:
    rng = np.random.default_rng(0)
    full = rng.normal(size=500).astype(np.float32)
    less = (full + rng.normal(size=500)).astype(np.float32)
    rho, low, high = keeping.correlated(full, less)
    assert rho == pytest.approx(spearmanr(full, less).statistic)
    assert low < rho < high
    # Bonett and Wright's variance: (1 + rho^2 / 2) / (n - 3).
    assert np.arctanh(high) - np.arctanh(rho) == pytest.approx(1.96 * ((1 + rho**2 / 2) / 497) ** 0.5, rel=1e-3)


def test_the_interval_of_the_correlation_covers() -> None:
    rng, inside = np.random.default_rng(1), 0
    true = 6 / np.pi * np.arcsin(0.8 / 2)  # Spearman's rho of a normal pair with a correlation of 0.8
    for _ in range(400):
        a = rng.normal(size=200)
        b = 0.8 * a + 0.6 * rng.normal(size=200)
        _, low, high = keeping.correlated(a.astype(np.float32), b.astype(np.float32))
        inside += low <= true <= high
    assert 0.92 <= inside / 400 <= 0.98


def test_pairs_share_no_text() -> None:
    a, b = keeping.pairs(hold(circle(*range(21)), Form(), 0), 0)
    assert len(a) == 10
    assert len(set(a.tolist()) | set(b.tolist())) == 20
