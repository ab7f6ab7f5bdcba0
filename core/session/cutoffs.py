"""Score cut-offs: how a wanted precision is reached under each candidate, and what a score corresponds to elsewhere."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core import charts
from core.session import oddities, retrieval, show
from core.session.panel import answers
from core.session.results import evaluable
from core.session.retrieval import Scored
from core.session.words import plain
from core.types import Answer, Study

WANTED = 0.9
FEW = 10
HIGHEST = 1e6


def cutoffs(study: Study, words: Sequence[str], scored: Scored) -> None:
    """The Cut-offs view: a wanted precision, what reaches it under each candidate, and what a score corresponds to."""
    evaluable(study.corpus, scored)
    precision = wanted_precision()
    question = retrieval.ask(
        "cutoffs", study, words, scored, candidates=list(words), precision=precision, seed=scored.seed
    )
    (found,) = answers([question])
    if found is None:
        return
    labels = retrieval.candidate_labels(study, words)
    cutoff_answer(found, labels, precision)
    if len(found["cutoffs"]):
        cutoff_table(found, labels)
        cutoff_charts(found, study, words, precision)
        converter(found, labels)


def wanted_precision() -> float:
    """The precision people want of what a cut-off keeps, 0.5 to 0.99."""
    chosen = st.slider(
        "Wanted precision",
        0.5,
        0.99,
        WANTED,
        0.01,
        format="percent",
        key="precision",
        bind="query-params",
        help="Of the results whose score is at or above the cut-off, this share should be relevant.",
    )
    return float(chosen)


def cutoff_answer(found: Answer, labels: dict[str, str], precision: float) -> None:
    """In a sentence per candidate, the cut-off and what it costs in recall."""
    rows = found["cutoffs"].to_dict("records")
    said = [sentence(row, labels[row["candidate"]], precision, found["n"]) for row in rows]
    if said:
        st.markdown("\n".join(f"- {line}" for line in said))
    else:
        st.info("No candidate has scores that can be compared between queries.", icon=":material/rule:")
    if found["left_out"]:
        names = ", ".join(labels[word] for word in found["left_out"])
        st.caption(
            plain(
                f"Left out: {names}. Scores of BM25 and of fusion mean something else in each query, so that no one "
                f"cut-off fits all."
            )
        )


def sentence(row: dict[str, float], label: str, precision: float, queries: int) -> str:
    """What one candidate's calibrated cut-off means over so many queries, as Markdown."""
    if not row["reached"]:
        return f"**{plain(label)}** reaches a precision of {precision:.0%} at no cut-off."
    doubt = ""
    if row["unjudged"] > 0:
        doubt = f" {row['unjudged']:.0%} of what is kept is unjudged; the precision is at least {row['floor']:.0%}."
    results = round(row["kept"] * queries)
    if results < FEW:
        only = "Only 1 result lies" if results == 1 else f"Only {results} results lie"
        doubt += f" {only} above it in all: too few to rely on."
    return (
        f"**{plain(label)}**: keep scores from **{row['cutoff']:.3f}**. {row['precision']:.0%} of what is kept is "
        f"relevant ({_between(row['precision_low'], row['precision_high'])}); it finds {row['recall']:.0%} of what is "
        f"relevant ({_between(row['recall_low'], row['recall_high'])}), {row['kept']:.1f} results per query.{doubt}"
    )


def _between(low: float, high: float) -> str:
    return "no interval" if np.isnan(low) or np.isnan(high) else f"95 % {low:.0%} to {high:.0%}"


def cutoff_table(found: Answer, labels: dict[str, str]) -> None:
    """Every calibrated cut-off with its intervals."""
    table = found["cutoffs"].assign(candidate=found["cutoffs"]["candidate"].map(labels))
    shares = {
        name: st.column_config.NumberColumn(name.replace("_", ", "), format="percent")
        for name in table.columns
        if name.startswith(("precision", "recall"))
    }
    show.table(
        table,
        "cutoffs",
        alt="Calibrated cut-offs with intervals",
        placeholder="–",
        column_config={
            "cutoff": st.column_config.NumberColumn("cut-off", format="%.3f"),
            "kept": st.column_config.NumberColumn("results per query", format="%.2f"),
            "unjudged": st.column_config.NumberColumn(format="percent", help="Share of what is kept that is unjudged."),
            "floor": st.column_config.NumberColumn(
                "precision, at least", format="percent", help="If every unjudged result kept were irrelevant."
            ),
            **shares,
        },
    )
    number = f"{oddities.queries(found['n'])} that {'was' if found['n'] == 1 else 'were'} judged"
    st.caption(
        f"n = {number}; their first 100 results. {_unjudged(found)} Calibrate on queries like those to come: on others "
        f"a cut-off keeps another share. Intervals: 95 %, bootstrap over queries."
    )


def _unjudged(found: Answer) -> str:
    if found["assumed"]:
        return (
            "No result is judged irrelevant, so unjudged ones count as irrelevant: the true precision is at least this."
        )
    return "Precision is over judged results; unjudged ones are left out."


def cutoff_charts(found: Answer, study: Study, words: Sequence[str], precision: float) -> None:
    """How scores of relevant, irrelevant and unjudged results are spread, and precision against recall."""
    looks = retrieval.looks(study, [word for word in words if (found["histogram"]["candidate"] == word).any()])
    if not looks:
        return
    table = found["cutoffs"]
    at = dict(table.loc[table["reached"], ["candidate", "cutoff"]].itertuples(index=False))
    names = {word: look.name for word, look in looks.items()}
    left, right = st.columns(2)
    with left:
        st.markdown("**Scores of the first 100 results**")
        show.chart(
            charts.score_histograms(found["histogram"], looks, at),
            alt="Scores of relevant, irrelevant and unjudged results, per candidate",
            data=found["histogram"].assign(candidate=found["histogram"]["candidate"].map(names)),
            key="score_histograms",
        )
        st.caption("Share of each kind of result at each score; grey lines are the cut-offs. Each has its own scale.")
    with right:
        st.markdown("**What each cut-off gives**")
        show.chart(
            charts.cutoff_curves(found["curve"], looks, wanted=precision),
            alt="Precision against recall as the cut-off moves, per candidate",
            data=found["curve"].assign(candidate=found["curve"]["candidate"].map(names)),
            key="cutoff_curves",
        )
        st.caption("Dashed: the wanted precision. Point at a line to read the cut-off.")


def converter(found: Answer, labels: dict[str, str]) -> None:
    """“Your 0.78 under A corresponds to 0.41 under B”: scores that keep as many results per query."""
    curve = found["curve"]
    words = [word for word in labels if (curve["candidate"] == word).any()]
    if len(words) < 2:
        return
    st.subheader("What does my cut-off correspond to?")
    columns = st.columns([2, 1, 2], vertical_alignment="bottom")
    with columns[0]:
        a = _pick("From", words, labels, "from", words[0], "Whose cut-off you have.")
    mine = curve[curve["candidate"] == a]
    low, high = float(mine["cutoff"].min()), float(mine["cutoff"].max())
    with columns[1]:
        score = st.number_input(
            "Cut-off",
            -HIGHEST,
            HIGHEST,
            None,
            format="%.3f",
            step=0.01,
            key="score",
            bind="query-params",
            placeholder=f"{_middle(mine):.3f}",
            help=f"A score from {low:.3f} to {high:.3f}, as far as was seen.",
        )
    others = [word for word in words if word != a]
    with columns[2]:
        b = _pick("To", others, labels, "to", others[0], "Whose cut-off you want.")
    at = _middle(mine) if score is None else float(score)
    st.markdown(corresponding(curve, a, b, at, labels))


def _pick(title: str, words: list[str], labels: dict[str, str], key: str, default: str, told: str) -> str:
    if st.session_state.get(key) not in words:
        st.session_state.pop(key, None)
    chosen = st.selectbox(title, words, format_func=lambda word: labels[word], key=key, bind="query-params", help=told)
    return str(chosen or default)


def _middle(mine: pd.DataFrame) -> float:
    """A cut-off to begin with: about one result per query."""
    return float(mine["cutoff"].iloc[int(np.argmin(np.abs(mine["per_query"].to_numpy(float) - 1)))])


def corresponding(curve: pd.DataFrame, a: str, b: str, score: float, labels: dict[str, str]) -> str:
    """In a sentence, the cut-off of b that keeps as many results per query as `score` does under a."""
    first, second = (curve[curve["candidate"] == word].sort_values("cutoff") for word in (a, b))
    low, high = float(first["cutoff"].iloc[0]), float(first["cutoff"].iloc[-1])
    if not low <= score <= high:
        return (
            f"Under {plain(labels[a])} scores from {low:.3f} to {high:.3f} were seen; {score:.3f} lies outside, "
            f"and keeps {'everything' if score < low else 'nothing'}."
        )
    here = {
        name: float(np.interp(score, first["cutoff"], first[name])) for name in ("per_query", "precision", "recall")
    }
    kept = second["per_query"].to_numpy(float)[::-1]
    there = {
        name: float(np.interp(here["per_query"], kept, second[name].to_numpy(float)[::-1]))
        for name in ("cutoff", "precision", "recall")
    }
    return (
        f"Your **{score:.3f}** under {plain(labels[a])} corresponds to **{there['cutoff']:.3f}** under "
        f"{plain(labels[b])}: both keep {here['per_query']:.2f} results per query. "
        f"{plain(labels[a])}: {_figures(here)}; {plain(labels[b])}: {_figures(there)}."
    )


def _figures(at: dict[str, float]) -> str:
    precision = "nothing kept" if np.isnan(at["precision"]) else f"precision {at['precision']:.0%}"
    return f"{precision}, recall {at['recall']:.0%}"
