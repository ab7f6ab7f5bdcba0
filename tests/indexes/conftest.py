"""A made set of vectors whose neighbours are neither trivial nor hopeless to find."""

import numpy as np
import pytest

from core.compression.reducing import normalised
from core.registry import discover
from core.types import Floats

discover("core.indexes")


@pytest.fixture(scope="session")
def vectors() -> Floats:
    """3,000 unit vectors of 32 numbers around 150 centres, in which the first numbers vary most."""
    rng = np.random.default_rng(0)
    spread = 1 / np.sqrt(np.arange(1, 33))
    centres = rng.standard_normal((150, 32)) * spread
    return normalised(centres[rng.integers(0, 150, 3_000)] + 0.7 * rng.standard_normal((3_000, 32)) * spread)


@pytest.fixture(scope="session")
def queries(vectors: Floats) -> Floats:
    """200 unit vectors near some of them."""
    rng = np.random.default_rng(1)
    return normalised(vectors[rng.integers(0, 3_000, 200)] + 0.1 * rng.standard_normal((200, 32)))
