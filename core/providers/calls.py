"""What all hosted models share: requests within a vendor's limits, some at once, each kept as it is answered."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import numpy as np

from core.errors import BadVectors, VecassayError
from core.providers import rows
from core.types import Floats, ModelSpec, Progress, Role

CHARS_A_TOKEN = 4
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


def estimated(text: str) -> int:
    """About how many tokens a text has: four characters each, at least one."""
    return max(1, -(-len(text) // CHARS_A_TOKEN))


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


def _free(_tokens: int) -> None:
    """No limit."""


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

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        """Texts in, float32 `(n, d)` out, in the order asked."""
        found: list[Part] = []
        for part in self.stream(texts, role=role):
            found.append(part)
            if progress is not None:
                progress(sum(len(each.rows) for each in found), len(texts))
        vectors = np.zeros((len(texts), self._dimension or self.spec.dimension or 0), np.float32)
        for part in found:
            vectors[list(part.rows)] = part.vectors
        return vectors

    def stream(self, texts: Sequence[str], *, role: Role, afford: Callable[[int], None] = _free) -> Iterator[Part]:
        """Each request's vectors as soon as they are here, in any order.

        `afford` is asked before each, with its estimated tokens, and raises to stop. What was under way when something
        fails is given out before that is raised.
        """
        clean = [rows.readable(text) for text in texts]
        blank = tuple(row for row, text in enumerate(clean) if not text.strip())
        if blank and len(blank) == len(clean) and self._dimension is None:
            self._send(["."], role)  # only to learn the dimension
        yield from _at_once(self._jobs(clean, role, afford), self.limits.at_once)
        if blank:
            yield Part(blank, np.zeros((len(blank), self._dimension or 0), np.float32), 0)

    def _jobs(self, texts: list[str], role: Role, afford: Callable[[int], None]) -> Iterator[Callable[[], Part]]:
        spoken = [row for row, text in enumerate(texts) if text.strip()]
        for chosen in requests([texts[row] for row in spoken], self.limits):
            asked = tuple(spoken[place] for place in chosen)
            afford(sum(estimated(texts[row]) for row in asked))
            yield partial(self._part, asked, [texts[row] for row in asked], role)

    def _part(self, asked: tuple[int, ...], texts: list[str], role: Role) -> Part:
        vectors, tokens, cut = self._fitting(texts, role)
        return Part(asked, vectors, tokens, cut)

    def _fitting(self, texts: list[str], role: Role) -> tuple[Floats, int, int]:
        """Vectors, tokens, and how many texts were cut: a request that is too long goes in halves, a text shortened."""
        try:
            return self._send(texts, role)
        except TooLong:
            pass
        if len(texts) > 1:
            half = len(texts) // 2
            first, second = self._fitting(texts[:half], role), self._fitting(texts[half:], role)
            return np.vstack([first[0], second[0]]), first[1] + second[1], first[2] + second[2]
        short = texts[0]
        for _ in range(SHORTENINGS):
            short = short[: max(1, int(len(short) * SHORTEN))]
            try:
                vectors, tokens, _ = self._send([short], role)
                return vectors, tokens, 1
            except TooLong:
                continue
        raise VecassayError(f"{self.spec.label} refuses even the beginning of a text as too long: {short[:60]!r}.")

    def _send(self, texts: list[str], role: Role) -> tuple[Floats, int, int]:
        answered = self.call(texts, role)
        vectors = np.ascontiguousarray(answered.vectors, np.float32)
        if vectors.ndim != 2 or len(vectors) != len(texts):
            came = len(vectors) if vectors.ndim else 0
            raise BadVectors(
                f"{self.spec.label} answered with {came} vectors to {len(texts)} texts; nothing of that request is "
                f"kept. Try again; if it stays so, the endpoint is not to be used."
            )
        expected = self._dimension or self.spec.dimension or vectors.shape[1]
        if vectors.shape[1] != expected:
            raise BadVectors(
                f"{self.spec.label} answered with {vectors.shape[1]} dimensions, expected {expected}; nothing of that "
                f"request is kept. Check the model's name and the dimension asked for."
            )
        self._dimension = expected
        tokens = answered.tokens if answered.tokens is not None else sum(map(estimated, texts))
        self.used += tokens
        return vectors, tokens, answered.cut


def _at_once(jobs: Iterator[Callable[[], Part]], most: int) -> Iterator[Part]:
    """What jobs return, as they end, `most` of them under way; after a fault none is started any more."""
    under_way: set[Future[Part]] = set()
    trouble: BaseException | None = None
    with ThreadPoolExecutor(most) as pool:
        while True:
            if trouble is None:
                trouble = _start(pool, jobs, most, under_way)
            if not under_way:
                break
            for done in wait(under_way, return_when=FIRST_COMPLETED).done:
                under_way.remove(done)
                fault = done.exception()
                if fault is None:
                    yield done.result()
                trouble = trouble or fault
    if trouble is not None:
        raise trouble


def _start(
    pool: ThreadPoolExecutor, jobs: Iterator[Callable[[], Part]], most: int, under_way: set[Future[Part]]
) -> VecassayError | None:
    """Start jobs until `most` are under way; what kept the next from starting, if anything did."""
    try:
        for job in islice(jobs, most - len(under_way)):
            under_way.add(pool.submit(job))
    except VecassayError as error:
        return error
    return None
