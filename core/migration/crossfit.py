"""Every text mapped by a map that was fitted without it: what is measured then holds for texts not yet embedded."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.migration.maps import LinearMap
from core.types import Floats, Ints

FOLDS, MOST, LEAST = 5, 5_000, 50
"""Folds; the most texts that a map is fitted on; with fewer different texts to fit on, there are no maps."""


@dataclass(frozen=True, eq=False)
class Split:
    """Which fold each text is in, `fold (n,)`, and the rows that each fold's map is fitted on, `learnt`.

    No row of `learnt[i]` is in fold i, nor a copy of a text that is.
    """

    fold: Ints
    learnt: tuple[Ints, ...]

    @classmethod
    def of(cls, groups: Ints, usable: npt.NDArray[np.bool_], seed: int, *, most: int = MOST) -> "Split | None":
        """Folds drawn at random; copies (texts of one number in `groups (n,)`) stay together. None: too few texts.

        Only rows in `usable` are fitted on, one of each group, at most `most` per map, drawn at random.
        """
        rng = np.random.default_rng(seed)
        numbers, places = np.unique(groups, return_inverse=True)
        fold: Ints = (rng.permutation(len(numbers)) % FOLDS)[places].astype(np.int64)
        rows = np.flatnonzero(usable)
        once = rng.permutation(rows[np.unique(groups[rows], return_index=True)[1]])
        if len(once) < LEAST:
            return None
        return cls(fold, tuple(np.sort(once[fold[once] != number][:most]) for number in range(FOLDS)))


@dataclass(frozen=True, eq=False)
class Mapped:
    """All texts in the other space, `unit (n, d_b)`, each by the map of its fold; and those maps' penalties."""

    unit: Floats
    alphas: tuple[float, ...]


def mapped(a: Floats, b: Floats, split: Split, fit: Callable[[Floats, Floats], LinearMap]) -> Mapped:
    """Map unit rows `a (n, d_a)` into the space of `b (n, d_b)`, each by a map fitted without it and its copies."""
    unit, alphas = np.zeros((len(a), b.shape[1]), np.float32), []
    for number, learnt in enumerate(split.learnt):
        found = fit(a[learnt], b[learnt])
        rows = np.flatnonzero(split.fold == number)
        unit[rows] = found.apply(a[rows])
        alphas.append(found.alpha)
    return Mapped(unit, tuple(alphas))
