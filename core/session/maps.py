"""The maps of the Clusters page: by which method they are made, and the drawing of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core import charts, jobs, pipeline, projections
from core.components.maps import Colouring, MapPanel, Shown
from core.components.maps import maps as draw
from core.session import show
from core.session.panel import answers
from core.session.words import plain, short
from core.types import Answer, Floats, Question, Study

QUICK, LARGE, MOST_QUICK = "tsne", "umap", 1_000
MOST_TEXTS_SENT = 20_000
K = 10
NAME_WIDTH = 40


@dataclass(frozen=True)
class View:
    """How texts are projected: everything that moves a point, and how many neighbours its trust looks at."""

    method: str
    dims: int
    settings: Mapping[str, float]
    seed: int
    k: int

    @property
    def arguments(self) -> dict[str, Any]:
        """What every question about a map takes."""
        return {"method": self.method, "dims": self.dims, "seed": self.seed, "settings": dict(self.settings)}

    @classmethod
    def usual(cls, n: int) -> "View":
        """What n texts are shown by until somebody chooses otherwise."""
        method = QUICK if n <= MOST_QUICK else LARGE
        return cls(method, 2, projections.settle(method, {}, n), 0, K)


@dataclass(frozen=True, eq=False)
class Seen:
    """What is known about each model so far, by model key: models still at work are missing.

    `xy` are coordinates aligned to the first model's, `own` the maps as projected, `groups` the clusters.
    """

    study: Study
    view: View
    xy: Mapping[str, Floats]
    own: Mapping[str, Answer]
    trust: Mapping[str, Answer]
    groups: Mapping[str, Answer]

    @property
    def labels(self) -> dict[str, str]:
        """Names of the models whose map is there, by key."""
        names = show.labels(self.study)
        return {key: names[key] for key in self.xy}


def map_view(study: Study) -> View:
    """The method and its settings, all in the address."""
    name = st.segmented_control(
        "Map by",
        list(projections.REGISTRY),
        default=View.usual(len(study.corpus)).method,
        required=True,
        format_func=lambda key: projections.REGISTRY[key].label,
        key="map",
        bind="query-params",
        help="\n\n".join(f"**{entry.label}**: {entry.help}" for entry in projections.REGISTRY.values())
        + f"\n\nTo begin with it is {projections.REGISTRY[QUICK].label} up to {MOST_QUICK:,} texts, because it needs "
        f"no preparation, and {projections.REGISTRY[LARGE].label} beyond, because it is quicker there.",
    )
    shown = st.segmented_control(
        "Dimensions",
        ["2-D", "3-D"],
        default="2-D",
        required=True,
        key="dims",
        bind="query-params",
        help="Flat maps can be lassoed and hold every text. Maps in space can be turned.",
    )
    with st.popover("Settings", icon=":material/tune:"):
        given, seed, k = _settings(str(name))
    settings = projections.settle(str(name), given, len(study.corpus))
    return View(str(name), int(str(shown)[0]), settings, seed, k)


def _settings(method: str) -> tuple[dict[str, float], int, int]:
    entry = projections.REGISTRY[method]
    given = {setting.name: _slider(setting) for setting in entry.settings}
    seed = st.number_input(
        "Seed", 0, 2**31 - 1, 0, key="map_seed", bind="query-params", help="Another seed, another map."
    )
    k = st.slider(
        "Neighbours checked (k)",
        2,
        50,
        K,
        key="map_k",
        bind="query-params",
        help="Trust compares the k nearest texts on the map with the k nearest by the vectors.",
    )
    st.caption(plain(f"{entry.label}: {entry.source}"))
    return given, int(seed), int(k)


def _slider(setting: projections.Setting) -> float:
    kind = int if float(setting.step).is_integer() else float
    low, high, value, step = (kind(one) for one in (setting.low, setting.high, setting.default, setting.step))
    return float(
        st.slider(setting.label, low, high, value, step, key=setting.name, bind="query-params", help=setting.help)
    )


def _compiling() -> None:
    """Say why the first UMAP takes longer, until the worker has prepared it (see `boot`)."""
    status = jobs.jobs().status(pipeline.warm().key)
    if status is None or status.state != "done":
        st.caption("UMAP's code is compiled once per machine: the first map takes some seconds longer than the next.")


def maps_and_clusters(study: Study, view: View, grouping: Mapping[str, Any]) -> Seen:
    """Ask for maps and clusters of every model; what is ready is returned, the rest shows its progress here."""
    keys = [model.spec.key for model in study.models]
    found = answers(asked_first(study, view, grouping))
    own = {key: one for key, one in zip(keys, found[: len(keys)], strict=True) if one is not None}
    clusters = {key: one for key, one in zip(keys, found[len(keys) :], strict=True) if one is not None}
    if len(own) < len(keys) and view.method == "umap":
        _compiling()
    # Only now, because these stand on the maps: asked at once, a worker would make each map twice.
    ready = list(own)
    second = answers(asked_then(study.only(*ready), view) if ready else [])
    moved = {ready[0]: own[ready[0]]["xy"]} if ready else {}
    others = len(ready[1:])
    moved |= {key: one["xy"] for key, one in zip(ready[1:], second[:others], strict=True) if one is not None}
    trusted = {key: one for key, one in zip(ready, second[others:], strict=True) if one is not None}
    return Seen(study, view, moved, own, trusted, clusters)


def asked_first(study: Study, view: View, grouping: Mapping[str, Any]) -> list[Question]:
    """The maps of all models, then their clusters."""
    keys = [model.spec.key for model in study.models]
    return [
        *(pipeline.ask("projection", study.only(key), **view.arguments) for key in keys),
        *(pipeline.ask("clusters", study.only(key), **grouping) for key in keys),
    ]


def asked_then(study: Study, view: View) -> list[Question]:
    """What stands on the maps: each but the first turned to look like the first, then the trust in each."""
    first, *others = (model.spec.key for model in study.models)
    return [
        *(pipeline.ask("aligned", study.only(key, first), of=key, to=first, **view.arguments) for key in others),
        *(pipeline.ask("trust", study.only(key), **view.arguments, k=view.k) for key in (first, *others)),
    ]


def cluster_names(table: pd.DataFrame) -> dict[int, str]:
    """What people read for each cluster: its number and its words; -1 is no cluster."""
    names = {-1: "no cluster"}
    for cluster, name in table[["cluster", "name"]].itertuples(index=False):
        if cluster >= 0:
            names[int(cluster)] = f"{cluster} · {short(str(name), NAME_WIDTH)}"
    return names


def fading(seen: Seen, fade: bool) -> dict[str, Floats]:
    """How strongly each point is drawn: full where its neighbours on the map are right, faint from half wrong on."""
    if not fade:
        return {}
    return {key: np.clip(2 * found["per_trust"] - 1, 0, 1).astype(np.float32) for key, found in seen.trust.items()}


def draw_maps(
    seen: Seen,
    paint: charts.Paint,
    *,
    lit: np.ndarray | None,
    fade: bool,
    placed: Mapping[str, Floats],
) -> Shown:
    """The maps side by side; in 2-D what was selected, pointed at and clicked comes back."""
    nothing = Shown(None, None, None)
    if not seen.xy:
        st.info("The first map appears here as soon as it is drawn.", icon=":material/hourglass_top:")
        return nothing
    strength, corpus = fading(seen, fade), seen.study.corpus
    if seen.view.dims == 2:
        panels = [MapPanel(name, seen.xy[key], placed.get(key), strength.get(key)) for key, name in seen.labels.items()]
        sent = corpus.texts if len(corpus) <= MOST_TEXTS_SENT else None
        found = draw(panels, colouring=Colouring(**vars(paint)), lit=lit, texts=sent, key="maps", alt=_alt(seen))
        if sent is None:
            st.text("Point at a text to read it here." if found.hovered is None else corpus.texts[found.hovered][:500])
        return found
    rows = charts.drawn_rows(len(corpus), len(seen.xy), seed=0)
    clouds = [charts.Cloud(name, seen.xy[key], strength.get(key), placed.get(key)) for key, name in seen.labels.items()]
    show.chart(charts.clouds(clouds, paint, rows=rows, texts=corpus.texts, lit=lit), alt=_alt(seen), key="clouds")
    if len(rows) < len(corpus):
        st.caption(f"A random sample of {len(rows):,} of {len(corpus):,} texts, seed 0. The flat maps hold every text.")
    st.caption("Drag to turn. Lasso and box are for the flat maps.")
    return nothing


def _alt(seen: Seen) -> str:
    method = projections.REGISTRY[seen.view.method].label
    return f"{method} maps of {len(seen.study.corpus):,} texts under {', '.join(seen.labels.values())}"
