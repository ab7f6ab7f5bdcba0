"""t-SNE: neighbours stay together; distances between groups mean little."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from core.linalg import nearest
from core.projections import REGISTRY, Layout, Neighbors, Projection, Setting
from core.projections.principal import principal
from core.types import Floats, Progress

EARLY, LATE, EVERY = 250, 500, 10
PLACED, PLACED_PERPLEXITY, PLACED_NEAR = 250, 5.0, 25


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
    from openTSNE import TSNE
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    perplexity = settings["perplexity"]
    ids, cosines = neighbors(min(len(unit) - 1, int(3 * perplexity)))
    index = PrecomputedNeighbors(ids.astype(np.int64), distances(cosines))
    affinities = PerplexityBasedNN(knn_index=index, perplexity=perplexity, n_jobs=_threads(len(unit)))
    method = TSNE(
        n_components=dims,
        early_exaggeration=12,
        early_exaggeration_iter=EARLY,
        n_iter=LATE,
        learning_rate="auto",
        negative_gradient_method=_gradient(len(unit), dims),
        random_state=seed,
        n_jobs=_threads(len(unit)),
        callbacks=_Counter(progress, EARLY + LATE),
        callbacks_every_iters=EVERY,
    )
    xy = method.fit(affinities=affinities, initialization=_start(unit, dims, seed))
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
    gradient = _gradient(len(unit), xy.shape[1])
    there = TSNEEmbedding(xy - middle, _Known(len(unit)), negative_gradient_method=gradient)
    start = initialization.median(there, ids)
    placed = PartialTSNEEmbedding(
        start, there, P=affinities, dof=1, negative_gradient_method=gradient,
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


def _gradient(n: int, dims: int) -> str:
    """Interpolation is faster for many texts, but flat maps only."""
    return "fft" if n >= 10_000 and dims == 2 else "bh"


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
        source="van der Maaten & Hinton 2008; PCA start and learning rate n/12 in the first phase as in Kobak & "
        "Berens 2019 and Belkina 2019; openTSNE on exact neighbours",
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
