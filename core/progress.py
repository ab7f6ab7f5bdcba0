"""How far a job is, for people to read."""

from dataclasses import dataclass
from typing import Literal

State = Literal["waiting", "running", "done", "failed", "cancelled"]
ENDED = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Part:
    """One line of progress: what is being done, how many units of it are done of those to do, and the pace.

    Without a unit the counts are shares of the whole and nothing people would count.
    """

    label: str
    done: int = 0
    total: int = 0
    per_second: float = 0.0
    unit: str = "text"

    @property
    def seconds_left(self) -> float | None:
        """Seconds until this part is done at the pace so far; None before a pace is known."""
        return (self.total - self.done) / self.per_second if self.per_second else None


@dataclass(frozen=True)
class Status:
    """How a job stands; `message` says why it failed, or what it waits for."""

    state: State
    message: str = ""
    parts: tuple[Part, ...] = ()


def waits_alone(others: int) -> str:
    """What a job that must be alone says while others run."""
    return f"Waiting for {others} other job{'' if others == 1 else 's'} to end: timing beside them would be wrong."


WAITS_FOR_ALONE = "Waiting: a latency run has the worker to itself. This goes on when it ends."
"""What the others say meanwhile."""


def stopped(*, alone: bool) -> str:
    """What is told of a job that somebody stopped, and of what it had done."""
    return (
        f"Stopped. {'A run that is not finished is not kept.' if alone else 'Everything finished until then is kept.'}"
    )
