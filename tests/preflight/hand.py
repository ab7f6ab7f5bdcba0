"""A model made by hand, whose faults are set as a test wants them, and what checks look at without any model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from core import pipeline, providers
from core.digest import digest_bytes
from core.preflight import Probes, Seen
from core.preflight.held import Held
from core.types import Corpus, Floats, Ints, Model, ModelCard, ModelSpec, Progress, Role, Space, Study

WIDTH = 8
TEXTS = tuple(f"The {animal} sat on the {place} number {n}." for n in range(4) for animal in ("cat", "dog", "hen")
              for place in ("mat", "roof", "hill"))  # fmt: skip
Fault = Callable[[Floats, Sequence[str], Role, int], Floats]
"""From the right vectors, the texts, their role and how often the model was asked before, to what it gives."""


def vectors(texts: Sequence[str]) -> Floats:
    """A random vector of length 1 for each text, always the same one."""
    rows = [np.random.default_rng(list(digest_bytes([text]))).normal(size=WIDTH) for text in texts]
    return np.array([row / np.linalg.norm(row) for row in rows], np.float32).reshape(-1, WIDTH)


def turned(rows: Floats, angle: float) -> Floats:
    """The rows turned by an angle in radians: the cosine to where they were is its cosine."""
    across = np.empty_like(rows)
    across[:, ::2], across[:, 1::2] = -rows[:, 1::2], rows[:, ::2]
    return (np.cos(angle) * rows + np.sin(angle) * across).astype(np.float32)


@dataclass
class Hand:
    """A provider of models made by hand."""

    fault: Fault = lambda rows, *_: rows
    key: str = "hand"
    label: str = "By hand"
    help: str = "Made by hand."
    requires: tuple[str, ...] = ()
    fitted: bool = False
    remote: bool = False
    mute: bool = False
    """Whether prompts are ignored."""
    asked: int = 0

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:
        return Space(self.key, spec.name, "1", spec.query_prompt, spec.document_prompt, label=spec.label)

    def ready(self, spec: ModelSpec) -> bool:
        return True

    def card(self, spec: ModelSpec) -> ModelCard:
        return spec.card

    def token_counts(self, spec: ModelSpec, texts: Sequence[str]) -> Ints | None:
        return None

    def prepare(self, spec: ModelSpec, progress: Progress | None = None, texts: Sequence[str] = ()) -> None:
        raise AssertionError("never needed")

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Any:
        return _Loaded(self, spec)


@dataclass
class _Loaded:
    provider: Hand
    spec: ModelSpec
    nbytes: int = 100

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        prompt = "" if self.provider.mute else self.spec.prompt(role)
        rows = vectors([prompt + text for text in texts])
        self.provider.asked += 1
        return self.provider.fault(rows, texts, role, self.provider.asked)


def registered(monkeypatch: pytest.MonkeyPatch, provider: Any) -> Any:
    """The provider, known by its key while the test runs."""
    monkeypatch.setitem(providers.REGISTRY._things, provider.key, provider)
    return provider


def spec(**more: Any) -> ModelSpec:
    """A model of the provider made by hand."""
    return ModelSpec(**{"key": "mine", "label": "Mine", "provider": "hand", "name": "mine", **more})


def study(texts: Sequence[str] = TEXTS, **more: Any) -> Study:
    """Texts seen by that model."""
    pipeline.store().models.add(spec(**more), "me")
    return pipeline.study(Corpus("by hand", tuple(texts)), ["mine"])


def seen(of: ModelSpec, texts: Sequence[str] = TEXTS, rows: Floats | None = None, **more: Any) -> Seen:
    """What checks look at, with nothing wrong unless told so; `rows` are all kept vectors."""
    corpus, held = Corpus("by hand", tuple(texts)), Held()
    held.add(vectors(texts) if rows is None else rows)
    few = vectors(list(texts)[:4])
    known: dict[str, Any] = {
        "model": Model(of, Space(of.provider, of.name, "1", label=of.label)),
        "card": of.card,
        "corpus": corpus,
        "store": pipeline.store(),
        "seed": 0,
        "cut": {"limit": None, "over": 0, "share": 0.0, "cut": 0.0},
        "held": held,
        "probes": Probes(few, (few, few, few), few, len(texts)),
    }
    return Seen(**{**known, **more})
