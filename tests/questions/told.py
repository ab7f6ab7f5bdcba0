"""Models that give every text the vector they were told, so that answers can be read off by hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from core import pipeline, providers
from core.types import Corpus, Floats, ModelSpec, Progress, Role, Space, Study

Tell = Callable[..., Study]


@dataclass
class Told:
    """A provider whose model `name` gives a text the vector that stands under (name, text)."""

    key: str = "told"
    label: str = "Told"
    help: str = "gives the vectors it was told"
    requires: tuple[str, ...] = ()
    fitted: bool = False
    remote: bool = False
    nbytes: int = 100
    vectors: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:
        return Space("told", spec.name, "1", label=spec.label)

    def ready(self, spec: ModelSpec) -> bool:
        return True

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> "_Loaded":
        return _Loaded(spec.name, self.vectors)

    def prepare(self, spec: ModelSpec, progress: Progress | None = None) -> None:
        raise AssertionError("never needed")


@dataclass
class _Loaded:
    name: str
    vectors: dict[tuple[str, str], np.ndarray]
    nbytes: int = 100

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        return np.array([self.vectors[self.name, text] for text in texts], np.float32)


def told(monkeypatch: object) -> Tell:
    """A function from rows per model (and texts, labels) to a study of models called by these names."""
    provider = Told()
    monkeypatch.setitem(providers.REGISTRY._things, "told", provider)  # type: ignore[attr-defined]

    def tell(texts: Sequence[str] | None = None, labels: Sequence[str] | None = None, **rows: object) -> Study:
        names = list(rows)
        vectors = {name: np.asarray(rows[name], np.float32) for name in names}
        texts = [f"text {i}" for i in range(len(vectors[names[0]]))] if texts is None else texts
        for name, given in vectors.items():
            pipeline.store().models.add(ModelSpec(name, name, "told", name), "me")
            provider.vectors |= {(name, text): row for text, row in zip(texts, given, strict=True)}
        return pipeline.study(Corpus("told", tuple(texts), None if labels is None else tuple(labels)), names)

    return tell


def circle(*degrees: float) -> np.ndarray:
    """Points on the unit circle."""
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)
