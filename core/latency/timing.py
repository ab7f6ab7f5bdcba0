"""The stopwatch itself: one call after another, batches, several callers. The clock counts nanoseconds."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any, TypeAlias

from core.latency.plan import LEAST_REPEATS, Plan
from core.latency.texts import Deck

Clock: TypeAlias = Callable[[], int]
Encode: TypeAlias = Callable[[Sequence[str]], Any]
Tick: TypeAlias = Callable[[], None]
"""Called between calls, outside what is timed; may raise Cancelled."""
SECOND = 1e9


@dataclass(frozen=True)
class Repeat:
    """One repeat of a sweep point: that many calls with so many texts and tokens in all, in so many nanoseconds."""

    calls: int
    texts: int
    tokens: int
    nanoseconds: int


def elapsed(clock: Clock, work: Callable[..., Any], *given: Any) -> tuple[int, Any]:
    """Nanoseconds that some work took with what it is given, and what it returned."""
    started = clock()
    result = work(*given)
    return clock() - started, result


def single_calls(encode: Encode, deck: Deck, calls: int, clock: Clock, tick: Tick) -> list[int]:
    """Nanoseconds of each of so many calls with one text each."""
    found = []
    for _ in range(calls):
        texts, _ = deck.deal(1)
        found.append(elapsed(clock, encode, texts)[0])
        tick()
    return found


def interleaved(
    encoders: Sequence[Encode], deck: Deck, calls: Sequence[int], rounds: int, clock: Clock, tick: Tick
) -> list[list[list[int]]]:
    """Single calls of several models in turns, so that all see the machine in the same moods: [model][round][call].

    Each model gets its own number of calls, spread over the rounds, and the same texts in the same order.
    """
    decks = [deck.fresh() for _ in encoders]
    found: list[list[list[int]]] = [[] for _ in encoders]
    for turn in range(rounds):
        for place, encode in enumerate(encoders):
            share = calls[place] // rounds + (turn < calls[place] % rounds)
            found[place].append(single_calls(encode, decks[place], share, clock, tick))
    return found


def ladder(encode: Encode, deck: Deck, plan: Plan, clock: Clock, tick: Tick) -> dict[int, float]:
    """Seconds of one call at each batch size, up to where the next would be too slow to be repeated. Warms up, too."""
    found: dict[int, float] = {}
    for size in plan.batches:
        texts, _ = deck.deal(size)
        found[size] = elapsed(clock, encode, texts)[0] / SECOND
        tick()
        if not plan.affordable(2 * found[size]):
            # Once more: a hiccup of the machine must not end the sweep.
            found[size] = min(found[size], elapsed(clock, encode, texts)[0] / SECOND)
            tick()
        if not plan.affordable(2 * found[size]):
            break
    return found


def sweep_point(
    encode: Encode, deck: Deck, size: int, plan: Plan, expected: float, clock: Clock, tick: Tick
) -> list[Repeat]:
    """Repeats of calls with `size` texts each, as many as the plan says or its seconds allow; never fewer than one."""
    calls = plan.inner(expected)
    found: list[Repeat] = []
    for _ in range(plan.repeats):
        dealt = [deck.deal(size) for _ in range(calls)]
        batches = [texts for texts, _ in dealt]
        spent, _ = elapsed(clock, _each, encode, batches)
        found.append(Repeat(calls, calls * size, sum(tokens for _, tokens in dealt), spent))
        tick()
        if _over(found, plan):
            break
    return found


def _each(encode: Encode, batches: Sequence[Sequence[str]]) -> None:
    for texts in batches:
        encode(texts)


def _over(found: Sequence[Repeat], plan: Plan) -> bool:
    """Whether another repeat would take a point beyond its seconds; the least number is given twice as many."""
    used = sum(repeat.nanoseconds for repeat in found) / SECOND
    allowed = plan.point_seconds * (1 if len(found) >= LEAST_REPEATS else 2)
    return used * (len(found) + 1) / len(found) > allowed


def concurrent(encode: Encode, texts: Sequence[Sequence[str]], clock: Clock) -> tuple[int, list[int]]:
    """Several callers at once, each encoding its own texts one by one: nanoseconds in all, and of each call."""
    barrier = Barrier(len(texts))

    def caller(own: Sequence[str]) -> tuple[int, int, list[int]]:
        barrier.wait()
        started = clock()
        each = [elapsed(clock, encode, [text])[0] for text in own]
        return started, clock(), each

    with ThreadPoolExecutor(len(texts)) as pool:
        done = list(pool.map(caller, texts))
    return max(end for _, end, _ in done) - min(start for start, _, _ in done), [
        one for *_, each in done for one in each
    ]
