"""Queries and judgements for the chosen texts, from files."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core import corpora
from core.corpora import Limits, QueryColumns, QueryPreview, Reading
from core.errors import VecassayError
from core.retrieval.judged import text_ids
from core.session import offering
from core.session.words import count, plain, short
from core.settings import MIB
from core.types import Corpus, Study

NONE = "(none)"
SUFFIX = " · test set"
SHOWN = 5
TABLES = ["csv", "tsv", "jsonl", "ndjson", "parquet"]


def bring_queries(study: Study) -> None:
    """The button that opens the dialog for queries and judgements of the chosen texts."""
    if st.button(
        "Load queries",
        icon=":material/upload_file:",
        key="load_queries",
        help="Queries with what is relevant to them, from a file: they make a test set of the chosen texts.",
    ):
        st.session_state["_dialog"] = "queries"
    if st.session_state.get("_dialog") == "queries":
        _queries(study.corpus)


@st.dialog("Load queries", width="large", on_dismiss=offering.closed)
def _queries(corpus: Corpus) -> None:
    """One table of pairs, or queries and judgements apart; look at what was understood; use it."""
    pairs, apart = st.tabs(["One table", "Queries and qrels"])
    with pairs:
        _pairs(corpus)
    with apart:
        _apart(corpus)


def _upload(label: str, key: str, kinds: Sequence[str], text: str) -> Any:
    most = -(-Limits.from_settings().max_bytes // MIB)
    return st.file_uploader(label, key=key, type=list(kinds), max_upload_size=most, help=text)


def _pairs(corpus: Corpus) -> None:
    file = _upload(
        "CSV, TSV, JSONL or Parquet: query, relevant text or its id, and if you have them grade and kind",
        "pairs",
        TABLES,
        "One row per relevant text; several rows may have one query. A row without a relevant text says that nothing "
        "answers its query.",
    )
    if file is None:
        return
    data = file.getvalue()
    own = st.toggle(
        "The file brings its own texts",
        key=f"own-{file.file_id}",
        help="The relevant texts of the file become the texts, each once, instead of the chosen ones.",
    )
    texts = None if own else corpus
    try:
        key = (file.file_id, own, corpus.fingerprint)
        preview = offering.once("pairs-preview", key, lambda: corpora.preview_queries(file.name, data, texts))
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    columns = _columns(preview, f"{file.file_id}-{own}")
    st.dataframe(pd.DataFrame(list(preview.rows), columns=list(preview.columns)), hide_index=True)
    read = partial(_named, partial(corpora.read_queries, file.name, data, texts, columns))
    offering.offer("pairs", (*key, columns), read, "upload", shown=_understood, use=_use)


def _columns(preview: QueryPreview, key: str) -> QueryColumns:
    """Which column holds what, as guessed until it is changed."""
    guess, places = preview.guess, st.columns(5)
    query = places[0].selectbox(
        "Query", preview.columns, preview.columns.index(guess.query), key=f"q-{key}", help="The text that is asked."
    )
    optional = {
        "relevant": ("Relevant", "The id or the whole text of what answers it. Without it queries have no judgements."),
        "grade": ("Grade", "How relevant, a whole number; 0 is not relevant. Without it every row counts 1."),
        "kind": ("Kind", "What kind of query it is, to compare kinds: keywords, typos, no answer ..."),
        "id": ("Query id", "Without it, rows with the same query text are one query."),
    }
    chosen = {}
    for place, (what, (label, text)) in zip(places[1:], optional.items(), strict=True):
        options, guessed = [NONE, *preview.columns], getattr(guess, what)
        found = place.selectbox(
            label, options, options.index(guessed) if guessed else 0, key=f"{what}-{key}", help=text
        )
        chosen[what] = None if found == NONE else found
    return QueryColumns(query, **chosen)


def _apart(corpus: Corpus) -> None:
    asked = _upload(
        "Queries: queries.jsonl, or a table with ids and texts",
        "queries_file",
        TABLES,
        "Leave it out when the chosen texts have their queries already.",
    )
    judged = _upload(
        "Judgements: qrels as of BEIR (query-id, corpus-id, score) or TREC",
        "qrels_file",
        ["tsv", "txt", "qrels", "trec"],
        "One line per judged text: query id, text id, grade. Texts without ids go by their row number from 1.",
    )
    if asked is None and (judged is None or not corpus.queries):
        st.caption("What was understood appears here before anything is used.")
        if judged is not None:
            st.info("The chosen texts have no queries yet: upload these too.", icon=":material/upload_file:")
        return
    qrels = None if judged is None else (judged.name, judged.getvalue())
    if asked is not None:
        read = partial(corpora.read_queries, asked.name, asked.getvalue(), corpus, qrels=qrels, judged=False)
    else:
        read = partial(corpora.read_qrels, judged.name, judged.getvalue(), corpus)
    key = (asked and asked.file_id, judged and judged.file_id, corpus.fingerprint)
    offering.offer("apart", key, partial(_named, read), "upload", shown=_understood, use=_use)


def _named(read: Any) -> Reading:
    """What was read, under a name that tells it from the texts alone."""
    reading: Reading = read()
    name = reading.corpus.name.removesuffix(SUFFIX) + SUFFIX
    return replace(reading, corpus=replace(reading.corpus, name=name))


def _use(corpus: Corpus) -> str:
    queries = "1 query" if len(corpus.queries) == 1 else f"{len(corpus.queries):,} queries"
    return f"{queries} and {count(len(corpus.judgements), 'judgement')}"


def _understood(reading: Reading) -> None:
    """The first queries as they were understood."""
    corpus = reading.corpus
    rows = {text_id: row for row, text_id in enumerate(text_ids(corpus))}
    graded: dict[str, list[str]] = {}
    for judgement in corpus.judgements:
        words = short(corpus.texts[rows[judgement.text_id]], 80) if judgement.text_id in rows else judgement.text_id
        graded.setdefault(judgement.query_id, []).append(f"{judgement.grade}: {words}")
    first = corpus.queries[:SHOWN]
    table = {
        "query": [query.text for query in first],
        "kind": [query.kind for query in first],
        "grade: text": [graded.get(query.id, ["not judged"]) for query in first],
    }
    st.caption(f"The first {count(len(first), 'query').replace('querys', 'queries')}, as understood:")
    st.dataframe(pd.DataFrame(table), hide_index=True)
