"""A whole run: every model loaded afresh, timed alone, and against the reference model call by call."""

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter_ns

import numpy as np
import pandas as pd

from core.latency import memory, sweeps
from core.latency.plan import LEAST_CALLS, Plan
from core.latency.sweeps import Rows, Steps
from core.latency.texts import Deck, Pool
from core.latency.timing import SECOND, Clock, Encode, elapsed, interleaved, ladder, single_calls
from core.providers import Encoder
from core.types import Ints, Progress, Role

LONG_LOAD_SECONDS = 10.0
STEPS = 29


@dataclass(frozen=True, eq=False)
class Candidate:
    """A model to time: how it is loaded afresh, and the tokens of each text of the pool, `(n,)`, as it counts them."""

    key: str
    label: str
    load: Callable[[], Encoder]
    counts: Ints


@dataclass(frozen=True)
class Meters:
    """The instruments; tests hand in others."""

    clock: Clock = perf_counter_ns
    rss: Callable[[], int] = memory.resident


@dataclass(frozen=True, eq=False)
class Measured:
    """What a run found: raw tables by name, and in sentences what was cut short or repeated."""

    tables: dict[str, pd.DataFrame]
    notes: list[str]


@dataclass(frozen=True, eq=False)
class _Loaded:
    key: str
    encode: Encode
    seconds: float
    """Of a warm single call."""


@dataclass(eq=False)
class _Run:
    plan: Plan
    pool: Pool
    lengths: Ints
    meters: Meters
    steps: Steps
    rows: Rows = field(default_factory=Rows)

    def block(self, model: Candidate, reference: _Loaded | None) -> _Loaded:
        """Everything about one model."""
        deck = Deck(self.pool.texts, model.counts)
        self._memory(model, deck)
        encode = self._loads(model, deck)
        single_calls(encode, deck.fresh(), self.plan.warmup, self.meters.clock, self.steps.tick)
        expected = ladder(encode, deck.fresh(), self.plan, self.meters.clock, self.steps.tick)
        self.steps.step(2)
        warm = single_calls(encode, deck.fresh(), self.plan.warmup, self.meters.clock, self.steps.tick)
        loaded = _Loaded(model.key, encode, max(float(np.median(warm)) / SECOND, 1e-9))
        self._singles(model, loaded, reference, deck)
        point = sweeps.Point(model.key, model.label, encode, self.plan, self.meters.clock, self.steps, self.rows)
        best = sweeps.batches(point, deck, expected)
        sweeps.lengths(point, deck, self.lengths, best, expected[best])
        sweeps.callers(point, deck, loaded.seconds)
        return loaded

    def _memory(self, model: Candidate, deck: Deck) -> None:
        """Load once and encode ever larger batches while the memory is watched; nothing of this is timed."""
        gc.collect()

        def work() -> tuple[int, int, int, int]:
            encoder = model.load()
            vectors = encoder.encode(deck.fresh().deal(1)[0], role=Role.DOCUMENT)
            climbed = ladder(_calling(encoder), deck.fresh(), self.plan, self.meters.clock, self.steps.tick)
            return encoder.nbytes, vectors.shape[1], vectors.itemsize, max(climbed)

        before, peak, after, (weights, dimension, itemsize, batch) = memory.watched(work, self.meters.rss)
        self.rows.memory.append((model.key, before, peak, after, weights, dimension, dimension * itemsize, batch))
        self.steps.step(2)

    def _loads(self, model: Candidate, deck: Deck) -> Encode:
        """Fresh loads, each with its first call; the last one stays. One that takes long is not repeated."""
        first = deck.fresh()
        seconds, encode = self._load(model, first, 0)
        for repeat in range(1, self.plan.loads):
            if seconds > LONG_LOAD_SECONDS:
                self.rows.notes.append(
                    f"{model.label}: loading takes {seconds:.0f} s, so it was timed {repeat} times, not "
                    f"{self.plan.loads}."
                )
                break
            del encode  # or two would be in memory
            seconds, encode = self._load(model, first, repeat)
        self.steps.step(1)
        return encode

    def _load(self, model: Candidate, first: Deck, repeat: int) -> tuple[float, Encode]:
        gc.collect()
        spent, encoder = elapsed(self.meters.clock, model.load)
        encode, (texts, _) = _calling(encoder), first.deal(1)
        called, _ = elapsed(self.meters.clock, encode, texts)
        self.rows.loads += [(model.key, "load", repeat, spent), (model.key, "first call", repeat, called)]
        self.steps.tick()
        return spent / SECOND, encode

    def _singles(self, model: Candidate, loaded: _Loaded, reference: _Loaded | None, deck: Deck) -> None:
        timed = [loaded] if reference is None else [loaded, reference]
        calls = [self.plan.calls(one.seconds) for one in timed]
        found = interleaved(
            [one.encode for one in timed], deck, calls, self.plan.rounds, self.meters.clock, self.steps.tick
        )
        for one, turns in zip(timed, found, strict=True):
            self.rows.calls += [(one.key, model.key, turn, spent) for turn, each in enumerate(turns) for spent in each]
        if calls[0] < LEAST_CALLS:
            self.rows.notes.append(
                f"{model.label}: {calls[0]} single calls instead of {LEAST_CALLS}, because more would take over "
                f"{self.plan.calls_limit:.0f} s; there is no p99 in so few."
            )
        self.steps.step(3)


def measure(
    candidates: Sequence[Candidate],
    reference: str | None,
    pool: Pool,
    lengths: Ints,
    plan: Plan,
    progress: Progress,
    meters: Meters | None = None,
) -> Measured:
    """Time every candidate, the reference (one of them, by key) first and again beside each other one.

    `lengths (n,)` cuts the pool into short, medium and long. `progress` may raise Cancelled at any time.
    """
    run = _Run(plan, pool, lengths, meters or Meters(), Steps(progress, STEPS * len(candidates)))
    run.steps.step(0)
    beside = None
    for model in sorted(candidates, key=lambda one: one.key != reference):
        loaded = run.block(model, beside)
        beside = loaded if model.key == reference else beside
    tables = run.rows.tables()
    most = int(tables["calls"].groupby(["model", "beside"]).size().max())
    notes = list(run.rows.notes)
    if most > len(pool.texts):
        notes.append(
            f"There are only {len(pool.texts):,} different texts for up to {most:,} single calls: texts come again."
        )
    return Measured(tables, notes)


def _calling(encoder: Encoder) -> Encode:
    return lambda texts: encoder.encode(texts, role=Role.DOCUMENT)
