"""Top neighbours and similarities in blocks, so that memory stays bounded however many texts there are."""

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from core.types import Floats, Ints

Doubles: TypeAlias = npt.NDArray[np.float64]

BLOCK_BYTES = 128 * 1024**2
SCORES = ("cosine", "dot", "euclidean")


def blocks(rows: int, columns: int) -> Iterator[slice]:
    """Slices over `rows`, each small enough that a float32 block `(step, columns)` stays under 128 MiB."""
    step = max(1, BLOCK_BYTES // (4 * max(1, columns)))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def top_k(similarity: Floats, k: int) -> tuple[Ints, Floats]:
    """The k largest of each row, best first, ties by lower column: ids `(n, k)` and values `(n, k)`."""
    k = min(k, similarity.shape[1])
    if k < similarity.shape[1]:
        # A tie at the border must not be cut by argpartition's whim: take the k-th value, keep the lowest columns.
        kth = -np.partition(-similarity, k - 1, axis=1)[:, k - 1 : k]
        above = similarity > kth
        tied = similarity == kth
        room = k - above.sum(axis=1, keepdims=True)
        ids = np.nonzero(above | (tied & (np.cumsum(tied, axis=1) <= room)))[1].reshape(-1, k)
    else:
        ids = np.broadcast_to(np.arange(k), (len(similarity), k))
    values = np.take_along_axis(similarity, ids, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(ids, order, axis=1), np.take_along_axis(values, order, axis=1)


def nearest(queries: Floats, texts: Floats, k: int) -> tuple[Ints, Floats]:
    """The k most similar of the unit rows `texts (n, d)` for each unit row `queries (q, d)`: ids, cosines `(q, k)`."""
    k = min(k, len(texts))
    ids = np.empty((len(queries), k), np.int64)
    values = np.empty((len(queries), k), np.float32)
    for rows in blocks(len(queries), len(texts)):
        ids[rows], values[rows] = top_k(queries[rows] @ texts.T, k)
    return ids, values


def scores(a: Floats, b: Floats, score: str) -> Floats:
    """How alike every row of `a (n, d)` is to every row of `b (m, d)`, larger is closer: float32 `(n, m)`.

    "cosine" takes rows of length 1 (or 0: like nothing), "dot" and "euclidean" take vectors as they are; "euclidean" is
    minus the distance, 0 for equal rows. Computed in float64, cosines rounded to 6 decimals: what is equal comes out
    equal, however the rows are cut in blocks.
    """
    found = np.empty((len(a), len(b)), np.float32)
    wide = a.astype(np.float64)
    for part in blocks(len(b), 16 * max(len(a), a.shape[1])):
        found[:, part] = _settled(_scored(wide, b[part].astype(np.float64), score), score)
    return found


def paired(a: Floats, b: Floats, score: str) -> Floats:
    """How alike row i of `a (n, d)` is to row i of `b (n, d)`, as in `scores`: float32 `(n,)`."""
    if score == "euclidean":
        return _settled(-np.sqrt(np.square(a.astype(np.float64) - b).sum(axis=1)), score)
    return _settled(np.einsum("ij,ij->i", a, b, dtype=np.float64), score)


def sameness(a: Floats, b: Floats) -> Doubles:
    """Cosine of rows i of `a` and `b`, which should be one vector, `(n,)`, -1 to 1; two zero rows are the same."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    cosines: Doubles = np.divide((x * y).sum(axis=1), lengths, out=np.zeros(len(x)), where=lengths > 0)
    cosines[~x.any(axis=1) & ~y.any(axis=1)] = 1.0
    return cosines.clip(-1.0, 1.0)


def triangle(vectors: Floats, score: str) -> Iterator[tuple[int, int, Floats]]:
    """Every two of `vectors (n, d)` once, in square blocks of at most 16 MiB: first row, first column and scores.

    What stands on or below the diagonal of the whole is -inf.
    """
    side = max(1, int((BLOCK_BYTES / 32) ** 0.5))
    for top in range(0, len(vectors), side):
        for left in range(top, len(vectors), side):
            block = scores(vectors[top : top + side], vectors[left : left + side], score)
            if left == top:
                block[np.tri(*block.shape, dtype=np.bool_)] = -np.inf
            yield top, left, block


def _scored(a: Doubles, b: Doubles, score: str) -> Doubles:
    found: Doubles = a @ b.T
    if score != "euclidean":
        return found
    ends = np.einsum("ij,ij->i", a, a)[:, None] + np.einsum("ij,ij->i", b, b)
    squares = ends - 2 * found
    # What is left of two equal rows is rounding, of either sign.
    squares[squares <= 1e-12 * ends] = 0
    distances: Doubles = np.sqrt(squares)
    return -distances


def _settled(found: Doubles, score: str) -> Floats:
    if score == "cosine":
        found = np.round(found, 6)
    # Infinity is nobody's score: what float32 cannot hold becomes its largest number. Adding zero turns -0.0 into 0.0.
    most = 1.0 if score == "cosine" else float(np.finfo(np.float32).max)
    return np.clip(found, -most, most).astype(np.float32) + np.float32(0)
