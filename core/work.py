"""What a question has at hand: corpora, models, vectors and other answers, each computed only if the store lacks it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from core import catalog, embedding, loading, providers, questions
from core.digest import Keys, digest_each
from core.errors import VecassayError
from core.store import Store
from core.types import (
    Answer,
    Corpus,
    Embeddings,
    Floats,
    Ints,
    Model,
    ModelSpec,
    Progress,
    Question,
    Role,
    check_same_space,
)

NARROW, WIDE, MANY = 16, 100, 50_000
"""Widths of neighbour graphs: UMAP needs 14, overlap and trust 10 unless told otherwise.

Very many texts get the wide one at once: it takes a third more time, which matters less than a second graph search.
"""


def quiet(done: int, total: int) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, eq=False)
class Work:
    """The store, someone to report progress to, and how to answer another question on the way."""

    store: Store
    answer: Callable[["Work", Question], Answer]
    progress: Progress = quiet
    alone: bool = True
    """Whether no other job shares this process while the question is answered, for what is timed."""
    _corpora: dict[str, Corpus] = field(default_factory=dict)

    def corpus(self, fingerprint: str) -> Corpus:
        """A stored corpus; raises VecassayError when it is not in the store (any more)."""
        if fingerprint not in self._corpora:
            self._corpora[fingerprint] = find_corpus(self.store, fingerprint)
        return self._corpora[fingerprint]

    def ask(self, name: str, **arguments: Any) -> Answer:
        """Another question's answer, from the store or computed here."""
        return self.answer(self, Question(name, arguments, questions.REGISTRY[name].version))

    def spec(self, key: str) -> ModelSpec:
        """A model of the catalogue, or one that somebody added."""
        return find_spec(self.store, key)

    def models(self, corpus: str, spaces: Mapping[str, str]) -> list[Model]:
        """The models a question names; raises VecassayError when one's space is not the one it was asked about."""
        found = [resolve(self.spec(key), self.corpus(corpus)) for key in spaces]
        for model, expected in zip(found, spaces.values(), strict=True):
            if model.space.digest != expected:
                raise VecassayError(
                    f"{model.label} is not the model this question was asked about: its files, prompts or settings "
                    f"changed since, or this worker has other files, or a processor for which another backend was "
                    f"chosen. Reload the page to ask again; on a cluster, set VECASSAY_BACKEND alike (such as torch)."
                )
        return found

    def embed(self, texts: tuple[str, ...] | list[str], model: Model, role: Role, fit: Corpus) -> Embeddings:
        """Vectors for texts in this order, `(n, d)`; only what the store lacks is encoded, each chunk kept at once."""
        names = fit.digests if texts is fit.texts else None
        return embedding.embed(self.store, texts, model, role, fit=fit, progress=self.progress, names=names)

    def fill(self, texts: list[str], names: Keys, model: Model, role: Role, fit: Corpus) -> None:
        """Let the store have these texts' vectors (`names`: their digests, `(n,)`); none is read."""
        embedding.fill(self.store, texts, model, role, fit=fit, progress=self.progress, names=names)

    def timing(
        self, fit: Corpus, models: Iterable[Model]
    ) -> AbstractContextManager[Callable[[Model], providers.Encoder]]:
        """How these models are loaded afresh to be timed on a corpus; see `core.loading.timing`."""
        return loading.timing(self.store, fit, models)

    def afresh(self, texts: list[str], model: Model, role: Role, fit: Corpus) -> Floats:
        """Vectors of texts made now, `(n, d)`, past the store; for what asks whether a model repeats itself."""
        return embedding.afresh(self.store, texts, model, role, fit=fit)

    def views(self, corpus: str, spaces: Mapping[str, str]) -> list["View"]:
        """The corpus as each of the models sees it, in the question's order."""
        return [View(self, corpus, model) for model in self.models(corpus, spaces)]


@dataclass(frozen=True, eq=False)
class View:
    """One stored corpus as one model sees it; what measures look at."""

    work: Work
    corpus: str
    model: Model

    @cached_property
    def embeddings(self) -> Embeddings:
        """The model's vectors for the corpus."""
        corpus = self.work.corpus(self.corpus)
        return self.work.embed(corpus.texts, self.model, Role.DOCUMENT, fit=corpus)

    def asked(self, texts: Sequence[str], role: Role = Role.QUERY) -> Embeddings:
        """Other texts as the model sees them, to be held against the corpus' own.

        Every question that compares what is asked with the corpus goes this way: SpaceMismatch, naming both models, is
        raised unless both are of one space.
        """
        found = self.work.embed(tuple(texts), self.model, role, fit=self.work.corpus(self.corpus))
        check_same_space(found.space, self.embeddings.space)
        return found

    @property
    def unit(self) -> Floats:
        """Vectors at length 1, `(n, d)`."""
        return self.embeddings.unit

    @cached_property
    def labels(self) -> npt.NDArray[np.str_] | None:
        """Label of each text, `(n,)`, or None."""
        labels = self.work.corpus(self.corpus).labels
        return None if labels is None else np.array(labels)

    def neighbors(self, k: int) -> Ints:
        """Each text's k most similar other texts, `(n, k)`, best first."""
        ids: Ints = self.near(k)["ids"].astype(np.int64)
        return ids

    def near(self, k: int) -> Answer:
        """The `neighbors` answer for k, cut from one of a standard width, which is computed and kept once for all k."""
        models = {self.model.spec.key: self.model.space.digest}
        width = graph_width(len(self.work.corpus(self.corpus)), k)
        found = self.work.ask("neighbors", corpus=self.corpus, models=models, k=width)
        return {**found, "ids": found["ids"][:, :k], "cosines": found["cosines"][:, :k]}


def graph_width(n: int, k: int) -> int:
    """How many neighbours are looked for when k are wanted: 16 or 100, one width for very many texts, else hundreds."""
    return NARROW if k <= NARROW and n <= MANY else max(1, -(-k // WIDE)) * WIDE


def find_corpus(store: Store, fingerprint: str) -> Corpus:
    """A stored corpus by fingerprint."""
    corpus = store.corpora.get(fingerprint)
    if corpus is None:
        raise VecassayError(
            f"The texts with fingerprint {fingerprint} are not in this store: they were deleted, or the link is from "
            f"another server. Load the texts again; vectors that were kept will be found."
        )
    return corpus


def spoken(corpus: Corpus, role: Role) -> tuple[str, ...]:
    """What a corpus says in a role: its texts; as queries, its own queries where it has some."""
    return tuple(query.text for query in corpus.queries) if role is Role.QUERY and corpus.queries else corpus.texts


def names(corpus: Corpus, role: Role) -> Keys:
    """The digest of each text that `spoken` gives, `(n,)`."""
    said = spoken(corpus, role)
    return corpus.digests if said is corpus.texts else digest_each(said)


def find_spec(store: Store, key: str) -> ModelSpec:
    """A model or reranker by key: of the catalogue first, then those people added."""
    known = {**catalog.models(), **catalog.rerankers()}
    if key in known:
        return known[key]
    return store.models.get(key) or catalog.model(key)


def resolve(spec: ModelSpec, corpus: Corpus | None) -> Model:
    """The model with its space; raises NotReady while its files are not on this machine."""
    return Model(spec, providers.REGISTRY[spec.provider].space(spec, corpus))
