"""The test set to take away, for other tools."""

import re

import streamlit as st

from core import corpora
from core.errors import VecassayError
from core.types import Corpus, Study


def export_test_set(study: Study) -> None:
    """The test set to take away: all of it as a ZIP in BEIR layout, and the judgements as TREC qrels."""
    corpus = study.corpus
    if not corpus.queries:
        st.caption(
            "With queries, the test set can be saved here: as a ZIP in BEIR layout, and its judgements for TREC."
        )
        return
    name = re.sub(r"[^\w-]+", "-", corpus.name).strip("-").lower() or "test-set"
    left, right = st.columns(2)
    left.download_button(
        "Test set as ZIP (BEIR)",
        lambda: corpora.to_beir(corpus),
        file_name=f"{name}.zip",
        mime="application/zip",
        icon=":material/download:",
        key="export_beir",
        on_click="ignore",
        help="corpus.jsonl, queries.jsonl and qrels/test.tsv. Add texts reads it back.",
    )
    qrels, trouble = _qrels(corpus)
    right.download_button(
        "Judgements for TREC",
        qrels,
        file_name=f"{name}.qrels",
        mime="text/plain",
        icon=":material/download:",
        key="export_qrels",
        on_click="ignore",
        disabled=not qrels,
        help=trouble or "One line per judgement: query, 0, text, grade, as trec_eval reads them.",
    )


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Corpus: lambda corpus: corpus.fingerprint})
def _qrels(corpus: Corpus) -> tuple[bytes, str]:
    """The judgements as TREC qrels, or nothing and why."""
    try:
        return corpora.to_qrels(corpus), "" if corpus.judgements else "There are no judgements yet."
    except VecassayError as error:
        return b"", str(error)
