"""The test set itself: what it is, what is odd about it, its queries; and judging, to make it better."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core import corpora, pipeline
from core.session import choice, judging, oddities, retrieval, show
from core.session.bringing import bring_queries
from core.session.exporting import export_test_set
from core.session.grading import mark
from core.session.panel import answers
from core.session.retrieval import Scored
from core.session.words import plain, short
from core.types import Answer, Study

HELP_DESK = "helpdesk"


def test_set(study: Study) -> None:
    """The whole view: whose results are judged, what the test set is, what is odd about it, its queries, judging."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        words = retrieval.candidates(study)
        scored = retrieval.retrieval_settings()
    if study.corpus.queries:
        _there(study, words, scored)
    else:
        _ways(study)
    judging.judge(study, words, scored)


def _ways(study: Study) -> None:
    """How to get a test set where there is none."""
    st.info("These texts come without queries, so nothing can be scored yet.", icon=":material/rule:")
    load, judge, sample = st.columns(3)
    with load.container(border=True, height="stretch"):
        st.markdown("**Load a file**")
        st.write("Queries with the texts that answer them, as CSV, JSONL or in BEIR or TREC layout.")
        bring_queries(study)
    with judge.container(border=True, height="stretch"):
        st.markdown("**Judge here**")
        st.write("Type queries below and grade what the models find. Twenty or more can tell models apart.")
    with sample.container(border=True, height="stretch"):
        st.markdown("**Look at an example**")
        st.write("Help desk comes with queries and graded judgements.")
        if st.button("Open Help desk", key="open_helpdesk"):
            choice.choose(corpus=HELP_DESK)
            st.rerun()


def _there(study: Study, words: Sequence[str], scored: Scored) -> None:
    """Summary, problems and queries of a test set that is there."""
    asked = [pipeline.ask("preflight", study.only(), rel=scored.rel, copies=scored.copies)]
    (found,) = answers(asked)
    if found is None:
        return
    shares = _judged_shares(study, words, scored) if found["evaluated"] else {}
    st.markdown(plain(summary(found, list(shares.values()))))
    told = oddities.problems(found, shares, scored.copies)
    if told:
        st.markdown("\n".join(f"- {plain(line)}" for line in told))
    else:
        st.caption("Nothing odd was found in it.")
    if notes := _notes(study):
        st.caption(plain(f"When it was read: {notes}"))
    details = oddities.details(study.corpus, found)
    if len(details):
        show.folded("The queries and texts in question", lambda: show.table(details, "oddities"), key="in_question")
    _queries(study, found)
    load, save = st.columns([1, 3])
    with load:
        bring_queries(study)
    with save:
        export_test_set(study)


def _judged_shares(study: Study, words: Sequence[str], scored: Scored) -> dict[str, float]:
    """The judged share of each candidate's first 10 results, of those that are scored."""
    questions = [retrieval.ask("quality", study, [word], scored, candidate=word, seed=scored.seed) for word in words]
    labels = retrieval.candidate_labels(study, words)
    found = zip(words, answers(questions), strict=True)
    known = ((word, answer["judged10"]) for word, answer in found if answer is not None)
    return {labels[word]: float(share) for word, share in known if share is not None}


def summary(found: Answer, shares: Sequence[float]) -> str:
    """What the test set is, in one sentence.

    >>> facts = {"queries": 3, "evaluated": 1, "unanswerable": 1, "unjudged": 1, "judgements": 2}
    >>> summary(facts, [0.5, 1.0])
    '3 queries: 1 with a known answer, 1 judged to have none, 1 not judged; 2 judgements; 50 to 100 % of the first 10 results are judged.'
    """  # noqa: E501
    parts = [f"{found['evaluated']:,} with a known answer"]
    parts += [f"{found['unanswerable']:,} judged to have none"] * bool(found["unanswerable"])
    parts += [f"{found['unjudged']:,} not judged"] * bool(found["unjudged"])
    said = [f"{oddities.queries(found['queries'])}: {', '.join(parts)}"]
    said.append(f"{found['judgements']:,} judgement{'' if found['judgements'] == 1 else 's'}")
    if shares:
        low, high = f"{100 * min(shares):.0f}", f"{100 * max(shares):.0f}"
        said.append(f"{low if low == high else f'{low} to {high}'} % of the first 10 results are judged")
    return "; ".join(said) + "."


def _notes(study: Study) -> str:
    """What was noticed when the texts were read."""
    stored = pipeline.store().corpora.report(study.corpus.fingerprint)
    return " ".join(corpora.Report.from_json(stored).notes) if stored else ""


def _queries(study: Study, found: Answer) -> None:
    """Every query with the texts judged for it, by grade; the one selected is judged below."""
    queries, per_query = study.corpus.queries, found["per_query"]
    table = pd.DataFrame({"query": [query.text for query in queries]})
    if len(found["kinds"]):
        table["kind"] = [query.kind for query in queries]
    table = table.join(per_query.drop(columns="query"))
    st.caption("Texts judged for each query, and how many have which grade. Select a query to judge it below.")
    config = {"query": st.column_config.TextColumn(width="large")}
    key = f"test_queries-{study.corpus.fingerprint[:8]}"  # a row selected in one test set says nothing about the next
    place = show.table(table, key, pick=True, height=min(300, 38 + 35 * len(table)), column_config=config)
    before = st.session_state.get("_query_place")
    st.session_state["_query_place"] = (study.corpus.fingerprint, place)
    if place is not None and before != (study.corpus.fingerprint, place):
        judging.open_query(mark(queries[place].text))
    _spread(found)


def _spread(found: Answer) -> None:
    """Grades and kinds in a line each."""
    grades = [f"{count:,} of grade {grade}" for grade, count in found["grades"].itertuples(index=False)]
    said = [f"Grades: {', '.join(grades)}."] if grades else []
    if found["relevant"]:
        low, middle, high = (f"{value:g}" for value in found["relevant"])
        said.append(f"Relevant texts per query: {low} to {high}, median {middle}.")
    kinds = [f"{short(kind, 40) or 'no kind'} {count:,}" for kind, count, _ in found["kinds"].itertuples(index=False)]
    if kinds:
        said.append(f"Kinds: {', '.join(kinds)}.")
    st.caption(plain(" ".join(said)))
