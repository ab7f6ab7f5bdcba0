"""Lists of pairs of texts worth a look, and one pair opened: both texts whole, and what each model says of them."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core import pipeline
from core.session import show
from core.session.panel import answers
from core.session.similarity import SCORES, Similar, SimilarityView
from core.session.words import count, plain, short
from core.types import Answer, Corpus, Study

TOP = 100
NEAR = 10
LISTS = {
    "moved": "the two models' values differ most, among the texts in the matrices.",
    "surprising": f"among the {NEAR} nearest texts for one model, far apart for the other; all texts.",
    "closest": "the most similar pairs of all texts under one model; near-duplicates show here.",
}
TALL = 300
LONG = 600


def pair_list(study: Study, view: SimilarityView, found: Similar) -> tuple[int, int] | None:
    """A list of pairs to choose from; the corpus rows of the newly selected pair, else of the first one listed."""
    names = list(LISTS) if view.b else ["closest"]
    which = "closest"
    if view.b:
        if st.session_state.get("list") not in names:
            st.session_state.pop("list", None)
        which = st.segmented_control(
            "Pairs",
            names,
            default="moved",
            required=True,
            key="list",
            bind="query-params",
            help="  \n".join(f"{name}: {told}" for name, told in LISTS.items()),
        )
    if which == "closest":
        return _closest(study, view)
    if which == "surprising":
        return _surprising(study, view)
    return _moved(study, view, found.moved)


def _moved(study: Study, view: SimilarityView, moved: Answer | None) -> tuple[int, int] | None:
    if moved is None:
        return None
    labels = show.labels(study)
    scale = "the share of pairs that are less similar" if view.scale == "rank" else f"the {SCORES[view.score]}"
    pairs = moved["pairs"]
    order = np.argsort(-np.abs(pairs["difference"].to_numpy()), kind="stable")
    pairs = pairs.iloc[order].reset_index(drop=True)
    figures = {
        "difference": pairs["difference"],
        labels[view.a]: pairs["first"],
        labels[view.b]: pairs["second"],
    }
    note = f"; {moved['note']}" if moved["note"] else ""
    seen = count(moved["pairs_seen"], "pair")
    st.caption(plain(f"The most moved of {seen} of the texts in the matrices; under each model {scale}{note}."))
    return _choose(study.corpus, pairs, figures, "moved")


def _surprising(study: Study, view: SimilarityView) -> tuple[int, int] | None:
    labels = show.labels(study)
    question = pipeline.ask(
        "surprising", study.only(view.a, view.b), a=view.a, b=view.b, score=view.score, k=NEAR, top=TOP
    )
    (found,) = answers([question])
    if found is None:
        return None
    pairs = found["pairs"]
    near = {"a": labels[view.a], "b": labels[view.b]}
    figures = {
        labels[view.a]: pairs["rank_a"],
        labels[view.b]: pairs["rank_b"],
        "near for": pairs["direction"].map(near),
        f"{labels[view.a]} · {view.score}": pairs["value_a"],
        f"{labels[view.b]} · {view.score}": pairs["value_b"],
    }
    others = count(len(study.corpus) - 1, "text")
    note = f"; {found['note']}" if found["note"] else ""
    st.caption(plain(f"Under each model the second text's rank among the first one's {others}, 1 = nearest{note}."))
    return _choose(study.corpus, pairs, figures, "surprising")


def _closest(study: Study, view: SimilarityView) -> tuple[int, int] | None:
    labels = {label: key for key, label in show.labels(study).items()}
    label = next(iter(labels))
    if len(labels) > 1:
        if st.session_state.get("under") not in labels:
            st.session_state.pop("under", None)
        label = st.selectbox(
            "Closest under", list(labels), key="under", bind="query-params", help="Whose closest pairs are listed."
        )
    (found,) = answers([pipeline.ask("closest", study.only(labels[label]), score=view.score, top=TOP)])
    if found is None:
        return None
    repeats = found["duplicates"]
    said = (
        f"{count(repeats, 'text')} {'repeats' if repeats == 1 else 'repeat'} an earlier one exactly." if repeats else ""
    )
    st.caption(plain(said or "No text repeats another one exactly."))
    return _choose(
        study.corpus, found["pairs"], {SCORES[view.score]: found["pairs"]["value"]}, f"closest-{labels[label]}"
    )


def _choose(corpus: Corpus, pairs: pd.DataFrame, figures: dict[str, Any], name: str) -> tuple[int, int] | None:
    """The table; a pair just selected is opened, whatever was open before."""
    if not len(pairs):
        st.info("No such pairs.", icon=":material/check:")
        return None
    first, second = pairs["a_row"].to_numpy(), pairs["b_row"].to_numpy()
    table = pd.DataFrame(
        {
            "first": [short(corpus.texts[row], 200) for row in first],
            "second": [short(corpus.texts[row], 200) for row in second],
            **figures,
        }
    )
    if corpus.labels:
        table["labels"] = [
            one if one == other else f"{one} / {other}"
            for one, other in ((corpus.labels[a], corpus.labels[b]) for a, b in zip(first, second, strict=True))
        ]
    table["rows"] = [f"{a + 1} · {b + 1}" for a, b in zip(first, second, strict=True)]
    place = show.table(table, f"pairs-{name}", pick=True, height=TALL, column_config=_columns(table))
    before = st.session_state.get("_pair_place")
    st.session_state["_pair_place"] = (name, place)
    if place is not None and before != (name, place):
        open_pair(int(first[place]), int(second[place]))
    return int(first[0]), int(second[0])


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    wide = {name: st.column_config.TextColumn(width=165) for name in ("first", "second")}
    kinds = {name: table[name].dtype.kind for name in table.columns}
    narrow = {
        name: st.column_config.NumberColumn(format="%.3f" if kind == "f" else "localized", width=80)
        for name, kind in kinds.items()
        if kind in "fiu"
    }
    return {**wide, **narrow}


def open_pair(first: int, second: int) -> None:
    """Make this the pair that is open, here and in the URL; before `opened_pair` in a run."""
    st.session_state["first"], st.session_state["second"] = first + 1, second + 1


def opened_pair(study: Study, otherwise: tuple[int, int] | None) -> None:
    """The pair chosen in a matrix, a list or by its rows, else `otherwise`; both texts whole and every model's word."""
    corpus = study.corpus
    with st.popover("Open any two rows", icon=":material/unfold_more:"):
        chosen = [
            st.number_input(
                f"Row of the {key} text",
                1,
                len(corpus),
                None,
                key=key,
                bind="query-params",
                placeholder="the pair listed first",
                help="Counted from 1, as in the lists.",
            )
            for key in ("first", "second")
        ]
    first, second = (None if row is None else int(row) - 1 for row in chosen)
    if first is None or second is None:
        if otherwise is None:
            st.caption("Click a cell of a matrix or a row of a list to see both texts here.")
            return
        first, second = otherwise
    for row in (first, second):
        _text(corpus, row)
    if first == second:
        st.caption("This is one row twice: choose another one to compare it with.")
        return
    (found,) = answers([pipeline.ask("pair", study, first=first, second=second)])
    if found is not None:
        _verdicts(study, found)


def _text(corpus: Corpus, row: int) -> None:
    text = corpus.texts[row]
    label = f" · {corpus.labels[row]}" if corpus.labels else ""
    with st.container(border=True, height=220 if len(text) > LONG else "content"):
        st.caption(plain(f"Row {row + 1:,}{label}"))
        st.text(text)


def _verdicts(study: Study, found: Answer) -> None:
    pair, labels = found["pair"], show.labels(study)
    table = pd.DataFrame(
        {
            "model": pair["model"].map(labels),
            "cosine": pair["cosine"],
            "closer than": pair["percentile"],
            "rank": pair["rank"],
            "dot": pair["dot"],
            "−distance": pair["euclidean"],
        }
    )
    decimals = {name: st.column_config.NumberColumn(format="%.3f") for name in ("cosine", "dot", "−distance")}
    told = "Share of the other pairs that are less similar under this model (cosine)."
    decimals["rank"] = st.column_config.NumberColumn(format="localized")
    columns = {**decimals, "closer than": st.column_config.NumberColumn(format="percent", help=told)}
    show.table(table, "pair", column_config=columns)
    note = f"; {found['note']}" if found["note"] else ""
    st.caption(
        plain(f"Rank 1 is the closest of {count(found['pairs'], 'pair')}; −distance is minus the Euclidean one{note}.")
    )
