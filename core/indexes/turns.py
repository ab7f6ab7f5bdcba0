"""The stopwatch: every setting of every index in turns, so that all see the machine in the same moods."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter_ns

import numpy as np
import numpy.typing as npt

from core.indexes import Built, Family
from core.indexes.held import threads
from core.types import Floats

Doubles = npt.NDArray[np.float64]
ROUNDS, SECONDS, LEAST, BATCH = 5, 0.1, 8, 256
"""Five turns; in each a setting is asked single queries for about 0.1 s, eight at the least, and then 256 at once."""
SECOND = 1e9


@dataclass(frozen=True, eq=False)
class Point:
    """One setting of one index."""

    family: Family
    width: int
    effort: int
    built: Built

    @property
    def words(self) -> str:
        """What people read: "HNSW, M 16, efSearch 64"."""
        return self.family.setting(self.width, self.effort)


@dataclass(frozen=True, eq=False)
class Rates:
    """Queries a second of each point in each turn, `(rounds, points)`: one at a time, and many at once."""

    single: Doubles
    batched: Doubles


def rates(
    points: Sequence[Point],
    queries: Floats,
    k: int,
    cores: int,
    tick: Callable[[], None],
    clock: Callable[[], int] = perf_counter_ns,
) -> Rates:
    """Time every point with the same queries: single ones by one thread, batches by `cores` threads.

    `tick` is called after each point of each turn, outside what is timed.
    """
    shape = (ROUNDS, len(points))
    found = Rates(np.zeros(shape), np.zeros(shape))
    batch = np.resize(np.arange(len(queries)), BATCH)
    counts = [_affordable(point, queries, k, clock) for point in points]
    for turn in range(ROUNDS):
        for place, (point, count) in enumerate(zip(points, counts, strict=True)):
            some = queries[(np.arange(count) + turn * count) % len(queries)]
            with threads(1):
                found.single[turn, place] = _rate(point, [some[i : i + 1] for i in range(count)], k, clock)
            with threads(cores):
                found.batched[turn, place] = _rate(point, [queries[batch]], k, clock)
            tick()
    return found


def _affordable(point: Point, queries: Floats, k: int, clock: Callable[[], int]) -> int:
    """How many single queries take about the seconds of a turn, after some to warm up."""
    few = [queries[i : i + 1] for i in range(min(LEAST, len(queries)))]
    with threads(1):
        _rate(point, few, k, clock)
        return int(np.clip(SECONDS * _rate(point, few, k, clock), LEAST, 2 * BATCH))


def _rate(point: Point, asked: Sequence[Floats], k: int, clock: Callable[[], int]) -> float:
    """Queries a second."""
    started = clock()
    for queries in asked:
        point.built.search(queries, k, point.effort)
    spent = max(1, clock() - started)
    return sum(map(len, asked)) * SECOND / spent
