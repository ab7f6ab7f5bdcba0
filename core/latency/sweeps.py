"""Throughput against batch size, text length and number of callers; and the rows a run collects."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from core.latency.plan import Plan
from core.latency.texts import Deck, length_classes
from core.latency.timing import SECOND, Clock, Encode, Repeat, concurrent, elapsed, sweep_point
from core.types import Ints, Progress

TICK_SECONDS = 0.05
LEAST_EACH = 4
MOST_EACH = 2000
_SWEPT = ["repeat", "calls", "texts", "tokens", "nanoseconds"]
COLUMNS = {
    "calls": ["model", "beside", "round", "nanoseconds"],
    "loads": ["model", "what", "repeat", "nanoseconds"],
    "batches": ["model", "batch", *_SWEPT],
    "lengths": ["model", "length", "shortest", "longest", "batch", *_SWEPT],
    "callers": ["model", "callers", "repeat", "calls", "nanoseconds"],
    "waits": ["model", "callers", "n", "p50", "p95"],
    "memory": ["model", "before", "peak", "after", "weights", "dimension", "vector_bytes", "batch"],
}
"""Times are nanoseconds; `beside` is the model in whose block a call was made; memory is bytes."""


@dataclass(eq=False)
class Rows:
    """What was measured so far, a tuple per row."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    loads: list[tuple[Any, ...]] = field(default_factory=list)
    batches: list[tuple[Any, ...]] = field(default_factory=list)
    lengths: list[tuple[Any, ...]] = field(default_factory=list)
    callers: list[tuple[Any, ...]] = field(default_factory=list)
    waits: list[tuple[Any, ...]] = field(default_factory=list)
    memory: list[tuple[Any, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The rows as tables, by name."""
        return {
            name: pd.DataFrame(getattr(self, name), columns=columns).astype(
                {column: "str" for column in columns if column in ("model", "beside", "what", "length")}
            )
            for name, columns in COLUMNS.items()
        }


@dataclass(eq=False)
class Steps:
    """How far a run is; tells it at most every `TICK_SECONDS`, so that telling takes no time of its own."""

    progress: Progress
    total: int
    done: int = 0
    told: float = field(default_factory=monotonic)

    def step(self, n: int) -> None:
        """So many steps further."""
        self.done += n
        self.told = monotonic()
        self.progress(self.done, self.total)

    def tick(self) -> None:
        """Still at the same step; a chance to be cancelled."""
        if monotonic() - self.told > TICK_SECONDS:
            self.step(0)


@dataclass(frozen=True, eq=False)
class Point:
    """What every point of a model's sweeps shares."""

    key: str
    label: str
    encode: Encode
    plan: Plan
    clock: Clock
    steps: Steps
    rows: Rows

    def swept(self, deck: Deck, size: int, expected: float, what: str) -> list[Repeat]:
        """The repeats at one point; a note when there are fewer than planned."""
        found = sweep_point(self.encode, deck, size, self.plan, expected, self.clock, self.steps.tick)
        if len(found) < self.plan.repeats:
            self.rows.notes.append(
                f"{self.label}, {what}: {len(found)} repeats instead of {self.plan.repeats}, because a point may take "
                f"{self.plan.point_seconds:g} s."
            )
        self.steps.step(1)
        return found


def batches(point: Point, deck: Deck, expected: dict[int, float]) -> int:
    """Throughput at each batch size that is not too slow; returns the size with the highest."""
    dealt, rates = deck.fresh(), {}
    for size, seconds in expected.items():
        found = point.swept(dealt, size, seconds, f"batch {size}")
        point.rows.batches += [(point.key, size, *_row(turn, repeat)) for turn, repeat in enumerate(found)]
        rates[size] = float(np.median([repeat.texts / max(1, repeat.nanoseconds) for repeat in found]))
    left = [size for size in point.plan.batches if size not in expected]
    if left:
        point.rows.notes.append(
            f"{point.label}: batches of {left[0]} and more were left out; 3 repeats would take more than the "
            f"{point.plan.point_seconds:g} s a point may take."
        )
        point.steps.step(len(left))
    return max(rates, key=lambda size: rates[size])


def lengths(point: Point, deck: Deck, counts: Ints, size: int, expected: float) -> None:
    """Throughput on short, medium and long texts and on the corpus' own mix, at one batch size."""
    classes = length_classes(counts)
    for name, rows in classes.items():
        chosen = deck.only(rows)
        texts, _ = chosen.deal(size)  # untimed: tells how long this length takes, and warms it up
        spent, _ = elapsed(point.clock, point.encode, texts)
        ends = (int(counts[rows].min()), int(counts[rows].max()))
        found = point.swept(chosen, size, spent / SECOND or expected, f"{name} texts")
        point.rows.lengths += [(point.key, name, *ends, size, *_row(turn, repeat)) for turn, repeat in enumerate(found)]
    point.steps.step(4 - len(classes))


def callers(point: Point, deck: Deck, seconds: float) -> None:
    """Requests per second when several call at once, one text each; a library that cannot do it is said so."""
    left = []
    for number in point.plan.callers:
        each = int(point.plan.callers_seconds / (seconds * number))
        each = max(LEAST_EACH, min(MOST_EACH, each))
        if point.plan.affordable(each * number * seconds):
            _callers(point, deck.fresh(), number, each)
        else:
            left.append(str(number))
        point.steps.step(2)
    if left:
        point.rows.notes.append(f"{point.label}: {', '.join(left)} callers at once were left out; they take too long.")


def _callers(point: Point, deck: Deck, number: int, each: int) -> None:
    all_calls: list[int] = []
    for turn in range(point.plan.repeats):
        texts = [deck.deal(each)[0] for _ in range(number)]
        try:
            spent, calls = concurrent(point.encode, texts, point.clock)
        except RuntimeError as error:
            point.rows.notes.append(f"{point.label} cannot be called by {number} at once ({type(error).__name__}).")
            return
        point.rows.callers.append((point.key, number, turn, len(calls), spent))
        all_calls += calls
        point.steps.tick()
    p50, p95 = (int(value) for value in np.percentile(all_calls, [50, 95], method="higher"))
    point.rows.waits.append((point.key, number, len(all_calls), p50, p95))


def _row(turn: int, repeat: Repeat) -> tuple[int, ...]:
    return turn, repeat.calls, repeat.texts, repeat.tokens, repeat.nanoseconds
