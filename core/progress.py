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
