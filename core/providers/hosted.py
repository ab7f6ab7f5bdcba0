"""What hosted models share: nothing to download, an identity by name and address, and answers that are checked."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.errors import VecassayError
from core.providers import Encoder, access, calls, unavailable
from core.types import Corpus, Floats, Ints, ModelCard, ModelSpec, Progress, Role, Space


class Hosted(ABC):
    """A vendor's embedding models; each vendor says how a request is sent, and what one may hold."""

    key: str
    label: str
    help: str
    requires: tuple[str, ...]
    fitted: bool = False
    remote: bool = True
    keys: tuple[str, ...]
    """The environment variables that may hold the vendor's key; the first that is set counts."""
    roles: tuple[str, ...] = ()
    """Words by which the vendor tells queries from documents; empty where a prompt goes before the text instead."""
    role_needed: bool = False

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:  # noqa: ARG002 - not fitted
        """Identity by name and address: whoever answers there is trusted to give one name to one model."""
        self._check_roles(spec)
        return Space(
            provider=self.key,
            name=spec.name,
            weights="",
            query_prompt=spec.query_prompt,
            document_prompt=spec.document_prompt,
            dimension=spec.dimension,
            made=access.check_url(spec.url) if spec.url else "",
            label=spec.label,
        )

    def ready(self, spec: ModelSpec) -> bool:  # noqa: ARG002 - the same for all
        """Always: there are no files."""
        return True

    def card(self, spec: ModelSpec) -> ModelCard:
        """The catalogue's card."""
        return spec.card

    def token_counts(self, spec: ModelSpec, texts: Sequence[str]) -> Ints | None:  # noqa: ARG002 - the same for all
        """None: its tokenizer is not here; the vendor's own count is kept with each request."""
        return None

    def prepare(self, spec: ModelSpec, progress: Progress | None = None, texts: Sequence[str] = ()) -> None:  # noqa: B027 - for all
        """Nothing: there are no files."""

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Encoder:  # noqa: ARG002 - not fitted
        """A client of the vendor's own library, with the key; sends nothing yet."""
        access.allowed(spec)
        self._check_roles(spec)
        key = access.needed_key(spec, self.keys)
        lacking = unavailable(self)
        if lacking:
            raise VecassayError(f"{spec.label} needs the library of {self.label}. Install it with: {lacking}")
        return calls.HostedEncoder(spec, self.limits(spec), self.connect(spec, key))

    @abstractmethod
    def limits(self, spec: ModelSpec) -> calls.Limits:
        """What one request may hold."""

    @abstractmethod
    def connect(self, spec: ModelSpec, key: str) -> Callable[[list[str], Role], calls.Answered]:
        """What embeds the texts of one request; an empty key is an endpoint that needs none."""

    def _check_roles(self, spec: ModelSpec) -> None:
        """Raise VecassayError for a role word that the vendor does not know, or wants and does not get."""
        for role in Role:
            word = spec.prompt(role)
            if not self.roles or word in self.roles or not (word or self.role_needed):
                continue
            raise VecassayError(
                f"{spec.label}: {self.label} is told what a text is by a word, not by a prompt. Expected for each "
                f"{role.value} one of {', '.join(self.roles)}{'' if self.role_needed else ', or nothing'}; got "
                f"{word!r}. Nothing was sent."
            )


def matrix(spec: ModelSpec, vectors: Sequence[Sequence[float]], n: int) -> Floats:
    """The vectors of an answer, `(n, d)`; raises VecassayError for another number of them, or different widths."""
    widths = sorted({len(vector) for vector in vectors})
    if len(vectors) != n or len(widths) != 1 or not widths[0]:
        raise VecassayError(
            f"{spec.label} answered with vectors {widths} wide for {len(vectors)} of {n} texts; nothing of that "
            f"request is kept. Try again; if it stays so, the endpoint is not to be used."
        )
    try:
        return np.array(vectors, np.float32)
    except (TypeError, ValueError) as error:
        raise unreadable(spec, error) from error


def in_order(spec: ModelSpec, data: Sequence[Any], n: int, read: Callable[[Any], Any] = list) -> Floats:
    """Vectors in the order asked, `(n, d)`, of an answer whose entries say which text they belong to.

    `read` makes numbers of an entry's embedding.
    """
    found = sorted(data, key=lambda each: int(each.index))
    there = {each.index for each in found} & set(range(n))
    if len(there) != n:
        raise VecassayError(
            f"{spec.label} answered with vectors for {len(there)} of {n} texts; nothing of that request is kept. Try "
            f"again; if it stays so, the endpoint is not to be used."
        )
    return matrix(spec, [read(each.embedding) for each in found], n)


def unreadable(spec: ModelSpec, error: Exception) -> VecassayError:
    """The error for an answer that is none."""
    words = " ".join(str(error).split())[:200]
    return VecassayError(f"{spec.label}: the answer could not be read ({words}). Nothing of it is kept. Try again.")
