"""Maps of the texts: drawing one, turning one onto another, putting more texts on it, colouring it by a query."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from core import projections
from core.errors import VecassayError
from core.projections.drawing import draw
from core.projections.drawing import place as put
from core.projections.procrustes import align
from core.questions import recipe
from core.questions.nearness import near
from core.questions.parts import share
from core.types import Answer, Floats, Ints, Role
from core.work import Work

SEARCHING = 0.2


@recipe("Drawing the map", version=3, unit="", corpus=Role.DOCUMENT)
def projection(
    work: Work, *, corpus: str, models: dict[str, str], method: str, dims: int, seed: int, settings: dict[str, float]
) -> Answer:
    """One model's map: `xy (n, dims)`, centred and of unit root-mean-square radius.

    `explained` is the share of variance of each axis (PCA), else None; `scale` the radius before scaling; `settings`
    what was used, which few texts may have lowered.
    """
    if dims not in (2, 3):
        raise VecassayError(f"Expected a map of 2 or 3 dimensions; got {dims}.")
    (view,) = work.views(corpus, models)
    notes = []

    def neighbors(k: int) -> tuple[Ints, Floats]:
        first = replace(work, progress=share(work.progress, 0.0, SEARCHING))
        found = replace(view, work=first).near(k)
        notes.append(found["note"])
        return found["ids"].astype(np.int64), found["cosines"]

    drawing = draw(
        method,
        view.unit,
        neighbors,
        dims=dims,
        seed=seed,
        settings=settings,
        progress=share(work.progress, SEARCHING, 1.0),
    )
    return {
        "xy": drawing.xy,
        "explained": None if drawing.explained is None else list(drawing.explained),
        "note": " ".join(note for note in [drawing.note, *notes] if note),
        "scale": drawing.scale,
        "settings": projections.settle(method, settings, len(view.unit)),
    }


@recipe("Turning one map onto the other", version=3, unit="", corpus=Role.DOCUMENT)
def aligned(  # noqa: PLR0913  (every one changes the answer)
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    of: str,
    to: str,
    method: str,
    dims: int,
    seed: int,
    settings: dict[str, float],
) -> Answer:
    """The map of model `of`, turned or mirrored onto that of model `to`: `xy (n, dims)`, and `disparity` 0 to 1.

    Both maps have one size already, so it is not changed; 0 is the same shape, 1 nothing in common.
    """
    drawn = {"corpus": corpus, "method": method, "dims": dims, "seed": seed, "settings": settings}
    own = work.ask("projection", models={of: models[of]}, **drawn)["xy"]
    if of == to:
        return {"xy": own, "disparity": 0.0}
    xy, disparity = align(own, work.ask("projection", models={to: models[to]}, **drawn)["xy"])
    return {"xy": xy, "disparity": disparity}


@recipe("Placing new texts on the map", version=3, unit="", corpus=Role.DOCUMENT, texts=Role.DOCUMENT)
def place(
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    texts: str,
    method: str,
    dims: int,
    seed: int,
    settings: dict[str, float],
) -> Answer:
    """Where new texts fall on the map that `projection` drew: `xy (t, dims)` in its coordinates; the map stays."""
    (view,) = work.views(corpus, models)
    new = view.asked(work.corpus(texts).texts, Role.DOCUMENT)
    drawn: Mapping[str, Any] = {"method": method, "dims": dims, "seed": seed, "settings": settings}
    half = replace(work, progress=share(work.progress, 0.0, 0.5))
    there = half.ask("projection", corpus=corpus, models=models, **drawn)
    xy = put(
        method,
        view.unit,
        new.unit,
        there["xy"],
        there["scale"],
        seed=seed,
        settings=settings,
        progress=share(work.progress, 0.5, 1.0),
    )
    return {"xy": xy, "note": there["note"]}


@recipe("Comparing with the query", corpus=Role.DOCUMENT, query=Role.QUERY)
def likeness(work: Work, *, corpus: str, models: dict[str, str], query: str) -> Answer:
    """Cosine of every text with a typed one under one model: `cosines (n,)`."""
    (view,) = work.views(corpus, models)
    asked = view.asked(work.corpus(query).texts[:1])
    return {"cosines": np.round(view.unit @ asked.unit[0], 6) + np.float32(0)}


@recipe("Preparing UMAP (once per machine)", kept=False, unit="", idle=True)
def warm(work: Work, *, kernels: int) -> Answer:
    """Draw a tiny map with every method, so that libraries are loaded and kernels compiled before anyone waits."""
    rows = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)
    unit: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def neighbors(k: int) -> tuple[Ints, Floats]:
        found = near(unit, k, _untold)
        return found.ids, found.cosines

    for number, method in enumerate(projections.REGISTRY):
        told = share(work.progress, number / len(projections.REGISTRY), (number + 1) / len(projections.REGISTRY))
        found = draw(method, unit, neighbors, dims=2, seed=0, settings={}, progress=told)
        put(method, unit, unit[:4], found.xy, found.scale, seed=0, settings={}, progress=told)
    return {"kernels": kernels}


def _untold(done: int, total: int) -> None:
    """Few texts: their neighbours are found at once."""
