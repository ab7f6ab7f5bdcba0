"""Made vectors: a few round groups."""

from collections.abc import Callable

import numpy as np

from core.questions.nearness import near
from core.types import Floats, Ints


def blobs(n: int, d: int, groups: int, seed: int = 0, spread: float = 1.0) -> Floats:
    """Unit rows `(n, d)` around as many random centres."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(groups, d))
    return unit(centres[rng.integers(0, groups, n)] + spread * rng.normal(size=(n, d)))


def unit(rows: np.ndarray) -> Floats:
    """Rows at length 1; zero rows stay zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros(rows.shape), where=lengths > 0).astype(np.float32)


def around(rows: Floats) -> Callable[[int], tuple[Ints, Floats]]:
    """The rows' neighbours, as a projection asks for them."""

    def neighbors(k: int) -> tuple[Ints, Floats]:
        found = near(rows, k, lambda done, total: None)
        return found.ids, found.cosines

    return neighbors
