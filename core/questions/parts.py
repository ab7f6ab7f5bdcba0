"""Progress of a question that is answered in parts."""

from core.types import Progress

STEPS = 1_000


def share(progress: Progress, start: float, end: float) -> Progress:
    """Progress of one part, told as `start` to `end` (0 to 1) of the whole."""

    def told(done: int, total: int) -> None:
        progress(round(STEPS * (start + (end - start) * done / max(1, total))), STEPS)

    return told
