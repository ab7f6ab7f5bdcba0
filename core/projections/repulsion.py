"""What pushes the points of a t-SNE map apart, pair by pair: up to many texts sooner done than leaving pairs out."""

from collections.abc import Callable
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from core.projections import kernels
from core.types import Floats

SIDE = 2048
"""Points of a block: two blocks and the forces between them stay in a core's cache."""
Sums: TypeAlias = tuple[np.float32, np.float32, np.float32]
Forces: TypeAlias = npt.NDArray[np.float64]


def exact(
    embedding: Any, affinities: Any, *, dof: float, n_jobs: int, should_eval_error: bool = False, **_: Any
) -> tuple[float, Forces]:
    """t-SNE's divergence (0 unless asked for) and its gradient `(n, 2)` over all pairs, as openTSNE asks for them.

    A quarter of the gradient of van der Maaten & Hinton 2008, equation 5, as openTSNE's own; one degree of freedom.
    """
    from openTSNE import _tsne

    forces, total = push(np.asarray(embedding, np.float32))
    forces /= -total
    attracted, divergence = _tsne.estimate_positive_gradient_nn(
        affinities.indices, affinities.indptr, affinities.data, embedding, embedding, forces, dof,
        num_threads=n_jobs, should_eval_error=should_eval_error,
    )  # fmt: skip
    return divergence + attracted * float(np.log(total)) if should_eval_error else 0.0, forces


def push(xy: Floats) -> tuple[Forces, float]:
    """The sum of q² (y_i - y_j) over all others for each point i of a flat map `(n, 2)`, and the sum of all q.

    q = 1 / (1 + |y_i - y_j|²). Each pair is computed once, in float32 (off by about 1e-6 of the sums); blocks are added
    up in one order, so that the sums do not depend on which core was faster.
    """
    blocks = [slice(start, start + SIDE) for start in range(0, len(xy), SIDE)]
    points = [np.ascontiguousarray(xy[block].T) for block in blocks]
    kernel = compiled()

    def between(pair: tuple[int, int]) -> tuple[float, Floats, Floats]:
        one, other = points[pair[0]], points[pair[1]]
        ours, theirs = np.zeros_like(one), np.zeros_like(other)
        return kernel(one, other, ours, theirs, pair[0] == pair[1]), ours, theirs

    pairs = list(combinations_with_replacement(range(len(blocks)), 2))
    forces, total = np.zeros((2, len(xy))), 0.0
    for (i, j), (some, ours, theirs) in zip(pairs, kernels.pool().map(between, pairs), strict=True):
        forces[:, blocks[i]] += ours
        forces[:, blocks[j]] += theirs
        total += 2 * some
    return np.ascontiguousarray(forces.T), total


def _between(one: Floats, other: Floats, ours: Floats, theirs: Floats, same: bool) -> float:
    """Add to the forces `(2, b)` on the points of two blocks what each of one and each of the other do to each other.

    Where both are the same block each two points meet once. The sum of all q.
    """
    total = 0.0
    for i in range(one.shape[1]):
        start = i + 1 if same else 0
        x, y, right, above = other[0, start:], other[1, start:], theirs[0, start:], theirs[1, start:]
        across, up, near = _row(one[0, i], one[1, i], x, y, right, above)
        ours[0, i] += across
        ours[1, i] += up
        total += float(near)
    return total


def _row(a: np.float32, b: np.float32, x: Floats, y: Floats, across: Floats, up: Floats) -> Sums:
    """One point against a row of others, many at once."""
    right = above = near = np.float32(0)
    for j in range(len(x)):
        dx, dy = a - x[j], b - y[j]
        q = np.float32(1) / (np.float32(1) + dx * dx + dy * dy)
        near += q
        right += q * q * dx
        above += q * q * dy
        across[j] -= q * q * dx
        up[j] -= q * q * dy
    return right, above, near


@lru_cache(maxsize=1)
def compiled() -> Callable[[Floats, Floats, Floats, Floats, bool], float]:
    """`_between` as machine code, which is compiled once on a machine."""
    numba = kernels.compiler()
    # Sums may be taken in any order, and nothing is divided by zero: both let many pairs go at once.
    numba.extending.register_jitable(fastmath=True, error_model="numpy")(_row)
    between: Callable[[Floats, Floats, Floats, Floats, bool], float] = numba.njit(
        _between, nogil=True, cache=True, fastmath=True, error_model="numpy"
    )
    return between
