"""Exact search: every text is compared with every query. What the others are measured against."""

from pathlib import Path

import numpy as np

from core.indexes import REGISTRY, Family, said
from core.indexes.held import Held
from core.types import Floats


def build(vectors: Floats, *, width: int, seed: int, folder: Path) -> Held:  # noqa: ARG001  (nothing to choose)
    """The vectors alone."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    return Held(index, lambda effort: None)  # noqa: ARG005


REGISTRY.add(
    "exact",
    Family(
        key="exact",
        label="Exact search",
        help="Compares every text with every query. Finds all there is to find; twice the texts take twice as long.",
        source="faiss IndexFlatIP",
        build=build,
        widths=lambda n: (0,),  # noqa: ARG005
        efforts=lambda n, width: (0,),  # noqa: ARG005
        built=said(""),
        asked=said(""),
        needs=("faiss",),
        install="pip install faiss-cpu==1.15.1",
    ),
)
