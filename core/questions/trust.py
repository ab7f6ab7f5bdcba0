"""Can a map be trusted: about its own vectors, and against chance?"""

from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import TypeAlias

import numpy as np
import pandas as pd

from core import measures, projections
from core.measures.trust import EXACT, usable
from core.measures.trust import trust as measure
from core.questions import recipe
from core.questions.parts import share
from core.types import Answer, Floats, Ints, Role
from core.work import MANY, Work

MAPS, COVERAGE = 3, 0.975
Expected: TypeAlias = tuple[float, float, float]
"""Mean, low and high of the overlap that two maps of one model are expected to have."""


@recipe("Checking the map against the vectors", version=3, corpus=Role.DOCUMENT)
def trust(
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    method: str,
    dims: int,
    seed: int,
    settings: dict[str, float],
    k: int,
) -> Answer:
    """Trustworthiness and continuity of one model's map, as means and per text (NaN where not measured)."""
    (view,) = work.views(corpus, models)
    drawn = {"method": method, "dims": dims, "seed": seed, "settings": settings}
    xy = work.ask("projection", corpus=corpus, models=models, **drawn)["xy"]
    known = view.neighbors if len(xy) <= MANY else None
    found = measure(view.unit, xy, k=k, seed=seed, progress=work.progress, neighbors=known)
    notes = [_clamped(len(xy), k)]
    if found.k and len(xy) > EXACT:
        notes.append(f"Measured on a random {found.measured:,} of {len(xy):,} texts, each ranked against all.")
    return {
        "trustworthiness": _mean(found.trustworthiness),
        "continuity": _mean(found.continuity),
        "per_trust": found.trustworthiness,
        "per_continuity": found.continuity,
        "n": found.measured,
        "k": found.k,
        "note": " ".join(note for note in notes if note),
    }


@recipe("Drawing maps with other seeds", version=3, unit="", corpus=Role.DOCUMENT)
def stability(
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    method: str,
    dims: int,
    seed: int,
    settings: dict[str, float],
    k: int,
) -> Answer:
    """How much of a map is chance: neighbours shared by maps of one model with other seeds, and by maps of two models.

    `floor`: model, mean overlap@k of every two of three seeds, and the range low to high in which a new pair of seeds
    is expected (95 %). `pairs`: overlap of the two models' maps; `beyond` when it is below both ranges, which seeds
    do not explain.
    """
    seeds = [seed + step for step in range(MAPS)]
    n = len(work.corpus(corpus))
    width = usable(n, k)
    keys = sorted(models)
    maps = {}
    for number, (key, one) in enumerate(product(keys, seeds)):
        told = share(work.progress, number / len(keys) / MAPS, (number + 1) / len(keys) / MAPS)
        drawn = {"method": method, "dims": dims, "seed": one, "settings": settings}
        found = replace(work, progress=told).ask("projection", corpus=corpus, models={key: models[key]}, **drawn)
        maps[key, one] = Drawn(found["xy"])
    same = {key: [overlap(maps[key, i], maps[key, j], width) for i, j in combinations(seeds, 2)] for key in keys}
    floors = {key: expected(values) for key, values in same.items()}
    shared = [(a, b, overlap(maps[a, seed], maps[b, seed], width)) for a, b in combinations(keys, 2)]
    steps = f"Maps with seeds {', '.join(map(str, seeds))}; the range is where 95 % of new pairs of seeds are expected."
    fixed = "The method has no seed: the same vectors give the same map."
    notes = [steps if projections.REGISTRY[method].seeded else fixed, _clamped(n, k)]
    return {
        "floor": _floors({key: floors[key] for key in models}),
        "pairs": _pairs([(a, b, value, beyond(value, floors[a], floors[b])) for a, b, value in shared]),
        "seeds": seeds,
        "k": width,
        "note": " ".join(note for note in notes if note),
    }


@dataclass(frozen=True)
class Drawn:
    """A map as measures see it: whose neighbours are whose on the picture."""

    xy: Floats

    def neighbors(self, k: int) -> Ints:
        """The k nearest other points of each, `(n, k)`; of points that coincide, any."""
        from scipy.spatial import KDTree

        ids = KDTree(self.xy).query(self.xy, k + 1, workers=-1)[1].astype(np.int64)
        own = ids == np.arange(len(ids))[:, None]
        ids = np.take_along_axis(ids, np.argsort(own, axis=1, kind="stable"), axis=1)
        others: Ints = ids[:, :k]
        return others


def overlap(a: Drawn, b: Drawn, k: int) -> float:
    """Mean share of the k nearest points that two maps have in common, 0 to 1; NaN where there are none."""
    if k == 0 or not a.xy.any() or not b.xy.any():
        return float("nan")
    return float(measures.AGREEMENTS["neighbor_overlap"].compute(a, b, k=k, seed=0).value)


def expected(seen: list[float]) -> Expected:
    """Mean, and the range in which a new value is expected (95 %): mean -+ t * sd * sqrt(1 + 1/m), within 0 to 1."""
    from scipy.stats import t

    values = np.array(seen)
    reach = t.ppf(COVERAGE, len(values) - 1) * values.std(ddof=1) * np.sqrt(1 + 1 / len(values))
    mean = float(values.mean())
    return mean, float(np.clip(mean - reach, 0, 1)), float(np.clip(mean + reach, 0, 1))


def beyond(value: float, a: Expected, b: Expected) -> bool:
    """Whether two maps share less than chance explains: below what either model shares with itself."""
    return value < min(a[1], b[1])


def _floors(floors: dict[str, Expected]) -> pd.DataFrame:
    table = pd.DataFrame([(key, *floor) for key, floor in floors.items()], columns=["model", "mean", "low", "high"])
    return table.astype({"model": "str"})


def _pairs(pairs: list[tuple[str, str, float, bool]]) -> pd.DataFrame:
    columns = {"a": "str", "b": "str", "overlap": "float64", "beyond": "bool"}
    return pd.DataFrame(pairs, columns=list(columns)).astype(columns)


def _mean(values: Floats) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")


def _clamped(n: int, k: int) -> str:
    width = usable(n, k)
    if width == k:
        return ""
    return (
        f"k = {width} instead of {k}: it must be below half of the {n} texts." if width else "Undefined below 3 texts."
    )
