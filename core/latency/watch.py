"""When and where something was timed, and what else the machine did shortly before, meanwhile and shortly after."""

from datetime import UTC, datetime
from time import sleep

from core.latency import machine

LOOK_SECONDS = 0.3


class Watch:
    """Round a block that is timed; `facts` afterwards: date, seconds, machine, load."""

    def __enter__(self) -> "Watch":
        self._started = datetime.now(UTC)
        self._before = _beside()
        self._usage = machine.usage()
        return self

    def __exit__(self, *_: object) -> None:
        now = machine.usage()
        self.facts = {
            "date": self._started.isoformat(timespec="seconds"),
            "seconds": now.wall - self._usage.wall,
            "machine": machine.facts(),
            "load": {
                "start": self._usage.load,
                "end": now.load,
                "others_before": self._before,
                "others_during": machine.others(self._usage, now),
                "others_after": _beside(),
            },
        }


def _beside() -> float:
    """Cores that other programs keep busy at the moment."""
    before = machine.usage()
    sleep(LOOK_SECONDS)
    return machine.others(before, machine.usage())
