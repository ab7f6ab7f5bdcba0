"""New texts on maps that stand: typed, placed without moving anything, and the clusters they are nearest to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from core import corpora, pipeline
from core.session import show
from core.session.maps import Seen, cluster_names
from core.session.panel import answers
from core.session.words import plain
from core.session.writing import answering, written
from core.types import Answer, Floats, Role

MOST_NEW = 100
NEAREST = 10


@dataclass(frozen=True, eq=False)
class Placed:
    """New texts, and where they are on each model's map as it is drawn, by model key, for the models that are done."""

    texts: tuple[str, ...]
    xy: Mapping[str, Floats]
    near: Mapping[str, Answer]


def new_texts() -> tuple[str, ...]:
    """The texts typed, one a line."""
    typed = st.text_area(
        "New texts, one a line",
        key="place_texts",
        height=110,
        persist_state="session",
        placeholder="My card has not arrived yet.",
        help="They are placed on the maps above, numbered, and nothing else moves.",
    )
    lines = [text for line in (typed or "").split("\n") if (text := corpora.clean(line))]
    if len(lines) > MOST_NEW:
        st.warning(
            f"The first {MOST_NEW} of {len(lines):,} lines are placed; more can be loaded as texts of their own."
        )
    return tuple(lines[:MOST_NEW])


def place(seen: Seen, texts: tuple[str, ...]) -> Placed:
    """Ask for the new texts' places and neighbours under every model whose map is there."""
    if not texts:
        return Placed((), {}, {})
    small = written(texts)
    able, new = show.labels(answering(seen.study, texts, Role.DOCUMENT)), small.fingerprint
    keys = [key for key in seen.xy if key in able]
    asked = [pipeline.ask("place", seen.study.only(key), texts=new, **seen.view.arguments) for key in keys]
    asked += [pipeline.ask("arrivals", seen.study.only(key), texts=new, k=NEAREST) for key in keys]
    found = answers(asked)
    xy = {
        key: _as_drawn(seen.own[key]["xy"], seen.xy[key], one["xy"])
        for key, one in zip(keys, found[: len(keys)], strict=True)
        if one is not None
    }
    near = {key: one for key, one in zip(keys, found[len(keys) :], strict=True) if one is not None}
    for note in dict.fromkeys(one["note"] for one in found[: len(keys)] if one is not None and one["note"]):
        st.caption(plain(note))
    return Placed(texts, xy, near)


def _as_drawn(own: Floats, drawn: Floats, new: Floats) -> Floats:
    """New places under the turn and stretch that took a map as projected to the map as drawn.

    Both are known point by point, and the move between them is affine, so least squares gives it back exactly.
    """
    if own is drawn:
        return new
    ones = np.ones((len(own), 1))
    move, *_ = np.linalg.lstsq(np.hstack([own.astype(float), ones]), drawn.astype(float), rcond=None)
    moved: Floats = (np.hstack([new.astype(float), np.ones((len(new), 1))]) @ move).astype(np.float32)
    return moved


def placed_texts(seen: Seen, placed: Placed) -> None:
    """The new texts, numbered as on the maps, with the cluster and the text each is nearest to, by the vectors."""
    if not placed.texts:
        st.caption("What you type is numbered on every map and listed here with its nearest cluster.")
        return
    labels, corpus = show.labels(seen.study), seen.study.corpus
    table = pd.DataFrame({"number": range(1, len(placed.texts) + 1), "text": placed.texts})
    for key, found in placed.near.items():
        if key in seen.groups:
            groups = seen.groups[key]
            names = cluster_names(groups["table"])
            joined = nearest_cluster(groups["cluster"], found["rows"])
            table[f"{labels[key]} · cluster"] = [names.get(cluster, str(cluster)) for cluster in joined]
        table[f"{labels[key]} · nearest text"] = [corpus.texts[row] for row in found["rows"][:, 0]]
        table[f"{labels[key]} · cosine"] = found["cosines"][:, 0]
    config: dict[str, Any] = {}
    for column in map(str, table):
        if column.endswith("· cosine"):
            config[column] = st.column_config.NumberColumn(format="%.3f")
        elif column != "number":
            config[column] = st.column_config.TextColumn(width="medium")
    show.table(table, "placed", column_config=config)
    st.caption(f"Cluster: that of most of the {NEAREST} nearest texts by the vectors, not on the picture.")


def nearest_cluster(cluster: npt.NDArray[np.int32], rows: npt.NDArray[np.int32]) -> list[int]:
    """For each line of neighbours `(t, k)`, best first, the cluster most of them are in; of two, the nearer one."""
    lines: list[list[int]] = cluster[rows].tolist()
    # dict.fromkeys keeps the order, and max takes the first of equals: the cluster of the nearer text.
    return [max(dict.fromkeys(line), key=line.count) for line in lines]
