"""Linear maps from one model's space into another's, fitted on texts that both have seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import VecassayError
from core.linalg import blocks
from core.types import Floats

Doubles = npt.NDArray[np.float64]
ALPHAS = tuple(10.0**power for power in range(-4, 3))
"""Penalties that ridge chooses from: rows have length 1, so that n rows of d numbers weigh n / d each."""


@dataclass(frozen=True, eq=False)
class LinearMap:
    """From rows `(n, d_a)` to rows `(n, d_b)`: x @ matrix + shift, brought to length 1; `alpha` is ridge's penalty."""

    matrix: Doubles
    shift: Doubles
    alpha: float = 0.0

    def apply(self, rows: Floats) -> Floats:
        """Rows mapped, each of length 1, float32 `(n, d_b)`; a zero row is like nothing and stays zero."""
        mapped = np.zeros((len(rows), self.matrix.shape[1]), np.float32)
        for part in blocks(len(rows), 4 * max(self.matrix.shape)):
            values = rows[part].astype(np.float64) @ self.matrix + self.shift
            lengths = np.linalg.norm(values, axis=1, keepdims=True)
            there = rows[part].any(axis=1, keepdims=True) & (lengths > 0)
            mapped[part] = np.divide(values, lengths, out=np.zeros_like(values), where=there)
        return mapped


def orthogonal(a: Floats, b: Floats) -> LinearMap:
    """The rotation that brings unit rows `a (n, d_a)` nearest to `b (n, d_b)` of the same texts, in least squares.

    U V^T of the singular value decomposition of A^T B (Schönemann 1966); with different dimensions its rows or
    columns are orthonormal. From a smaller space into a larger one, cosines between mapped rows are those of A.
    Raises VecassayError for rows that do not belong together.
    """
    _check(a, b)
    u, _, vt = np.linalg.svd(a.T.astype(np.float64) @ b.astype(np.float64), full_matrices=False)
    return LinearMap(u @ vt, np.zeros(b.shape[1]))


def ridge(a: Floats, b: Floats) -> LinearMap:
    """The linear map with shift that predicts `b (n, d_b)` from unit rows `a (n, d_a)`, shrunk by a penalty.

    The penalty is chosen from `ALPHAS` by leaving out one of these rows at a time, so no other text takes part
    (`sklearn.linear_model.RidgeCV`). Raises VecassayError for rows that do not belong together.
    """
    from sklearn.linear_model import RidgeCV

    _check(a, b)
    fitted = RidgeCV(alphas=ALPHAS).fit(a.astype(np.float64), b.astype(np.float64))
    return LinearMap(np.atleast_2d(fitted.coef_).T, np.atleast_1d(fitted.intercept_), float(fitted.alpha_))


FITS: Mapping[str, Callable[[Floats, Floats], LinearMap]] = {"orthogonal": orthogonal, "ridge": ridge}


def _check(a: Floats, b: Floats) -> None:
    if len(a) != len(b) or not len(a):
        raise VecassayError(
            f"Expected the same texts under both models, at least one; got {len(a):,} and {len(b):,} rows. Pass the "
            f"vectors of the same texts in the same order."
        )
