"""What is lost in smaller vectors: the queries that break first, and what one of them finds before and after."""

import numpy as np
import pandas as pd
import streamlit as st

from core.compression.keeping import MEASURES
from core.retrieval.candidates import parse
from core.session import show, tradeoffs
from core.session.tradeoffs import Smaller
from core.session.words import plain, short
from core.types import Answer

MOST = 50
WIDTH = 140


@st.fragment
def what_is_lost(found: Smaller, word: str) -> None:
    """The queries (or texts) that lose most in a form, and what one of them finds before and after."""
    candidate, labels = parse(word), found.labels
    if not candidate.held:
        st.caption("This is the model's own float32: nothing is lost. Select a smaller row in the table above.")
        return
    answer = found.forms[candidate.model]
    measure = found.kept.measure if f"each:{found.kept.measure}" in answer else "recall"
    losses = _losses(found, answer, candidate.held, measure)
    st.markdown(_said(losses, measure, found.kept.seed))
    shown = losses.head(MOST).assign(text=[short(text, WIDTH) for text in losses["text"].head(MOST)])
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in ("before", "after", "lost")}
    at = show.table(
        shown[["text", "before", "after", "lost"]], "losses", pick=True, alt="Who loses most", column_config=numbers
    )
    st.caption(f"{MEASURES[measure].label} with float32 and in this form. Select a row to see what it finds.")
    if not len(losses):
        return
    row = losses.iloc[0 if at is None else at]
    _before_and_after(found, candidate.model, candidate.held, row, MEASURES[measure].judged)
    st.caption(f"{labels[candidate.model]}: scores of the two sides are not on one scale; compare the order.")


def _losses(found: Smaller, answer: Answer, held: str, measure: str) -> pd.DataFrame:
    """Each query or probe with its value before and after, the largest loss first."""
    each = answer[f"each:{measure}"].astype(np.float64)
    place = answer["forms"]["form"].tolist().index(held)
    corpus = found.study.corpus
    if MEASURES[measure].judged:
        places = answer["queries"]
        texts = [corpus.queries[at].text for at in places]
    else:
        places = answer["probes"]
        texts = [corpus.texts[at] for at in places]
    if len(each) != len(places):  # texts without a vector have no neighbours to lose
        return pd.DataFrame({"place": places[:0], "text": texts[:0], "before": [], "after": [], "lost": []})
    columns = {"place": places, "text": texts, "before": each[:, 0], "after": each[:, place]}
    table = pd.DataFrame(columns).assign(lost=each[:, 0] - each[:, place])
    return table.sort_values("lost", ascending=False, kind="stable", ignore_index=True)


def _said(losses: pd.DataFrame, measure: str, seed: int) -> str:
    what = "judged queries" if MEASURES[measure].judged else f"random texts (seed {seed})"
    worse, better = int((losses["lost"] > 1e-9).sum()), int((losses["lost"] < -1e-9).sum())
    same = len(losses) - worse - better
    return f"Of {len(losses):,} {what}, **{worse:,} lose**, {better:,} gain and {same:,} keep theirs."


def _before_and_after(found: Smaller, model: str, held: str, row: pd.Series, query: bool) -> None:
    place = int(row["place"])
    answer = tradeoffs.one_answer(
        "lost",
        found.study.only(model),
        form=held,
        row=-1 if query else place,
        query=place if query else -1,
        copies=found.kept.copies,
    )
    if answer is None:
        return
    with st.container(border=True):
        st.caption("Query" if query else f"Text {place + 1:,}")
        st.text(str(row["text"]))
    for column, side, title in zip(
        st.columns(2), ("before", "after"), ("float32", found.label(model + held)), strict=True
    ):
        with column:
            st.markdown(f"**{plain(title)}**")
            table = answer[side]
            rows = [
                (short(found.study.corpus.texts[at], WIDTH), _caption(score, grade))
                for at, score, grade in table[["row", "score", "grade"]].itertuples(index=False)
            ]
            show.texts(rows, marked=[not kept for kept in table["kept"]])
    st.caption("★ only on this side: lost on the left, new on the right.")


def _caption(score: float, grade: float) -> str:
    return f"{score:.3f}" + ("" if np.isnan(grade) else f" · grade {grade:.0f}")
