"""Candidates as they answer one query in production: embed it, search, fuse, rerank."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core import providers, rerankers
from core.compression.holding import Held
from core.errors import VecassayError
from core.linalg import nearest
from core.retrieval import bm25, fusion
from core.retrieval.candidates import Candidate
from core.retrieval.search import NOWHERE, Found
from core.types import Corpus, Embeddings, Floats, Model, Role, check_same_space
from core.work import quiet

TOP = 10
FREE = np.array([-1])
"""No text is left out: what is timed is any query, not one of the test set's."""


@dataclass(frozen=True, eq=False)
class Served:
    """A model with its texts searchable. Raises SpaceMismatch for texts embedded by another one."""

    model: Model
    encoder: providers.Encoder
    texts: Embeddings

    def __post_init__(self) -> None:
        check_same_space(self.model.space, self.texts.space)

    @property
    def vectors(self) -> Floats:
        """The texts' vectors at length 1, `(n, d)`."""
        return self.texts.unit

    def encode(self, texts: Sequence[str], role: Role) -> Floats:
        """Vectors fresh from the model, `(t, d)`."""
        return self.encoder.encode(texts, role=role)


@dataclass(frozen=True, eq=False)
class Service:
    """All that candidates are put together from: models and rerankers by key, the BM25 index if any needs it.

    `shelves` hold the texts of a model in another form, by the model's key and the form's word behind it.
    """

    corpus: Corpus
    models: Mapping[str, Served]
    rerankers: Mapping[str, rerankers.Reranker]
    index: bm25.Index | None
    depth: int
    shelves: Mapping[str, Held] = field(default_factory=dict)

    def answering(self, candidate: Candidate) -> Callable[[Sequence[str]], Found]:
        """What answers queries for a candidate, from text to the best ten; called with one query at a time."""
        return lambda queries: self._answer(candidate, queries[0])

    def _answer(self, candidate: Candidate, query: str) -> Found:
        if not candidate.reranker:
            return self._base(candidate, query, TOP)
        base = self._base(candidate, query, fusion.RERANKED)
        rows = base.rows[0][base.rows[0] != NOWHERE]
        again = self.rerankers[candidate.reranker].score(query, [self.corpus.texts[row] for row in rows])
        best, scores = fusion.reordered(rows, again)
        return Found(best[None, :TOP], scores[None, :TOP])

    def _base(self, candidate: Candidate, query: str, depth: int) -> Found:
        if not candidate.fused:
            return self._dense(candidate, query, depth) if candidate.embeds else self._lexical(query, depth)
        both = [self._dense(candidate, query, self.depth), self._lexical(query, self.depth)]
        return fusion.reciprocal(both, len(self.corpus), depth)

    def _dense(self, candidate: Candidate, query: str, depth: int) -> Found:
        served = self.models[candidate.model]
        asked = Embeddings(served.model.space, Role.QUERY, served.encode([query], Role.QUERY))
        if candidate.held:
            return self.shelves[candidate.model + candidate.held].search(asked.unit, depth, FREE, quiet)
        rows, cosines = nearest(asked.unit, served.vectors, depth)
        return Found(rows.astype(np.int32), cosines)

    def _lexical(self, query: str, depth: int) -> Found:
        if self.index is None:
            raise VecassayError("Expected an index of the words for BM25; there is none.")
        return self.index.search([query], depth, FREE, quiet)

    def held(self, candidate: Candidate) -> int:
        """Bytes a candidate holds while it serves: models, vectors and index; libraries are not counted."""
        sizes = []
        if candidate.embeds:
            served = self.models[candidate.model]
            shelf = self.shelves[candidate.model + candidate.held].stored if candidate.held else served.vectors.nbytes
            sizes += [served.encoder.nbytes, shelf]
        if candidate.lexical and self.index is not None:
            sizes.append(self.index.nbytes)
        if candidate.reranker:
            sizes.append(self.rerankers[candidate.reranker].nbytes)
        return sum(int(size) for size in sizes)
