"""RSA, by hand and against scipy; the sample above 2,000 texts."""

import math

import numpy as np
import pytest

from core.measures.rsa import MOST_TEXTS, compute
from tests.measures.seen import circle, random, see


def test_three_points_by_hand() -> None:
    # Angles of the pairs 01, 02, 12: 10 30 20 against 30 40 10. Ranks of their cosines, 1 the largest: 1 3 2 and 2 3 1.
    # Spearman = 1 - 6 (1 + 0 + 1) / (3 * 8) = 1/2.
    assert compute(circle(0, 10, 30), circle(0, 30, 40), k=1, seed=0).value == pytest.approx(0.5)


def test_the_opposite_order_is_minus_one() -> None:
    # Angles of the pairs 01, 02, 12: 10 30 20 against 30 10 20, each the other way round.
    assert compute(circle(0, 10, 30), circle(0, -30, -10), k=1, seed=0).value == pytest.approx(-1)


def test_equal_similarities_share_a_rank() -> None:
    # Square against a line, pairs 01 02 03 12 13 23. Square: cosines 0 -1 0 0 -1 0, ranks 4.5 1.5 4.5 4.5 1.5 4.5.
    # Angles 0 10 30 70: 10 30 70 20 60 40, ranks of cosines 6 4 1 5 2 3. Deviations from 3.5:
    # (1 -2 1 1 -2 1) and (2.5 .5 -2.5 1.5 -1.5 -.5): products 2.5 -1 -2.5 1.5 3 -.5 = 3; squares 12 and 17.5.
    score = compute(circle(0, 90, 180, 270), circle(0, 10, 30, 70), k=1, seed=0)
    assert score.value == pytest.approx(3 / np.sqrt(12 * 17.5), abs=1e-6)


@pytest.mark.parametrize(("n", "d", "e"), [(4, 3, 3), (60, 8, 20), (150, 32, 5)])
def test_it_is_scipys_spearman_of_scipys_cosines(n: int, d: int, e: int) -> None:
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr

    a, b = random(n, d, n), random(n, e, n + 1)
    theirs = spearmanr(1 - pdist(a.unit, "cosine"), 1 - pdist(b.unit, "cosine")).statistic
    score = compute(a, b, k=1, seed=0)
    assert score.value == pytest.approx(theirs, abs=1e-4)
    assert (score.n, score.note) == (n, "")


@pytest.mark.parametrize("n", [1, 2])
def test_fewer_than_two_pairs_cannot_be_ranked(n: int) -> None:
    score = compute(random(n, 3, 0), random(n, 3, 1), k=1, seed=0)
    assert math.isnan(score.value)
    assert score.note == "undefined: fewer than two different pair similarities"


def test_a_model_that_finds_all_pairs_alike_cannot_rank_them() -> None:
    score = compute(see([[1, 2]] * 5), random(5, 2, 0), k=1, seed=0)
    assert math.isnan(score.value)
    assert score.note == "undefined: fewer than two different pair similarities"


def test_2000_texts_are_all_used() -> None:
    a = random(MOST_TEXTS, 2, 0)
    score = compute(a, a, k=1, seed=0)
    assert (score.n, score.note) == (MOST_TEXTS, "")


def test_above_2000_texts_the_sample_is_random_noted_and_the_same_for_a_seed() -> None:
    # The first 2,000 rows agree perfectly, the other 1,000 not at all: the first N would score 1.
    a, noise = random(3_000, 4, 0), random(3_000, 4, 1)
    b = see(np.concatenate([a.unit[:MOST_TEXTS], noise.unit[MOST_TEXTS:]]))
    first, again, other = (compute(a, b, k=1, seed=seed) for seed in (1, 1, 2))
    # Of all pairs (2/3)^2 = 0.44 are within the first 2,000 rows.
    assert 0.35 < first.value < 0.55
    assert first.value == again.value != other.value
    assert first.value == pytest.approx(other.value, abs=0.05)
    assert first.n == MOST_TEXTS
    assert first.note == "random sample of 2,000 of 3,000 texts, seed 1"
