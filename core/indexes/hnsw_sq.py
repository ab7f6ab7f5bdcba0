"""HNSW over int8: the same graph, with a byte a number in place of four."""

from pathlib import Path
from typing import Any

from core.compression.making import trained
from core.indexes import EFFORTS, REGISTRY, Family, said
from core.indexes.held import Held
from core.retrieval.forms import CONSTRUCTION, LEARNT, Form
from core.types import Floats


def build(vectors: Floats, *, width: int, seed: int, folder: Path) -> Held:  # noqa: ARG001  (kept in memory)
    """A graph with M = `width` links a text, over int8 vectors; built by one thread, so that it is always one."""
    form = Form(precision="int8", index="hnsw", width=width, effort=EFFORTS[0])
    return Held(trained(vectors, form, seed), _turned)


def _turned(effort: int) -> Any:
    import faiss

    library: Any = faiss  # its types lack what search takes
    return library.SearchParametersHNSW(efSearch=effort)


REGISTRY.add(
    "hnsw_sq",
    Family(
        key="hnsw_sq",
        label="HNSW int8",
        help="The graph of HNSW over vectors of one byte a number: a quarter of the memory. What int8 blurs is lost "
        "however hard it searches.",
        source=f"faiss IndexHNSWSQ, QT_8bit, efConstruction {CONSTRUCTION}; ranges learnt on at most {LEARNT:,} texts",
        build=build,
        widths=lambda n: (16,),  # noqa: ARG005
        efforts=lambda n, width: EFFORTS,  # noqa: ARG005
        built=said("M"),
        asked=said("efSearch"),
        needs=("faiss",),
        install="pip install faiss-cpu==1.15.1",
    ),
)
