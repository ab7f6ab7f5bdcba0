"""What a comparison is: two sides that do the same work, timed in turns, and the ratio that must be kept."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

Figures = Mapping[str, float]
Side = Callable[[], float | None]
"""Does the work once. What it returns is its time in seconds; None: the runner takes the clock around it."""


@dataclass(frozen=True, eq=False)
class Sides:
    """Both sides, ready to be timed, and what is to be told of their results once they have run."""

    ours: Side
    theirs: Side
    figures: Callable[[], Figures] = dict
    """Told after the last round: lowest cosine, trustworthiness, recall ... of what both sides returned."""


@dataclass(frozen=True, eq=False)
class Case:
    """One comparison. Its ratio is time of `theirs` / time of `ours`, the median over rounds: above 1 we are faster.

    `floor` is what the ratio must reach on a quiet machine (0: for information, nothing is demanded); `quick` is a
    small form of the same comparison for `make test`, which fails under `quick_floor`, a wide margin below. `make`
    builds both sides (not timed) and raises `Missing`, in words, where something is not on this machine or it cannot
    show it. Each case runs in a process of its own, so it may set environment variables and import what it likes.
    """

    key: str
    title: str
    ours: str
    theirs: str
    floor: float
    make: Callable[[], AbstractContextManager[Sides]]
    rounds: int = 5
    unit: str = "s"
    """Of what the sides return, where that is no time: "bytes", "jobs" ..."""
    quick: Callable[[], AbstractContextManager[Sides]] | None = None
    quick_floor: float = 0.0
    quick_rounds: int = 2
    limits: Mapping[str, tuple[float, float]] | None = None
    """Lowest and highest allowed value of a figure, e.g. {"lowest cosine": (0.9999, 1.0)}; the quick form is held to
    those of them that it tells."""
    cold: bool = False
    """Whether the first time counts: else each side runs once, uncounted, before the first round."""


class Missing(Exception):
    """Something a comparison needs is not on this machine; says what."""


Cases = Callable[[], Iterator[Case]]
