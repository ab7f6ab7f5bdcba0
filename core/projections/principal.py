"""Principal components, exact and with fixed signs: a map of their own, and where the other maps start."""

from dataclasses import dataclass

import numpy as np

from core.types import Floats

WIDE = 1024


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
    from sklearn.decomposition import PCA

    n, d = rows.shape
    kept = min(dims, n - 1, d)
    scores, axes = np.zeros((n, dims), np.float32), np.zeros((dims, d), np.float32)
    mean: Floats = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    if kept < 1 or not np.ptp(rows, axis=0).any():
        return Components(scores, mean, axes, (0.0,) * dims)
    # All three are exact; they differ in what is cheap: d x d, a few eigenvectors, or a small matrix whole.
    small = min(n, d) <= WIDE
    solver = "covariance_eigh" if n > d and d <= WIDE else "full" if small else "arpack"
    # In float64: eigenvalues of the covariance are squares, and float32 would lose the small axes.
    fitted = PCA(kept, svd_solver=solver, random_state=0).fit(rows.astype(np.float64))
    axes[:kept] = fitted.components_
    scores = ((rows - mean) @ axes.T).astype(np.float32)
    shares = [*map(float, fitted.explained_variance_ratio_), *[0.0] * (dims - kept)]
    return Components(scores, mean, axes, tuple(shares))
