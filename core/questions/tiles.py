"""The k most similar rows of every row, each product of two rows computed once: for whole corpora, exactly."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from queue import SimpleQueue
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from core.projections import kernels
from core.providers.backends import library
from core.types import Floats, Ints, Progress

SIDE = 512
"""Rows of a tile: its 1 MiB of products stays in a core's cache while both its sides are read."""
CHUNK = 32
"""Products compared at once before any is looked at by itself."""
EMPTY = np.int32(-1)
Small: TypeAlias = npt.NDArray[np.int32]


class Product:
    """`a @ b.T` in float32 from several threads at once, by oneDNN, which has kernels that OpenBLAS lacks."""

    def __init__(self, dimension: int, threads: int) -> None:
        openvino = library()
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
    """The best `width` others of every row so far, the last of them first, while tile after tile is looked at."""

    def __init__(self, rows: Floats, width: int, threads: int) -> None:
        self.starts = range(0, len(rows), SIDE)
        self.blocks = [rows[start : start + SIDE] for start in self.starts]
        self.values = np.full((len(rows), width), -np.inf, np.float32)
        self.ids = np.full((len(rows), width), EMPTY)
        # Two tiles of one step may stand in the same rows.
        self.locks = [Lock() for _ in self.blocks]
        self.product, self.see = Product(rows.shape[1], threads), compiled()

    def steps(self) -> Iterator[list[tuple[int, int]]]:
        """Tiles block by block, every two blocks once, so that after each step all rows have seen equally many."""
        m = len(self.blocks)
        for step in range(m // 2 + 1):
            yield [(i, (i + step) % m) for i in range(m // 2 if step and 2 * step == m else m)]

    def look_at(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Look at one tile after the other."""
        for pair in pairs:
            self.look(pair)

    def look(self, pair: tuple[int, int]) -> None:
        """Let the rows of two blocks see each other."""
        # In the order of the blocks, so that no two threads wait for each other.
        i, j = sorted(pair)
        with self.product.of(self.blocks[i], self.blocks[j]) as products, self.locks[i]:
            if i == j:
                # Half of it, because the other half says the same.
                products[np.tri(len(products), dtype=np.bool_)] = -np.inf
                self._see(i, j, products)
            else:
                with self.locks[j]:
                    self._see(i, j, products)

    def _see(self, i: int, j: int, products: Floats) -> None:
        top, left = self.starts[i], self.starts[j]
        rows, columns = slice(top, top + len(products)), slice(left, left + products.shape[1])
        worst = np.ascontiguousarray(self.values[columns, 0])
        self.see(products, top, left, self.values[rows], self.ids[rows], self.values[columns], self.ids[columns], worst)


def _see(
    products: Floats, top: int, left: int, values: Floats, ids: Small, others: Floats, other_ids: Small, worst: Floats
) -> None:
    """Keep what is among the best so far of a tile's rows, which begin at `top`, and columns, which begin at `left`.

    `worst` is the last of the best of each column, side by side, so that a chunk of them is compared at once.
    """
    for r in range(len(products)):
        for start in range(0, products.shape[1], CHUNK):
            part, lowest = products[r, start : start + CHUNK], worst[start : start + CHUNK]
            own, beats = values[r, 0], False
            for c in range(len(part)):
                beats |= (part[c] > own) | (part[c] > lowest[c])
            if beats:
                for c in range(len(part)):
                    if part[c] > values[r, 0]:
                        _insert(part[c], left + start + c, values[r], ids[r])
                    if part[c] > lowest[c]:
                        _insert(part[c], top + r, others[start + c], other_ids[start + c])
                        lowest[c] = others[start + c, 0]


def _insert(value: np.float32, row: int, values: Floats, ids: Small) -> None:
    """Put a row in its place among the best, which begin with the last; that one goes."""
    place = 0
    while place + 1 < len(values) and values[place + 1] < value:
        values[place], ids[place] = values[place + 1], ids[place + 1]
        place += 1
    values[place], ids[place] = value, row


@lru_cache(maxsize=1)
def compiled() -> Callable[..., None]:
    """`_see` as machine code, which is compiled once on a machine."""
    numba = kernels.compiler()
    numba.extending.register_jitable(_insert)
    see: Callable[..., None] = numba.njit(_see, nogil=True, cache=True)
    return see


def best(unit: Floats, width: int, threads: int, progress: Progress) -> tuple[Ints, Floats]:
    """The `width` < n rows of highest product with each row, itself left out, best first: ids, values `(n, width)`.

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
            # Its share to each thread at once: handed over one by one, they would wait for each other between tiles.
            list(pool.map(tiles.look_at, (pairs[part::threads] for part in range(threads))))
    ids, values = np.empty((n, width), np.int64), np.empty((n, width), np.float32)
    ids[order], values[order] = order[tiles.ids[:, ::-1]], tiles.values[:, ::-1]
    return ids, values
