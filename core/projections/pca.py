"""PCA: the flat view that keeps most of the spread."""

from collections.abc import Mapping

import numpy as np

from core.projections import REGISTRY, Layout, Neighbors, Projection
from core.projections.principal import principal
from core.types import Floats, Progress


def run(
    unit: Floats,
    neighbors: Neighbors,  # noqa: ARG001
    *,
    dims: int,
    seed: int,  # noqa: ARG001  (exact: no seed needed)
    settings: Mapping[str, float],  # noqa: ARG001
    progress: Progress,
) -> Layout:
    """The first components of unit rows `(n, d)`, and the share of the variance each one shows."""
    progress(0, 1)
    found = principal(unit, dims)
    return Layout(found.scores, found.explained)


def place(
    unit: Floats,
    new: Floats,
    xy: Floats,
    *,
    seed: int,  # noqa: ARG001
    settings: Mapping[str, float],  # noqa: ARG001
    progress: Progress,
) -> Floats:
    """New rows seen along the same axes."""
    progress(0, 1)
    found = principal(unit, xy.shape[1])
    seen: Floats = ((new - found.mean) @ found.axes.T).astype(np.float32)
    return seen


REGISTRY.add(
    "pca",
    Projection(
        key="pca",
        label="PCA",
        help="The straight view from the side on which the texts spread most. Distances are honest but squeezed: "
        "read how much of the variance the axes show.",
        source="exact principal components of the unit vectors, signs fixed (scikit-learn)",
        settings=(),
        run=run,
        place=place,
        seeded=False,
    ),
)
