"""t-SNE: neighbours stay together; distances between groups mean little."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from core.linalg import nearest
from core.projections import REGISTRY, Layout, Neighbors, Projection, Setting, repulsion
from core.projections.principal import principal
from core.types import Floats, Progress

EARLY, LATE, EVERY = 250, 500, 10
SOONER = 150, 450
"""As many do where every pair is seen: a learning rate of n/12 has formed the groups by then (Belkina 2019)."""
STAGE = 25
"""Iterations until the way to the gradient is chosen again."""
THETA = 0.6
"""What Barnes and Hut leave out, 1-2 % of the gradient on a flat map: as much as the interpolation does."""
SLOWEST = 200
CELLS = 50
"""Cells along the side of the interpolation's grid, at least; one unit of the map each."""
PLACED, PLACED_PERPLEXITY, PLACED_NEAR = 250, 5.0, 25
MANY = 10_000
EXACT = 20_000
"""Texts up to which all pairs of a flat map are seen: sooner done there, on each core, than what leaves some out."""


def run(
    unit: Floats,
    neighbors: Neighbors,
    *,
    dims: int,
    seed: int,
    settings: Mapping[str, float],
    progress: Progress,
) -> Layout:
    """A t-SNE map of unit rows `(n, d)` from their exact neighbours, begun at the principal components."""
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    n, perplexity = len(unit), settings["perplexity"]
    ids, cosines = neighbors(min(n - 1, int(3 * perplexity)))
    index = PrecomputedNeighbors(ids.astype(np.int64), distances(cosines))
    affinities = PerplexityBasedNN(knn_index=index, perplexity=perplexity, n_jobs=_threads(n))
    stages = _stages(n, dims)
    counter = _Counter(progress, sum(rounds for rounds, _ in stages))
    xy = TSNEEmbedding(
        _start(unit, dims, seed), affinities, random_state=seed, n_jobs=_threads(n), theta=THETA,
        callbacks=counter, callbacks_every_iters=EVERY,
    )  # fmt: skip
    for rounds, early in stages:
        xy.optimize(
            rounds, inplace=True, propagate_exception=True, exaggeration=12 if early else None, momentum=0.8,
            learning_rate=n / 12 if early else min(n, max(SLOWEST, n / 4)),
            negative_gradient_method=gradient(n, dims, float(np.ptp(xy, axis=0).max())),
        )  # fmt: skip
    return Layout(np.asarray(xy, np.float32))


def place(
    unit: Floats, new: Floats, xy: Floats, *, seed: int, settings: Mapping[str, float], progress: Progress
) -> Floats:
    """New rows begin amid their neighbours on the map and are drawn in, one by one; the map stays (Policar 2021)."""
    from openTSNE import PartialTSNEEmbedding, TSNEEmbedding, initialization
    from openTSNE.affinity import joint_probabilities_nn

    del seed, settings  # Nothing random; the perplexity of placing is openTSNE's own, smaller one.
    near = min(len(unit), PLACED_NEAR)
    ids, cosines = nearest(new, unit, near)
    perplexity = min(PLACED_PERPLEXITY, near / 3)
    width = max(1, min(near, int(3 * perplexity)))
    affinities = joint_probabilities_nn(
        np.ascontiguousarray(ids[:, :width]), distances(cosines[:, :width]), [perplexity],
        symmetrize=False, normalization="point-wise", n_reference_samples=len(unit),
    )  # fmt: skip
    # openTSNE's grid stands around the origin, so the map is put there first and back afterwards.
    middle = (xy.max(axis=0) + xy.min(axis=0)) / 2
    gradients = "fft" if len(unit) >= MANY and xy.shape[1] == 2 else "bh"
    there = TSNEEmbedding(xy - middle, _Known(len(unit)), negative_gradient_method=gradients)
    start = initialization.median(there, ids)
    placed = PartialTSNEEmbedding(
        start, there, P=affinities, dof=1, negative_gradient_method=gradients,
        callbacks=_Counter(progress, PLACED), callbacks_every_iters=EVERY,
    )  # fmt: skip
    placed.optimize(
        PLACED, inplace=True, learning_rate=0.1, exaggeration=1.5, momentum=0.8, max_grad_norm=0.25,
        max_step_norm=None, n_jobs=_threads(len(new)),
    )  # fmt: skip
    moved: Floats = np.asarray(placed, np.float32) + middle
    return moved


def distances(cosines: Floats) -> npt.NDArray[np.float64]:
    """Straight-line distance of unit rows from their cosine, float64."""
    away: npt.NDArray[np.float64] = np.sqrt(np.maximum(0.0, 2 - 2 * cosines.astype(np.float64)))
    return away


def _stages(n: int, dims: int) -> list[tuple[int, bool]]:
    """Iterations of each stage, and whether it is of the early ones; each ends with a gradient just for its error."""
    if gradient(n, dims, 0.0) is repulsion.exact:
        return [(SOONER[0], True), (SOONER[1], False)]
    return [(STAGE, begun < EARLY) for begun in range(0, EARLY + LATE, STAGE)]


def gradient(n: int, dims: int, reach: float) -> "str | Callable[..., tuple[float, repulsion.Forces]]":
    """The cheapest way to the forces that push apart, on a map of n texts that now spans `reach`, as openTSNE takes it.

    Every pair costs by the square of the texts, on every core; interpolation ("fft") by the cells of its grid, which
    grows with the map; a tree ("bh") by the texts, on every core.
    """
    if dims == 2 and n <= EXACT:
        return repulsion.exact
    return "fft" if dims == 2 and max(CELLS, reach) ** 2 <= n / 2 else "bh"


def _threads(n: int) -> int:
    """All cores (-1) where sharing the work is worth the waiting for each other."""
    return 1 if n < 2_000 else -1


def _start(unit: Floats, dims: int, seed: int) -> npt.NDArray[np.float64]:
    """Principal components at a spread of 1e-4, with a little noise so that duplicates can part (Kobak 2019)."""
    scores = principal(unit, dims).scores.astype(np.float64)
    noise = np.random.default_rng(seed).normal(0, 1e-6, scores.shape)
    start: npt.NDArray[np.float64] = scores / scores[:, 0].std() * 1e-4 + noise
    return start


class _Counter:
    """openTSNE's callback: counts iterations over both phases; what `progress` raises ends the run."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self, iteration: int, error: float, embedding: Any) -> bool:  # noqa: ARG002
        self.done = min(self.total, self.done + EVERY)
        self.progress(self.done, self.total)
        return False


class _Known:
    """What an embedding asks of its affinities when only its positions are used."""

    def __init__(self, n: int) -> None:
        self.P = np.empty((n, 0))


def _limit(n: int) -> Mapping[str, float]:
    """Three neighbours for each unit of perplexity, and no more neighbours than there are."""
    return {"perplexity": max(1.0, (n - 1) / 3)}


REGISTRY.add(
    "tsne",
    Projection(
        key="tsne",
        label="t-SNE",
        help="Keeps each text beside its nearest neighbours. Groups show well; how far apart or how large they are "
        "drawn means little.",
        source="van der Maaten & Hinton 2008; PCA start and learning rate n/12, "
        "as in Kobak & Berens 2019 and Belkina 2019, then n/4; openTSNE on exact neighbours",
        settings=(
            Setting(
                "perplexity",
                "Perplexity",
                "About how many neighbours each text looks at. Small: many little groups. Large: the coarse shape.",
                5,
                100,
                5,
                30,
            ),
        ),
        run=run,
        place=place,
        fewest=4,
        limit=_limit,
    ),
)
