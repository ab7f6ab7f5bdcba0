"""Any map, whatever the texts: few, alike or many; centred and brought to one size."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.linalg import nearest
from core.projections import REGISTRY, Layout, Neighbors, settle
from core.types import Floats, Progress

ALIKE = 1e-6


@dataclass(frozen=True, eq=False)
class Drawing:
    """A map centred and of unit root-mean-square radius; `scale` is the radius it had in its method's own units."""

    xy: Floats
    scale: float
    explained: tuple[float, ...] | None
    note: str


def draw(
    method: str, unit: Floats, neighbors: Neighbors, *, dims: int, seed: int, settings: Mapping[str, float],
    progress: Progress,
) -> Drawing:  # fmt: skip
    """Map unit rows `(n, d)` to `(n, dims)`; too few texts are drawn by PCA, texts that are all alike on one point."""
    used = fitting(method, unit)
    settled = settle(method, settings, len(unit))
    if used == "":
        alike = "" if len(unit) < 2 else "All vectors are the same, so all texts lie on one point."
        return Drawing(np.zeros((len(unit), dims), np.float32), 0.0, None, alike)
    found: Layout = REGISTRY[used].run(
        unit, neighbors, dims=dims, seed=seed, settings=settled if used == method else {}, progress=progress
    )
    progress(1, 1)
    xy = found.xy.astype(np.float64)
    xy -= xy.mean(axis=0)
    scale = float(np.sqrt((xy**2).sum(axis=1).mean()))
    notes = [found.note, _few(method, used, len(unit)), _limited(method, settings, settled, len(unit))]
    explained = found.explained if used == method else None
    note = " ".join(sentence for sentence in notes if sentence)
    return Drawing((xy / (scale or 1.0)).astype(np.float32), scale, explained, note)


def place(
    method: str, unit: Floats, new: Floats, xy: Floats, scale: float, *, seed: int, settings: Mapping[str, float],
    progress: Progress,
) -> Floats:  # fmt: skip
    """Positions `(t, dims)` of unit rows `new (t, d)` on the map `draw` gave for `unit`, in its coordinates.

    What is on the map already is put where it is; t-SNE and UMAP would push it aside a little.
    """
    used = fitting(method, unit)
    if used == "" or not len(new):
        return np.zeros((len(new), xy.shape[1]), np.float32)
    settled = settle(used, settings if used == method else {}, len(unit))
    there = (xy.astype(np.float64) * scale).astype(np.float32)
    placed = REGISTRY[used].place(unit, new, there, seed=seed, settings=settled, progress=progress)
    progress(1, 1)
    found = (placed.astype(np.float64) / (scale or 1.0)).astype(np.float32)
    ids, cosines = nearest(new, unit, 1)
    known = cosines[:, 0] > 1 - ALIKE
    found[known] = xy[ids[known, 0]]
    return found


def fitting(method: str, unit: Floats) -> str:
    """The method that can draw these rows: the one asked for, "pca" for too few, "" where all are alike."""
    if len(unit) < 2 or bool((np.abs(unit - unit[0]) < ALIKE).all()):
        return ""
    return method if len(unit) >= REGISTRY[method].fewest else "pca"


def _few(method: str, used: str, n: int) -> str:
    wanted = REGISTRY[method]
    if used == method:
        return ""
    return f"{wanted.label} needs at least {wanted.fewest} texts: these {n} are drawn by {REGISTRY[used].label}."


def _limited(method: str, given: Mapping[str, float], settled: Mapping[str, float], n: int) -> str:
    """What n texts did not allow, or do not allow by default."""
    settings = {setting.name: setting for setting in REGISTRY[method].settings}
    limits = REGISTRY[method].limit(n)
    lower = [name for name in settled if limits.get(name, np.inf) < max(given.get(name, 0), settings[name].default)]
    return " ".join(f"{settings[name].label} {settled[name]:g}: {n} texts allow no more." for name in lower)
