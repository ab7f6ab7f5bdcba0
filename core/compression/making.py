"""The indexes of faiss that hold texts in fewer bits, or find them without a look at each."""

from typing import Any

import numpy as np
import numpy.typing as npt

from core.compression.reducing import sample
from core.errors import VecassayError
from core.retrieval.forms import CONSTRUCTION, PQ_DIMENSIONS, PQ_LEAST, Form
from core.types import Floats


def serialised(index: Any) -> npt.NDArray[np.uint8]:
    """An index as the bytes of faiss's own file."""
    import faiss

    bits = isinstance(index, faiss.IndexBinary)
    written: npt.NDArray[np.uint8] = (faiss.serialize_index_binary if bits else faiss.serialize_index)(index)
    return written


def binary(vectors: Floats) -> Any:
    """The signs of vectors `(n, size)`, a bit each, searched by Hamming distance."""
    import faiss

    # Bits that fill up the last byte are 0 on both sides, and never differ.
    index = faiss.IndexBinaryFlat(8 * -(-vectors.shape[1] // 8))
    index.add(np.packbits(vectors > 0, axis=1))
    return index


def trained(vectors: Floats, form: Form, seed: int) -> Any:
    """The index of a form over vectors `(n, size)`, filled; ranges and centres are learnt on at most 20,000 of them.

    Raises VecassayError where the texts are too few for it.
    """
    import faiss

    index, threads = _made(vectors.shape[1], form, len(vectors)), faiss.omp_get_max_threads()
    try:
        if form.index == "hnsw":
            faiss.omp_set_num_threads(1)  # links depend on who comes first
        index.train(sample(vectors, seed))
        index.add(vectors)
    finally:
        faiss.omp_set_num_threads(threads)
    return index


def _made(dimension: int, form: Form, n: int) -> Any:
    """An empty index of faiss; inner products of unit rows are cosines."""
    import faiss

    if form.index == "hnsw":
        return _hnsw(dimension, form)
    if form.index == "ivf":
        return _ivf(dimension, form, n)
    if form.precision == "pq":
        return _pq(dimension, n)
    kinds = {"int8": faiss.ScalarQuantizer.QT_8bit, "float16": faiss.ScalarQuantizer.QT_fp16}
    return faiss.IndexScalarQuantizer(dimension, kinds[form.precision], faiss.METRIC_INNER_PRODUCT)


def _hnsw(dimension: int, form: Form) -> Any:
    import faiss

    kind: Any = faiss.ScalarQuantizer.QT_8bit
    product = faiss.METRIC_INNER_PRODUCT
    index: Any = faiss.IndexHNSWFlat(dimension, form.width, product)
    if form.precision == "int8":
        index = faiss.IndexHNSWSQ(dimension, kind, form.width, product)
    index.hnsw.efConstruction, index.hnsw.efSearch = CONSTRUCTION, form.effort
    return index


def _ivf(dimension: int, form: Form, n: int) -> Any:
    import faiss

    if form.width > n:
        raise VecassayError(f"Expected at most as many IVF lists as texts ({n:,}); got {form.width:,}.")
    index: Any = faiss.index_factory(dimension, f"IVF{form.width},Flat", faiss.METRIC_INNER_PRODUCT)
    index.nprobe, index.cp.min_points_per_centroid = min(form.effort, form.width), 1
    return index


def _pq(dimension: int, n: int) -> Any:
    import faiss

    if n < PQ_LEAST or dimension % PQ_DIMENSIONS:
        raise VecassayError(
            f"Product quantisation needs {PQ_LEAST} texts or more and a multiple of {PQ_DIMENSIONS} dimensions; got "
            f"{n:,} texts of {dimension:,}. Choose int8."
        )
    index: Any = faiss.IndexPQ(dimension, dimension // PQ_DIMENSIONS, 8, faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.min_points_per_centroid = 1
    return index
