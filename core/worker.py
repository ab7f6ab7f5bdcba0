"""What a worker does with a task: answer its question, report how far it is, stop when nobody waits any more."""

from contextlib import suppress
from time import time

from core import pipeline
from core.cluster import SEAT
from core.errors import Cancelled, VecassayError
from core.types import Question
from core.work import Work

TOPIC = "vecassay-progress"
REPORT_SECONDS = 0.3


def run(store_id: str, question: Question, first: list[None]) -> None:  # noqa: ARG001  (waited for by Dask)
    """Answer a question in a worker; the answer goes into the store, not over the wire."""
    with suppress(ImportError):
        # First and whole: SciPy falls over a torch that another task has imported half.
        import torch  # noqa: F401
    kept = pipeline.store()
    if kept.id != store_id:
        raise VecassayError(
            f"A worker keeps its vectors in another store ({kept.location()}) than the dashboard. Set VECASSAY_STORE "
            f"to the same database for the dashboard and all workers."
        )
    pipeline.keep(Work(kept, pipeline.respond, _Report(question.key), alone=_alone(question.key)), question)


def _alone(key: str) -> bool:
    """Whether this task holds every seat of its worker, so that nothing runs beside it until it ends."""
    from distributed import get_worker

    state = get_worker().state
    seats, task = state.total_resources.get(SEAT, 0), state.tasks.get(key)
    return bool(seats) and task is not None and task.resource_restrictions.get(SEAT) == seats


class _Report:
    """Progress of one task, sent a few times a second; raises Cancelled once nobody waits for the task."""

    def __init__(self, key: str) -> None:
        self.key, self.sent = key, 0.0

    def __call__(self, done: int, total: int) -> None:
        from distributed import get_worker

        worker = get_worker()
        task = worker.state.tasks.get(self.key)
        if task is None or task.state in ("cancelled", "released"):
            raise Cancelled("Nobody waits for this any more.")
        if done in (0, total) or time() - self.sent > REPORT_SECONDS:
            self.sent = time()
            worker.log_event(TOPIC, {"key": self.key, "done": done, "total": total})
