"""How vectors are held: dimension, precision, rescoring and index, together as one short word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import VecassayError

TRUNCATED, PCA = "", "pca"
PRECISIONS = {
    "float32": "float32",
    "float16": "float16",
    "int8": "int8",
    "pq": "product quantisation",
    "binary": "binary",
}
BITS = {"float32": 32.0, "float16": 16.0, "int8": 8.0, "pq": 1.0, "binary": 1.0}
"""Bits a number takes; what a form really takes is measured."""
INDEXES = {"hnsw": "HNSW", "ivf": "IVF"}
LEARNT = 20_000
"""Axes, ranges and centres are learnt on at most so many texts, drawn at random."""
CONSTRUCTION = 200
"""HNSW's efConstruction."""
RESULTS = 10
"""How many results are served: rescoring looks again at so many times the oversampling."""
SEED = 0
"""Draws the texts on which ranges, centres and axes are learnt: one form of one model is always the same."""
STEPS = (32, 64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 3072)
OVERSAMPLED = (2, 4, 10)
PQ_LEAST, PQ_DIMENSIONS = 256, 8
"""Product quantisation learns 256 centres, so it needs as many texts; one byte stands for 8 dimensions."""
PATTERN = (
    r"(@(?P<reduction>pca)?(?P<dimension>[1-9]\d{0,4}))?"
    r"(:(?P<precision>float16|int8|pq|binary)(\*(?P<oversampling>[1-9]\d?))?)?"
    r"(/(?P<index>hnsw|ivf)(?P<width>[1-9]\d{0,4})-(?P<effort>[1-9]\d{0,3}))?"
)
_WORD = re.compile(PATTERN)


@dataclass(frozen=True)
class Form:
    """How vectors are held; the plain one is the model's own float32, searched exactly.

    `dimension` 0 is the model's own; `reduction` "" cuts the rest off, "pca" turns first; `oversampling` 0 does not
    rescore. `index` "hnsw" has M = `width` and efSearch = `effort`, "ivf" has `width` lists of which `effort` are
    looked at. Raises VecassayError for what cannot be put together.
    """

    dimension: int = 0
    reduction: str = TRUNCATED
    precision: str = "float32"
    oversampling: int = 0
    index: str = ""
    width: int = 0
    effort: int = 0

    def __post_init__(self) -> None:
        if self.oversampling and self.precision != "binary":
            raise VecassayError(f"Expected rescoring of binary vectors only; got it with {self.precision}.")
        if self.index and self.precision not in {"float32", "int8"}:
            raise VecassayError(f"Expected an index over float32 or int8 vectors; got {self.precision}.")
        if self.index == "ivf" and self.precision != "float32":
            raise VecassayError("Expected IVF over float32 vectors; int8 vectors go with HNSW here.")

    @property
    def word(self) -> str:
        """The form as a word behind a model's: "", @128, @pca64:int8, :binary*4, /hnsw16-64."""
        size = f"@{self.reduction}{self.dimension}" if self.dimension else ""
        bits = "" if self.precision == "float32" else f":{self.precision}"
        again = f"*{self.oversampling}" if self.oversampling else ""
        return size + bits + again + (f"/{self.index}{self.width}-{self.effort}" if self.index else "")

    @property
    def reduced(self) -> tuple[int, str]:
        """To how many dimensions, and how."""
        return self.dimension, self.reduction

    @property
    def plain(self) -> bool:
        """Whether it is the model's own float32, searched exactly."""
        return not self.word

    @property
    def label(self) -> str:
        """What people read: "128 dimensions, int8", "" for the plain form."""
        return ", ".join(filter(None, [self._size, self._bits, self._index]))

    @property
    def _size(self) -> str:
        return f"{self.dimension} {'by PCA' if self.reduction else 'dimensions'}" if self.dimension else ""

    @property
    def _bits(self) -> str:
        again = f" rescored ×{self.oversampling}" if self.oversampling else ""
        return "" if self.precision == "float32" else PRECISIONS[self.precision] + again

    @property
    def _index(self) -> str:
        if not self.index:
            return ""
        if self.index == "hnsw":
            return f"HNSW M {self.width}, efSearch {self.effort}"
        return f"IVF {self.width} lists, nprobe {self.effort}"


def parse(word: str) -> Form:
    """A form from its word; raises VecassayError for anything else.

    >>> parse("@pca64:int8")
    Form(dimension=64, reduction='pca', precision='int8', oversampling=0, index='', width=0, effort=0)
    """
    found = _WORD.fullmatch(word)
    if found is None:
        raise VecassayError(
            f"Expected a form of vectors such as @128, @pca64:int8, :binary*4 or /hnsw16-64; got {word!r}."
        )
    return Form(
        int(found["dimension"] or 0),
        found["reduction"] or TRUNCATED,
        found["precision"] or "float32",
        int(found["oversampling"] or 0),
        found["index"] or "",
        int(found["width"] or 0),
        int(found["effort"] or 0),
    )


def sizes(dimension: int, n: int, trained: Sequence[int] = ()) -> dict[str, tuple[int, ...]]:
    """Dimensions worth trying for a model, by reduction: powers of two and those it was trained for, full aside.

    PCA can give no more than there are texts.
    """
    cut = tuple(sorted({size for size in (*STEPS, *trained) if size < dimension}))
    return {TRUNCATED: cut, PCA: tuple(size for size in cut if size <= n)}


def grid(dimension: int, n: int, trained: Sequence[int] = ()) -> tuple[Form, ...]:
    """Every form compared for a model of `dimension` on n texts: each size, each precision, searched exactly.

    The plain one first. Product quantisation is left out below 256 texts and 16 dimensions.
    """
    reduced = [(0, TRUNCATED)] + [(size, how) for how, cut in sizes(dimension, n, trained).items() for size in cut]
    forms = []
    for size, how in reduced:
        forms += [Form(size, how, precision) for precision in ("float32", "float16", "int8")]
        forms += [Form(size, how, "binary", again) for again in (0, *OVERSAMPLED)]
        if n >= PQ_LEAST and (size or dimension) >= 2 * PQ_DIMENSIONS and (size or dimension) % PQ_DIMENSIONS == 0:
            forms.append(Form(size, how, "pq"))
    return tuple(forms)
