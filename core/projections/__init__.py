"""Vectors to a picture: one method per file, `(n, d)` in, `(n, 2)` or `(n, 3)` out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from core.errors import VecassayError
from core.registry import Registry
from core.types import Floats, Ints, Progress

Neighbors: TypeAlias = Callable[[int], tuple[Ints, Floats]]
"""Each text's k most similar other texts, best first: `neighbors(k)` gives ids and cosines `(n, min(k, n - 1))`."""


@dataclass(frozen=True)
class Setting:
    """One number people may turn, in their words."""

    name: str
    label: str
    help: str
    low: float
    high: float
    step: float
    default: float


@dataclass(frozen=True, eq=False)
class Layout:
    """Where a method puts the texts, `(n, dims)` in its own units; `explained` is the share of variance per axis."""

    xy: Floats
    explained: tuple[float, ...] | None = None
    note: str = ""


class Run(Protocol):
    """A map from vectors."""

    def __call__(
        self,
        unit: Floats,
        neighbors: Neighbors,
        *,
        dims: int,
        seed: int,
        settings: Mapping[str, float],
        progress: Progress,
    ) -> Layout:
        """Lay out unit rows `(n, d)`, n at least `fewest` and not all alike, settings already settled."""
        ...


class Place(Protocol):
    """More texts on a map that is there."""

    def __call__(
        self, unit: Floats, new: Floats, xy: Floats, *, seed: int, settings: Mapping[str, float], progress: Progress
    ) -> Floats:
        """Positions `(t, dims)` of unit rows `new (t, d)` among those of `unit (n, d)`, which stay at `xy (n, dims)`.

        `xy` is in the method's own units, but moved: its mean is zero.
        """
        ...


@dataclass(frozen=True)
class Projection:
    """A way to draw vectors, as people meet it: its words and settings, written once.

    `limit(n)` are the largest values that so many texts allow; `seeded` says whether the seed changes the map.
    """

    key: str
    label: str
    help: str
    source: str
    settings: tuple[Setting, ...]
    run: Run
    place: Place
    fewest: int = 1
    seeded: bool = True
    limit: Callable[[int], Mapping[str, float]] = lambda n: {}  # noqa: ARG005


REGISTRY: Registry[Projection] = Registry("projection")


def settle(method: str, given: Mapping[str, float], n: int) -> dict[str, float]:
    """Every setting of a method for n texts: defaults where none is given, brought within what its texts allow.

    Raises VecassayError for a setting the method does not have.
    """
    projection = REGISTRY[method]
    known = {setting.name: setting for setting in projection.settings}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise VecassayError(
            f"{projection.label} has no setting called {unknown[0]!r}. It has: {', '.join(known) or 'none'}."
        )
    limits = projection.limit(n)
    settled = {}
    for name, setting in known.items():
        value = min(max(float(given.get(name, setting.default)), setting.low), setting.high)
        settled[name] = round(min(value, limits.get(name, value)), 6)
    return settled
