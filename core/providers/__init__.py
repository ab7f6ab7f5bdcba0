"""Texts in, vectors out: one library per file. A new file here with a registered provider is all it takes."""

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from core.errors import NotReady, VecassayError
from core.registry import Registry, discover, missing
from core.types import Corpus, Floats, Ints, ModelCard, ModelSpec, Progress, Role, Space

PACKAGES = {"sklearn": "scikit-learn", "google.genai": "google-genai"}
"""What pip calls a module, where that is not its own name with dashes."""
NO_LIMIT = 1_000_000


class Encoder(Protocol):
    """A loaded model. One method; `nbytes` is what it holds in memory, for the worker's budget."""

    nbytes: int

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        """Texts in, float32 `(n, d)` out, one finite row per text in the order asked; `(0, d)` for none."""
        ...


class Provider(Protocol):
    """One library that turns texts into vectors; one file each, found by discovery.

    All but `prepare` and `load` are light: they import no torch and never touch the network.
    """

    key: str
    label: str
    help: str
    requires: tuple[str, ...]
    fitted: bool
    """Whether the model is fitted on the corpus it then embeds."""
    remote: bool
    """Whether texts go over a network to be embedded; see `leaves` for those that leave this machine."""

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:
        """Identity of the space; raises `NotReady` while it depends on files that are not on this machine."""
        ...

    def ready(self, spec: ModelSpec) -> bool:
        """Whether the files are on this machine, so that `load` will find them; if not, `prepare` brings them."""
        ...

    def card(self, spec: ModelSpec) -> ModelCard:
        """The catalogue's card, completed from the model's own files where they are here."""
        ...

    def token_counts(self, spec: ModelSpec, texts: Sequence[str]) -> Ints | None:
        """Tokens per text before truncation, `(n,)`, document prompt and special tokens included; None: no limit."""
        ...

    def prepare(self, spec: ModelSpec, progress: Progress | None = None, texts: Sequence[str] = ()) -> None:
        """Bring the files to this machine: download (progress in bytes), or make them; nothing when they are here.

        `texts` are the user's: what is made is checked on some of them.
        """
        ...

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Encoder:
        """The encoder, ready to run; `corpus` is what a fitted model is fitted on. Raises `NotReady` without files."""
        ...


REGISTRY: Registry[Provider] = Registry("provider")


def provider(key: str) -> Provider:
    """The provider with this key; raises `UnknownName`, with the nearest key, if there is none."""
    discover(__name__)
    return REGISTRY[key]


def backend(spec: ModelSpec) -> str:
    """What runs a model and why, in words; empty where there is no choice, or none was made yet."""
    told = getattr(REGISTRY[spec.provider], "backend", None)
    try:
        return str(told(spec)) if told else ""
    except NotReady:
        return ""


def loopback(url: str) -> bool:
    """Whether an address is this machine's own.

    >>> loopback("http://127.0.0.1:11434/v1"), loopback("https://api.example.com")
    (True, False)
    """
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def leaves(spec: ModelSpec) -> bool:
    """Whether texts leave this machine to be embedded: hosted by others, unless the address is this machine's own."""
    return REGISTRY[spec.provider].remote and not (spec.url and loopback(spec.url))


def brought(spec: ModelSpec) -> bool:
    """Whether only finished vectors of a model are here: it embeds no text of its own, and there is nothing to time."""
    return bool(getattr(REGISTRY[spec.provider], "brought", False))


def has(spec: ModelSpec, texts: Sequence[str], role: Role) -> bool:
    """Whether a model can give each of these texts a vector: one brought as finished vectors has only those."""
    return not brought(spec) or bool(getattr(REGISTRY[spec.provider], "has")(spec, texts, role))  # noqa: B009 - its own


def check_timed(spec: ModelSpec) -> None:
    """Raise VecassayError for a model that does not run here: looking a vector up says nothing about its speed."""
    if brought(spec):
        raise VecassayError(
            f"{spec.label} was brought as finished vectors: there is nothing to time. Take it off the list, or name "
            f"the model it came from instead."
        )


def tokens(spec: ModelSpec, texts: Sequence[str]) -> Ints | None:
    """Tokens of each text by the model's own tokenizer, `(n,)`, before anything is cut off; None where it has none."""
    try:
        return REGISTRY[spec.provider].token_counts(replace(spec, max_tokens=NO_LIMIT), texts)
    except StopIteration:  # its folder has no tokenizer that can be read apart from the model
        return None


def unavailable(provider: Provider) -> str | None:
    """The line that installs what a provider lacks here; None when it lacks nothing."""
    absent = missing(provider.requires)
    return f"pip install {' '.join(PACKAGES.get(name, name.replace('_', '-')) for name in absent)}" if absent else None
