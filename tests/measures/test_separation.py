"""Separation of labels: by hand, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score, roc_auc_score

from core.measures.separation import SEPARATION, at_or_above, auc, histogram, precision_recall


def _sorted(*values: float) -> np.ndarray:
    return np.sort(np.array(values, np.float32))


def test_auc_by_hand() -> None:
    # 0.9 beats all three, 0.5 beats 0.1, ties with 0.5 and loses to 0.7: 3 + 1.5 of 6.
    assert auc(_sorted(0.9, 0.5), _sorted(0.1, 0.5, 0.7)) == 4.5 / 6


@pytest.mark.parametrize("decimals", [1, 2, 7])
def test_auc_is_scikit_learns_however_many_ties(decimals: int) -> None:
    rng = np.random.default_rng(decimals)
    within, between = (np.round(rng.normal(mean, 1, n), decimals).astype(np.float32) for mean, n in ((1, 70), (0, 400)))
    truth = np.repeat([1, 0], [70, 400])
    expected = roc_auc_score(truth, np.concatenate([within, between]))
    assert auc(np.sort(within), np.sort(between)) == pytest.approx(expected, abs=1e-12)


def test_auc_of_many_pairs_does_not_overflow() -> None:
    # 3e9 times 4e9 would not fit 63 bits; here the counts are small, but all are Python's own numbers.
    found = auc(np.full(100_000, 1, np.float32), np.full(200_000, 1, np.float32))
    assert found == 0.5


def test_without_pairs_of_one_kind_there_is_none() -> None:
    none = np.empty(0, np.float32)
    assert auc(none, _sorted(1)) is None
    assert auc(_sorted(1), none) is None


def test_counts_at_or_above_and_between_edges_by_hand() -> None:
    values, edges = _sorted(0, 0.3, 0.7, 0.7, 1), np.array([0, 0.5, 0.7, 1])
    assert at_or_above(values, edges).tolist() == [5, 3, 3, 1]
    assert histogram(values, edges).tolist() == [2, 0, 3]


def test_the_histogram_is_numpys() -> None:
    values = np.sort(np.random.default_rng(0).uniform(-1, 1, 5_000)).astype(np.float32)
    edges = np.linspace(-1, 1, 401)
    np.testing.assert_array_equal(histogram(values, edges), np.histogram(values, edges.astype(np.float32))[0])


def test_precision_and_recall_are_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    within, between = np.sort(rng.normal(1, 1, 50)), np.sort(rng.normal(0, 1, 300))
    truth, values = np.repeat([1, 0], [50, 300]), np.concatenate([within, between]).astype(np.float32)
    edges = np.linspace(-2, 3, 11)
    shares = [at_or_above(part.astype(np.float32), edges) / len(part) for part in (within, between)]
    precision, recall, share = precision_recall(*shares, 50, 300)
    for i, edge in enumerate(edges):
        found = values >= np.float32(edge)
        assert precision[i] == pytest.approx(precision_score(truth, found, zero_division=np.nan), nan_ok=True)
        assert recall[i] == pytest.approx(recall_score(truth, found))
        assert share[i] == pytest.approx(found.mean())


def test_what_is_not_defined_is_not_a_number() -> None:
    # No pair at or above the second edge; no pair with one label at all.
    precision, recall, share = precision_recall(np.array([0.5, 0]), np.array([0.25, 0]), 2, 4)
    np.testing.assert_array_equal(precision, [0.5, np.nan])
    np.testing.assert_array_equal(recall, [0.5, 0])
    np.testing.assert_array_equal(share, [2 / 6, 0])
    precision, recall, _ = precision_recall(np.zeros(2), np.array([0.25, 0]), 0, 4)
    np.testing.assert_array_equal(precision, [0, np.nan])
    assert np.isnan(recall).all()


def test_precision_follows_how_common_a_shared_label_is_not_how_many_were_drawn() -> None:
    shares = np.array([0.5]), np.array([0.1])
    assert precision_recall(*shares, 10, 10)[0][0] == pytest.approx(5 / 6)
    assert precision_recall(*shares, 10, 990)[0][0] == pytest.approx(5 / 104)


def test_it_says_what_it_is() -> None:
    assert (SEPARATION.low, SEPARATION.high, SEPARATION.better) == (0, 1, "higher")
    assert SEPARATION.help.endswith(".")
