"""Maps between spaces: by hand, against SciPy and scikit-learn, and none fitted on what it maps."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from sklearn.linear_model import Ridge

from core.errors import VecassayError
from core.migration.crossfit import FOLDS, Split, mapped
from core.migration.maps import FITS, LinearMap, orthogonal, ridge
from core.types import Floats, Ints


def unit(rows: np.ndarray) -> Floats:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def drawn(n: int, d: int, seed: int = 0) -> Floats:
    return unit(np.random.default_rng(seed).normal(size=(n, d)))


def turned(d_a: int, d_b: int, seed: int = 1) -> np.ndarray:
    """A matrix with orthonormal rows (or columns, where d_a > d_b)."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(max(d_a, d_b), min(d_a, d_b))))
    return q.T if d_a <= d_b else q


def recall(queries: Floats, texts: Floats, truth: Floats, k: int = 10) -> float:
    """Share of the k nearest among `truth` that are found among `texts`; row i is query i."""
    near = []
    for side in (texts, truth):
        scores = queries @ side.T
        np.fill_diagonal(scores, -np.inf)
        near.append(np.argsort(-scores, axis=1)[:, :k])
    return float(np.mean([len(set(a) & set(b)) / k for a, b in zip(*near, strict=True)]))


def split(n: int, seed: int = 0, groups: Ints | None = None) -> Split:
    found = Split.of(np.arange(n) if groups is None else groups, np.ones(n, bool), seed)
    assert found is not None
    return found


def test_a_quarter_turn_by_hand() -> None:
    # (1, 0) is seen as (0, 1), and (0, 1) as (-1, 0).
    a = np.eye(2, dtype=np.float32)
    b = np.array([[0, 1], [-1, 0]], np.float32)
    np.testing.assert_allclose(orthogonal(a, b).matrix, [[0, 1], [-1, 0]], atol=1e-12)


@pytest.mark.parametrize(("d_a", "d_b"), [(12, 12), (8, 20)])
def test_a_turned_copy_is_mapped_back_exactly_on_texts_not_fitted_on(d_a: int, d_b: int) -> None:
    a = drawn(200, d_a)
    b = unit(a @ turned(d_a, d_b))
    found = mapped(a, b, split(200), orthogonal).unit
    np.testing.assert_allclose(found, b, atol=1e-5)
    assert recall(b, found, b) == 1.0


def test_it_is_that_of_scipy_for_spaces_of_one_size() -> None:
    a, b = drawn(100, 10), drawn(100, 10, seed=5)
    expected, _ = orthogonal_procrustes(a.astype(float), b.astype(float))
    np.testing.assert_allclose(orthogonal(a, b).matrix, expected, atol=1e-9)


@pytest.mark.parametrize(("d_a", "d_b"), [(6, 9), (9, 6)])
def test_with_different_dimensions_the_smaller_side_is_orthonormal(d_a: int, d_b: int) -> None:
    matrix = orthogonal(drawn(80, d_a), drawn(80, d_b, seed=2)).matrix
    assert matrix.shape == (d_a, d_b)
    gram = matrix @ matrix.T if d_a <= d_b else matrix.T @ matrix
    np.testing.assert_allclose(gram, np.eye(min(d_a, d_b)), atol=1e-9)


def test_ridge_undoes_a_stretch_and_a_shift_that_no_rotation_can() -> None:
    a = drawn(400, 8)
    b = unit(a @ np.diag([4, 2, 1, 1, 0.5, 0.5, 0.2, 0.1]) @ turned(8, 8) + np.full(8, 0.3))
    cosines = {
        name: float(np.einsum("nd,nd->n", mapped(a, b, split(400), fit).unit, b).mean()) for name, fit in FITS.items()
    }
    assert cosines["ridge"] > 0.98  # lengths are lost in b, so that the map is not quite linear
    assert cosines["ridge"] > cosines["orthogonal"] + 0.05


def test_ridge_is_that_of_scikit_learn_at_its_own_penalty() -> None:
    a, b = drawn(90, 7), drawn(90, 5, seed=3)
    found = ridge(a, b)
    expected = Ridge(alpha=found.alpha).fit(a.astype(float), b.astype(float))
    np.testing.assert_allclose(found.matrix, expected.coef_.T, atol=1e-6)
    np.testing.assert_allclose(found.shift, expected.intercept_, atol=1e-6)


@pytest.mark.parametrize("name", list(FITS))
def test_spaces_that_have_nothing_in_common_are_not_mapped_onto_each_other(name: str) -> None:
    # Of 999 other texts the ten nearest are found by chance in 1 % of cases.
    a, b = drawn(1_000, 16), drawn(1_000, 16, seed=7)
    assert recall(b, mapped(a, b, split(1_000), FITS[name]).unit, b) < 0.03


def test_rows_come_out_at_length_one_and_zero_rows_stay_zero() -> None:
    rows = np.array([[3, 4], [0, 0]], np.float32)
    found = LinearMap(np.eye(2), np.array([1.0, 1.0])).apply(rows)
    np.testing.assert_allclose(found, [[4 / np.sqrt(41), 5 / np.sqrt(41)], [0, 0]], atol=1e-6)


def test_rows_of_different_texts_are_refused() -> None:
    for fit in FITS.values():
        with pytest.raises(VecassayError, match="same texts"):
            fit(drawn(3, 2), drawn(4, 2))


@pytest.mark.parametrize("name", list(FITS))
def test_no_text_is_mapped_by_a_map_fitted_on_it(name: str) -> None:
    # 60 texts, 100 numbers each: fitted on all of them a map reproduces chance exactly, and shows nothing of others.
    a, b = drawn(60, 100), drawn(60, 100, seed=9)
    seen = float(np.einsum("nd,nd->n", FITS[name](a, b).apply(a), b).mean())
    held_out = float(np.einsum("nd,nd->n", mapped(a, b, split(60), FITS[name]).unit, b).mean())
    assert abs(held_out) < 0.06
    assert seen > 0.15


def test_what_one_text_is_under_the_other_model_does_not_move_its_own_place() -> None:
    a, b = drawn(80, 6), drawn(80, 6, seed=4)
    changed = b.copy()
    changed[11] = -changed[11]
    for fit in FITS.values():
        before, after = (mapped(a, side, split(80), fit).unit for side in (b, changed))
        np.testing.assert_array_equal(before[11], after[11])
        assert not np.array_equal(before, after)  # others' maps do see it


def test_folds_cover_all_texts_keep_copies_together_and_learn_each_text_once() -> None:
    groups = np.repeat(np.arange(100), 3)
    usable = np.ones(300, bool)
    usable[groups == 4] = False
    found = Split.of(groups, usable, 0)
    assert found is not None
    assert set(found.fold) == set(range(FOLDS))
    for number, learnt in enumerate(found.learnt):
        inside = set(groups[found.fold == number])
        assert not inside & set(groups[learnt])
        assert len(set(groups[learnt])) == len(learnt) == 100 - len(inside) - (4 not in inside)
        assert 4 not in groups[learnt]


def test_a_seed_draws_the_folds_and_no_map_learns_more_than_the_most() -> None:
    groups, usable = np.arange(500), np.ones(500, bool)
    first, again, other = (Split.of(groups, usable, seed, most=100) for seed in (1, 1, 2))
    assert first
    assert again
    assert other
    np.testing.assert_array_equal(first.fold, again.fold)
    assert [len(learnt) for learnt in first.learnt] == [100] * FOLDS
    np.testing.assert_array_equal(first.learnt[0], again.learnt[0])
    assert not np.array_equal(first.fold, other.fold)


def test_too_few_different_texts_have_no_map() -> None:
    assert Split.of(np.repeat(np.arange(49), 10), np.ones(490, bool), 0) is None
    assert Split.of(np.arange(50), np.ones(50, bool), 0) is not None
