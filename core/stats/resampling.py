"""Intervals of means over queries, and p of their differences, by drawing the queries again."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from core.errors import VecassayError

Doubles: TypeAlias = npt.NDArray[np.float64]

DRAWS = 9_999
LEVEL = 0.95
BLOCK_VALUES = 4_000_000
TINY = 1e-12


@dataclass(frozen=True)
class Paired:
    """Two candidates over the same queries: mean of a - b, its interval, sign-flip p, on how many queries a wins.

    `low`, `high` (`difference_interval`) and `sd` (of the differences, n - 1 below) are NaN for a single query.
    """

    difference: float
    low: float
    high: float
    p: float
    win: int
    tie: int
    loss: int
    sd: float
    n: int


def mean_interval(values: Doubles, seed: int, level: float = LEVEL) -> tuple[Doubles, Doubles]:
    """Between which limits the mean over all such queries lies: low and high, each `(m,)`, or 0-d for `values (s,)`.

    BCa bootstrap over the queries (the s rows), 9,999 draws, as `scipy.stats.bootstrap` computes it on the same draws,
    but that a draw with the same mean is a tie whatever the rounding (Efron & Tibshirani 1993, chapter 14). All
    columns share the draws, and a column's interval does not depend on its neighbours. NaN for fewer than 2 queries;
    where all values are alike both ends are that value, and say nothing about queries unlike these. In simulation it
    covers 93 to 97 % from 50 queries on, as long as ten or more of them differ from the most frequent value; less with
    fewer (tests/stats/test_calibration.py).
    """
    table = _table(values)
    low, high = np.full((2, table.shape[1]), np.nan)
    if len(table) > 1:
        spread = np.ptp(table, axis=0) > TINY
        low[:], high[:] = table.mean(axis=0), table.mean(axis=0)
        if spread.any():
            low[spread], high[spread] = _bca(table[:, spread], seed, level)
    return low.reshape(values.shape[1:]), high.reshape(values.shape[1:])


def difference_interval(differences: Doubles, seed: int, level: float = LEVEL) -> tuple[Doubles, Doubles]:
    """Between which limits the mean of differences in [-1, 1] lies: low and high, each `(m,)`, or 0-d for `(s,)`.

    Symmetric studentised bootstrap over the queries, 9,999 draws (Hall 1988): differences have many ties and a few
    large values, where BCa covers as little as 83 % with 50 queries, and this one 93 to 97 %. With few queries that
    differ no end is further out than the share of queries that may differ (97.5 % Clopper-Pearson limit), all by 1.
    NaN for fewer than 2 queries; both ends are the mean where all differences are alike.
    """
    table = _table(differences)
    s, m = table.shape
    low, high = np.full((2, m), np.nan)
    if s > 1:
        mean = table.mean(axis=0)
        half = np.zeros(m)
        spread = np.ptp(table, axis=0) > TINY
        if spread.any():
            half[spread] = _studentised(table[:, spread], seed, level)
        most = np.where(spread, _most_differing(table), 1.0)
        low[:], high[:] = np.maximum(mean - half, -most), np.minimum(mean + half, most)
    return low.reshape(differences.shape[1:]), high.reshape(differences.shape[1:])


def ratio_interval(above: Doubles, below: Doubles, seed: int, level: float = LEVEL) -> tuple[Doubles, Doubles]:
    """Limits of sum(above) / sum(below) over queries, for values `(s,)` or `(s, m)`: low and high, `(m,)` or 0-d.

    Percentile bootstrap over the queries, 9,999 draws; draws in which nothing stands below are left out. NaN for fewer
    than 2 queries, and where below is 0 throughout.
    """
    tops, bottoms = _table(above), _table(below)
    m = tops.shape[1]
    low, high = np.full((2, m), np.nan)
    if len(tops) > 1:
        sums = np.concatenate(
            [np.concatenate([w @ tops, w @ bottoms], axis=1) for w in _weights(len(tops), 2 * m, seed)]
        )
        drawn = np.divide(sums[:, :m], sums[:, m:], out=np.full((len(sums), m), np.nan), where=sums[:, m:] > TINY)
        known = ~np.isnan(drawn).all(axis=0)
        if known.any():
            low[known], high[known] = np.nanquantile(drawn[:, known], [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low.reshape(above.shape[1:]), high.reshape(above.shape[1:])


def sign_flip(differences: Doubles, seed: int) -> Doubles:
    """How often chance alone gives a mean difference this large, either way: p in (0, 1], `(m,)`, or 0-d for `(s,)`.

    Permutation test of paired samples: under no difference each query's sign is a coin's. Every combination of signs
    where there are at most 9,999 (13 queries that differ), else 9,999 draws and p = (b + 1) / (9,999 + 1), never 0
    (Phipson & Smyth 2010). 1 where no query differs. A column's p does not depend on its neighbours.
    """
    table = _table(differences)
    table = np.where(np.abs(table) > TINY, table, 0.0)
    differing = np.count_nonzero(table, axis=0)
    p = np.ones(table.shape[1])
    few = differing <= int(np.log2(DRAWS))
    for column in np.flatnonzero(few & (differing > 0)):
        own = table[table[:, column] != 0, column]
        signs = _every_sign(len(own))
        p[column] = float(np.mean(np.abs(signs @ own) >= abs(own.sum()) - _slack(own)))
    if not few.all():
        p[~few] = _drawn_p(table[:, ~few], seed)
    return p.reshape(differences.shape[1:])


def paired(a: Doubles, b: Doubles, seed: int) -> Paired:
    """Compare two candidates query by query, values `(s,)` each in the same order of queries.

    Raises VecassayError when they are of different length, or empty.
    """
    if a.shape != b.shape or a.ndim != 1 or not len(a):
        raise VecassayError(f"Expected two lists of values over the same queries; got shapes {a.shape} and {b.shape}.")
    difference = a.astype(np.float64) - b
    low, high = map(float, difference_interval(difference, seed))
    win, loss = int((difference > TINY).sum()), int((difference < -TINY).sum())
    sd = float(difference.std(ddof=1)) if len(a) > 1 else float("nan")
    p = float(sign_flip(difference, seed))
    return Paired(float(difference.mean()), low, high, p, win, len(a) - win - loss, loss, sd, len(a))


def _table(values: Doubles) -> Doubles:
    """The values as float64 `(s, m)`."""
    table: Doubles = np.asarray(values, np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if np.isnan(table).any():
        raise VecassayError("Expected a value for every query; some are undefined (NaN). Leave those queries out.")
    return table


def _weights(s: int, m: int, seed: int) -> Iterator[Doubles]:
    """How often each of s queries is in each draw, in blocks `(draws, s)`: the draws of scipy.stats.bootstrap.

    A block times `(s, m)` values stays small too.
    """
    rng = np.random.default_rng(seed)
    step = max(1, BLOCK_VALUES // max(s, m))
    for start in range(0, DRAWS, step):
        draws = min(step, DRAWS - start)
        drawn = rng.integers(0, s, (draws, s)) + np.arange(draws)[:, None] * s
        yield np.bincount(drawn.ravel(), minlength=draws * s).reshape(draws, s).astype(np.float64)


def _bca(table: Doubles, seed: int, level: float) -> tuple[Doubles, Doubles]:
    from scipy.special import ndtr, ndtri

    s = len(table)
    mean = table.mean(axis=0)
    centred = table - mean
    drawn = np.concatenate([weights @ centred for weights in _weights(s, table.shape[1], seed)]) / s
    # A draw that ties with the mean counts half; what is only rounding apart ties.
    slack = TINY * np.abs(centred).max(axis=0)
    below = ((drawn < -slack).mean(axis=0) + (drawn <= slack).mean(axis=0)) / 2
    bias = ndtri(below)
    # The jackknife's influence of a value on a mean is its distance from it.
    acceleration = (centred**3).sum(axis=0) / (6 * (centred**2).sum(axis=0) ** 1.5)
    z = bias + np.array([[ndtri((1 - level) / 2)], [ndtri((1 + level) / 2)]])
    shares = ndtr(bias + z / (1 - acceleration * z))
    ends = np.stack([np.quantile(drawn[:, column], shares[:, column]) for column in range(table.shape[1])], axis=1)
    return ends[0] + mean, ends[1] + mean


def _studentised(table: Doubles, seed: int, level: float) -> Doubles:
    """Half the width of the symmetric studentised interval of every column's mean; inf where draws have no spread."""
    s = len(table)
    centred = table - table.mean(axis=0)
    squares = centred**2
    error = np.sqrt(squares.mean(axis=0))
    slack = TINY * error
    drawn = []
    for weights in _weights(s, table.shape[1], seed):
        mean = weights @ centred / s
        spread = np.sqrt(np.maximum(weights @ squares / s - mean**2, 0))
        away = np.where(np.abs(mean) > slack, np.abs(mean), 0.0)
        flat = np.where(away > 0, np.inf, 0.0)
        drawn.append(np.divide(away, spread, out=flat, where=spread > 1e-6 * error))
    rank = ceil(level * (DRAWS + 1)) - 1
    half: Doubles = np.partition(np.concatenate(drawn), rank, axis=0)[rank] * error
    return half


def _most_differing(table: Doubles) -> Doubles:
    """The largest share of queries that may differ, given how many do."""
    from scipy.special import betaincinv

    differing = np.count_nonzero(np.abs(table) > TINY, axis=0)
    agreeing = len(table) - differing
    share: Doubles = np.where(agreeing, betaincinv(differing + 1, np.maximum(agreeing, 1), 0.975), 1.0)
    return share


def _every_sign(count: int) -> Doubles:
    """All 2^count combinations of signs, `(2^count, count)`."""
    bits = np.arange(2**count)[:, None] >> np.arange(count) & 1
    signs: Doubles = (2 * bits - 1).astype(np.float64)
    return signs


def _drawn_p(table: Doubles, seed: int) -> Doubles:
    rng = np.random.default_rng(seed)
    s = len(table)
    step = max(1, BLOCK_VALUES // max(table.shape))
    observed = np.abs(table.sum(axis=0)) - _slack(table)
    reached = np.zeros(table.shape[1], np.int64)
    for start in range(0, DRAWS, step):
        coins = rng.integers(0, 2, (min(step, DRAWS - start), s), dtype=np.int8)
        reached += (np.abs((2.0 * coins - 1) @ table) >= observed).sum(axis=0)
    p: Doubles = (reached + 1) / (DRAWS + 1)
    return p


def _slack(table: Doubles) -> Doubles:
    """What sums of these values may differ by through rounding alone."""
    slack: Doubles = np.abs(table).sum(axis=0) * TINY
    return slack
