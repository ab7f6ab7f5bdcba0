"""Jobs done by some threads at once: what each came to is given out as it ends, whatever goes wrong beside it."""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from core.errors import VecassayError

J = TypeVar("J")
R = TypeVar("R")
Outcome: TypeAlias = tuple[list[R], list[J]]
"""What a job came to, and jobs that must be done instead of it or after it."""


@dataclass(eq=False)
class Threads(Generic[J, R]):
    """At most `most` jobs are under way; after a fault none is started any more.

    `jobs` is asked for the next only when a thread is free; a VecassayError it raises stops all, too.
    """

    do: Callable[[J], Outcome[R, J]]
    jobs: Iterator[J]
    most: int
    _first: list[J] = field(default_factory=list)
    _under_way: set[Future[Outcome[R, J]]] = field(default_factory=set)
    _trouble: BaseException | None = None

    def run(self) -> Iterator[R]:
        """What the jobs come to, as they end; then what went wrong first is raised, if anything did."""
        with ThreadPoolExecutor(self.most) as pool:
            self._start(pool)
            while self._under_way:
                for done in wait(self._under_way, return_when=FIRST_COMPLETED).done:
                    self._under_way.remove(done)
                    yield from self._ended(done)
                self._start(pool)
        if self._trouble is not None:
            raise self._trouble

    def _ended(self, done: Future[Outcome[R, J]]) -> list[R]:
        fault = done.exception()
        if fault is not None:
            self._trouble = self._trouble or fault
            return []
        found, more = done.result()
        self._first.extend(more)
        return found

    def _start(self, pool: ThreadPoolExecutor) -> None:
        try:
            while self._trouble is None and len(self._under_way) < self.most:
                job = self._first.pop() if self._first else next(self.jobs, None)
                if job is None:
                    return
                self._under_way.add(pool.submit(self.do, job))
        except VecassayError as error:
            self._trouble = error
