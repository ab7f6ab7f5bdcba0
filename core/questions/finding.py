"""How a candidate answers queries: models, BM25, fusion and rerankers put together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core import rerankers
from core.compression.holding import hold
from core.errors import VecassayError
from core.retrieval import bm25, candidates, fusion
from core.retrieval.candidates import Candidate
from core.retrieval.forms import SEED, Form
from core.retrieval.search import NOWHERE, Found, dense, nowhere
from core.types import Corpus, Ints, Query
from core.work import Work


@dataclass(frozen=True, eq=False)
class Finder:
    """Who looks for what among the texts of a corpus: `excluded[i]` is the row query i must not find, or -1.

    `models` and `rerankers` are as questions name them (key to digest), at least those that take part.
    """

    work: Work
    corpus: str
    models: Mapping[str, str]
    rerankers: Mapping[str, str]
    queries: Sequence[str]
    excluded: Ints
    depth: int

    def find(self, candidate: Candidate, part: Callable[[str], Found] | None = None) -> Found:
        """The candidate's ranking; what it is put together from comes from `part`, which finds it here by default."""
        part = part or (lambda word: self.find(candidates.parse(word)))
        if candidate.reranker:
            return self._rerank(part(replace(candidate, reranker="").key), candidate.reranker)
        if candidate.fused:
            both = [part(replace(candidate, fused=False).key), part(candidates.BM25)]
            return fusion.reciprocal(both, len(self.work.corpus(self.corpus)), self.depth)
        return self._dense(candidate.model, candidate.form) if candidate.embeds else self._lexical()

    def _dense(self, key: str, form: Form) -> Found:
        (view,) = self.work.views(self.corpus, {key: self.models[key]})
        asked = view.asked(self.queries)
        if form.plain:
            return dense(asked.unit, view.unit, self.depth, self.excluded, self.work.progress)
        return hold(view.unit, form, SEED).search(asked.unit, self.depth, self.excluded, self.work.progress)

    def _lexical(self) -> Found:
        index = bm25.index(self.work.corpus(self.corpus))
        return index.search(self.queries, self.depth, self.excluded, self.work.progress)

    def _rerank(self, base: Found, key: str) -> Found:
        spec, texts = self.work.spec(key), self.work.corpus(self.corpus).texts
        if rerankers.identity(spec) != self.rerankers[key]:
            raise VecassayError(
                f"{spec.label} is not the reranker this question was asked about: its files changed since, or this "
                f"worker has other files. Reload the page to ask again."
            )
        reranker, found = rerankers.load(spec), nowhere(*base.rows.shape)
        for place, query in enumerate(self.queries):
            rows = base.rows[place]
            first = rows[: fusion.RERANKED][rows[: fusion.RERANKED] != NOWHERE]
            again = reranker.score(query, [texts[row] for row in first]) if len(first) else np.empty(0, np.float32)
            found.rows[place], found.scores[place] = fusion.reordered(rows, again)
            self.work.progress(place + 1, len(self.queries))
        return found


def asked(corpus: Corpus) -> tuple[Query, ...]:
    """The queries of a test set; raises VecassayError when it has none."""
    if not corpus.queries:
        raise VecassayError(
            f"{corpus.name} has no queries: expected a test set of texts, queries and judgements. Load a folder or zip "
            f"in BEIR layout, add queries under Test set on the Retrieval page, or choose the sample helpdesk."
        )
    return corpus.queries


def taking_part(candidate: Candidate, digests: Mapping[str, str]) -> dict[str, str]:
    """Those of the models or rerankers that a candidate uses."""
    used = {candidate.model, candidate.reranker}
    return {key: digest for key, digest in digests.items() if key in used}


def check(candidate: Candidate, models: Mapping[str, str], rerankers: Mapping[str, str]) -> None:
    """Raise VecassayError unless whoever takes part is named with a digest."""
    for key, named in ((candidate.model, models), (candidate.reranker, rerankers)):
        if key and key != candidates.BM25 and key not in named:
            raise VecassayError(f"Expected the digest of {key}, which {candidate.key} uses; got {sorted(named)}.")
