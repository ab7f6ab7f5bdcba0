"""Alignment of maps: against SciPy, and what it must not do."""

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes

from core.projections.procrustes import align
from core.types import Floats


def cloud(n: int, dims: int, seed: int) -> Floats:
    """A centred cloud of unit root-mean-square radius, as maps are."""
    xy = np.random.default_rng(seed).normal(size=(n, dims)) * [3, 1, 0.5][:dims]
    xy -= xy.mean(axis=0)
    return (xy / np.sqrt((xy**2).sum(axis=1).mean())).astype(np.float32)


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_turned_map_is_turned_back(dims: int, mirrored: bool) -> None:
    there = cloud(50, dims, 0)
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(dims, dims)))
    if (np.linalg.det(turn) < 0) != mirrored:
        turn[:, 0] *= -1
    xy, disparity = align((there @ turn).astype(np.float32), there)
    np.testing.assert_allclose(xy, there, atol=1e-5)
    assert disparity == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("dims", [2, 3])
def test_turn_and_misfit_are_those_of_scipy(dims: int) -> None:
    of, to = cloud(80, dims, 0), cloud(80, dims, 1)
    to = (to + 0.5 * of).astype(np.float32)
    to -= to.mean(axis=0)
    to /= np.sqrt((to**2).sum(axis=1).mean())
    xy, disparity = align(of, to)
    turn, _ = orthogonal_procrustes(of.astype(float), to.astype(float))
    np.testing.assert_allclose(xy, of @ turn, atol=1e-5)
    _, fitted, expected = procrustes(to.astype(float), of.astype(float))
    assert disparity == pytest.approx(expected, abs=1e-6)
    # SciPy shrinks what fits badly; the direction of every point is the same.
    np.testing.assert_allclose(fitted / np.linalg.norm(fitted), xy / np.linalg.norm(xy), atol=1e-5)


def test_a_map_that_does_not_fit_keeps_its_size() -> None:
    of, to = cloud(500, 2, 0), cloud(500, 2, 7)
    xy, disparity = align(of, to)
    assert disparity > 0.5
    assert np.sqrt((xy**2).sum(axis=1).mean()) == pytest.approx(1, abs=1e-4)


def test_maps_on_one_point_are_left_alone() -> None:
    nothing, something = np.zeros((4, 2), np.float32), cloud(4, 2, 0)
    assert align(nothing, nothing)[1] == 0
    xy, disparity = align(something, nothing)
    np.testing.assert_array_equal(xy, something)
    assert disparity == 1
