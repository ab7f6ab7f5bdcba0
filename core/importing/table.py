"""What a file of vectors gives, whatever its format."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import VecassayError

FLOATS = (2, 4, 8)
"""Bytes of the numbers that are read: float16, float32, float64."""


@dataclass(frozen=True, eq=False)
class Table:
    """Vectors `(n, d)` as they came (float16, float32 or float64), and the ids or texts they are of, where it says."""

    name: str
    vectors: npt.NDArray[np.floating[Any]]
    ids: tuple[str, ...] | None = None
    texts: tuple[str, ...] | None = None


def check_numbers(name: str, dtype: "np.dtype[Any]") -> None:
    """Raise VecassayError for numbers that are no vectors as models give them."""
    if dtype.hasobject:
        raise VecassayError(
            f"{name} holds Python objects (a pickle), which can run code when it is opened, so it never is. Save the "
            f"vectors as numbers: numpy.save(path, numpy.asarray(vectors, numpy.float32))."
        )
    if dtype.kind != "f" or dtype.itemsize not in FLOATS:
        raise VecassayError(
            f"{name} holds {dtype} numbers: expected float32 (or float16, float64). Quantised vectors mean nothing "
            f"without their ranges: bring the vectors as the model gave them."
        )


def check_shape(name: str, shape: tuple[int, ...]) -> None:
    """Raise VecassayError unless there is a row per text, each with a number or more."""
    if len(shape) != 2 or min(shape) < 1:
        raise VecassayError(
            f"{name} has the shape {shape}: expected two dimensions (n, d), a row per text and a column per number."
        )
