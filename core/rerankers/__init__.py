"""Models that read a query and a text together and say how well they fit: slow, so only for the best few results.

One library per file; a new file here with a registered one is all it takes.
"""

from collections.abc import Sequence
from typing import Protocol

from core.registry import Registry, discover
from core.types import Floats, ModelCard, ModelSpec, Progress


class Reranker(Protocol):
    """A loaded reranker; `nbytes` is what it holds in memory."""

    nbytes: int

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        """How well each text answers the query, float32 `(t,)`: larger is better, comparable within one query only."""
        ...


class Library(Protocol):
    """One library that opens rerankers. All but `prepare` and `load` are light and never touch the network."""

    key: str
    label: str
    help: str
    requires: tuple[str, ...]

    def identity(self, spec: ModelSpec) -> str:
        """Digest of everything that changes a score; raises NotReady while the files are not here."""
        ...

    def ready(self, spec: ModelSpec) -> bool:
        """Whether the files are on this machine."""
        ...

    def card(self, spec: ModelSpec) -> ModelCard:
        """The catalogue's card, completed from the model's own files where they are here."""
        ...

    def prepare(self, spec: ModelSpec, progress: Progress | None = None) -> None:
        """Bring the files to this machine, progress in bytes; nothing when they are here."""
        ...

    def load(self, spec: ModelSpec) -> Reranker:
        """The reranker, ready to run; raises VecassayError when it cannot be had as asked."""
        ...


REGISTRY: Registry[Library] = Registry("reranker library")
discover(__name__)


def ready(spec: ModelSpec) -> bool:
    """Whether the reranker's files are on this machine."""
    return REGISTRY[spec.provider].ready(spec)


def prepare(spec: ModelSpec, progress: Progress | None = None) -> None:
    """Bring the reranker's files to this machine."""
    REGISTRY[spec.provider].prepare(spec, progress)


def identity(spec: ModelSpec) -> str:
    """Digest of everything that changes a score, as 32 hexadecimal digits; raises NotReady without the files."""
    return REGISTRY[spec.provider].identity(spec)


def load(spec: ModelSpec) -> Reranker:
    """The reranker, ready to run; the last one stays loaded."""
    return REGISTRY[spec.provider].load(spec)
