"""What a worker does with a task: answer its question, report how far it is, stop when nobody waits any more."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from time import time
from types import ModuleType

from core import pipeline
from core.cluster import SEAT
from core.errors import Cancelled, VecassayError
from core.types import Question
from core.work import Work

TOPIC = "vecassay-progress"
REPORT_SECONDS = 0.3


def run(store_id: str, question: Question, first: list[None]) -> None:  # noqa: ARG001  (waited for by Dask)
    """Answer a question in a worker; the answer goes into the store, not over the wire."""
    guard_torch()
    kept = pipeline.store()
    if kept.id != store_id:
        raise VecassayError(
            f"A worker keeps its vectors in another store ({kept.location()}) than the dashboard. Set VECASSAY_STORE "
            f"to the same database for the dashboard and all workers."
        )
    pipeline.keep(Work(kept, pipeline.respond, _Report(question.key), alone=_alone(question.key)), question)


class _Torch(SourceFileLoader):
    """Imports torch as ever, except that the module has a class `Tensor`, of which nothing is one, from the start.

    SciPy and scikit-learn ask of every array whether it is a `sys.modules["torch"].Tensor`; they fall over a torch that
    another task is importing right now and that has no such class yet.
    """

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = ModuleType(spec.name)
        module.Tensor = type("Tensor", (), {})  # type: ignore[attr-defined]
        return module


class _HalfTorch:
    """Finds torch, and nothing else, where Python would."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name == "torch" else None
        if spec is None or type(spec.loader) is not SourceFileLoader:
            return None
        spec.loader = _Torch(spec.loader.name, spec.loader.path)
        return spec


_HALF_TORCH = _HalfTorch()


def guard_torch() -> None:
    """Let one task of this process import torch while another computes with SciPy."""
    if _HALF_TORCH not in sys.meta_path:
        sys.meta_path.insert(0, _HALF_TORCH)


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
