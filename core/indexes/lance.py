"""LanceDB: a table on disk with an index, as an embedded vector database keeps it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import VecassayError
from core.indexes import EFFORTS, REGISTRY, Family, said
from core.retrieval.forms import CONSTRUCTION
from core.types import Floats, Ints

REFINED = 2
"""So many times the wanted results are compared again with the float32 vectors of the table."""
TEXTS = "texts"


@dataclass(frozen=True, eq=False)
class Table:
    """A table of LanceDB in its own folder."""

    table: Any
    folder: Path

    @cached_property
    def nbytes(self) -> int:
        """Bytes of all files in its folder: vectors, row numbers and index."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def search(self, queries: Floats, k: int, effort: int) -> Ints:
        """Rows found for unit queries `(q, d)`, best first, `(q, k)`, -1 where there is nothing more."""
        asked = queries[0] if len(queries) == 1 else list(queries)
        found = (
            self.table.search(asked)
            .distance_type("dot")
            .limit(k)
            .ef(max(effort, REFINED * k))  # LanceDB refuses less
            .refine_factor(REFINED)
            .select(["row", "_distance"])
            .to_arrow()
        )
        rows = found["row"].to_numpy()
        if len(queries) == 1:
            return np.pad(rows, (0, k - len(rows)), constant_values=-1)[None, :]
        return _laid_out(found["query_index"].to_numpy(), rows, found["_distance"].to_numpy(), (len(queries), k))


def build(vectors: Floats, *, width: int, seed: int, folder: Path) -> Table:  # noqa: ARG001  (LanceDB takes no seed)
    """Write the table and build IVF_HNSW_SQ over it, one partition to about a million texts.

    Raises VecassayError when LanceDB cannot.
    """
    import lancedb
    import pyarrow as pa
    from lancedb.index import HnswSq

    flat = pa.array(np.ascontiguousarray(vectors).ravel())
    columns = {
        "row": pa.array(np.arange(len(vectors), dtype=np.int64)),
        "vector": pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
    }
    try:
        table = lancedb.connect(folder).create_table(TEXTS, pa.table(columns))
        table.create_index("vector", config=HnswSq(distance_type="dot", m=width, ef_construction=CONSTRUCTION))
    except (RuntimeError, OSError, ValueError) as error:
        raise VecassayError(f"LanceDB could not build its index: {error}. Is there room on the disk?") from error
    return Table(table, folder)


def _laid_out(asked: Ints, rows: Ints, distances: Floats, shape: tuple[int, int]) -> Ints:
    """Rows of each query in order of distance, from one list of all of them."""
    found = np.full(shape, -1, np.int64)
    order = np.lexsort((distances, asked))
    queries = asked[order].astype(np.int64)
    places = np.arange(len(order)) - np.searchsorted(queries, queries)
    found[queries, places] = rows[order]
    return found


REGISTRY.add(
    "lance",
    Family(
        key="lance",
        label="LanceDB",
        help="A vector database in this process: a table on disk with HNSW over int8, whose results are compared again "
        "with the float32 vectors. A query passes through all that a database does, which costs milliseconds.",
        source=f"LanceDB IVF_HNSW_SQ, efConstruction {CONSTRUCTION}, refine factor {REFINED}",
        build=build,
        widths=lambda n: (16,),  # noqa: ARG005
        efforts=lambda n, width: EFFORTS[1:],  # noqa: ARG005  (the least is refused with a refine factor)
        built=said("M"),
        asked=said("ef"),
        needs=("lancedb",),
        install="pip install lancedb==0.40.0",
        threads=False,
    ),
)
