"""Down to the query: who finds it, who does not, and the first results of each candidate side by side."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core import charts
from core.digest import digest
from core.session import retrieval, show, side_by_side
from core.session.panel import answers
from core.session.query_table import REACH, matching, query_table
from core.session.results import Retrieved
from core.session.words import plain, short
from core.types import Corpus

BEYOND = 1_000
FILTERS = {
    "all": "every query.",
    "only one": "a single candidate has a relevant text among its first 10; choose which.",
    "nobody": "no candidate has a relevant text among its first 10.",
    "BM25 beats all": "the search by words has the higher value than every other candidate.",
    "disagree most": "sorted by how far apart the candidates' values are.",
    "no answer": "queries without a relevant text, judged or not: out of every mean.",
}
ALL_KINDS = "all kinds"


@dataclass(frozen=True, eq=False)
class Listed:
    """Queries that a filter leaves: their places in the test set, the table as people read it, and its name."""

    places: tuple[int, ...]
    table: show.Sent
    key: str


@st.fragment
def query_by_query(found: Retrieved) -> None:
    """The list of queries and what every candidate finds for the open one; moving through them runs this part alone."""
    opened = _query_list(found)
    if opened is not None:
        _first_results(found, opened)
        _first_ranks(found, opened)


def _query_list(found: Retrieved) -> int | None:
    """The table of queries, filtered; returns the place of the query that is open, None when there is none."""
    corpus = found.study.corpus
    which, only = _filter(found)
    listed = found.once(_listed, which, only, *_narrowing(corpus))
    st.caption(plain(_said(found, which, only, len(listed.places), len(corpus.queries))))
    if not listed.places:
        st.info("No such query.", icon=":material/check:")
        return None
    place = show.table(
        listed.table,
        listed.key,
        pick=True,
        height=330,
        alt="Queries, and the rank of the first relevant text per candidate",
        placeholder="–",
        column_config=_columns(found),
    )
    return _opened(corpus, None if place is None else listed.places[place], listed.places[0])


def _listed(found: Retrieved, which: str, only: str, wanted: str, kind: str) -> Listed:
    """The queries that are left after all filters."""
    table = matching(found.once(query_table), list(found.quality), which, only)
    if wanted:
        folded = wanted.casefold()
        table = table[[folded in text.casefold() for text in table["text"]]]
    if kind != ALL_KINDS:
        table = table[table["kind"] == kind]
    places = tuple(map(int, table["query"]))
    # Another list is another table: a row selected in one says nothing about the next.
    key = f"queries-{digest([found.study.corpus.fingerprint, *map(str, places)])[:8]}"
    return Listed(places, show.Sent(_shown(table, found)), key)


def _filter(found: Retrieved) -> tuple[str, str]:
    chosen = st.segmented_control(
        "Show",
        list(FILTERS),
        default="all",
        required=True,
        key="queries",
        bind="query-params",
        help="  \n".join(f"**{name}**: {told}" for name, told in FILTERS.items()),
    )
    words = list(found.quality)
    if chosen != "only one":
        return str(chosen), ""
    if st.session_state.get("only") not in words:
        st.session_state.pop("only", None)
    only = st.selectbox(
        "Found by",
        words,
        format_func=lambda word: found.labels[word],
        key="only",
        bind="query-params",
        help="Queries for which this candidate alone has a relevant text among its first 10.",
    )
    return "only one", str(only)


def _narrowing(corpus: Corpus) -> tuple[str, str]:
    """Words that a query must contain, and its kind."""
    kinds = sorted({query.kind for query in corpus.queries if query.kind})
    left, right = st.columns(2)
    with left:
        wanted = st.text_input(
            "Contains",
            key="contains",
            bind="query-params",
            placeholder="a word of the query",
            max_chars=200,
            help="Capital and small letters are one.",
        )
    if not kinds:
        return wanted or "", ALL_KINDS
    if st.session_state.get("kind") not in {ALL_KINDS, *kinds}:
        st.session_state.pop("kind", None)
    with right:
        kind = st.selectbox(
            "Kind", [ALL_KINDS, *kinds], key="kind", bind="query-params", help="What the test set calls this query."
        )
    return wanted or "", str(kind or ALL_KINDS)


def _said(found: Retrieved, which: str, only: str, kept: int, total: int) -> str:
    meant = FILTERS[which] if which != "only one" else f"only {found.labels[only]} has a relevant text in its first 10."
    return (
        f"{kept:,} of {total:,} queries: {meant} Under each candidate, the rank of the first relevant text. "
        f"Select a query to see its results."
    )


def _shown(table: pd.DataFrame, found: Retrieved) -> pd.DataFrame:
    columns: dict[str, Any] = {"query": [short(text, 200) for text in table["text"]]}
    if (table["kind"] != "").any():
        columns["kind"] = table["kind"].replace({"": "–"})
    columns["best"] = table["wins"]
    shown = pd.DataFrame(columns)
    # Ranks before values: they are what one scans, and a table of many candidates is wider than the page.
    for word in found.quality:
        first = table[f"first:{word}"].to_numpy(float)
        shown[f"first:{word}"] = np.where(first > 0, first, np.nan)
    for word in found.quality:
        shown[f"value:{word}"] = table[f"value:{word}"].to_numpy(float)
    return shown.reset_index(drop=True)


def _columns(found: Retrieved) -> dict[str, Any]:
    """Headings; the columns of candidates go by their words, for a label may be "query" or "best"."""
    number, measure = st.column_config.NumberColumn, found.scored.measure
    told = f"Of the first relevant text; –: not among the first {BEYOND:,}, or no text is relevant."
    named = {word: found.labels[word] for word in found.quality}
    return {
        "query": st.column_config.TextColumn(width=330, pinned=True),
        "best": st.column_config.TextColumn(help=f"Whoever has the highest {measure} on this query."),
        **{f"first:{word}": number(name, format="localized", width=90, help=told) for word, name in named.items()},
        **{f"value:{word}": number(f"{name} · {measure}", format="%.3f", width=130) for word, name in named.items()},
    }


def _opened(corpus: Corpus, picked: int | None, otherwise: int) -> int:
    """The query that is open: the one just selected, else the one of the address, else the first listed."""
    if picked is not None and st.session_state.get("_query_picked") != picked:
        st.session_state["query"] = picked + 1
    st.session_state["_query_picked"] = picked
    number = st.session_state.get("query")
    if number is not None and number > len(corpus.queries):
        st.session_state.pop("query")
    chosen = st.number_input(
        "Query number",
        1,
        len(corpus.queries),
        None,
        key="query",
        bind="query-params",
        width=180,
        placeholder="the first listed",
        help="Its place in the test set, counted from 1.",
    )
    return otherwise if chosen is None else int(chosen) - 1


def _first_ranks(found: Retrieved, opened: int | None) -> None:
    """Where each candidate has the first relevant text of every query, with the open one marked."""
    show.chart(
        found.once(_drawn, opened),
        alt="Rank of the first relevant text of each query, per candidate",
        data=lambda: _ranks_to_take(found),
        key="first_ranks",
    )
    st.caption("A dot is a query; spread up and down only so that dots do not hide each other. The open one is ringed.")


def _ranks(found: Retrieved) -> pd.DataFrame:
    """A row per query with a relevant text: its place, and per candidate the rank of the first."""
    table = found.once(query_table).dropna(subset=["spread"])
    ranks: pd.DataFrame = table.rename(columns={f"first:{word}": word for word in found.quality})
    return ranks[["query", *found.quality]]


def _drawn(found: Retrieved, opened: int | None) -> go.Figure:
    looks = {word: found.looks[word] for word in found.quality}
    return charts.first_ranks(found.once(_ranks), looks, opened=opened)


def _ranks_to_take(found: Retrieved) -> pd.DataFrame:
    ranks = found.once(_ranks)
    return ranks.rename(columns=found.labels).assign(
        query=[found.study.corpus.queries[place].id for place in ranks["query"]]
    )


def _first_results(found: Retrieved, query: int) -> None:
    """The open query, what each candidate finds first, and where its relevant texts stand."""
    corpus = found.study.corpus
    asked = corpus.queries[query]
    with st.container(border=True):
        st.caption(plain(f"Query {query + 1:,} · {asked.id}{f' · {asked.kind}' if asked.kind else ''}"))
        st.text(asked.text)
    words = list(found.quality)
    question = retrieval.ask("results", found.study, words, found.scored, candidates=words, query=query, k=REACH)
    (answer,) = answers([question])
    if answer is not None:
        side_by_side.tops(found, query, answer["results"])
        side_by_side.right_ones(found, query, answer["relevant"])
