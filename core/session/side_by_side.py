"""One query's results: each candidate's first texts with scores and grades, and where the relevant texts stand."""

import numpy as np
import pandas as pd
import streamlit as st

from core.retrieval.judged import text_ids
from core.session import show
from core.session.results import Retrieved
from core.session.words import count, plain, short

A_ROW = 4
CHIPS = {0: "red", 1: "orange", 2: "blue", 3: "green"}
WIDTH = 170
BEYOND = 1_000


def tops(found: Retrieved, query: int, results: pd.DataFrame) -> None:
    """The first results of up to four candidates side by side, with score and grade; others by choice."""
    words = _beside(found)
    told = found.kept(("tops", query, *words), lambda: _told(found, results, words))
    for start in range(0, len(words), A_ROW):
        row = words[start : start + A_ROW]
        for column, word in zip(st.columns(min(A_ROW, len(words))), row, strict=False):
            with column:
                look = found.looks[word]
                dot = "○" if look.symbol.endswith("-open") else "●"
                st.markdown(
                    f'<span style="color:{look.colour};font-size:1.3em">{dot}</span> **{plain(look.name)}**',
                    unsafe_allow_html=True,
                )
                if not told[word]:
                    st.caption("Finds nothing for this query.")
                st.markdown(told[word])
    if len(words) > 1:
        st.caption("★ among the first 10 of every candidate shown. Scores of different candidates are on no one scale.")


def _beside(found: Retrieved) -> list[str]:
    """Which candidates stand side by side; a choice only where there are more than four."""
    words = list(found.quality)
    if len(words) <= A_ROW:
        return words
    if not set(st.session_state.get("beside", words)) <= set(words):
        st.session_state.pop("beside", None)
    chosen = st.multiselect(
        "Side by side",
        words,
        default=words[:A_ROW],
        format_func=lambda word: found.labels[word],
        key="beside",
        persist_state="session",
        help="Whose first results are shown; four fit beside each other.",
    )
    return list(chosen)


def _told(found: Retrieved, results: pd.DataFrame, words: list[str]) -> dict[str, str]:
    """The first results of each candidate as a list; empty for one that finds nothing."""
    named = results[results["candidate"].isin(words)]["row"].value_counts()
    return {word: _list(found, results[results["candidate"] == word], named, len(words)) for word in words}


def _list(found: Retrieved, mine: pd.DataFrame, named: pd.Series, shown: int) -> str:
    corpus, lines = found.study.corpus, []
    for rank, row, score, grade, copy in mine[["rank", "row", "score", "grade", "copy"]].itertuples(index=False):
        star = " ★" if shown > 1 and named[row] == shown else ""
        lines.append(
            f"{rank}. {chip(grade, bool(copy))} :gray[{plain(f'{score:.3f}')}{star}]  \n"
            f"   {plain(short(corpus.texts[row], WIDTH))}"
        )
    return "\n".join(lines)


def chip(grade: float, copy: bool) -> str:
    """A grade as a coloured badge; unjudged is said, and so is a grade that a copy has from its twin."""
    if np.isnan(grade):
        return ":gray-badge[unjudged]"
    colour = CHIPS[int(min(max(grade, 0), 3))]
    return f":{colour}-badge[grade {grade:.0f}]".replace("-1", "−1") + (" :violet-badge[copy]" if copy else "")


def right_ones(found: Retrieved, query: int, relevant: pd.DataFrame) -> None:
    """The relevant texts of the query, and the rank each candidate gives them."""
    if not len(relevant):
        st.caption(f"No text has grade {found.scored.rel} or more for this query, so that it is in no mean.")
        return
    # By its word, for a label may be "text" or "id".
    ranks = {
        f"rank:{word}": st.column_config.NumberColumn(found.labels[word], format="localized", help="Its rank.")
        for word in found.quality
    }
    st.markdown(f"**{count(len(relevant), 'relevant text')} and the rank each candidate gives it**")
    show.table(
        found.kept(("relevant", query), lambda: show.Sent(_ranked(found, relevant))),
        "relevant",
        alt="The relevant texts of the query with their ranks",
        height=320 if len(relevant) > 8 else "auto",
        placeholder="–",
        column_config={"text": st.column_config.TextColumn(width="large"), **ranks},
    )
    st.caption(f"–: not among its first {BEYOND:,}.")


def _ranked(found: Retrieved, relevant: pd.DataFrame) -> pd.DataFrame:
    """A row per relevant text: its grade, the text, its id, and its rank under each candidate."""
    corpus = found.study.corpus
    ids = text_ids(corpus)
    table = pd.DataFrame(
        {
            "grade": relevant["grade"],
            "text": [short(corpus.texts[row], 200) for row in relevant["row"]],
            "id": [ids[row] for row in relevant["row"]],
        }
    )
    for word in found.quality:
        own = relevant[f"rank:{word}"].to_numpy(float)
        table[f"rank:{word}"] = np.where(own > 0, own, np.nan)
    return table
