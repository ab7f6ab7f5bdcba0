"""Principal components, exact and with fixed signs: a map of their own, and where the other maps start."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from core.types import Floats

Doubles: TypeAlias = npt.NDArray[np.float64]

WIDE, STEP = 1024, 8192


@dataclass(frozen=True, eq=False)
class Components:
    """Scores `(n, k)`, mean `(d,)`, axes `(k, d)` and each axis's share of the variance."""

    scores: Floats
    mean: Floats
    axes: Floats
    explained: tuple[float, ...]


def principal(rows: Floats, dims: int) -> Components:
    """The first `dims` principal components of rows `(n, d)`; axes the data does not have are zero.

    The largest loading of each axis is positive, so the same rows give the same picture (scikit-learn's `svd_flip`).
    """
    n, d = rows.shape
    kept = min(dims, n - 1, d)
    scores, axes = np.zeros((n, dims), np.float32), np.zeros((dims, d), np.float32)
    mean: Floats = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    if kept < 1 or not np.ptp(rows, axis=0).any():
        return Components(scores, mean, axes, (0.0,) * dims)
    components, variances, total = _found(rows, mean, kept)
    largest = components[np.arange(kept), np.abs(components).argmax(axis=1)]
    axes[:kept] = components * np.where(largest < 0, -1, 1)[:, None]
    scores = ((rows - mean) @ axes.T).astype(np.float32)
    return Components(scores, mean, axes, (*(float(v / total) for v in variances), *[0.0] * (dims - kept)))


def _found(rows: Floats, mean: Floats, kept: int) -> tuple[Doubles, Doubles, float]:
    """Axes `(kept, d)` and their variances, and the variance of all; exact, by whatever is cheapest for this shape.

    In float64: eigenvalues of the covariance are squares, and float32 would lose the small axes.
    """
    n, d = rows.shape
    if n > d and d <= WIDE:
        covariance = np.zeros((d, d))
        for first in range(0, n, STEP):
            part = rows[first : first + STEP].astype(np.float64) - mean
            covariance += part.T @ part
        values, vectors = np.linalg.eigh(covariance)
        return vectors[:, : -kept - 1 : -1].T, np.maximum(values[: -kept - 1 : -1], 0), float(values.sum())
    centred = rows.astype(np.float64) - mean
    if min(n, d) <= WIDE:
        _, lengths, vectors = np.linalg.svd(centred, full_matrices=False)
        return vectors[:kept], lengths[:kept] ** 2, float((lengths**2).sum())
    from scipy.sparse.linalg import svds

    _, lengths, vectors = svds(centred, kept, random_state=0)
    return vectors[::-1], lengths[::-1] ** 2, float((centred**2).sum())
