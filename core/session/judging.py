"""Judging blind: a query, and what all candidates found for it, without saying which of them found what."""

from collections.abc import Sequence

import streamlit as st

from core import corpora, deciding, pipeline
from core.errors import VecassayError
from core.retrieval import candidates
from core.session import blind, choice, retrieval
from core.session.grading import Grading, mark
from core.session.panel import answers
from core.session.retrieval import Scored
from core.session.words import count, plain, short
from core.session.writing import answering, written
from core.types import Corpus, Query, Study

DEPTH = 10
PROPOSED = 5


def open_query(key: str) -> None:
    """Make this the query that is judged, here and in the address."""
    st.query_params["judge"] = key


def judge(study: Study, words: Sequence[str], scored: Scored) -> None:
    """Choose or type a query, grade what the candidates found for it."""
    st.subheader("Judge")
    st.caption(
        f"The first {DEPTH} results of every candidate, mixed: who found what is not shown, and the order says "
        "nothing. Each grade is kept at once, for you alone, until you use it."
    )
    grading = Grading.of(study.corpus)
    proposed = _proposed(study, words, scored)
    key = _choose(grading, proposed)
    _type(grading)
    if key is None:
        _use(grading)
        return
    query = grading.queries[key]
    asked = written((query.text,))
    able = {model.spec.key for model in answering(study, asked.texts).models}
    words = [word for word in words if able.issuperset(candidates.models([word]))]
    question = deciding.ask("pool", study, words, candidates=words, query=asked.fingerprint, depth=DEPTH)
    (found,) = answers([question])
    if found is not None:
        # A grade runs this part alone; the page above stays as it is.
        st.fragment(_graded)(study.corpus, key, found["pool"]["row"].tolist(), proposed)


def _proposed(study: Study, words: Sequence[str], scored: Scored) -> list[str]:
    """Marks of the queries for which judging more would tell most, if the candidates were compared already."""
    if not study.corpus.judgements:
        return []
    question = deciding.compared(study, scored.plan(words))["comparison"]
    found = pipeline.store().answers.get(question.key)
    if found is None:
        st.caption("Once “Results” has compared the candidates, the queries on which they disagree are proposed here.")
        return []
    return list(dict.fromkeys(mark(study.corpus.queries[place].text) for place in found["propose"]["query"]))


def _choose(grading: Grading, proposed: Sequence[str]) -> str | None:
    """The list of queries, and the proposals; the mark of the one in the address."""
    queries = grading.queries
    key = st.query_params.get("judge")
    names = {mark: f"{place}. {short(query.text, 100)}" for place, (mark, query) in enumerate(queries.items(), 1)}
    st.session_state["_judge"] = key if key in names else None
    st.selectbox(
        "Query to judge",
        list(names),
        index=None,
        format_func=lambda option: names.get(option, option),
        key="_judge",
        on_change=lambda: open_query(st.session_state["_judge"] or ""),
        placeholder="Choose a query, or type a new one below" if names else "Type a query below",
        disabled=not names,
        help="The queries of the test set, then those you typed.",
    )
    waiting = [each for each in proposed if each in queries and not grading.mine.get(each) and each != key]
    if waiting:
        st.caption("Next to judge: on these the candidates disagree most, so a grade tells most.")
        with st.container(horizontal=True, key="proposed"):
            for each in waiting[:PROPOSED]:
                label = plain(short(queries[each].text, 60))
                st.button(label, key=f"judge-{each}", on_click=open_query, args=(each,), icon=":material/grade:")
    return key if key in names else None


def _type(grading: Grading) -> None:
    """A new query; one that is there already is opened."""
    with st.form("new_query", clear_on_submit=True, border=False):
        left, middle, right = st.columns([5, 2, 1.4], vertical_alignment="bottom")
        typed = left.text_input("New query", key="new_query_text", max_chars=2_000, placeholder="How do I … ?")
        kind = middle.text_input(
            "Kind",
            key="new_query_kind",
            max_chars=80,
            placeholder="optional",
            help="A word for what sort of query it is (typo, keywords, no answer …): figures can be split by it.",
        )
        sent = right.form_submit_button("Judge it", type="primary", width="stretch")
    text = corpora.clean(typed or "")
    if not sent or not text:
        return
    key = mark(text)
    if key not in grading.queries:
        query = Query(key, text, corpora.clean(kind or ""))
        try:
            pipeline.store().judging.ask(grading.brought.base, grading.owner, query)
        except VecassayError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
    open_query(key)
    st.rerun()


def _graded(corpus: Corpus, key: str, rows: Sequence[int], proposed: Sequence[str]) -> None:
    """The texts of one query with their grades, and the way on."""
    grading = Grading.of(corpus)
    if key not in grading.queries:  # deleted in another window
        st.info("This query was deleted.", icon=":material/delete:")
        return
    query = grading.queries[key]
    with st.container(border=True, key="judged_query"):
        st.text(query.text)
        if query.kind:
            st.caption(plain(query.kind))
    items = grading.items(query, rows)
    if items:
        blind.pool(grading, query, items)
    else:
        st.info("No candidate finds any text for this query.", icon=":material/search_off:")
    with st.container(horizontal=True, key="onward"):
        _next(grading, key, proposed)
        _take_back(grading, key)
    _use(grading)


def _next(grading: Grading, key: str, proposed: Sequence[str]) -> None:
    """On to a proposed query, else to the next one in the list that nobody judged."""
    queries = grading.queries
    after = list(queries)[list(queries).index(key) + 1 :] + list(queries)
    waiting = [each for each in proposed if each in queries and not grading.mine.get(each)]
    waiting += [each for each in after if not grading.judged(each)]
    following = next((each for each in waiting if each != key), None)
    if following is None:
        st.caption("Every other query has judgements." if len(queries) > 1 else "Type the next query above.")
    elif st.button(f"Next: {plain(short(queries[following].text, 60))}", key="next_query", shortcut="N"):
        open_query(following)
        st.rerun()


def _take_back(grading: Grading, key: str) -> None:
    """Delete a typed query, or one's own grades for a query of the test set."""
    query, graded = grading.queries[key], len(grading.mine.get(key, {}))
    typed = query.text not in grading.brought.ids
    if not typed and not graded:
        return
    what = "Delete this query" if typed else f"Take back {count(graded, 'grade')}"
    with st.popover(what, key=f"withdraw-{key}-{graded}", icon=":material/delete:"):
        st.write("Your grades for this query go with it." if typed else "What the test set brings stays.")
        if st.button("Delete it" if typed else "Take them back", key=f"withdrawn-{key}", type="primary"):
            pipeline.store().judging.withdraw(grading.brought.base, grading.owner, key)
            if typed:
                st.query_params.pop("judge", None)
            st.rerun()


def _use(grading: Grading) -> None:
    """Make what was judged part of the test set, as a corpus of one's own."""
    new, changed = grading.news()
    if not new and not changed:
        return
    parts = [count(new, "new judgement")] * bool(new) + [count(changed, "changed one")] * bool(changed)
    with st.container(border=True, key="use"):
        st.markdown(f"**{' and '.join(parts)}** of yours {'is' if new + changed == 1 else 'are'} in no figure yet.")
        # Texts that get their first queries have only this view until now, and several from now on: stay in it.
        if st.button("Use these judgements", type="primary", key="use_judgements", on_click=_stay):
            composed = grading.composed()
            try:
                fingerprint = pipeline.store().corpora.add(composed, {}, kind="typed", owner=grading.owner)
            except VecassayError as error:
                st.error(plain(str(error)), icon=":material/error:")
                return
            choice.choose(corpus=fingerprint)
            st.rerun()
        st.caption(plain(f"Makes “{grading.composed_name}” in your list of texts; the test set as it was stays."))


def _stay() -> None:
    st.session_state["view"] = retrieval.TEST_SET
