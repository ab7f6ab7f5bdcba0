"""Intervals and p: against scipy on the same draws, by hand, and where there is nothing to say."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats as reference

from core import stats
from core.errors import VecassayError
from core.stats import resampling
from tests.stats.simulated import EASY, GOOD, HARD, candidates


def _values(n: int, columns: int, seed: int = 0) -> np.ndarray:
    return candidates(np.random.default_rng(seed), GOOD, (n, columns), (0.0,), 0.5)[:, :, 0]


@pytest.mark.parametrize("n", [2, 7, 50, 700])
def test_the_interval_of_a_mean_is_scipy_s_bca(n: int) -> None:
    rng = np.random.default_rng(n)
    table = np.column_stack([rng.normal(size=n), rng.beta(0.5, 0.2, n), rng.exponential(size=n), rng.integers(0, 2, n)])
    table[0, 3], table[-1, 3] = 0, 1
    # Sums of 64ths are exact: scipy sees the ties that rounding would hide from it.
    table = np.round(table * 64) / 64
    low, high = stats.mean_interval(table, 5)
    for column in range(4):
        expected = reference.bootstrap(
            (table[:, column],), np.mean, method="BCa", rng=np.random.default_rng(5), vectorized=True
        ).confidence_interval
        assert (low[column], high[column]) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_another_level_and_another_seed() -> None:
    values = np.round(_values(60, 1)[:, 0] * 64) / 64
    expected = reference.bootstrap((values,), np.mean, confidence_level=0.8, rng=np.random.default_rng(1))
    low, high = stats.mean_interval(values, 1, level=0.8)
    assert (float(low), float(high)) == pytest.approx(tuple(expected.confidence_interval), abs=1e-9)
    assert low.shape == ()
    assert stats.mean_interval(values, 1)[0] < low < high < stats.mean_interval(values, 1)[1]
    assert stats.mean_interval(values, 2)[0] != stats.mean_interval(values, 1)[0]


def test_a_column_does_not_depend_on_its_neighbours_nor_on_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    table = _values(40, 5)
    differences = table - _values(40, 5, seed=1)
    every = [stats.mean_interval(table, 3), stats.difference_interval(differences, 3)]
    p = stats.sign_flip(differences, 3)
    monkeypatch.setattr(resampling, "BLOCK_VALUES", 40 * 77)
    for column in (0, 4):
        alone = [stats.mean_interval(table[:, column], 3), stats.difference_interval(differences[:, column], 3)]
        for (low, high), (own_low, own_high) in zip(every, alone, strict=True):
            assert (low[column], high[column]) == pytest.approx((float(own_low), float(own_high)), abs=1e-12)
        assert stats.sign_flip(differences[:, column], 3) == p[column]


@pytest.mark.parametrize("interval", [stats.mean_interval, stats.difference_interval])
def test_one_query_says_nothing_and_equal_ones_say_one_value(
    interval: Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]],
) -> None:
    for table in (np.empty((0, 2)), np.full((1, 2), 0.5)):
        assert np.isnan(interval(table, 0)).all()
    np.testing.assert_allclose(interval(np.full((9, 2), 0.3), 0), 0.3, atol=1e-15)
    mixed = np.column_stack([np.full(9, 0.25), np.arange(9) / 10])
    low, high = interval(mixed, 0)
    assert low[0] == high[0] == 0.25
    assert low[1] < 0.4 < high[1]
    with pytest.raises(VecassayError, match="undefined"):
        interval(np.array([0.1, np.nan]), 0)


def test_the_interval_of_a_difference_draw_by_draw() -> None:
    differences = (_values(30, 2) - _values(30, 2, seed=1))[:, 0]
    n, mean = len(differences), differences.mean()
    rng, studentised = np.random.default_rng(4), []
    for _ in range(resampling.DRAWS):
        drawn = differences[rng.integers(0, n, n)]
        studentised.append(abs(drawn.mean() - mean) / drawn.std(ddof=1))
    half = np.sort(studentised)[9_500 - 1] * differences.std(ddof=1)
    low, high = stats.difference_interval(differences, 4)
    assert (low, high) == pytest.approx((mean - half, mean + half), abs=1e-9)


def test_few_queries_that_differ_are_no_narrow_interval() -> None:
    # Two of 100 differ: most draws have one of them or none. At most 7 % of all queries differ: Clopper-Pearson.
    differences = np.zeros(100)
    differences[:2] = [0.4, -0.3]
    limit = reference.binomtest(2, 100).proportion_ci(0.95).high
    assert [float(end) for end in stats.difference_interval(differences, 0)] == pytest.approx([-limit, limit])
    assert limit < 0.071
    both = np.array([0.9] * 3 + [-0.8])
    assert [float(end) for end in stats.difference_interval(both, 0)] == [-1, 1]


def test_intervals_of_ratios_are_scipy_s_percentile_intervals() -> None:
    rng = np.random.default_rng(0)
    below = rng.integers(1, 9, 40).astype(float)
    above = rng.binomial(below.astype(int), 0.7).astype(float)
    expected = reference.bootstrap(
        (above, below),
        lambda a, b, axis: a.sum(axis) / b.sum(axis),
        method="percentile",
        paired=True,
        rng=np.random.default_rng(2),
    ).confidence_interval
    found = stats.ratio_interval(above, below, 2)
    assert [float(end) for end in found] == pytest.approx(list(expected), abs=1e-9)
    assert np.isnan(stats.ratio_interval(np.zeros(5), np.zeros(5), 0)).all()
    assert np.isnan(stats.ratio_interval(np.ones(1), np.ones(1), 0)).all()


@pytest.mark.parametrize("n", [2, 5, 13])
def test_p_of_few_queries_is_exact(n: int) -> None:
    rng = np.random.default_rng(n)
    for values in (rng.normal(0.3, 1, n), rng.integers(-2, 3, n) / 10, np.full(n, 0.1)):
        expected = reference.permutation_test(
            (values,), lambda x, axis: x.mean(axis), permutation_type="samples", vectorized=True
        )
        assert float(stats.sign_flip(values, 0)) == pytest.approx(expected.pvalue)


def test_p_of_many_queries_is_scipy_s_but_for_the_draws() -> None:
    for law, shift in ((HARD, 0.0), (HARD, 0.2), (EASY, 0.2), (GOOD, 0.3)):
        drawn = candidates(np.random.default_rng(3), law, (90, 1), (shift, 0.0), 0.8)[:, 0]
        differences = drawn[:, 0] - drawn[:, 1]
        expected = reference.permutation_test(
            (differences,),
            lambda x, axis: x.mean(axis),
            permutation_type="samples",
            vectorized=True,
            batch=500,
            n_resamples=9_999,
            rng=np.random.default_rng(1),
        ).pvalue
        # Drawn both; scipy doubles one side, which doubles its standard error: four of them.
        error = 2 * (expected / 2 * (1 - expected / 2) / 9_999) ** 0.5
        assert float(stats.sign_flip(differences, 0)) == pytest.approx(expected, abs=4 * error + 1e-4)


def test_p_is_never_zero_and_one_where_nothing_differs() -> None:
    assert float(stats.sign_flip(np.full(200, 0.1), 0)) == 1 / 10_000
    assert float(stats.sign_flip(np.zeros(200), 0)) == 1
    # Ties change nothing: three that differ, all one way, are 2 of 8 combinations.
    assert float(stats.sign_flip(np.array([0.1, 0.2, 0.3] + [0.0] * 500), 0)) == 0.25


def test_two_candidates_by_hand() -> None:
    a, b = np.array([1.0, 0.5, 0.5, 0.25]), np.array([0.5, 0.5, 0.25, 0.5])
    found = stats.paired(a, b, 0)
    assert (found.win, found.tie, found.loss, found.n) == (2, 1, 1, 4)
    # Differences .5, 0, .25, -.25: mean .125, sum of squares .375 - 4 * .125 ** 2 = .3125; of the 8 combinations of
    # signs all but .5 + .25 - .25 with both signs, and those larger, reach .5: 1, .5, .5, -.5, -.5, -1 of 8.
    assert found.difference == 0.125
    assert found.sd == pytest.approx((0.3125 / 3) ** 0.5)
    assert found.p == 6 / 8
    assert (found.low, found.high) == tuple(map(float, stats.difference_interval(a - b, 0)))
    one = stats.paired(a[:1], b[:1], 0)
    assert (one.difference, one.p, one.n) == (0.5, 1.0, 1)
    assert np.isnan([one.low, one.high, one.sd]).all()
    with pytest.raises(VecassayError, match="same queries"):
        stats.paired(a, b[:2], 0)
    with pytest.raises(VecassayError, match="same queries"):
        stats.paired(a[:0], b[:0], 0)


def test_every_pair_is_what_two_alone_would_be() -> None:
    drawn = candidates(np.random.default_rng(0), GOOD, (60, 1), (0.3, 0.1, 0.0), 0.7)[:, 0]
    values = {"a": drawn[:, 0], "b": drawn[:, 1], "c": drawn[:, 2]}
    table = stats.pairwise(values, 9)
    assert list(zip(table["a"], table["b"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
    for row in table.itertuples():
        own = stats.paired(values[row.a], values[row.b], 9)
        exact = (own.p, own.win, own.tie, own.loss, own.n)
        assert (row.p, row.win, row.tie, row.loss, row.n) == exact
        assert (row.difference, row.low, row.high, row.sd) == pytest.approx(
            (own.difference, own.low, own.high, own.sd), abs=1e-12
        )
    assert len(stats.pairwise({"a": drawn[:, 0]}, 9)) == 0
    assert list(stats.pairwise({}, 9).columns) == list(table.columns)
