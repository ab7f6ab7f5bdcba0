"""The nouns every part of Vecassay agrees on: one word, one meaning."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from json import dumps
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from core.digest import Keys, digest, digest_each
from core.errors import BadVectors, SpaceMismatch

Floats: TypeAlias = npt.NDArray[np.float32]
Ints: TypeAlias = npt.NDArray[np.int64]
Answer: TypeAlias = Mapping[str, Any]
"""What a question returns, by name: small tables (DataFrame), arrays (ndarray) and plain JSON facts."""
Progress: TypeAlias = Callable[[int, int], None]
"""Called with (done, total) in texts; may raise `Cancelled`."""


class Role(StrEnum):
    """What a text is to an asymmetric model: something to find, or something to find it with."""

    DOCUMENT = "document"
    QUERY = "query"


@dataclass(frozen=True)
class ModelCard:
    """What is known about a model before it runs; None or empty means unknown."""

    dimension: int | None = None
    parameters: int | None = None
    download_bytes: int | None = None
    max_tokens: int | None = None
    languages: tuple[str, ...] = ()
    licence: str = ""
    matryoshka: tuple[int, ...] = ()
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class ModelSpec:
    """What to run: enough to load the model again, anywhere. `url` is the address of an endpoint, for hosted models."""

    key: str
    label: str
    provider: str
    name: str
    revision: str | None = None
    query_prompt: str = ""
    document_prompt: str = ""
    max_tokens: int | None = None
    dimension: int | None = None
    backend: str = ""
    card: ModelCard = field(default_factory=ModelCard)
    url: str = ""

    def prompt(self, role: Role) -> str:
        """The text put before every text of this role."""
        return self.query_prompt if role is Role.QUERY else self.document_prompt

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary, the opposite of `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "ModelSpec":
        """Read what `to_json` wrote, or a table of the catalogue."""
        card = raw.get("card", {})
        several = {name: tuple(card.get(name, ())) for name in ("languages", "matryoshka")}
        return cls(**{**raw, "card": ModelCard(**{**card, **several})})


@dataclass(frozen=True)
class Space:
    """The identity of an embedding space: everything that changes a vector, and nothing else.

    `weights` is a resolved revision or a digest of the weight and configuration files; `made` tells how a
    derived model was made; `fitted_on` is the texts' digest for a model fitted on a corpus; `backend` is
    named only when it is lossy. `label` is for messages and is no part of the identity.
    """

    provider: str
    name: str
    weights: str
    query_prompt: str = ""
    document_prompt: str = ""
    max_tokens: int | None = None
    dimension: int | None = None
    backend: str = ""
    made: str = ""
    fitted_on: str = ""
    label: str = field(default="", compare=False)

    @cached_property
    def digest(self) -> str:
        """Identity as 32 hexadecimal digits."""
        facts = {name: value for name, value in asdict(self).items() if name != "label"}
        return digest(["space", dumps(facts, sort_keys=True)])

    def shelf(self, role: Role) -> str:
        """Where vectors of this space and role are kept; the roles of a symmetric model share one shelf."""
        prompt = self.query_prompt if role is Role.QUERY else self.document_prompt
        symmetric = self.query_prompt == self.document_prompt
        return digest(["shelf", self.digest, prompt, "" if symmetric else role.value])


def check_same_space(a: Space, b: Space) -> None:
    """Raise `SpaceMismatch`, naming both models, unless the two spaces are one."""
    if a != b:
        raise SpaceMismatch(
            f"Vectors of {a.label or a.name} and of {b.label or b.name} cannot be compared directly: they live in "
            f"different embedding spaces. Embed both sides with one model."
        )


@dataclass(frozen=True)
class Query:
    """A question whose relevant texts may be known."""

    id: str
    text: str
    kind: str = ""


@dataclass(frozen=True)
class Judgement:
    """How relevant (grade, 0 = not) one text is to one query, both by id."""

    query_id: str
    text_id: str
    grade: int


@dataclass(frozen=True, eq=False)
class Corpus:
    """Ordered texts with optional labels, ids and titles; optionally queries and judgements.

    `texts` is what is embedded (a title, where there is one, already stands before its text). Rows are kept as
    they came, duplicates included: row i is text i for every model.
    """

    name: str
    texts: tuple[str, ...]
    labels: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    titles: tuple[str, ...] | None = None
    queries: tuple[Query, ...] = ()
    judgements: tuple[Judgement, ...] = ()

    def __post_init__(self) -> None:
        for what in ("labels", "ids", "titles"):
            column = getattr(self, what)
            if column is not None and len(column) != len(self.texts):
                raise ValueError(f"expected {len(self.texts)} {what}, one per text; got {len(column)}")

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def texts_digest(self) -> str:
        """Digest of the texts alone, in order; what a model fitted on them depends on."""
        return digest(self.texts)

    @cached_property
    def digests(self) -> Keys:
        """Digest of each text, `(n,)`: the names under which the store keeps their vectors."""
        return digest_each(self.texts)

    @cached_property
    def fingerprint(self) -> str:
        """Digest of everything but the name: any changed text, order, label, id, query or grade changes it."""
        columns = ("none" if column is None else digest(column) for column in (self.labels, self.ids, self.titles))
        asked = digest(part for query in self.queries for part in (query.id, query.text, query.kind))
        judged = digest(part for j in self.judgements for part in (j.query_id, j.text_id, str(j.grade)))
        return digest(["corpus", self.texts_digest, *columns, asked, judged])


@dataclass(frozen=True, eq=False)
class Embeddings:
    """One space's vectors for one corpus and role: read-only float32 `(n, d)`, all finite, or BadVectors is raised."""

    space: Space
    role: Role
    vectors: Floats

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.vectors.dtype != np.float32:
            raise BadVectors(f"Expected float32 (n, d); got {self.vectors.dtype} {self.vectors.shape}")
        # One sum tells of any NaN or infinity; it may overflow without one, so that only the second look is sure.
        if not np.isfinite(np.vdot(self.vectors, self.vectors)) and not np.isfinite(self.vectors).all():
            bad = int((~np.isfinite(self.vectors).all(axis=1)).sum())
            raise BadVectors(f"Expected finite vectors; {self.space.label} gave NaN or infinity for {bad} texts.")
        self.vectors.setflags(write=False)

    @cached_property
    def unit(self) -> Floats:
        """The rows at length 1, `(n, d)`; a zero row stays zero."""
        # float64, because a float32's square overflows above 1e19 and vanishes below 1e-23.
        lengths = np.sqrt(np.einsum("ij,ij->i", self.vectors, self.vectors, dtype=np.float64))[:, None]
        unit: Floats = np.divide(self.vectors, lengths, out=np.zeros_like(self.vectors), where=lengths > 0)
        unit.setflags(write=False)
        return unit

    def __len__(self) -> int:
        return len(self.vectors)


@dataclass(frozen=True)
class Model:
    """A spec whose space is known: what a study compares."""

    spec: ModelSpec
    space: Space

    @property
    def label(self) -> str:
        """The name people see."""
        return self.spec.label


@dataclass(frozen=True, eq=False)
class Study:
    """One corpus seen by several models; row i is the same text everywhere, by construction."""

    corpus: Corpus
    models: tuple[Model, ...]

    def only(self, *keys: str) -> "Study":
        """The same corpus with just these models, in this order."""
        return replace(self, models=tuple(model for key in keys for model in self.models if model.spec.key == key))


@dataclass(frozen=True)
class Question:
    """A registered pipeline function plus its arguments, all of them digests, names and numbers."""

    name: str
    arguments: Mapping[str, Any]
    version: int = 1

    @cached_property
    def key(self) -> str:
        """Digest of name, version and arguments: the name of the answer and of the job."""
        return f"{self.name}-{digest([self.name, str(self.version), dumps(self.arguments, sort_keys=True)])}"
