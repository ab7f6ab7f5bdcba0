"""Is the test set able to tell? What it can and cannot carry, and which queries to judge next."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.retrieval.figures import MAIN
from core.session import show
from core.session.grading import mark
from core.session.judging import open_query
from core.session.results import Retrieved
from core.session.retrieval import TEST_SET
from core.session.words import plain, short


def able(found: Retrieved) -> None:
    """How much the test set can carry: solved and unsolved queries, the gap to BM25, what is judged of the top 10."""
    if found.comparison is None:
        return
    st.subheader("Is the test set able to tell?")
    _counts(found.comparison["able"], found.scored.measure)
    table = found.once(_trust)
    percent = {"judged of the top 10": st.column_config.NumberColumn(format="percent")}
    decimals = {name: st.column_config.NumberColumn(format="%.3f") for name in table.data.columns[2:]}
    show.table(
        table,
        "trust",
        alt="Judged share of the top 10 and figures on judged results only, per candidate",
        column_config={**decimals, **percent},
    )
    st.caption(plain(found.once(_small_print)))
    _propose(found)


def _counts(facts: dict[str, Any], measure: str) -> None:
    columns = st.columns(5)
    columns[0].metric("Queries", f"{facts['n']:,}", help="Those with a relevant text: every mean is over them.")
    columns[1].metric(
        "Solved by all",
        f"{facts['solved_by_all']:.0%}",
        help=f"Every candidate reaches the best possible {measure}: these queries tell nothing about who is better.",
    )
    columns[2].metric(
        "Solved by none",
        f"{facts['solved_by_none']:.0%}",
        help=f"No candidate reaches the best possible {measure}: here a better one would show.",
    )
    columns[3].metric(
        "Informative", f"{facts['informative']:,}", help="Queries on which candidates differ; only these tell."
    )
    gap = facts["gap_bm25"]
    columns[4].metric(
        "Gap to BM25",
        "–" if gap is None else f"{gap:+.3f}".replace("-", "−"),
        help=f"Best mean {measure} less that of BM25. Near 0, a search by words does as well on these queries.",
    )


def trust_table(found: Retrieved) -> pd.DataFrame:
    """A row per candidate: judged share of its top 10, nDCG@10 with and without unjudged results, and how well its best
    score tells queries with an answer from those without (AUC; NaN where none is without)."""
    rows = []
    for word, answer in found.quality.items():
        figures = answer["figures"].set_index("name")
        auc = answer["answerable"]["auc"]
        rows.append(
            {
                "candidate": found.labels[word],
                "judged of the top 10": np.nan if answer["judged10"] is None else answer["judged10"],
                MAIN: float(figures.loc[MAIN, "mean"]),
                f"{MAIN}, judged only": answer["ndcg10_judged"],
                "answerable AUC": np.nan if auc is None else auc,
            }
        )
    table = pd.DataFrame(rows)
    return table if table["answerable AUC"].notna().any() else table.drop(columns="answerable AUC")


def _trust(found: Retrieved) -> show.Sent:
    return show.Sent(found.once(trust_table))


def _small_print(found: Retrieved) -> str:
    table = found.once(trust_table)
    first = next(iter(found.quality.values()))
    shares = table["judged of the top 10"].dropna()
    said = []
    if len(shares) and shares.min() < 0.999:
        low, high = f"{shares.min():.0%}", f"{shares.max():.0%}"
        said.append(
            f"{low if low == high else f'{low} to {high}'} of the first 10 results are judged. The rest count as not "
            f"relevant in the figures above; “judged only” leaves them out, and flatters who finds few judged texts."
        )
    if "answerable AUC" in table:
        said.append(
            f"Answerable AUC: how often the best score of a query with an answer is above that of one without "
            f"({first['answerable']['n']:,} without; 0.5 is chance)."
        )
    return " ".join(said)


def _propose(found: Retrieved) -> None:
    proposed = found.comparison["propose"] if found.comparison else pd.DataFrame()
    if not len(proposed):
        return
    label = f"{len(proposed)} queries to judge next"
    show.folded(label, lambda: _next(found, proposed), key="next_queries")


def _next(found: Retrieved, proposed: pd.DataFrame) -> None:
    st.caption(
        f"Where judging the unjudged first results would tell most about the candidates. “Spread” is how far apart "
        f"their {found.scored.measure} lies now."
    )
    place = show.table(
        found.once(_proposals),
        "propose",
        pick=True,
        height=260,
        alt="Queries to judge next",
        placeholder="–",
        column_config={
            "query": st.column_config.TextColumn(width="large"),
            "telling": st.column_config.NumberColumn(
                format="%.2f", help="How much the candidates' first results differ where nothing is judged yet."
            ),
            "spread": st.column_config.NumberColumn(format="%.3f"),
        },
    )
    chosen = found.study.corpus.queries[proposed["query"].iloc[0 if place is None else place]]
    st.button(
        "Judge the selected one" if place is not None else "Judge the first one",
        icon=":material/gavel:",
        key="judge_next",
        help="Opens it under “Test set”, with the first results of every candidate to grade.",
        on_click=lambda: _judge(chosen.text),
    )


def _proposals(found: Retrieved) -> show.Sent:
    """The queries to judge next, as people read them."""
    corpus, proposed = found.study.corpus, found.comparison["propose"] if found.comparison else pd.DataFrame()
    queries = [corpus.queries[place] for place in proposed["query"]]
    table = pd.DataFrame({"query": [short(query.text, 160) for query in queries]})
    if any(query.kind for query in corpus.queries):
        table["kind"] = [query.kind or "–" for query in queries]
    if "telling" in proposed:
        table["telling"] = proposed["telling"]
    table["spread"] = proposed["spread"]
    return show.Sent(table)


def _judge(text: str) -> None:
    st.session_state["view"] = TEST_SET
    open_query(mark(text))
