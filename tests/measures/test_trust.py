"""Trustworthiness and continuity: by hand, against scikit-learn, and on texts that are hard to rank."""

import math

import numpy as np
import pytest
from sklearn.manifold import trustworthiness as sklearn_trustworthiness

from core.measures import trust as module
from core.measures.trust import CONTINUITY, TRUSTWORTHINESS, Trust, trust, usable
from core.questions.nearness import near
from core.types import Floats, Ints
from tests.measures.seen import circle, random


def measured(unit: Floats, xy: Floats, k: int, seed: int = 0) -> Trust:
    return trust(unit, xy.astype(np.float32), k=k, seed=seed, progress=lambda done, total: None)


def line(*places: float) -> Floats:
    return np.array([[place, 0.0] for place in places], np.float32)


def test_by_hand_on_a_circle() -> None:
    # Vectors at 0 10 25 45 70 100 degrees: similar texts, best first, are
    #   0: 1 2 3 4 5   1: 0 2 3 4 5   2: 1 3 0 4 5   3: 2 4 1 0 5   4: 3 5 2 1 0   5: 4 3 2 1 0
    # On the map text 0 went to the far end: places 9, 1, 2.5, 4.5, 7, 10 -> nearest on the map
    #   0: 5   1: 2   2: 1   3: 2   4: 0   5: 0   (k = 1)
    # Ranks of these among the vectors: 5, 2, 1, 1, 5, 5; beyond k = 1: 4, 1, 0, 0, 4, 4.
    # Each divides by k (2n - 3k - 1) / 2 = (12 - 3 - 1) / 2 = 4.
    unit, xy = circle(0, 10, 25, 45, 70, 100).unit, line(9, 1, 2.5, 4.5, 7, 10)
    found = measured(unit, xy, k=1)
    np.testing.assert_allclose(found.trustworthiness, [0, 3 / 4, 1, 1, 0, 0])
    # The most similar text, 1 0 1 2 3 4, and its rank on the map: from 0 (at 9) text 1 is the farthest, 5; from 1
    # (at 1) text 0 (away 8) comes after 2, 3, 4, so 4; from 2 text 1 is 1; from 3 text 2 is 1 (2 away; 4 is 2.5 away);
    # from 4 (at 7) text 3 (2.5 away) comes after 0 (2 away): 2; from 5 text 4 (3 away) after 0 (1 away): 2.
    np.testing.assert_allclose(found.continuity, [0, 1 / 4, 1, 1, 3 / 4, 3 / 4])
    assert (found.measured, found.k) == (6, 1)


@pytest.mark.parametrize(("n", "d", "k", "dims"), [(60, 8, 5, 2), (200, 16, 10, 2), (151, 30, 40, 3), (21, 4, 10, 2)])
def test_the_mean_is_that_of_scikit_learn(n: int, d: int, k: int, dims: int) -> None:
    unit = random(n, d, seed=n).unit
    xy = unit[:, :dims] + np.random.default_rng(0).normal(0, 0.1, (n, dims)).astype(np.float32)
    found = measured(unit, xy, k)
    assert found.k == k
    expected = sklearn_trustworthiness(unit, xy, n_neighbors=k)
    assert found.trustworthiness.mean() == pytest.approx(expected, abs=1e-4)
    assert 0.5 < expected < 0.99
    # Continuity is trustworthiness with the two sides exchanged.
    assert found.continuity.mean() == pytest.approx(sklearn_trustworthiness(xy, unit, n_neighbors=k), abs=1e-4)


def test_a_faithful_map_has_both_and_a_random_one_neither() -> None:
    # Vectors on a quarter circle keep their order of distances when the arc is drawn as an arc.
    seen = circle(*np.linspace(0, 90, 80)).unit
    found = measured(seen, seen, 10)
    assert found.trustworthiness.min() == 1
    assert found.continuity.min() == 1
    chance = measured(random(400, 20, 0).unit, np.random.default_rng(1).normal(size=(400, 2)), 10)
    assert chance.trustworthiness.mean() == pytest.approx(0.5, abs=0.03)
    assert chance.continuity.mean() == pytest.approx(0.5, abs=0.03)


def test_equal_texts_are_not_punished_for_their_row_number() -> None:
    unit = np.repeat(random(4, 6, 0).unit, 10, axis=0)
    xy = np.repeat(np.array([[0, 0], [0, 9], [9, 0], [20, 20]], np.float32), 10, axis=0)
    xy += np.random.default_rng(0).normal(0, 0.01, xy.shape).astype(np.float32)
    assert measured(unit, xy, 5).trustworthiness.min() == 1


def test_k_is_brought_below_half_of_the_texts() -> None:
    assert [usable(n, 10) for n in (0, 1, 2, 3, 4, 5, 20, 21, 100)] == [0, 0, 0, 1, 1, 2, 9, 10, 10]
    few = measured(random(5, 3, 0).unit, random(5, 2, 1).unit, 10)
    assert few.k == 2
    assert ((few.trustworthiness >= 0) & (few.trustworthiness <= 1)).all()
    none = measured(random(2, 3, 0).unit, random(2, 2, 1).unit, 10)
    assert (none.k, none.measured) == (0, 0)
    assert np.isnan(none.trustworthiness).all()


def test_zero_vectors_have_a_figure_too() -> None:
    unit = np.vstack([np.zeros((5, 6), np.float32), random(30, 6, 0).unit])
    found = measured(unit, unit[:, :2], 4)
    assert np.isfinite(found.trustworthiness).all()
    assert np.isfinite(found.continuity).all()


def test_many_texts_are_sampled_and_each_is_ranked_against_all(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = random(300, 8, 0).unit
    xy = unit[:, :2]
    whole = measured(unit, xy, 10)
    monkeypatch.setattr(module, "EXACT", 200)
    monkeypatch.setattr(module, "SAMPLE", 90)
    some = measured(unit, xy, 10, seed=1)
    rows = np.isfinite(some.trustworthiness)
    assert (some.measured, int(rows.sum())) == (90, 90)
    np.testing.assert_array_equal(some.trustworthiness[rows], whole.trustworthiness[rows])
    np.testing.assert_array_equal(some.continuity[rows], whole.continuity[rows])
    other = measured(unit, xy, 10, seed=2)
    assert not np.array_equal(rows, np.isfinite(other.trustworthiness))


def test_blocks_do_not_change_the_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = random(120, 8, 0).unit
    whole = measured(unit, unit[:, :2], 7)
    monkeypatch.setattr("core.linalg.BLOCK_BYTES", 4 * 4 * 120 * 11)
    np.testing.assert_allclose(measured(unit, unit[:, :2], 7).trustworthiness, whole.trustworthiness, atol=1e-5)


def test_known_neighbours_give_the_same_figures() -> None:
    unit = random(200, 8, 0).unit
    ids = near(unit, 20, lambda done, total: None).ids
    asked: list[int] = []

    def known(k: int) -> Ints:
        asked.append(k)
        return ids[:, :k]

    quiet = lambda done, total: None  # noqa: E731
    found = trust(unit, unit[:, :2], k=7, seed=0, progress=quiet, neighbors=known)
    whole = measured(unit, unit[:, :2], 7)
    assert asked == [7]
    np.testing.assert_array_equal(found.trustworthiness, whole.trustworthiness)
    np.testing.assert_array_equal(found.continuity, whole.continuity)


def test_points_on_a_grid_have_the_neighbours_of_lower_rows() -> None:
    # Every point of a grid has four at distance 1, and twenty points lie on one.
    xy = np.array([(x, y) for x in range(6) for y in range(6)] + [(9, 9)] * 20, np.float32)
    away = ((xy[:, None] - xy[None]) ** 2).sum(axis=2)
    np.fill_diagonal(away, np.inf)
    for k in (1, 3, 7):
        found = module._on_map(xy, np.arange(56), k)
        np.testing.assert_array_equal(np.sort(found), np.sort(np.argsort(away, axis=1, kind="stable")[:, :k]))


def test_both_say_what_they_are() -> None:
    for figure in (TRUSTWORTHINESS, CONTINUITY):
        assert figure.help.endswith(".")
        assert (figure.low, figure.high, figure.better) == (0, 1, "higher")
    assert not math.isnan(TRUSTWORTHINESS.high)
