"""UMAP's descent on every core: one seed gives one map, however many cores there are.

umap-learn moves both ends of an edge as soon as it meets it, so it must choose between one core and another map each
time. Here each point moves by itself, towards and away from where the others were when the round began: what a point
does in a round depends on nothing that happens in it.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from core.projections import kernels
from core.settings import cores
from core.types import Floats, Progress

NEGATIVES = 5
"""Points that one is pushed away from, drawn at random, each time that it is drawn to a neighbour."""
FARTHEST, NEAR = np.float32(4), np.float32(0.001)
"""No move along one axis is longer, and points in almost one place push as if they were this far apart (squared)."""
_STREAM, _TURN, _ONE, _TWO = (
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
_7, _13, _17, _27, _30, _31, _32 = (np.uint64(bits) for bits in (7, 13, 17, 27, 30, 31, 32))
Axes: TypeAlias = tuple[int, ...]
"""Numbers of the dimensions: a tuple, so that each number of dimensions has machine code of its own."""


class Edges(NamedTuple):
    """What point i is drawn to: `others[starts[i]:starts[i + 1]]`, in `often` (0 to 1) of all rounds."""

    starts: Any
    others: Any
    often: Any


class Round(NamedTuple):
    """One round: its number, how long its steps are, and what shapes the forces."""

    number: int
    step: np.float32
    a: np.float32
    b: np.float32
    pulls: int
    seed: np.uint64


def descend(
    start: Floats, graph: Any, onto: Floats | None = None, *, rounds: int, a: float, b: float, seed: int,
    progress: Progress,
) -> Floats:  # fmt: skip
    """Where the points `start (n, dims)` come to rest after so many rounds, float32.

    `graph` is sparse `(n, m)`: weights above 0 of what each is drawn to. That is one another (m = n, symmetric), or
    with `onto (m, dims)` the points of that map, which stay. `a` and `b` shape the forces: see McInnes, Healy &
    Melville 2018, section 4; the length of a step falls to 0.
    """
    edges, axes, move = _edges(graph, rounds), tuple(range(start.shape[1])), compiled()
    # Of two points of one map each is drawn to the other from both ends of their edge.
    pulls, longest = (2, 1.0) if onto is None else (1, 0.25)
    here, out = np.ascontiguousarray(start, np.float32), np.empty(start.shape, np.float32)
    shares = _shares(edges.starts)
    for number in range(rounds):
        progress(number, rounds)
        step = np.float32(longest * (1 - number / rounds))
        this = Round(number, step, np.float32(a), np.float32(b), pulls, np.uint64(seed))
        there = here if onto is None else onto
        done = [kernels.pool().submit(move, here, there, out, edges, this, axes, *share) for share in shares]
        for each in done:
            each.result()
        here, out = out, here
    return here


def _edges(graph: Any, rounds: int) -> Edges:
    near = graph.tocsr(copy=True)
    near.data[near.data < near.data.max() / rounds] = 0  # would not be met once
    near.eliminate_zeros()
    return Edges(near.indptr, near.indices, (near.data / near.data.max()).astype(np.float64))


def _shares(starts: npt.NDArray[Any]) -> list[tuple[int, int]]:
    """First and last point of parts with about as many edges, some for each core."""
    edges = np.linspace(0, starts[-1], 4 * cores() + 1)[1:-1]
    return list(pairwise(np.unique([0, *np.searchsorted(starts, edges), len(starts) - 1]).tolist()))


def _move(
    here: Floats, there: Floats, out: Floats, edges: Edges, this: Round, axes: Axes, first: int, last: int
) -> None:
    """One round of the points from `first` up to `last`: each is drawn to a neighbour, then pushed away from others."""
    drift = np.zeros(len(axes), np.float32)
    for i in range(first, last):
        for d in axes:
            out[i, d] = here[i, d]
        state = _begin(this.seed, np.uint64(this.number), np.uint64(i))
        # From another neighbour each round: the last one has the most to say where the point goes.
        begin, many = edges.starts[i], edges.starts[i + 1] - edges.starts[i]
        turn = _draw(state, many)
        for place in range(many):
            edge = begin + place + turn
            edge -= many if place + turn >= many else 0
            if int(edges.often[edge] * (this.number + 1)) > int(edges.often[edge] * this.number):
                for _ in range(this.pulls):
                    _pull(out, i, there, edges.others[edge], this, axes)
                state = _push(out, i, there, drift, this, axes, state)


def _pull(out: Floats, i: int, there: Floats, other: int, this: Round, axes: Axes) -> None:
    apart = _apart(out, i, there, other, axes)
    if apart > 0:
        power = apart**this.b
        force = np.float32(-2) * this.a * this.b * power / (apart * (this.a * power + np.float32(1)))
        for d in axes:
            out[i, d] += this.step * _short(force * (out[i, d] - there[other, d]))


def _push(out: Floats, i: int, there: Floats, drift: Floats, this: Round, axes: Axes, state: np.uint64) -> np.uint64:
    """All pushes are of one place, so that a core works on several at once; the next state of the random numbers."""
    for d in axes:
        drift[d] = 0
    for _ in range(NEGATIVES):
        state ^= state << _13
        state ^= state >> _7
        state ^= state << _17
        other = _draw(state, len(there))
        apart = _apart(out, i, there, other, axes)
        if apart > 0:
            force = np.float32(2) * this.b / ((NEAR + apart) * (this.a * apart**this.b + np.float32(1)))
            for d in axes:
                drift[d] += _short(force * (out[i, d] - there[other, d]))
    for d in axes:
        out[i, d] += this.step * drift[d]
    return state


def _begin(seed: np.uint64, number: np.uint64, i: np.uint64) -> np.uint64:
    """The state of a point's random numbers in a round (splitmix64, then xorshift); at 0 they would stay."""
    state = seed + _TURN * (number + np.uint64(1)) + _STREAM * (i + np.uint64(1))
    state = (state ^ (state >> _30)) * _ONE
    state = (state ^ (state >> _27)) * _TWO
    return (state ^ (state >> _31)) | np.uint64(1)


def _draw(state: np.uint64, many: int) -> int:
    """A number from 0 up to `many`, by the upper half of the state."""
    return int((state >> _32) * np.uint64(many) >> _32)


def _apart(out: Floats, i: int, there: Floats, other: int, axes: Axes) -> np.float32:
    """Squared distance of two points."""
    total = np.float32(0)
    for d in axes:
        away = out[i, d] - there[other, d]
        total += away * away
    return total


def _short(move: np.float32) -> np.float32:
    return min(max(move, -FARTHEST), FARTHEST)


@lru_cache(maxsize=1)
def compiled() -> Callable[..., None]:
    """`_move` as machine code, which is compiled once on a machine."""
    numba = kernels.compiler()
    for part in (_begin, _draw, _apart, _short, _pull, _push):
        numba.extending.register_jitable(fastmath=True, error_model="numpy")(part)
    move: Callable[..., None] = numba.njit(_move, nogil=True, cache=True, fastmath=True, error_model="numpy")
    return move
