"""Top neighbours and similarities in blocks, so that memory stays bounded however many texts there are."""

from collections.abc import Iterator

import numpy as np

from core.types import Floats, Ints

BLOCK_BYTES = 128 * 1024**2


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


def neighbors(unit: Floats, k: int) -> tuple[Ints, Floats]:
    """Each unit row's k most similar other rows, itself left out: ids and cosines `(n, min(k, n - 1))`."""
    k = min(k, len(unit) - 1)
    ids = np.empty((len(unit), max(k, 0)), np.int64)
    values = np.empty((len(unit), max(k, 0)), np.float32)
    if k < 1:
        return ids, values
    for rows in blocks(len(unit), len(unit)):
        similarity = unit[rows] @ unit.T
        similarity[np.arange(rows.stop - rows.start), np.arange(rows.start, rows.stop)] = -np.inf
        ids[rows], values[rows] = top_k(similarity, k)
    return ids, values
