"""Our maps against the libraries' own defaults on the same vectors."""

import sys
import warnings

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from core.projections.drawing import draw
from core.registry import discover
from core.types import Floats
from tests.projections.blobs import around, blobs

discover("core.projections")
ROWS = blobs(400, 24, 6)
# Two runs of one library with other seeds differ by about this much.
CHANCE = 0.01


def ours(method: str) -> Floats:
    """Our map with the defaults."""
    neighbors = around(ROWS)
    return draw(method, ROWS, neighbors, dims=2, seed=0, settings={}, progress=lambda done, total: None).xy


def trusted(xy: Floats) -> float:
    """scikit-learn's figure, not ours."""
    return float(trustworthiness(ROWS, xy, n_neighbors=10))


def test_tsne_is_at_least_as_trustworthy_as_opentsne_by_default() -> None:
    from openTSNE import TSNE

    assert trusted(ours("tsne")) >= trusted(np.asarray(TSNE(random_state=0).fit(ROWS))) - CHANCE


def test_umap_is_at_least_as_trustworthy_as_umap_learn_by_default() -> None:
    # Through umap-learn's own class; below 4,096 rows it does not need the search that we leave out when loading.
    from core.projections.kernels import load

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = load().UMAP(random_state=0).fit_transform(ROWS)
    assert trusted(ours("umap")) >= trusted(theirs) - CHANCE


def test_pca_is_that_of_scikit_learn_and_its_signs_are_fixed() -> None:
    fitted = PCA(2, svd_solver="full").fit(ROWS.astype(float))
    found = draw("pca", ROWS, around(ROWS), dims=2, seed=0, settings={}, progress=lambda done, total: None)
    assert found.explained == pytest.approx(fitted.explained_variance_ratio_, abs=1e-6)
    expected = fitted.transform(ROWS.astype(float))
    np.testing.assert_allclose(np.abs(found.xy * found.scale), np.abs(expected), atol=1e-4)
    wide = blobs(40, 300, 2)
    turned = draw(
        "pca",
        wide[::-1],
        around(wide[::-1]),
        dims=2,
        seed=0,
        settings={},
        progress=lambda done, total: None,
    )
    same = draw("pca", wide, around(wide), dims=2, seed=0, settings={}, progress=lambda done, total: None)
    np.testing.assert_allclose(turned.xy[::-1], same.xy, atol=1e-4)


def test_loading_umap_leaves_no_stand_in_behind() -> None:
    from core.projections.kernels import load

    assert callable(load().fuzzy_simplicial_set)
    for name in ("pynndescent", "pynndescent.distances", "pynndescent.sparse"):
        assert name not in sys.modules or sys.modules[name].__file__
