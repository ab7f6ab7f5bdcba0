"""Texts held in a form, as faiss stores them, and searched in it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from core.compression.making import binary, serialised, trained
from core.compression.reducing import Reducer
from core.retrieval import fusion
from core.retrieval.forms import RESULTS, Form
from core.retrieval.search import NOWHERE, Found, dense, nowhere
from core.types import Floats, Ints, Progress

AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Held:
    """The texts of a corpus in one form: `n` of them, `index` is faiss's, None where they are searched exactly.

    `rows` `(m,)` are those that have a vector: a zero one is like nothing, and not held. `vectors` `(m, size)` are
    the reduced float32 ones they were made from, which a form of fewer bits does not keep.
    """

    form: Form
    n: int
    rows: Ints
    vectors: Floats
    reducer: Reducer
    index: Any = None

    @cached_property
    def stored(self) -> int:
        """Bytes on disk: faiss's own file of the index, or the float32 numbers, and the axes of PCA."""
        return self._index_bytes + self.reducer.nbytes

    @cached_property
    def _index_bytes(self) -> int:
        if self.index is None:
            return self.vectors.nbytes
        return len(serialised(self.index))

    @property
    def bytes_per_vector(self) -> float:
        """Bytes that one more text takes; with an index its links too, on average."""
        if self.form.index:
            return self._index_bytes / max(1, len(self.rows))
        return float(self.vectors.shape[1] * 4 if self.index is None else self.index.code_size)

    @property
    def fixed_bytes(self) -> float:
        """Bytes that do not grow with the texts: ranges, centres, axes."""
        return self.stored - self.bytes_per_vector * len(self.rows)

    def search(self, queries: Floats, depth: int, excluded: Ints, progress: Progress) -> Found:
        """The best texts for unit queries `(q, d)`: `(q, min(depth, n))`, equal scores by lower row; as `search.dense`.

        Scores are inner products with what the bits stand for; of binary vectors 1 - 2 x the share of bits that differ.
        HNSW finds no more than efSearch.
        """
        asked, found = self.reducer(queries), nowhere(len(queries), min(depth, self.n))
        out = self._places(excluded)
        if self.index is None:
            exact = dense(asked, self.vectors, min(depth, len(self.rows)), out, progress)
            self._write(found, slice(None), exact.rows, exact.scores)
            return found
        for start in range(0, len(asked), AT_ONCE):
            part = slice(start, min(start + AT_ONCE, len(asked)))
            self._write(found, part, *self._near(asked[part], out[part], found.rows.shape[1]))
            progress(part.stop, len(asked))
        return found

    def alike(self, a: Ints, b: Ints) -> Floats:
        """How alike texts are to each other in this form, pair by pair, `(p,)`; places among `rows`."""
        found: Floats = np.einsum("ij,ij->i", self.decoded(a), self.decoded(b), dtype=np.float32)
        return found

    def _near(self, asked: Floats, out: Ints, width: int) -> tuple[Ints, Floats]:
        """Places and scores `(q, width)`, best first, -1 and NaN where there is nothing more."""
        looked = max(width, RESULTS * self.form.oversampling)
        wanted = min(looked + int((out >= 0).any()), len(self.rows))
        if self.form.precision == "binary":
            bits, places = self.index.search(np.packbits(asked > 0, axis=1), wanted)
            values = (1 - 2 * bits / self.vectors.shape[1]).astype(np.float32)
        else:
            wanted = min(wanted, max(self.form.effort, RESULTS + 1)) if self.form.index == "hnsw" else wanted
            values, places = self.index.search(np.ascontiguousarray(asked), wanted)
        there: npt.NDArray[np.bool_] = np.abs(asked).max(axis=1, keepdims=True) > 0
        gone = (places < 0) | (places == out[:, None]) | ~there
        values = np.where(gone, -np.inf, values)
        order = np.lexsort((places, -values), axis=1)[:, :looked]
        values, places = np.take_along_axis(values, order, axis=1), np.take_along_axis(places, order, axis=1)
        places = np.where(np.isfinite(values), places, NOWHERE)
        values = np.where(places == NOWHERE, np.nan, values).astype(np.float32)
        if self.form.oversampling:
            places, values = self._rescored(asked, places, values)
        return places[:, :width], values[:, :width]

    def _rescored(self, asked: Floats, places: Ints, values: Floats) -> tuple[Ints, Floats]:
        """The first of each ranking by the float32 query and what the bits stand for, +1 or -1."""
        again = RESULTS * self.form.oversampling
        for query, own in enumerate(places):
            first = own[:again][own[:again] != NOWHERE]
            scores = self.decoded(first) @ asked[query]
            rows, values[query] = fusion.reordered(own.astype(np.int32), scores.astype(np.float32))
            places[query] = rows
        return places, values

    def _write(self, found: Found, part: slice, places: npt.NDArray[Any], values: Floats) -> None:
        width = places.shape[1]
        found.rows[part, :width] = np.where(places == NOWHERE, NOWHERE, self.rows[places])
        found.scores[part, :width] = values

    def _places(self, excluded: Ints) -> Ints:
        """Where excluded rows stand among those held, -1 where they do not."""
        at = np.full(self.n + 1, -1, np.int64)
        at[self.rows] = np.arange(len(self.rows))
        places: Ints = np.where(excluded >= 0, at[excluded], -1)
        return places

    def decoded(self, places: Ints) -> Floats:
        """What is held of some texts, as numbers `(p, size)`."""
        if self.form.precision == "binary":
            bits = np.unpackbits(self.codes[places], axis=1)[:, : self.vectors.shape[1]]
            return (2.0 * bits - 1.0).astype(np.float32) / np.float32(self.vectors.shape[1] ** 0.5)
        if self.index is None or self.form.index:
            return self.vectors[places]
        decoded: Floats = self.index.sa_decode(self.codes[places])
        return decoded

    @cached_property
    def codes(self) -> npt.NDArray[np.uint8]:
        """The bytes that stand for the texts, `(m, bytes)`; float32 has none."""
        if self.form.precision == "binary":
            return np.packbits(self.vectors > 0, axis=1)
        codes: npt.NDArray[np.uint8] = self.index.sa_encode(self.vectors)
        return codes


def hold(texts: Floats, form: Form, seed: int, like: Held | None = None) -> Held:
    """Unit float32 vectors `(n, d)` held in a form; what must be learnt is learnt on at most 20,000 drawn at random.

    `like` holds the same texts, with the same seed, in the same dimensions but other bits: they are not reduced again.
    Raises VecassayError where the texts are too few for it, or the dimension too large.
    """
    if like and like.form.reduced == form.reduced:
        rows, reducer, vectors = like.rows, like.reducer, like.vectors
    else:
        rows = np.flatnonzero(texts.any(axis=1))
        there = texts if len(rows) == len(texts) else texts[rows]
        reducer = Reducer.of(there, form, seed)
        vectors = np.ascontiguousarray(reducer(there))
    if form.precision == "float32" and not form.index:
        return Held(form, len(texts), rows, vectors, reducer)
    index = binary(vectors) if form.precision == "binary" else trained(vectors, form, seed)
    return Held(form, len(texts), rows, vectors, reducer, index)
