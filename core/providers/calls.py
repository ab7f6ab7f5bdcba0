"""What all hosted models share: requests within a vendor's limits, some at once, each kept as it is answered."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Protocol

import numpy as np

from core.errors import BadVectors, VecassayError
from core.providers import rows
from core.providers.threads import Outcome, Threads
from core.types import Floats, ModelSpec, Progress, Role

BYTES_A_TOKEN = 4
SHORTEN = 0.75
SHORTENINGS = 24


@dataclass(frozen=True)
class Limits:
    """What one request may hold, in texts and tokens, and how many requests are under way at once."""

    texts: int
    tokens: int
    at_once: int = 4


@dataclass(frozen=True, eq=False)
class Answered:
    """What a vendor answered: vectors `(n, d)` in the order asked, and tokens as it counted them (None: it did not).

    `cut` is how many of the texts the vendor cut to fit, where it was asked to.
    """

    vectors: Floats
    tokens: int | None
    cut: int = 0


@dataclass(frozen=True, eq=False)
class Part:
    """One request's share: which of the texts (rows), their vectors, tokens, and how many were cut to fit."""

    rows: tuple[int, ...]
    vectors: Floats
    tokens: int
    cut: int = 0


class TooLong(Exception):
    """The vendor refused a request because of its length; never leaves this package."""


class Books(Protocol):
    """Who pays for requests."""

    def afford(self, tokens: int) -> None:
        """Called before each request with its estimated tokens; raises VecassayError to send no more."""
        ...

    def note(self, texts: int, tokens: int, *, estimated: int, cut: int) -> None:
        """Called as soon as a request is answered, in the thread that sent it: it is charged for, whatever follows."""
        ...


class _Free:
    """No limit, no books."""

    def afford(self, tokens: int) -> None:
        pass

    def note(self, texts: int, tokens: int, *, estimated: int, cut: int) -> None:
        pass


@dataclass(frozen=True, eq=False)
class _Job:
    """Texts of one request, and the rows they stand in; no rows for one that only tells the dimension."""

    rows: tuple[int, ...]
    texts: list[str]

    @property
    def tokens(self) -> int:
        return sum(map(estimated, self.texts))

    def halves(self) -> "list[_Job]":
        half = len(self.texts) // 2
        return [_Job(self.rows[:half], self.texts[:half]), _Job(self.rows[half:], self.texts[half:])]


def estimated(text: str) -> int:
    """About how many tokens a text has: four bytes each (four letters of English, fewer of others), at least one."""
    return max(1, -(-len(text if text.isascii() else text.encode("utf-8", "surrogatepass")) // BYTES_A_TOKEN))


def requests(texts: Sequence[str], limits: Limits) -> Iterator[tuple[int, ...]]:
    """Rows of the texts, request by request, each within the limits as far as tokens can be estimated."""
    taken: list[int] = []
    tokens = 0
    for row, text in enumerate(texts):
        more = estimated(text)
        if taken and (len(taken) >= limits.texts or tokens + more > limits.tokens):
            yield tuple(taken)
            taken, tokens = [], 0
        taken.append(row)
        tokens += more
    if taken:
        yield tuple(taken)


@dataclass(eq=False)
class HostedEncoder:
    """A hosted model: `call` embeds one request's texts, and raises TooLong or a VecassayError.

    Blank texts are not sent: their vectors are zero. The dimension is the first answer's.
    """

    spec: ModelSpec
    limits: Limits
    call: Callable[[list[str], Role], Answered]
    nbytes: int = 0
    used: int = 0
    """Tokens of all requests so far."""
    _dimension: int | None = field(default=None, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def encode(
        self, texts: Sequence[str], *, role: Role, progress: Progress | None = None, books: Books | None = None
    ) -> Floats:
        """Texts in, float32 `(n, d)` out, in the order asked."""
        found: list[Part] = []
        for part in self.stream(texts, role=role, books=books):
            found.append(part)
            if progress is not None:
                progress(sum(len(each.rows) for each in found), len(texts))
        vectors = np.zeros((len(texts), self._dimension or self.spec.dimension or 0), np.float32)
        for part in found:
            vectors[list(part.rows)] = part.vectors
        return vectors

    def stream(self, texts: Sequence[str], *, role: Role, books: Books | None = None) -> Iterator[Part]:
        """Each request's vectors as soon as they are here, in any order.

        What was under way when something fails is given out before that is raised.
        """
        paying, clean = books or _Free(), [rows.readable(text) for text in texts]
        blank = tuple(row for row, text in enumerate(clean) if not text.strip())
        ask = partial(self._answered, role=role, books=paying)
        yield from Threads(ask, self._jobs(clean, paying), self.limits.at_once).run()
        if blank:
            yield Part(blank, np.zeros((len(blank), self._dimension or self.spec.dimension or 0), np.float32), 0)

    def _jobs(self, texts: list[str], books: Books) -> Iterator[_Job]:
        spoken = [row for row, text in enumerate(texts) if text.strip()]
        jobs = (
            _Job(tuple(spoken[place] for place in chosen), [texts[spoken[place]] for place in chosen])
            for chosen in requests([texts[row] for row in spoken], self.limits)
        )
        if texts and not spoken and (self._dimension or self.spec.dimension) is None:
            jobs = (_Job((), ["."]) for _ in range(1))
        for job in jobs:
            books.afford(job.tokens)
            yield job

    def _answered(self, job: _Job, role: Role, books: Books) -> Outcome[Part, _Job]:
        """The request's answer, or its halves where it was too long; a text that is too long alone is shortened."""
        try:
            return [self._send(job, job.texts, role, books)], []
        except TooLong:
            if len(job.texts) > 1:
                return [], job.halves()
        short = job.texts[0].strip()
        for _ in range(SHORTENINGS):
            short = short[: max(1, int(len(short) * SHORTEN))]
            try:
                return [self._send(job, [short], role, books)], []
            except TooLong:
                continue
        raise VecassayError(f"{self.spec.label} refuses even the beginning of a text as too long: {short[:60]!r}.")

    def _send(self, job: _Job, texts: list[str], role: Role, books: Books) -> Part:
        answered = self.call(texts, role)
        tokens = job.tokens if answered.tokens is None else answered.tokens
        cut = answered.cut if texts is job.texts else 1
        books.note(len(texts), tokens, estimated=job.tokens, cut=cut)
        vectors = np.ascontiguousarray(answered.vectors, np.float32)
        with self._lock:
            self.used += tokens
            self._dimension = self._checked(vectors, len(texts))
        return Part(job.rows, vectors[: len(job.rows)], tokens, cut)

    def _checked(self, vectors: Floats, n: int) -> int:
        """The dimension of vectors that are as they should be."""
        came = len(vectors) if vectors.ndim else 0
        if vectors.ndim != 2 or came != n or not vectors.shape[1]:
            raise BadVectors(
                f"{self.spec.label} answered with {came} vectors to {n} texts, or with something else; nothing of that "
                f"request is kept. Try again; if it stays so, the endpoint is not to be used."
            )
        expected = self._dimension or self.spec.dimension or vectors.shape[1]
        if vectors.shape[1] != expected:
            raise BadVectors(
                f"{self.spec.label} answered with {vectors.shape[1]} dimensions, expected {expected}; nothing of that "
                f"request is kept. Check the model's name and the dimension asked for."
            )
        if not np.isfinite(vectors).all():
            raise BadVectors(f"{self.spec.label} answered with NaN or infinity; nothing of that request is kept.")
        return expected
