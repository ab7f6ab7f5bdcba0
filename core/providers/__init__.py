"""Texts in, vectors out: one library per file. A new file here with a registered provider is all it takes."""

from collections.abc import Sequence
from typing import Protocol

from core.registry import Registry
from core.types import Corpus, Encoder, Ints, ModelCard, ModelSpec, Progress, Space


class Provider(Protocol):
    """One library that turns texts into vectors; one file each, found by discovery.

    `space`, `card` and `token_counts` are light: they import no torch and never touch the network.
    """

    key: str
    label: str
    help: str
    requires: tuple[str, ...]

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:
        """Identity of the space; raises `NotReady` while the files are not on this machine."""
        ...

    def card(self, spec: ModelSpec) -> ModelCard:
        """The catalogue's card, completed from the model's own files where they are here."""
        ...

    def token_counts(self, spec: ModelSpec, texts: Sequence[str]) -> Ints | None:
        """Tokens per text before truncation, `(n,)`, prompt and special tokens included; None: no limit."""
        ...

    def prepare(self, spec: ModelSpec, progress: Progress | None = None) -> None:
        """Bring the files to this machine: download, or make them; does nothing when they are here."""
        ...

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Encoder:
        """The encoder, ready to run; `corpus` is what a fitted model is fitted on."""
        ...


REGISTRY: Registry[Provider] = Registry("provider")
