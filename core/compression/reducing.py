"""Fewer dimensions: the first ones alone, or those along which the texts differ most."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import VecassayError
from core.retrieval.forms import LEARNT, PCA, Form
from core.types import Floats


def normalised(rows: npt.NDArray[np.floating]) -> Floats:
    """Rows at length 1; a zero row stays zero."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))[:, None]
    unit: Floats = np.divide(rows, lengths, out=np.zeros(rows.shape, np.float32), where=lengths > 0, casting="unsafe")
    return unit


def sample(rows: Floats, seed: int) -> Floats:
    """At most 20,000 rows, drawn at random: what is learnt of texts is learnt on these."""
    n = len(rows)
    return rows if n <= LEARNT else rows[np.sort(np.random.default_rng(seed).choice(n, LEARNT, replace=False))]


@dataclass(frozen=True, eq=False)
class Reducer:
    """Takes unit vectors `(n, d)` to fewer dimensions and to length 1 again: `(n, size)`.

    `turn` `(d, size)` and `mean` `(d,)` are those of PCA; None cuts, and keeps the first `size` numbers (0: all).
    """

    size: int
    turn: Floats | None = None
    mean: Floats | None = None

    @classmethod
    def of(cls, texts: Floats, form: Form, seed: int) -> "Reducer":
        """What a form asks for, fitted on the texts; raises VecassayError for a dimension they do not have."""
        n, d = texts.shape
        if form.dimension > d:
            raise VecassayError(f"Expected at most the model's {d:,} dimensions; got {form.dimension:,}.")
        if form.reduction != PCA or not form.dimension:
            return cls(form.dimension)
        if form.dimension > n:
            raise VecassayError(f"Expected at least {form.dimension:,} texts to find as many axes by PCA; got {n:,}.")
        drawn = sample(texts, seed)
        mean = drawn.mean(axis=0, dtype=np.float64)
        centred = drawn - mean
        values, axes = np.linalg.eigh(centred.T @ centred)
        turn = axes[:, np.argsort(-values, kind="stable")[: form.dimension]]
        # An axis has no direction of its own: its largest part is made positive, so that signs do not depend on LAPACK.
        turn *= np.sign(turn[np.abs(turn).argmax(axis=0), np.arange(turn.shape[1])])
        return cls(form.dimension, turn.astype(np.float32), mean.astype(np.float32))

    def __call__(self, rows: Floats) -> Floats:
        """Rows `(m, d)` as they are searched, `(m, size)`; a zero row stays zero."""
        if not self.size:
            return rows
        if self.turn is None or self.mean is None:
            return normalised(rows[:, : self.size])
        turned = (rows - self.mean) @ self.turn
        turned[~rows.any(axis=1)] = 0
        return normalised(turned)

    @property
    def nbytes(self) -> int:
        """What it takes besides the vectors."""
        return sum(part.nbytes for part in (self.turn, self.mean) if part is not None)
