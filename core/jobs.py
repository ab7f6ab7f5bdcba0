"""Jobs: questions at work. One job per question key, whoever asks and however often.

Before a question run the embeddings it needs, as tasks of their own that every question needing them shares.
"""

import atexit
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Condition
from time import time
from typing import Any

from core import pipeline, questions
from core.cluster import Cluster
from core.errors import VecassayError
from core.progress import ENDED, WAITS_FOR_ALONE, Part, State, Status, stopped, waits_alone
from core.settings import settings
from core.store import Store
from core.trouble import explain
from core.types import Question
from core.work import find_spec
from core.worker import TOPIC, run

LOG = logging.getLogger(__name__)
SMALL_TEXTS = 64
ENDED_KEPT = 500
IDLE = -1_000


@dataclass(eq=False)
class _Task:
    label: str
    texts: int
    unit: str = "text"
    future: Any = None


@dataclass(eq=False)
class _Job:
    question: Question
    place: int
    state: State = "waiting"
    message: str = ""
    tasks: dict[str, _Task] = field(default_factory=dict)
    future: Any = None

    @property
    def recipe(self) -> questions.Recipe:
        return questions.REGISTRY[self.question.name]


class Jobs:
    """All jobs of this process. Safe to call from any thread; no call waits for work."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._jobs: dict[str, _Job] = {}
        self._events: dict[str, tuple[float, float, int, int]] = {}
        self._lock = Condition()
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="vecassay-jobs")
        self.started = 0

    def warm(self) -> None:
        """Start the worker now, so that the first question does not wait for it."""
        self._desk.submit(self._connect)

    def submit(self, question: Question) -> None:
        """Ask for a job; a job that runs or waits already is joined, one that failed runs again."""
        with self._lock:
            job = self._jobs.get(question.key)
            if job is not None and job.state not in ENDED:
                return
            ended = [key for key, old in self._jobs.items() if old.state in ENDED]
            for key in ended[:-ENDED_KEPT]:
                del self._jobs[key]
            self._jobs[question.key] = job = _Job(question, self.started)
            self.started += 1
        self._desk.submit(self._launch, job)

    def status(self, key: str) -> Status | None:
        """How the job stands; None for a key nobody asked for."""
        with self._lock:
            job = self._jobs.get(key)
        if job is None:
            return None
        if job.state in ENDED:
            return Status(job.state, job.message)
        if not self._cluster.alive():
            self._desk.submit(self._revive)
        elif self._cluster.due():
            self._desk.submit(self._cluster.look)
        parts = self._parts(job)
        running = any(part.done or part.total for part in parts)
        message = job.message or self._cluster.trouble or self._waits(job)
        return Status("running" if running else job.state, message, parts)

    def wait(self, keys: Sequence[str], seconds: float) -> bool:
        """Sleep until none of these jobs waits or runs, at most so long; whether that is so."""
        with self._lock:
            mine = [job for job in map(self._jobs.get, keys) if job is not None]
            return self._lock.wait_for(lambda: all(job.state in ENDED for job in mine), seconds)

    def active(self) -> list[str]:
        """Keys of the jobs that wait or run."""
        with self._lock:
            return [key for key, job in self._jobs.items() if job.state not in ENDED]

    def asked(self, name: str) -> list[Question]:
        """The questions of this name that wait or run, whoever asked them."""
        with self._lock:
            return [job.question for job in self._jobs.values() if job.state not in ENDED and job.question.name == name]

    def cancel(self, key: str) -> None:
        """Stop a job for everybody; what it finished is kept, and work that other jobs need goes on."""
        with self._lock:
            job = self._jobs.get(key)
        if job is not None and job.state not in ENDED:
            self._end(job, "cancelled", stopped(alone=job.recipe.alone))

    def close(self) -> None:
        """End the worker."""
        self._desk.shutdown(wait=False, cancel_futures=True)
        self._cluster.close()

    def _connect(self) -> Any:
        client = self._cluster.client()
        client.subscribe_topic(TOPIC, self._note)  # each time: its scheduler may be another one than before
        return client

    def _launch(self, job: _Job) -> None:
        try:
            client, kept = self._connect(), pipeline.store()
            always = {"pure": False, "fifo_timeout": 0}  # first come, first served, however soon after each other
            for place, need in enumerate(pipeline.needs(kept, job.question)):
                small, key = need.texts <= SMALL_TEXTS, need.question.key
                options = {"priority": 10 if small else -place, "resources": self._cluster.claims(encode=not small)}
                future = client.submit(run, kept.id, need.question, [], key=key, **always, **options)
                job.tasks[key] = _Task(_label(kept, need.question), need.texts, future=future)
            first = [task.future for task in job.tasks.values()]
            key = job.question.key
            job.tasks[key] = _Task(_label(kept, job.question), 0, job.recipe.unit)
            # One that must be alone takes its turn with the other questions: what comes after it waits, too, or it
            # might wait for ever while visitors come and go.
            claims = self._cluster.claims(encode=job.recipe.idle, alone=job.recipe.alone)
            options = {"priority": IDLE if job.recipe.idle else 5, "resources": claims}
            job.future = client.submit(run, kept.id, job.question, first, key=key, **always, **options)
            if job.state in ENDED:
                self._end(job, job.state, job.message)
                return
            job.state = "running"
            job.future.add_done_callback(lambda future: self._finish(job, future))
        except VecassayError as error:
            self._end(job, "failed", str(error))
        except Exception:
            LOG.exception("job %s could not be started", job.question.key)
            self._end(job, "failed", "The job could not be started; the server's log says why.")
            raise

    def _revive(self) -> None:
        """The local worker's keeper died: start another and ask again for what was under way."""
        if self._cluster.alive():
            return
        with self._lock:
            unfinished = [job for job in self._jobs.values() if job.state not in ENDED]
        for job in unfinished:
            job.tasks, job.future = {}, None
            self._launch(job)

    def _finish(self, job: _Job, future: Any) -> None:
        if job.future is not future or job.state in ENDED:
            return
        if future.status == "finished":
            self._end(job, "done", "")
        elif future.status == "cancelled":
            if self._cluster.alive():
                lost = f"The connection to {self._cluster.name} was lost. What was finished is kept; try again."
                self._end(job, "failed", lost)
        else:
            self._end(job, "failed", explain(future.exception(), job.question))

    def _end(self, job: _Job, state: State, message: str) -> None:
        with self._lock:
            job.state, job.message = state, message
            # Letting go of the futures is what tells Dask to forget (or stop) tasks nobody else wants. Its own
            # future is held by the callback, so it must be told.
            for key in job.tasks:
                self._events.pop(key, None)
            future, job.tasks, job.future = job.future, {}, None
            self._lock.notify_all()
        if state == "cancelled" and future is not None:
            future.cancel()

    def _note(self, event: tuple[float, dict[str, Any]]) -> None:
        when, report = event
        began = self._events.get(report["key"], (when, when, 0, 0))[0]
        if report["done"] == 0:
            began = when
        self._events[report["key"]] = (began, when, report["done"], report["total"])

    def _parts(self, job: _Job) -> tuple[Part, ...]:
        tasks: dict[str, list[tuple[str, _Task]]] = {}
        for key, task in list(job.tasks.items()):
            tasks.setdefault(task.label, []).append((key, task))
        return tuple(self._part(label, of_label) for label, of_label in tasks.items())

    def _waits(self, job: _Job) -> str:
        """What a job waits for that is none of its own work: others, if it must be alone, or one that must be."""
        with self._lock:
            others = [other for other in self._jobs.values() if other is not job and other.state not in ENDED]
        if job.recipe.alone:
            earlier = [other for other in others if other.place < job.place]
            return waits_alone(len(earlier)) if earlier and job.question.key not in self._events else ""
        under_way = any(
            key in self._events and not task.future.done() for key, task in list(job.tasks.items()) if task.future
        )
        before = [
            other
            for other in others
            if other.recipe.alone and (other.place < job.place or other.question.key in self._events)
        ]
        return WAITS_FOR_ALONE if before and not under_way else ""

    def _part(self, label: str, tasks: list[tuple[str, _Task]]) -> Part:
        done, total, began = 0, 0, time()
        for key, task in tasks:
            started, _, so_far, of = self._events.get(key, (began, 0.0, 0, 0))
            ended = task.future is not None and task.future.done()
            began = min(began, started)
            total += of if of or ended else task.texts
            done += of if ended else so_far
        pace = done / (time() - began) if done and time() > began else 0.0
        return Part(label, done, total, pace, tasks[0][1].unit)


def _label(kept: Store, question: Question) -> str:
    doing = questions.REGISTRY[question.name].doing
    models: Sequence[str] = [key for key in question.arguments.get("models", [question.arguments.get("model")]) if key]
    names = " and ".join(find_spec(kept, key).label for key in models) if len(models) < 3 else f"{len(models)} models"
    return f"{doing}: {names}" if models else doing


@lru_cache(maxsize=1)
def jobs() -> Jobs:
    """The jobs of this process."""
    made = Jobs(Cluster(settings().scheduler))
    atexit.register(made.close)
    return made
