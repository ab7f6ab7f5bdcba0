"""Vectors looked at before they are kept: whose they are, whether they are finite, how long."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.digest import Keys, digest_each
from core.errors import VecassayError
from core.importing.matching import Match, Wanted, match
from core.importing.table import Table
from core.providers.finished import Finished
from core.retrieval.judged import text_ids
from core.types import Corpus, Floats

ALIKE = 1e-3
"""How far two vectors of one text may be apart, as a share of their length: machines round differently."""


@dataclass(frozen=True)
class Look:
    """What vectors are, in numbers: how many, how wide, of what type, how long; zero ones; copies that differ."""

    what: str
    n: int
    dimension: int
    dtype: str
    how: str
    shortest: float
    longest: float
    zeros: int
    differing: int

    def sentences(self) -> list[str]:
        """In words."""
        one = np.isclose([self.shortest, self.longest], 1, atol=1e-3).all()
        lengths = "all of length 1" if one else f"lengths {self.shortest:.4g} to {self.longest:.4g}"
        said = [f"{self.n:,} {self.what} × {self.dimension:,} dimensions, {self.dtype}, {self.how}; {lengths}."]
        if self.zeros:
            said.append(f"{self.zeros:,} of them are zero: like nothing, so that nothing finds them.")
        if self.differing:
            said.append(
                f"{self.differing:,} {self.what} repeat an earlier one with another vector; the first one's counts."
            )
        return said


@dataclass(frozen=True, eq=False)
class Brought:
    """Vectors that may be kept, and what is to be said of them first."""

    finished: Finished
    texts: Look
    queries: Look | None
    lacking: int
    """Queries of the test set that have no vectors."""

    def sentences(self) -> list[str]:
        """What was understood, in words."""
        said = self.texts.sentences() + (self.queries.sentences() if self.queries else [])
        if self.lacking:
            said.append(
                f"The test set's {self.lacking:,} queries have no vectors: retrieval cannot be scored without them."
            )
        said.append("Cosines are taken at length 1, whatever the lengths; nothing is changed in what you bring.")
        return said


def check(corpus: Corpus, texts: Table, queries: Table | None = None) -> Brought:
    """Match vectors with a corpus, and those of its queries; raises VecassayError when one is missing or not finite."""
    if queries is not None and not corpus.queries:
        raise VecassayError(
            f"{corpus.name} has no queries: {queries.name} cannot be matched. Load a test set for the texts first."
        )
    own = Wanted("texts", corpus.texts, text_ids(corpus), corpus.ids is not None)
    names, vectors, look = _looked(texts, own)
    asked_names, asked, asked_look = names[:0], vectors[:0], None
    if queries is not None:
        _check_width(texts, queries)
        words, ids = (tuple(getattr(query, part) for query in corpus.queries) for part in ("text", "id"))
        asked_names, asked, asked_look = _looked(queries, Wanted("queries", words, ids, True))
    finished = Finished(corpus.texts_digest, corpus.name, names, vectors, asked_names, asked)
    return Brought(finished, look, asked_look, 0 if queries is not None else len(corpus.queries))


def _looked(table: Table, wanted: Wanted) -> tuple[Keys, Floats, Look]:
    """Digest and float32 vector of each different text, its first row's; what is to be said of them."""
    found = match(table, wanted)
    vectors = _finite(table)[found.rows]
    names = digest_each(wanted.texts)
    first, inverse = _first(names)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    again = np.flatnonzero(first[inverse] != np.arange(len(names)))
    apart = np.linalg.norm(vectors[again].astype(np.float64) - vectors[first[inverse[again]]], axis=1)
    differing = int((apart > ALIKE * lengths[again]).sum())
    kept = vectors if len(first) == len(names) else vectors[first]
    return names[first], np.ascontiguousarray(kept), _look(table, wanted, found, lengths, differing)


def _look(table: Table, wanted: Wanted, found: Match, lengths: npt.NDArray[np.float64], differing: int) -> Look:
    return Look(
        wanted.what,
        len(found.rows),
        table.vectors.shape[1],
        table.vectors.dtype.name,
        found.how,
        float(lengths.min(initial=np.inf, where=lengths > 0)) if lengths.any() else 0.0,
        float(lengths.max(initial=0)),
        int((lengths == 0).sum()),
        differing,
    )


def _first(names: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first row of each different name, ascending; and for each row which of them it repeats."""
    places: dict[bytes, int] = {}
    rows: list[int] = []
    inverse = []
    for row, name in enumerate(names.tolist()):
        if name not in places:
            places[name] = len(rows)
            rows.append(row)
        inverse.append(places[name])
    return np.array(rows, np.int64), np.array(inverse, np.int64)


def _finite(table: Table) -> Floats:
    """The vectors as float32; raises VecassayError for NaN, infinity, and what float32 cannot hold."""
    with np.errstate(over="ignore"):
        vectors = np.ascontiguousarray(table.vectors, np.float32)
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        raise VecassayError(
            f"{table.name}: {len(bad):,} of {len(vectors):,} rows hold NaN, infinity, or numbers beyond float32; the "
            f"first is row {bad[0] + 1:,}. Compute these vectors again: a model gives finite ones."
        )
    return vectors


def _check_width(texts: Table, queries: Table) -> None:
    there, asked = texts.vectors.shape[1], queries.vectors.shape[1]
    if there != asked:
        raise VecassayError(
            f"{texts.name} has vectors of {there:,} numbers and {queries.name} of {asked:,}: they are of two models. "
            f"Bring the queries' vectors of the model that made the texts'."
        )
