"""Numbers about vectors: one measure, or one tight family, per file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from core.registry import Registry
from core.types import Floats, Ints


class Seen(Protocol):
    """One corpus as one model sees it."""

    @property
    def unit(self) -> Floats:
        """Vectors at length 1, `(n, d)`."""
        ...

    @property
    def labels(self) -> npt.NDArray[np.str_] | None:
        """Label of each text, `(n,)`, or None."""
        ...

    def neighbors(self, k: int) -> Ints:
        """Row numbers of each text's k most similar other texts, best first, `(n, k)`."""
        ...


@dataclass(frozen=True, eq=False)
class Score:
    """A measure's value, what it rests on, and its value for each text where it has one."""

    value: float
    n: int
    per_text: Floats | None = None
    note: str = ""


@dataclass(frozen=True)
class Measure:
    """A measure as people meet it: its words, formula, bounds and direction, written once."""

    key: str
    label: str
    help: str
    formula: str
    source: str
    low: float
    high: float
    better: Literal["higher", "lower", "neither"]


@dataclass(frozen=True)
class Agreement(Measure):
    """How alike two models see one corpus; `compute(a, b, k=, seed=)`."""

    compute: Callable[..., Score]


@dataclass(frozen=True)
class Figure(Measure):
    """A property of one model's view of a corpus; `compute(seen)`."""

    compute: Callable[[Seen], Score]


AGREEMENTS: Registry[Agreement] = Registry("agreement measure")
FIGURES: Registry[Figure] = Registry("figure")
