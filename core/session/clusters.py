"""The clusters of the Clusters page: found on the vectors, named by their words, against labels and between models."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from core import charts, clusterings, pipeline
from core.session import show
from core.session.crossings import against_labels
from core.session.maps import Seen, cluster_names
from core.session.panel import answers
from core.session.trust import number
from core.session.words import count, plain
from core.types import Answer, Study

DEFAULT = "kmeans"
TALL, MOST_BARS = 460, 14
CLOSE, PARTLY, WEAKLY = 0.8, 0.5, 0.25


def usual_grouping(study: Study) -> dict[str, Any]:
    """What `grouping` gives until somebody chooses otherwise."""
    return {"method": DEFAULT, "seed": 0, "settings": clusterings.settle(DEFAULT, {}, len(study.corpus))}


def grouping(study: Study) -> dict[str, Any]:
    """How clusters are found, all in the address: what every question about them takes."""
    method, size, seed = st.columns([2.2, 1.5, 1.5], vertical_alignment="bottom")
    with method:
        name = st.segmented_control(
            "Clusters by",
            sorted(clusterings.REGISTRY, key=lambda key: key != DEFAULT),
            default=DEFAULT,
            required=True,
            format_func=lambda key: clusterings.REGISTRY[key].label,
            key="grouping",
            bind="query-params",
            help="\n\n".join(f"**{entry.label}**: {entry.help}" for entry in clusterings.REGISTRY.values()),
        )
    given = {}
    for setting in clusterings.REGISTRY[str(name)].settings:
        given[setting.name] = float(
            size.number_input(
                f"{setting.label} (0: chosen for you)",
                min(setting.low, setting.default),
                setting.high,
                setting.default,
                setting.step,
                key=f"group_{setting.name}",
                bind="query-params",
                help=setting.help,
            )
        )
    start = seed.number_input(
        "Seed of the clusters", 0, 2**31 - 1, 0, key="group_seed", bind="query-params", help="Where the search starts."
    )
    settled = clusterings.settle(str(name), given, len(study.corpus))
    return {"method": str(name), "seed": int(start), "settings": settled}


def by_cluster(found: Answer, title: str) -> charts.Paint:
    """A colour per cluster, the largest first; texts in none are grey."""
    names, codes = cluster_names(found["table"]), found["cluster"].astype(np.int64)
    listed = [names.get(cluster, str(cluster)) for cluster in range(-1, max(names) + 1)]
    return charts.classes(codes + 1, listed, title, apart=[0])


def picked_texts(seen: Seen) -> npt.NDArray[np.bool_] | None:
    """The texts of the cluster whose row is selected in its table, or None."""
    for key, found in seen.groups.items():
        state: Any = st.session_state.get(f"clusters-{key}") or {}
        rows = state.get("selection", {}).get("rows", [])
        if rows and rows[0] < len(found["table"]):
            picked: npt.NDArray[np.bool_] = found["cluster"] == found["table"]["cluster"].iloc[rows[0]]
            return picked
    return None


def found_groups(seen: Seen) -> None:
    """In a sentence or two: the groups each model forms, whether they match the labels, and what the maps are worth."""
    labels, lines = show.labels(seen.study), []
    for key, found in seen.groups.items():
        words = f"**{plain(labels[key])}** forms **{count(found['k'], 'cluster')}**"
        if found["scores"]:
            value = found["scores"]["v_measure"]
            words += f", {_match(value)} (V-measure {number(value)})"
        else:
            words += f", mean silhouette {number(found['mean_silhouette'])}"
        lines.append(words)
    trusted = [found["trustworthiness"] for found in seen.trust.values()]
    known = [value for value in trusted if value is not None and np.isfinite(value)]
    said = "; ".join(lines) + "." if lines else ""
    if known:
        pictures = "picture" if len(known) == 1 else "pictures"
        said += f" Trustworthiness of the {pictures} {_worth(min(known), max(known))}"
    st.markdown(said)


def _match(value: float) -> str:
    for least, words in ((CLOSE, "close to"), (PARTLY, "partly"), (WEAKLY, "weakly related to")):
        if value >= least:
            return "which follow the labels in part" if words == "partly" else f"which are {words} the labels"
    return "which have little to do with the labels"


def _worth(low: float, high: float) -> str:
    """How far the pictures can be trusted, in words beside the figure."""
    if low >= 0.95:
        meaning = "what is near on the maps is near by the vectors, too"
    elif low >= 0.85:
        meaning = "most neighbours on the maps are real, some are not"
    else:
        meaning = "many neighbours on the maps are not neighbours by the vectors, so do not read much into distances"
    figure = f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f}"
    return f"is {figure} of 1: {meaning}."


def suggestions(seen: Seen, chosen: Mapping[str, Any]) -> None:
    """Where the number of clusters was left to the silhouette: how it was suggested."""
    if chosen["settings"].get("k") != 0:
        return
    keys = list(seen.groups)
    found = answers([pipeline.ask("suggest", seen.study.only(key), seed=chosen["seed"]) for key in keys])
    known = {key: one for key, one in zip(keys, found, strict=True) if one is not None and len(one["table"])}
    if not known:
        return
    labels = show.labels(seen.study)
    show.chart(
        charts.suggested(
            {key: one["table"] for key, one in known.items()},
            {key: one["k"] for key, one in known.items()},
            labels,
            show.colours(seen.study),
        ),
        alt="Mean silhouette against the number of clusters, per model",
        data=pd.concat([one["table"].assign(model=labels[key]) for key, one in known.items()]),
        key="suggest",
    )
    said = "; ".join(f"{plain(labels[key])} {one['k']:,} (n = {one['n']:,})" for key, one in known.items())
    st.caption(f"Suggested number of clusters, the large points: {said}. {plain(next(iter(known.values()))['note'])}")


def one_model(seen: Seen) -> str | None:
    """The model whose clusters are looked into; None while they are not there."""
    labels = show.labels(seen.study)
    if len(labels) < 2:
        return next(iter(seen.groups), None)
    if st.session_state.get("groups_of") not in (None, *labels):
        del st.session_state["groups_of"]
    chosen = st.segmented_control(
        "Clusters of",
        list(labels),
        format_func=lambda key: labels[key],
        default=next(iter(labels)),
        required=True,
        key="groups_of",
        bind="query-params",
        help="Whose clusters the table and figures show. The maps have their own choice of colours.",
    )
    if chosen not in seen.groups:
        st.caption("Its clusters are at work …")
        return None
    return str(chosen)


def cluster_table(seen: Seen, key: str, chosen: Mapping[str, Any]) -> None:
    """One model's clusters: words, size, silhouette, labels; a selected row lights up in the maps."""
    found = seen.groups[key]
    table, names = found["table"], cluster_names(found["table"])
    if found["scores"]:
        _scores(found["scores"], len(seen.study.corpus))
    left, right = st.columns([3, 2])
    with left:
        show.table(
            table,
            f"clusters-{key}",
            pick=True,
            column_order=["cluster", "name", "size", "label", "label_share", "silhouette"],
            column_config={
                "silhouette": st.column_config.NumberColumn(format="%.3f"),
                "label": "most common label",
                "label_share": st.column_config.ProgressColumn("its share", min_value=0, max_value=1, format="percent"),
                "name": st.column_config.TextColumn("words", width="medium"),
            },
        )
        said = f"{count(found['noise'], 'text')} in no cluster (-1). " if found["noise"] else ""
        st.caption(f"{said}Select a row to light its texts up in the maps. {plain(found['note'])}")
    inside = table[table["cluster"] >= 0]
    with right, st.container(height=TALL if len(inside) > MOST_BARS else "content", border=False):
        show.chart(
            charts.silhouettes(
                inside,
                [names[cluster] for cluster in inside["cluster"]],
                colour=show.colours(seen.study)[key],
                mean=found["mean_silhouette"],
            ),
            alt="Silhouette of each cluster",
            key="silhouettes",
        )
    if seen.study.corpus.labels:
        against_labels(seen.study.only(key), names, chosen)


def _scores(scores: Mapping[str, float], n: int) -> None:
    words = {
        "v_measure": ("V-measure", "harmonic mean of homogeneity and completeness, 0 to 1."),
        "homogeneity": ("Homogeneity", "1: no cluster mixes labels."),
        "completeness": ("Completeness", "1: no label is spread over clusters."),
        "ari": ("ARI", "adjusted Rand index: pairs put together or apart alike; 0 is chance, 1 the same."),
        "nmi": ("NMI", "normalised mutual information, arithmetic mean, 0 to 1."),
    }
    told = " · ".join(f"{label} **{number(scores[name])}**" for name, (label, _) in words.items())
    meant = "\n\n".join(f"**{label}**: {meaning}" for label, meaning in words.values())
    st.markdown(f"Against the labels: {told} :gray[n = {n:,}]", help=meant)
