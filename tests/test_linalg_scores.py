"""Cosine, dot product and minus the distance: by hand, against scikit-learn, at the ends of float32."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

from core import linalg
from core.linalg import SCORES, paired, scores, triangle
from tests.measures.seen import see

score = pytest.mark.parametrize("score", SCORES)


def _random(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def test_by_hand() -> None:
    a, b = np.array([[3, 4], [0, 0]], np.float32), np.array([[3, 4], [-4, 3], [0, 0]], np.float32)
    assert scores(a, b, "dot").tolist() == [[25, 0, 0], [0, 0, 0]]
    assert scores(a, b, "euclidean").tolist() == [[0, -np.float32(50**0.5), -5], [-5, -5, 0]]
    assert scores(see(a).unit, see(b).unit, "cosine").tolist() == [[1, 0, 0], [0, 0, 0]]
    for name in SCORES:
        assert not np.signbit(scores(b, b, name)[2, 2]), "zero has no sign on a screen"


def test_they_are_scikit_learns() -> None:
    a, b = _random(30, 12), _random(17, 12, 1)
    np.testing.assert_allclose(scores(see(a).unit, see(b).unit, "cosine"), cosine_similarity(a, b), atol=1e-6)
    np.testing.assert_allclose(scores(a, b, "euclidean"), -euclidean_distances(a, b), rtol=1e-6)
    np.testing.assert_allclose(scores(a, b, "dot"), a.astype(float) @ b.T.astype(float), rtol=1e-6)


def test_rows_of_one_direction_tie_whatever_their_length() -> None:
    # At length 1 they differ in their last bit, and so would their cosines.
    rows = np.random.default_rng(0).uniform(0.1, 9, (40, 1)) * _random(1, 33)
    assert (scores(see(rows).unit, see(rows).unit, "cosine") == 1).all()
    assert (paired(see(rows).unit, see(rows[::-1]).unit, "cosine") == 1).all()


@score
def test_pairs_are_the_diagonal(score: str) -> None:
    a, b = see(_random(40, 9)).unit, see(_random(40, 9, 1)).unit
    np.testing.assert_allclose(paired(a, b, score), np.diag(scores(a, b, score)), atol=1e-6)
    assert paired(a, b, score).dtype == scores(a, b, score).dtype == np.float32


@pytest.mark.parametrize("size", [1e-20, 1, 1e15])
def test_equal_rows_are_at_distance_zero_and_near_ones_are_not(size: float) -> None:
    # In float32 the sum of squares less twice the product would be off by about 3e-4 of a length, or below zero.
    rows = _random(50, 384) * np.float32(size)
    moved = rows.copy()
    moved[:, 0] += np.float32(1e-3 * size)
    assert (np.diag(scores(rows, rows.copy(), "euclidean")) == 0).all()
    assert (paired(rows, rows, "euclidean") == 0).all()
    np.testing.assert_allclose(np.diag(scores(rows, moved, "euclidean")), -1e-3 * size, rtol=1e-2)


def test_what_float32_cannot_hold_stays_finite() -> None:
    rows = np.array([[1e30, 1e30], [-1e30, 1e-30]], np.float32)
    for name in ("dot", "euclidean"):
        found = scores(rows, rows, name)
        assert np.isfinite(found).all()
        assert np.isfinite(paired(rows, rows[::-1], name)).all()
    assert scores(rows, rows, "dot")[0, 0] == np.finfo(np.float32).max


@score
@pytest.mark.parametrize("block", [1, 32 * 4**2, 32 * 5**2 + 1, linalg.BLOCK_BYTES])
def test_a_triangle_has_every_pair_once_with_the_same_score(
    monkeypatch: pytest.MonkeyPatch, score: str, block: int
) -> None:
    rows = see(np.repeat(_random(6, 7), 4, axis=0)[:23]).unit
    whole = scores(rows, rows, score)
    monkeypatch.setattr(linalg, "BLOCK_BYTES", block)
    filled = np.full((23, 23), np.nan, np.float32)
    for top, left, values in triangle(rows, score):
        height, width = values.shape
        seen = values > -np.inf
        target = filled[top : top + height, left : left + width]
        assert np.isnan(target[seen]).all(), "a pair came twice"
        target[seen] = values[seen]
    upper = np.triu_indices(23, k=1)
    assert (filled[upper] == whole[upper]).all(), "equal however the rows are cut"
    assert np.isnan(filled[np.tril_indices(23)]).all()
