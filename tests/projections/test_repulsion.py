"""The forces of a t-SNE map, by hand and against openTSNE's own."""

import numpy as np
import pytest
import scipy.sparse as sp

from core.projections import repulsion, tsne
from core.projections.repulsion import exact, push

RNG = np.random.default_rng(0)


def affinities(n: int) -> sp.csr_matrix:
    """Symmetric, a few for each point, 1 in all."""
    some = sp.random(n, n, 0.05, format="csr", random_state=0)
    both = some + some.T
    return sp.csr_matrix(both / both.sum())


def test_two_points_at_distance_one() -> None:
    # q = 1 / (1 + 1) for each of the two, and each is pushed by q² = 1/4 away from the other.
    forces, total = push(np.array([[0, 0], [1, 0]], np.float32))
    assert total == pytest.approx(1)
    np.testing.assert_allclose(forces, [[-0.25, 0], [0.25, 0]])


def test_points_in_one_place_do_not_push() -> None:
    forces, total = push(np.ones((5, 2), np.float32))
    assert total == pytest.approx(5 * 4, rel=1e-6)
    assert not forces.any()


@pytest.mark.parametrize("spread", [0.1, 1.0, 30.0])
def test_divergence_and_gradient_are_those_of_opentsne_with_nothing_left_out(spread: float) -> None:
    from openTSNE.tsne import kl_divergence_bh

    n = 400
    xy, near = RNG.normal(size=(n, 2)) * spread, affinities(n)
    divergence, gradient = exact(xy, near, dof=1, n_jobs=1, should_eval_error=True)
    theirs, expected = kl_divergence_bh(xy, near, 1, {"theta": 0.0}, should_eval_error=True)
    assert divergence == pytest.approx(theirs, rel=1e-5)
    np.testing.assert_allclose(gradient, expected, atol=1e-5 * np.abs(expected).max())


def test_blocks_change_nothing_but_the_last_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    xy = RNG.normal(size=(1_000, 2)).astype(np.float32)
    forces, total = push(xy)
    again, _ = push(xy)
    np.testing.assert_array_equal(again, forces)
    monkeypatch.setattr(repulsion, "SIDE", 37)
    small, some = push(xy)
    assert some == pytest.approx(total, rel=1e-6)
    np.testing.assert_allclose(small, forces, atol=1e-5 * np.abs(forces).max())


def test_every_pair_is_seen_on_a_flat_map_of_bearable_size_only() -> None:
    assert tsne.gradient(tsne.EXACT, 2, reach=10.0) is exact
    assert tsne.gradient(tsne.EXACT + 1, 2, reach=10.0) == "fft"
    assert tsne.gradient(tsne.EXACT + 1, 2, reach=1_000.0) == "bh"
    assert tsne.gradient(100, 3, reach=10.0) == "bh"
