"""The k most similar rows of every row, each product of two rows computed once: for whole corpora, exactly."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from core.types import Floats, Ints, Progress

SIDE = 512
"""Rows of a tile: its 1 MiB of products stays in a core's cache while both its sides are read."""
EMPTY, LOW = np.iinfo(np.int64).min, np.int64(2**32 - 1)
Keys: TypeAlias = npt.NDArray[np.int64]
Small: TypeAlias = npt.NDArray[np.int32]


class Seen(NamedTuple):
    """What beat the worst of a block's best in one tile: flat places in it and values; `turned`: rows are columns."""

    other: int
    turned: bool
    at: Small
    values: Floats


class Product:
    """`a @ b.T` in float32 from several threads at once, by oneDNN, which has kernels that OpenBLAS lacks."""

    def __init__(self, dimension: int, threads: int) -> None:
        import openvino
        from openvino import opset13

        a, b = (opset13.parameter([-1, dimension], np.float32) for _ in range(2))
        model = openvino.Model([opset13.matmul(a, b, False, True)], [a, b], "product")
        how = {"NUM_STREAMS": threads, "INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False}
        compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32", **how})
        self._tensor: Any = openvino.Tensor
        self._free: SimpleQueue[tuple[Any, Floats]] = SimpleQueue()
        for _ in range(threads):
            self._free.put((compiled.create_infer_request(), np.empty(SIDE * SIDE, np.float32)))
        # Two threads that enter OpenVINO for the first time at once wait for each other for ever.
        with self.of(*np.zeros((2, 1, dimension), np.float32)):
            pass

    @contextmanager
    def of(self, a: Floats, b: Floats) -> Iterator[Floats]:
        """The products of at most `SIDE` rows each; their memory is used again afterwards."""
        request, room = self._free.get()
        found = room[: len(a) * len(b)].reshape(len(a), len(b))
        try:
            for place, rows in enumerate((a, b)):
                request.set_input_tensor(place, self._tensor(rows, shared_memory=True))
            request.set_output_tensor(self._tensor(found, shared_memory=True))
            request.infer()
            yield found
        finally:
            self._free.put((request, room))


class Tiles:
    """The best `width` others of every row so far, while tile after tile of the products is looked at."""

    def __init__(self, rows: Floats, width: int, threads: int) -> None:
        self.starts = np.arange(0, len(rows), SIDE)
        self.blocks = [rows[start : start + SIDE] for start in self.starts]
        self.width, self.product = width, Product(rows.shape[1], threads)
        self.worst = [np.full(len(block), -np.inf, np.float32) for block in self.blocks]
        self.seen: list[list[Seen]] = [[] for _ in self.blocks]
        self.best = [np.empty((len(block), 0), np.int64) for block in self.blocks]

    def steps(self) -> Iterator[list[tuple[int, int]]]:
        """Tiles block by block, every two blocks once, so that after each step all rows have seen equally many."""
        m = len(self.blocks)
        for step in range(m // 2 + 1):
            yield [(i, (i + step) % m) for i in range(m // 2 if step and 2 * step == m else m)]

    def look(self, i: int, j: int) -> list[tuple[int, Seen]]:
        """What one tile adds to the rows of its block, and to those of its other side."""
        with self.product.of(self.blocks[i], self.blocks[j]) as products:
            if i == j:
                return [(i, self._first(i, products))]
            return [(i, self._beyond(i, j, False, products)), (j, self._beyond(j, i, True, products))]

    def _beyond(self, block: int, other: int, turned: bool, products: Floats) -> Seen:
        worst = self.worst[block]
        at = np.flatnonzero(products > (worst if turned else worst[:, None]))
        return Seen(other, turned, at.astype(np.int32), products.ravel()[at])

    def _first(self, i: int, products: Floats) -> Seen:
        """The best of a block among its own rows; of equals at the end, any."""
        size = len(products)
        np.fill_diagonal(products, -np.inf)
        wide = min(self.width, size - 1)
        places = np.argpartition(products, size - wide, axis=1)[:, size - wide :] if wide else np.empty((size, 0), int)
        at = (places + np.arange(0, size * size, size)[:, None]).ravel()
        return Seen(i, False, at.astype(np.int32), products.ravel()[at])

    def settle(self, i: int) -> None:
        """Keep the best of what a block has seen: from here on only what beats the last of them counts."""
        size = len(self.blocks[i])
        found = [self._keys(i, seen) for seen in self.seen[i]]
        found.append((np.repeat(np.arange(size, dtype=np.uint16), self.best[i].shape[1]), self.best[i].ravel()))
        self.seen[i] = []
        rows, keys = (np.concatenate(parts) for parts in zip(*found, strict=True))
        keys = keys[np.argsort(rows, kind="stable")]
        counts = np.bincount(rows, minlength=size)
        room = np.full((size, max(self.width, int(counts.max()))), EMPTY)
        room[np.arange(room.shape[1]) < counts[:, None]] = keys
        if room.shape[1] > self.width:
            room = np.partition(room, room.shape[1] - self.width, axis=1)[:, -self.width :]
        self.best[i] = room
        last = room.min(axis=1)
        self.worst[i] = np.where(last == EMPTY, np.float32(-np.inf), values_of(last))

    def _keys(self, i: int, seen: Seen) -> tuple[npt.NDArray[np.uint16], Keys]:
        """Rows within the block, and value and row found in one whole number each, which sorts by value."""
        wide = len(self.blocks[i if seen.turned else seen.other])
        rows = seen.at // wide
        columns = seen.at - rows * wide
        if seen.turned:
            rows, columns = columns, rows
        return rows.astype(np.uint16), keys_of(seen.values, columns + self.starts[seen.other])


def keys_of(values: Floats, ids: Ints) -> Keys:
    """Each value and its row in one whole number, larger for larger values."""
    bits = values.view(np.int32)
    # The bits of a negative number grow as it falls.
    ordered = np.where(bits < 0, bits ^ np.int32(2**31 - 1), bits).astype(np.int64)
    keys: Keys = (ordered << 32) | ids
    return keys


def values_of(keys: Keys) -> Floats:
    """The float32 values in keys."""
    bits = (keys >> 32).astype(np.int32)
    return np.where(bits < 0, bits ^ np.int32(2**31 - 1), bits).view(np.float32)


def best(unit: Floats, width: int, threads: int, progress: Progress) -> tuple[Ints, Floats]:
    """The `width` < n rows of highest product with each row, itself left out, in no order: ids and values `(n, width)`.

    Of rows with equal products at the end of a list, any. Memory grows with n * width, not with n * n.
    """
    n = len(unit)
    # In a random order no block is harder than the others, whatever order the texts came in.
    order = np.random.default_rng(0).permutation(n)
    tiles = Tiles(unit[order], width, threads)
    steps = list(tiles.steps())
    with ThreadPoolExecutor(threads) as pool:
        for step, pairs in enumerate(steps):
            progress(step * n // len(steps), n)
            for found in pool.map(tiles.look, *zip(*pairs, strict=True)):
                for block, seen in found:
                    tiles.seen[block].append(seen)
            # With every doubling of what was looked at, as many as are wanted beat the worst so far.
            if step & (step - 1) == 0 or step == len(steps) - 1:
                list(pool.map(tiles.settle, range(len(tiles.blocks))))
    keys = np.concatenate(tiles.best)
    ids, values = np.empty((n, width), np.int64), np.empty((n, width), np.float32)
    ids[order], values[order] = order[keys & LOW], values_of(keys)
    return ids, values
