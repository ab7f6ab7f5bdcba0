"""Vectors that were computed elsewhere: looked up, text by text, for the one corpus they were brought for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.digest import digest_each
from core.errors import NotReady, VecassayError
from core.providers import REGISTRY, Encoder, finished
from core.providers.finished import Finished
from core.types import Corpus, Floats, Ints, ModelCard, ModelSpec, Progress, Role, Space


class Imported:
    """A model of which only vectors are here. `name` is what its owner calls it, `revision` the vectors' digest."""

    key = "imported"
    label = "Vectors computed elsewhere"
    help = "Vectors of the chosen texts that you have already, as .npy or Parquet. Looked up, never computed here."
    requires: tuple[str, ...] = ("safetensors",)
    fitted = False
    remote = False
    brought = True

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:
        """Identity by name and every number; raises VecassayError for other texts than they were brought for."""
        told = finished.told(spec.label, spec.revision)
        if corpus is not None and told.get("texts") != corpus.texts_digest:
            raise VecassayError(
                f"{spec.label} was brought as finished vectors of other texts ({told.get('corpus')}), and has none of "
                f"these. Choose those texts, or bring vectors of these, too."
            )
        # The roles never share a shelf: a query that is also a text may have had another vector where it was made.
        return Space(
            provider=self.key,
            name=spec.name,
            weights=spec.revision or "",
            query_prompt=Role.QUERY.value,
            document_prompt=Role.DOCUMENT.value,
            label=spec.label,
        )

    def ready(self, spec: ModelSpec) -> bool:
        """Whether the file is on this machine."""
        try:
            finished.told(spec.label, spec.revision)
        except NotReady:
            return False
        return True

    def has(self, spec: ModelSpec, texts: Sequence[str], role: Role) -> bool:
        """Whether a vector of each of these texts was brought, without reading the vectors."""
        return set(digest_each(texts).tolist()) <= set(finished.names(spec.label, spec.revision, role).tolist())

    def card(self, spec: ModelSpec) -> ModelCard:
        """What was seen when they were brought."""
        return spec.card

    def token_counts(self, spec: ModelSpec, texts: Sequence[str]) -> Ints | None:  # noqa: ARG002 - the same for all
        """None: how it reads texts is not known here."""
        return None

    def prepare(self, spec: ModelSpec, progress: Progress | None = None, texts: Sequence[str] = ()) -> None:  # noqa: ARG002 - nothing to check
        """Nothing can be done where the file is gone: raises NotReady, which says so."""
        finished.told(spec.label, spec.revision)

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Encoder:  # noqa: ARG002 - not fitted
        """The vectors in memory, each found by its text."""
        found = finished.read(spec.label, spec.revision)
        return _Encoder(found, spec.label, nbytes=found.nbytes)


@dataclass(eq=False)
class _Encoder:
    held: Finished
    label: str
    nbytes: int

    def __post_init__(self) -> None:
        names = {Role.DOCUMENT: self.held.names, Role.QUERY: self.held.query_names}
        self._rows = {role: {name: row for row, name in enumerate(own.tolist())} for role, own in names.items()}

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        """The rows that were brought; raises VecassayError, naming the first text, where one was not."""
        held = self.held.query_vectors if role is Role.QUERY else self.held.vectors
        found = [self._rows[role].get(name, -1) for name in digest_each(texts).tolist()]
        if -1 in found:
            raise self._lacking(texts[found.index(-1)], role)
        if progress is not None:
            progress(len(texts), len(texts))
        return np.ascontiguousarray(held[np.array(found, np.int64)])

    def _lacking(self, text: str, role: Role) -> VecassayError:
        none = role is Role.QUERY and not len(self.held.query_names)
        what = "without vectors for queries" if none else f"and none is of this {role.value}"
        way = " For the queries of a test set, import the vectors again with a file of theirs." if none else ""
        return VecassayError(
            f"{self.label} was brought as finished vectors, {what}: texts of its own cannot be embedded with it "
            f"({text[:60]!r}). Name the model it came from to embed new texts.{way}"
        )


REGISTRY.add(Imported.key, Imported())
