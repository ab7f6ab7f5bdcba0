"""A corpus as a model sees it, made from bare vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.questions.nearness import near
from core.types import Embeddings, Floats, Ints, Role, Space


@dataclass(frozen=True, eq=False)
class Vectors:
    """The view that measures ask for, `core.measures.Seen`."""

    unit: Floats
    labels: np.ndarray | None = None

    def neighbors(self, k: int) -> Ints:
        return near(self.unit, k, lambda done, total: None).ids


def see(rows: Sequence[Sequence[float]] | np.ndarray, labels: Sequence[str] | None = None) -> Vectors:
    """Any vectors, brought to length 1 the way the product does it."""
    vectors = np.array(rows, np.float32)
    unit = Embeddings(Space("hand", "hand", "hand"), Role.DOCUMENT, vectors).unit
    return Vectors(unit, None if labels is None else np.array(labels))


def circle(*degrees: float) -> Vectors:
    """Points on the unit circle."""
    angles = np.radians(degrees)
    return see(np.stack([np.cos(angles), np.sin(angles)], axis=1))


def random(n: int, d: int, seed: int, labels: int = 0) -> Vectors:
    """Random directions, with as many labels as asked for."""
    rng = np.random.default_rng(seed)
    return see(rng.normal(size=(n, d)), [f"label {i % labels}" for i in range(n)] if labels else None)
