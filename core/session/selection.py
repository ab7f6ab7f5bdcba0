"""What the reader picked on a map: texts to read, to take away, or to make a corpus of their own."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core import pipeline
from core.components.maps import Shown
from core.errors import VecassayError
from core.report.export import to_csv, to_parquet
from core.session import choice, identity, show
from core.session.maps import Seen
from core.session.words import count, plain
from core.types import Corpus, Ints

AXES = ("x", "y", "z")
MOST_LISTED = 10_000


def points(seen: Seen, rows: Ints | None = None) -> pd.DataFrame:
    """A row per text (all, or those given): row, id and label, coordinates and cluster per model, text."""
    corpus, labels = seen.study.corpus, show.labels(seen.study)
    chosen = np.arange(len(corpus)) if rows is None else rows
    table: dict[str, Any] = {"row": chosen + 1}
    for name, column in (("id", corpus.ids), ("label", corpus.labels)):
        if column is not None:
            table[name] = [column[row] for row in chosen]
    for key, label in labels.items():
        if key in seen.groups:
            table[f"{label} · cluster"] = seen.groups[key]["cluster"][chosen]
        if key in seen.xy:
            for axis, values in zip(AXES, seen.xy[key].T, strict=False):
                table[f"{label} · {axis}"] = values[chosen]
    table["text"] = [corpus.texts[row] for row in chosen]
    return pd.DataFrame(table)


def selected_texts(seen: Seen, shown: Shown) -> None:
    """The text clicked, whole; the texts inside the outline, with downloads; the whole map as a table."""
    if shown.clicked is not None:
        _whole(seen, shown.clicked)
    rows = None
    if shown.selection is not None and shown.selection.panel < len(seen.labels):
        key = list(seen.labels)[shown.selection.panel]
        rows = shown.selection.rows(seen.xy[key])
    if rows is None:
        st.caption(
            "Draw around points of a map (lasso or box): the same texts stand out on every map and are listed here."
        )
    elif not len(rows):
        st.caption("There is no text inside the outline.")
    else:
        _listed(seen, rows)
    _everything(seen)


def _whole(seen: Seen, row: int) -> None:
    corpus, labels = seen.study.corpus, show.labels(seen.study)
    facts = [f"Row {row + 1}", *([corpus.labels[row]] if corpus.labels else [])]
    facts += [f"{labels[key]}: cluster {found['cluster'][row]}" for key, found in seen.groups.items()]
    with st.container(border=True, key="clicked"):
        st.caption(plain(" · ".join(facts)))
        st.text(corpus.texts[row])


def _listed(seen: Seen, rows: Ints) -> None:
    st.markdown(f"**{count(len(rows), 'text')}** of {len(seen.study.corpus):,} selected")
    listed = rows
    if len(rows) > MOST_LISTED:
        listed = np.sort(np.random.default_rng(0).choice(rows, MOST_LISTED, replace=False))
        st.caption(f"A random sample of {MOST_LISTED:,} of them, seed 0; the downloads hold all.")
    table = points(seen, listed)
    st.dataframe(
        table,
        hide_index=True,
        key="selected",
        height=300,
        column_order=[str(column) for column in table if str(column).rsplit(" · ", 1)[-1] not in AXES],
        column_config={"text": st.column_config.TextColumn(width="large")},
        alt="The selected texts",
    )
    with st.container(horizontal=True, key="selected_actions"):
        _downloads(lambda: points(seen, rows), "selected")
        with st.popover("Make these a corpus of their own", icon=":material/library_add:"):
            _own_corpus(seen.study.corpus, rows)


def _downloads(make: Callable[[], pd.DataFrame], name: str) -> None:
    for ending, write, mime in (
        ("CSV", to_csv, "text/csv"),
        ("Parquet", to_parquet, "application/vnd.apache.parquet"),
    ):
        st.download_button(
            f"{name.capitalize()} as {ending}",
            partial(_made, make, write),
            file_name=f"{name}.{ending.lower()}",
            mime=mime,
            key=f"{ending}-{name}",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
            help="Coordinates, cluster, label and text.",
        )


def _made(make: Callable[[], pd.DataFrame], write: Callable[[pd.DataFrame], bytes]) -> bytes:
    return write(make())


def _own_corpus(corpus: Corpus, rows: Ints) -> None:
    name = st.text_input("Name", f"{corpus.name}: selection"[:80], key="own_name", max_chars=80)
    st.caption("It appears in your list of texts, labels and ids included, and this page goes on with it.")
    if not st.button(f"Use {count(len(rows), 'text')}", type="primary", key="own_corpus"):
        return
    chosen = replace(subset(corpus, rows), name=(name or "").strip() or corpus.name)
    try:
        fingerprint = pipeline.store().corpora.add(chosen, {}, kind="typed", owner=identity.owner())
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    choice.choose(corpus=fingerprint)
    st.rerun()


def subset(corpus: Corpus, rows: Ints) -> Corpus:
    """The texts of these rows with their labels, ids and titles; queries stay behind with what was judged."""

    def taken(column: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if column is None else tuple(column[row] for row in rows)

    return Corpus(
        corpus.name,
        tuple(corpus.texts[row] for row in rows),
        labels=taken(corpus.labels),
        ids=taken(corpus.ids),
        titles=taken(corpus.titles),
    )


def _everything(seen: Seen) -> None:
    """Every point of the maps: as a table to read instead of them, and to take away."""
    with st.container(horizontal=True, key="map_actions", vertical_alignment="center"):
        wanted = st.toggle(
            "Maps as a table",
            key="table",
            bind="query-params",
            help="Every text with its place and cluster under each model, to read instead of the pictures.",
        )
        _downloads(lambda: points(seen), "map")
    if wanted:
        st.dataframe(points(seen), hide_index=True, key="map_table", alt="Every text with its place and cluster")
