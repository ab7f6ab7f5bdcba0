"""How much is measured: numbers of calls and repeats, and how many seconds they may take."""

from dataclasses import dataclass

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
CALLERS = (1, 2, 4, 8)
LEAST_CALLS = 100
LEAST_REPEATS = 3


@dataclass(frozen=True)
class Plan:
    """One setting. Seconds are aims: a slow model is cut to them (and the run says so), a fast one fills them.

    Of single calls there are at least `LEAST_CALLS`, unless these alone would take longer than `calls_limit`.
    """

    key: str
    label: str
    help: str
    calls_seconds: float
    calls_most: int
    rounds: int
    loads: int
    repeats: int
    repeat_seconds: float
    point_seconds: float
    callers_seconds: float
    calls_limit: float = 60.0
    warmup: int = 10
    batches: tuple[int, ...] = BATCHES
    callers: tuple[int, ...] = CALLERS

    def calls(self, seconds: float) -> int:
        """How many single calls a model gets that takes so many seconds for one."""
        each = max(seconds, 1e-9)
        wanted = min(self.calls_most, max(LEAST_CALLS, int(self.calls_seconds / each)))
        return max(1, min(wanted, int(self.calls_limit / each)))

    def inner(self, seconds: float, most: int = 10_000) -> int:
        """How many calls make one repeat of a sweep, when one takes so many seconds."""
        return max(1, min(most, round(self.repeat_seconds / max(seconds, 1e-9))))

    def affordable(self, seconds: float) -> bool:
        """Whether a sweep point whose calls take so many seconds can be repeated often enough."""
        return LEAST_REPEATS * seconds <= self.point_seconds


QUICK = Plan(
    "quick",
    "Quick",
    "At least 100 single calls, 3 repeats of everything: about half a minute for three small models.",
    calls_seconds=1.5,
    calls_most=500,
    rounds=5,
    loads=2,
    repeats=3,
    repeat_seconds=0.03,
    point_seconds=5.0,
    callers_seconds=0.2,
)
FULL = Plan(
    "full",
    "Full",
    "Up to 2,000 single calls, 5 repeats of everything: one to two minutes for three small models.",
    calls_seconds=6.0,
    calls_most=2000,
    rounds=10,
    loads=3,
    repeats=5,
    repeat_seconds=0.1,
    point_seconds=8.0,
    callers_seconds=0.4,
)
PLANS = {plan.key: plan for plan in (FULL, QUICK)}
