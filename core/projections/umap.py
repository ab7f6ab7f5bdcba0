"""UMAP: neighbours stay together and groups keep some of their arrangement."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.linalg import nearest
from core.projections import REGISTRY, Layout, Neighbors, Projection, Setting
from core.projections.descent import descend
from core.projections.kernels import ALONE, load
from core.projections.principal import principal
from core.types import Floats, Ints, Progress

MANY = 10_000
SPREAD = 1.0


def run(
    unit: Floats,
    neighbors: Neighbors,
    *,
    dims: int,
    seed: int,
    settings: Mapping[str, float],
    progress: Progress,
) -> Layout:
    """A UMAP map of unit rows `(n, d)` on cosine, from their exact neighbours, begun at the principal components."""
    umap, random = load(), np.random.RandomState(seed)
    k = int(settings["n_neighbors"])
    ids, cosines = _with_self(*neighbors(k - 1))
    with ALONE:
        graph, _, _ = umap.fuzzy_simplicial_set(
            unit, k, random, "cosine", knn_indices=ids, knn_dists=_distances(cosines)
        )
    a, b = umap.find_ab_params(SPREAD, settings["min_dist"])
    rounds = 500 if len(unit) <= MANY else 200
    return Layout(descend(_start(unit, dims, random), graph, rounds=rounds, a=a, b=b, seed=seed, progress=progress))


def place(
    unit: Floats, new: Floats, xy: Floats, *, seed: int, settings: Mapping[str, float], progress: Progress
) -> Floats:
    """New rows begin among their neighbours and are drawn in for 100 rounds; the map stays (`UMAP.transform`)."""
    import scipy.sparse

    umap = load()
    k = min(int(settings["n_neighbors"]), len(unit))
    ids, cosines = nearest(new, unit, k)
    near, away = ids.astype(np.int32), _distances(cosines)
    with ALONE:
        sigmas, rhos = umap.smooth_knn_dist(away, float(k), local_connectivity=0.0)
        rows, columns, values, _ = umap.compute_membership_strengths(near, away, sigmas, rhos, bipartite=True)
    graph = scipy.sparse.coo_matrix((values, (rows, columns)), shape=(len(new), len(unit))).tocsr()
    there = np.ascontiguousarray(xy, np.float32)
    start = umap.init_graph_transform(graph, there)
    a, b = umap.find_ab_params(SPREAD, settings["min_dist"])
    rounds = 100 if len(new) <= MANY else 30
    return descend(start, graph, there, rounds=rounds, a=a, b=b, seed=seed, progress=progress)


def _with_self(ids: Ints, cosines: Floats) -> tuple[Any, Floats]:
    """UMAP counts each text as the first of its own neighbours."""
    n = len(ids)
    ones = np.ones((n, 1), np.float32)
    return np.column_stack([np.arange(n), ids]).astype(np.int32), np.hstack([ones, cosines])


def _distances(cosines: Floats) -> Floats:
    away: Floats = np.ascontiguousarray(np.maximum(0, 1 - cosines), np.float32)
    return away


def _start(unit: Floats, dims: int, random: np.random.RandomState) -> Floats:
    """Principal components with a little noise, each from 0 to 10, as `init="pca"` does."""
    scores = principal(unit, dims).scores
    noisy = scores * (10 / np.abs(scores).max()) + random.normal(0, 1e-4, scores.shape)
    start: Floats = (10 * (noisy - noisy.min(axis=0)) / np.ptp(noisy, axis=0)).astype(np.float32)
    return start


REGISTRY.add(
    "umap",
    Projection(
        key="umap",
        label="UMAP",
        help="Keeps neighbours together, packs groups tightly and keeps some of how groups lie to each other. Another "
        "seed gives another picture: look at the stability.",
        source="McInnes, Healy & Melville 2018; umap-learn's graph on exact neighbours, PCA start, every core",
        settings=(
            Setting(
                "n_neighbors",
                "Neighbours",
                "How many neighbours each text looks at, itself included. Small: fine detail. Large: the coarse shape.",
                2,
                100,
                1,
                15,
            ),
            Setting(
                "min_dist",
                "Smallest distance",
                "How tightly points may be packed. Small: dense clumps. Large: evenly spread, easier to point at.",
                0.0,
                0.99,
                0.05,
                0.1,
            ),
        ),
        run=run,
        place=place,
        fewest=4,
        limit=lambda n: {"n_neighbors": max(2, n)},
    ),
)
