"""Clusters against labels, and the clusters of two models against each other."""

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pandas as pd
import streamlit as st

from core import charts, pipeline
from core.session import show
from core.session.maps import Seen, cluster_names
from core.session.panel import answers
from core.session.words import count, plain
from core.types import Study

KEPT = 0.8
TALL, MOST_ROWS = 520, 18


def against_labels(study: Study, names: Mapping[int, str], chosen: Mapping[str, Any]) -> None:
    """One model's clusters against the labels."""
    (found,) = answers([pipeline.ask("crossing", study, **chosen)])
    if found is None:
        return
    table = found["crossing"]
    labels = {label: label for label in table["label"].unique()}
    show.chart(
        charts.crossing(
            table.rename(columns={"label": "row", "cluster": "column"}), labels, names, title="Labels and clusters"
        ),
        alt="How many texts of each label are in each cluster",
        data=table,
        key="crossing",
    )


def split_groups(seen: Seen, chosen: Mapping[str, Any]) -> None:
    """Two models: which clusters of one does the other split?"""
    labels = show.labels(seen.study)
    pairs = {f"{a}~{b}": (a, b) for a, b in permutations(labels, 2)}
    if not pairs:
        return
    a, b = _ordered_pair(labels, pairs)
    if a not in seen.groups or b not in seen.groups:
        st.caption("Their clusters are at work …")
        return
    (found,) = answers([pipeline.ask("splits", seen.study.only(*sorted((a, b))), a=a, b=b, **chosen)])
    if found is None:
        return
    splits, whole = found["splits"], int((found["splits"]["largest_share"] >= KEPT).sum())
    st.markdown(
        f"Of {count(len(splits), 'cluster')} of {plain(labels[a])}, **{whole:,}** stay together under "
        f"{plain(labels[b])} (at least {KEPT:.0%} of the texts in one of its clusters); "
        f"**{len(splits) - whole:,}** are split."
    )
    names = {key: cluster_names(seen.groups[key]["table"]) for key in (a, b)}
    left, right = st.columns([2, 3])
    with left:
        _split_table(found["splits"])
    with right, st.container(height=TALL if len(splits) > MOST_ROWS else "content", border=False):
        table = found["crossing"].rename(columns={"cluster_a": "row", "cluster_b": "column"})
        show.chart(
            charts.crossing(table, names[a], names[b], title=f"Rows: {labels[a]} · columns: {labels[b]}"),
            alt="How many texts two clusters of two models have in common",
            data=found["crossing"],
            key="splitting",
        )


def _ordered_pair(labels: Mapping[str, str], pairs: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Whose clusters, and who splits them."""
    if st.session_state.get("split") not in (None, *pairs):
        del st.session_state["split"]
    picked = st.selectbox(
        "Which clusters of one model does another split?",
        list(pairs),
        format_func=lambda pair: " → ".join(labels[key] for key in pairs[pair]),
        key="split",
        bind="query-params",
        help="Clusters of the model before the arrow, split by the one behind it; each found on its own vectors.",
    )
    return pairs[str(picked)]


def _split_table(splits: pd.DataFrame) -> None:
    show.table(
        splits,
        "splits",
        column_order=["cluster_a", "name_a", "size", "into", "largest_share", "name_b"],
        column_config={
            "cluster_a": "cluster",
            "name_a": st.column_config.TextColumn("words", width="medium"),
            "into": st.column_config.NumberColumn("in parts", help="Clusters that hold at least a tenth of it."),
            "largest_share": st.column_config.ProgressColumn(
                "largest part", min_value=0, max_value=1, format="percent"
            ),
            "name_b": st.column_config.TextColumn("largest part's words", width="medium"),
        },
    )
    st.caption("Most torn apart first; clusters of one text are left out.")
