"""IVF: texts in lists around centres; a search looks through the lists nearest to the query."""

from math import sqrt
from pathlib import Path
from typing import Any

from core.compression.making import trained
from core.indexes import REGISTRY, Family, said
from core.indexes.held import Held
from core.retrieval.forms import LEARNT, Form
from core.types import Floats

LEAST_EACH, MOST_LISTS = 30, 8_192


def build(vectors: Floats, *, width: int, seed: int, folder: Path) -> Held:  # noqa: ARG001  (kept in memory)
    """`width` lists of float32 vectors around centres found by k-means."""
    return Held(trained(vectors, Form(index="ivf", width=width, effort=1), seed), _turned)


def lists(n: int) -> tuple[int, ...]:
    """How many lists for n texts: 4 * sqrt(n), but 30 texts or more in each, as faiss' guidelines have it."""
    return (max(1, min(round(4 * sqrt(n)), n // LEAST_EACH, MOST_LISTS)),)


def probes(n: int, width: int) -> tuple[int, ...]:  # noqa: ARG001  (the lists alone decide)
    """How many of the lists are looked through: doubled until it is all of them, which is exact."""
    return (*(2**step for step in range(width.bit_length()) if 2**step < width), width)


def _turned(effort: int) -> Any:
    import faiss

    library: Any = faiss  # its types lack what search takes
    return library.SearchParametersIVF(nprobe=effort)


REGISTRY.add(
    "ivf",
    Family(
        key="ivf",
        label="IVF",
        help="Texts lie in lists around centres; a search looks through the nprobe lists whose centres are nearest. "
        "Takes hardly more memory than the vectors, and is exact when it looks through all.",
        source=f"faiss IndexIVFFlat, centres by k-means on at most {LEARNT:,} texts",
        build=build,
        widths=lists,
        efforts=probes,
        built=lambda width: f"{width:,} list{'' if width == 1 else 's'}",
        asked=said("nprobe"),
        needs=("faiss",),
        install="pip install faiss-cpu==1.15.1",
    ),
)
