"""Neighbours: by hand, against scikit-learn, and the same in blocks."""

import numpy as np
import pytest

from core import linalg
from core.linalg import blocks, nearest, top_k
from core.questions.nearness import near


def _circle(*degrees: float) -> np.ndarray:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def _random(n: int, d: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def neighbors(unit: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    found = near(unit, k, lambda done, total: None)
    return found.ids, found.cosines


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of three rows of 40 columns."""
    monkeypatch.setattr(linalg, "BLOCK_BYTES", 4 * 40 * 3)


# By hand


def test_neighbours_on_a_circle() -> None:
    # Distances in degrees between points at 0, 10, 30, 60, 100:
    #   0: 10 30 60 100 | 1: 10 20 50 90 | 2: 30 20 30 70 | 3: 60 50 30 40 | 4: 100 90 70 40
    ids, cosines = neighbors(_circle(0, 10, 30, 60, 100), 2)
    assert ids[[0, 1, 3, 4]].tolist() == [[1, 2], [0, 2], [2, 4], [3, 2]]
    assert ids[2, 0] == 1
    np.testing.assert_allclose(cosines[0], np.cos(np.radians([10, 30])), atol=1e-6)
    np.testing.assert_allclose(cosines[4], np.cos(np.radians([40, 70])), atol=1e-6)
    assert (ids.dtype, cosines.dtype) == (np.int64, np.float32)


def test_neighbours_on_a_grid_and_ties_by_lower_row() -> None:
    # The eight grid points around the origin, from east, counter-clockwise. Each is 45 degrees from the one before and
    # the one after: a tie that floats cannot blur (1 * 0.7 + 0 * 0.7), so the lower row comes first.
    grid = np.array([(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)], np.float32)
    unit = grid / np.linalg.norm(grid, axis=1, keepdims=True)
    ids, cosines = neighbors(unit, 2)
    assert ids.tolist() == [[1, 7], [0, 2], [1, 3], [2, 4], [3, 5], [4, 6], [5, 7], [0, 6]]
    np.testing.assert_allclose(cosines, np.full((8, 2), np.sqrt(0.5)), rtol=1e-6)


def test_nearest_texts_of_queries() -> None:
    # Texts at 0, 90, 180, 270 degrees. A query at 80 is 10 from 90, then 80 from 0; one at 200 is 20 from 180, then
    # 70 from 270.
    ids, cosines = nearest(_circle(80, 200), _circle(0, 90, 180, 270), 2)
    assert ids.tolist() == [[1, 0], [2, 3]]
    np.testing.assert_allclose(cosines, np.cos(np.radians([[10, 80], [20, 70]])), atol=1e-6)


# top_k


def test_the_largest_come_first() -> None:
    ids, values = top_k(np.array([[0.1, 0.9, 0.5, 0.7]], np.float32), 3)
    assert ids.tolist() == [[1, 3, 2]]
    np.testing.assert_allclose(values, [[0.9, 0.7, 0.5]])


@pytest.mark.parametrize("k", range(1, 7))
def test_ties_go_to_the_lower_column_also_at_the_border(k: int) -> None:
    # Sorted by value, then column: row 0 gives 4, 1, 2, 5, 0, 3; in row 1 all tie.
    ids, _ = top_k(np.array([[1, 2, 2, 1, 3, 2], [5, 5, 5, 5, 5, 5]], np.float32), k)
    assert ids.tolist() == [[4, 1, 2, 5, 0, 3][:k], [0, 1, 2, 3, 4, 5][:k]]


@pytest.mark.parametrize("k", [1, 3, 10, 29, 30, 31])
def test_top_k_is_a_stable_sort_cut_off(k: int) -> None:
    values = np.random.default_rng(k).integers(0, 5, (50, 30)).astype(np.float32)
    expected = np.argsort(-values, axis=1, kind="stable")[:, :k]
    ids, found = top_k(values, k)
    np.testing.assert_array_equal(ids, expected)
    np.testing.assert_array_equal(found, np.take_along_axis(values, expected, axis=1))


# Borders


@pytest.mark.parametrize("k", [4, 5, 100])
def test_no_more_neighbours_than_other_texts(k: int) -> None:
    ids, cosines = neighbors(_random(5, 3), k)
    assert ids.shape == cosines.shape == (5, 4)
    for row in range(5):
        assert sorted(ids[row]) == [other for other in range(5) if other != row]
    assert np.isfinite(cosines).all()


@pytest.mark.parametrize("n", [0, 1])
def test_one_text_has_no_neighbours(n: int) -> None:
    ids, cosines = neighbors(_random(n, 3), 5)
    assert ids.shape == cosines.shape == (n, 0)


def test_no_text_is_its_own_neighbour_even_among_copies_of_it() -> None:
    ids, cosines = neighbors(np.tile(_circle(0), (4, 1)), 3)
    assert ids.tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
    np.testing.assert_array_equal(cosines, np.ones((4, 3), np.float32))


def test_zero_rows_are_similar_to_nothing() -> None:
    ids, cosines = neighbors(np.array([(0, 0), (1, 0), (-1, 0)], np.float32), 2)
    assert ids.tolist() == [[1, 2], [0, 2], [0, 1]]
    np.testing.assert_array_equal(cosines, [[0, 0], [0, -1], [0, -1]])


def test_fewer_texts_than_k_and_no_queries() -> None:
    assert nearest(_random(2, 3), _random(4, 3), 9)[0].shape == (2, 4)
    assert nearest(_random(0, 3), _random(4, 3), 2)[0].shape == (0, 2)
    assert nearest(_random(2, 3), _random(0, 3), 2)[0].shape == (2, 0)


# Blocks


def test_blocks_cover_every_row_once_and_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linalg, "BLOCK_BYTES", 4 * 10 * 3)
    found = list(blocks(11, 10))
    assert [row for block in found for row in range(11)[block]] == list(range(11))
    assert all(block.stop - block.start <= 3 for block in found)
    assert list(blocks(0, 10)) == []
    assert list(blocks(2, 1_000_000)) == [slice(0, 1), slice(1, 2)]


def test_many_blocks_give_what_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    # Whole numbers: similarities are exact in any order of addition, so that ties are the same too.
    rows = np.random.default_rng(3).integers(-2, 3, (40, 6)).astype(np.float32)
    assert len(list(blocks(40, 40))) == 1
    whole, asked = neighbors(rows, 7), nearest(rows[:10], rows, 7)
    monkeypatch.setattr(linalg, "BLOCK_BYTES", 4 * 40 * 3)
    assert len(list(blocks(40, 40))) == 14
    for once, cut in zip((*whole, *asked), (*neighbors(rows, 7), *nearest(rows[:10], rows, 7)), strict=True):
        np.testing.assert_array_equal(once, cut)


# Against scikit-learn


@pytest.mark.parametrize(("n", "d", "k"), [(40, 2, 5), (40, 16, 1), (300, 64, 10), (40, 16, 39)])
def test_neighbours_are_those_of_scikit_learn(n: int, d: int, k: int, few_rows: None) -> None:
    from sklearn.neighbors import NearestNeighbors

    unit = _random(n, d, seed=n + d)
    distances, theirs = NearestNeighbors(metric="cosine", algorithm="brute").fit(unit).kneighbors(n_neighbors=k)
    ids, cosines = neighbors(unit, k)
    np.testing.assert_allclose(cosines, 1 - distances, atol=1e-6)
    assert [set(row) for row in ids] == [set(row) for row in theirs]


def test_nearest_are_those_of_scikit_learn(few_rows: None) -> None:
    from sklearn.neighbors import NearestNeighbors

    texts, queries = _random(200, 24), _random(30, 24, seed=1)
    distances, theirs = NearestNeighbors(metric="cosine", algorithm="brute").fit(texts).kneighbors(queries, 10)
    ids, cosines = nearest(queries, texts, 10)
    np.testing.assert_allclose(cosines, 1 - distances, atol=1e-6)
    assert [set(row) for row in ids] == [set(row) for row in theirs]
