"""Neighbour overlap, by hand."""

import math

import numpy as np
import pytest

from core.measures.overlap import compute
from tests.measures.seen import circle, random, see


def test_one_neighbour_on_a_circle() -> None:
    # Nearest at 0 10 25 90 105: 0-1, 1-0, 2-1, 3-4, 4-3.  At 0 10 12 90 105 only point 1 changes its mind: 1-2.
    score = compute(circle(0, 10, 25, 90, 105), circle(0, 10, 12, 90, 105), k=1, seed=0)
    np.testing.assert_array_equal(score.per_text, [1, 0, 1, 1, 1])
    assert score.value == pytest.approx(4 / 5)
    assert (score.n, score.note) == (5, "")


def test_two_neighbours_on_a_circle() -> None:
    # At 0 10 25 90 105: 0 {1 2}  1 {0 2}  2 {0 1}  3 {4 2}  4 {3 2}
    # at 0 10 100 90 105: 0 {1 3}  1 {0 3}  2 {3 4}  3 {2 4}  4 {2 3}
    # shared:               1        1        0        2        2      of 2
    score = compute(circle(0, 10, 25, 90, 105), circle(0, 10, 100, 90, 105), k=2, seed=0)
    np.testing.assert_array_equal(score.per_text, [0.5, 0.5, 0, 1, 1])
    assert score.value == pytest.approx(3 / 5)


def test_the_order_of_neighbours_does_not_matter() -> None:
    # 0's neighbours are 1 then 2 in one, 2 then 1 in the other: the set is the same.
    score = compute(circle(0, 10, 20, 180), circle(0, 20, 10, 180), k=2, seed=0)
    assert score.per_text[0] == 1


def test_models_may_have_different_dimensions() -> None:
    assert compute(circle(0, 10, 25, 90), see([[1, 0, 0], [1, 0.1, 0], [1, 0.4, 0], [0, 1, 1]]), k=1, seed=0).value == 1


def test_a_small_corpus_compares_all_there_are_and_says_so() -> None:
    score = compute(random(4, 3, 0), random(4, 3, 1), k=10, seed=0)
    assert score.value == 1
    assert score.note == "only 3 neighbours: the corpus has 4 texts"


def test_one_text_has_no_neighbours_and_the_note_says_so() -> None:
    score = compute(random(1, 3, 0), random(1, 3, 1), k=10, seed=0)
    assert math.isnan(score.value)
    assert (score.n, score.note) == (1, "undefined: a single text has no neighbours")
    np.testing.assert_array_equal(score.per_text, [np.nan])


def test_the_value_is_that_of_python_sets() -> None:
    a, b = random(80, 5, 0), random(80, 5, 1)
    pairs = zip(a.neighbors(7), b.neighbors(7), strict=True)
    expected = [len(set(left) & set(right)) / 7 for left, right in pairs]
    score = compute(a, b, k=7, seed=0)
    np.testing.assert_allclose(score.per_text, expected, rtol=1e-6)
    assert score.value == pytest.approx(np.mean(expected), rel=1e-6)
