"""HNSW: a graph in which every text knows some near ones; a search walks along it."""

from pathlib import Path
from typing import Any

from core.compression.making import trained
from core.indexes import EFFORTS, REGISTRY, Family, graph_widths, said
from core.indexes.held import Held
from core.retrieval.forms import CONSTRUCTION, Form
from core.types import Floats


def build(vectors: Floats, *, width: int, seed: int, folder: Path) -> Held:  # noqa: ARG001  (kept in memory)
    """A graph with M = `width` links a text, over float32 vectors; built by one thread, so that it is always one."""
    return Held(trained(vectors, Form(index="hnsw", width=width, effort=EFFORTS[0]), seed), _turned)


def _turned(effort: int) -> Any:
    import faiss

    library: Any = faiss  # its types lack what search takes
    return library.SearchParametersHNSW(efSearch=effort)


REGISTRY.add(
    "hnsw",
    Family(
        key="hnsw",
        label="HNSW",
        help="A graph in which every text knows M near ones. A search keeps the efSearch best it has met on its way: "
        "more finds more and takes longer. The graph comes on top of the vectors.",
        source=f"Malkov & Yashunin 2018; faiss IndexHNSWFlat, efConstruction {CONSTRUCTION}",
        build=build,
        widths=graph_widths,
        efforts=lambda n, width: EFFORTS,  # noqa: ARG005
        built=said("M"),
        asked=said("efSearch"),
        needs=("faiss",),
        install="pip install faiss-cpu==1.15.1",
    ),
)
