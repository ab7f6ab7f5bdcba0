"""Vectors to groups: one method per file. Groups are found on the vectors, never on a picture of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.errors import VecassayError
from core.registry import Registry
from core.types import Floats, Ints, Progress


@dataclass(frozen=True)
class Setting:
    """One number people may turn, in their words; 0 lets the method choose."""

    name: str
    label: str
    help: str
    low: int
    high: int
    step: int
    default: int = 0


@dataclass(frozen=True, eq=False)
class Grouping:
    """Which cluster each row is in, `(n,)`, the largest is 0; -1 is none. `note` says how it was found."""

    cluster: Ints
    note: str = ""


class Run(Protocol):
    """A grouping of rows."""

    def __call__(self, rows: Floats, *, seed: int, settings: Mapping[str, float], progress: Progress) -> Grouping:
        """Group rows `(n, d)`, n at least 1, settings already settled and none left to choose."""
        ...


@dataclass(frozen=True)
class Clustering:
    """A way to find groups, as people meet it: its words and settings, written once.

    `dims` is 0 where it works on the vectors themselves, and otherwise how many dimensions they are first brought to.
    `automatic(n)` is what a setting left at 0 becomes for n texts; a setting it does not name stays 0, and is
    suggested from the vectors.
    """

    key: str
    label: str
    help: str
    source: str
    settings: tuple[Setting, ...]
    run: Run
    dims: int = 0
    automatic: Callable[[int], Mapping[str, int]] = lambda n: {}  # noqa: ARG005


REGISTRY: Registry[Clustering] = Registry("clustering")


def settle(method: str, given: Mapping[str, float], n: int) -> dict[str, float]:
    """Every setting of a method for n texts: whole numbers, chosen where 0, never more than there are texts.

    Raises VecassayError for a setting the method does not have.
    """
    clustering = REGISTRY[method]
    known = {setting.name: setting for setting in clustering.settings}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise VecassayError(f"{clustering.label} has no setting called {unknown[0]!r}. It has: {', '.join(known)}.")
    settled = {}
    for name, setting in known.items():
        value = round(float(given.get(name, setting.default)))
        value = value or clustering.automatic(n).get(name, 0)
        settled[name] = float(value and min(max(value, setting.low), setting.high, max(n, setting.low)))
    return settled


def by_size(found: Ints) -> Ints:
    """The same clusters numbered by size, largest 0, ties by their first row; negative numbers become -1."""
    kept = found >= 0
    _, first, inverse, sizes = np.unique(found[kept], return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    numbers = np.empty(len(order), np.int64)
    numbers[order] = np.arange(len(order))
    cluster = np.full(len(found), -1, np.int64)
    cluster[kept] = numbers[inverse]
    return cluster
