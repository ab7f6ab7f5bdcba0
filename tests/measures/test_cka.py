"""Linear CKA, by hand and against the kernel form."""

import math

import numpy as np
import pytest

from core.measures.cka import compute
from tests.measures.seen import Vectors, random, see


def _hsic(a: Vectors, b: Vectors) -> float:
    """CKA as the paper has it, from the n x n centred kernels: HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L))."""
    n = len(a.unit)
    centre = np.eye(n) - np.ones((n, n)) / n
    k, left = (centre @ (seen.unit.astype(float) @ seen.unit.astype(float).T) @ centre for seen in (a, b))
    return float(np.trace(k @ left) / np.sqrt(np.trace(k @ k) * np.trace(left @ left)))


def test_four_points_by_hand() -> None:
    # Both are centred as they stand. X'X = diag(2, 2), length sqrt 8; Y'Y = 4; Y'X = (2, 2), squared length 8.
    # CKA = 8 / (sqrt 8 * 4) = 1 / sqrt 2.
    x, y = see([[1, 0], [-1, 0], [0, 1], [0, -1]]), see([[1], [-1], [1], [-1]])
    assert compute(x, y, k=1, seed=0).value == pytest.approx(1 / np.sqrt(2), abs=1e-7)


def test_three_points_whose_mean_is_not_zero_by_hand() -> None:
    # Centred, every row is a multiple of (1, -1): 1, 1, -2 against 1, -2, 1 (thirds). In one dimension CKA is the
    # squared correlation: (1 - 2 - 2) / 6 = -1/2, squared 1/4. Without centring it would be 3/5.
    x, y = see([[1, 0], [1, 0], [0, 1]]), see([[1, 0], [0, 1], [1, 0]])
    assert compute(x, y, k=1, seed=0).value == pytest.approx(1 / 4, abs=1e-7)


@pytest.mark.parametrize(("n", "d", "e"), [(5, 2, 3), (30, 8, 8), (30, 60, 4), (200, 16, 32)])
def test_it_is_the_kernel_form(n: int, d: int, e: int) -> None:
    a, b = random(n, d, n), random(n, e, n + 1)
    assert compute(a, b, k=1, seed=0).value == pytest.approx(_hsic(a, b), abs=1e-6)


def test_a_shifted_narrow_space_is_still_the_kernel_form() -> None:
    # All cosines near 1, as anisotropic models have them: centring must not lose the little that differs.
    rng = np.random.default_rng(0)
    a, b = (see(10 + rng.normal(size=(60, 16))) for _ in range(2))
    assert compute(a, b, k=1, seed=0).value == pytest.approx(_hsic(a, b), abs=1e-5)


def test_a_model_that_gives_every_text_one_vector_says_so() -> None:
    score = compute(see([[1, 2]] * 5), random(5, 2, 0), k=1, seed=0)
    assert math.isnan(score.value)
    assert (score.n, score.note) == (5, "undefined: one model gives every text the same vector")
