"""Texts that somebody typed, as a small corpus of nobody's in the store, so that a question can name it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from cachetools import TTLCache

from core import pipeline, providers
from core.report.words import listed
from core.session.memory import Memory
from core.session.words import plain
from core.types import Corpus, Role, Study

SECONDS = 600.0
MOST = 4_096


@st.cache_resource(show_spinner=False)
def _kept() -> Memory:
    """Fingerprints of what was put into the store a while ago: it keeps them for weeks."""
    return Memory(TTLCache(MOST, ttl=SECONDS))


def written(texts: Sequence[str]) -> Corpus:
    """A corpus of these texts that the store has; written once, however often the page runs."""
    corpus = Corpus("typed", tuple(texts))
    add = partial(pipeline.store().corpora.add, corpus, {}, kind="typed", owner=None)
    _kept().once(corpus.fingerprint, add)
    return corpus


def answering(study: Study, texts: Sequence[str], role: Role = Role.QUERY) -> Study:
    """The models that can embed these texts; of others it is said here that they have only the vectors they came with.

    Asked all together, one of those would leave the others without an answer.
    """
    able = [model for model in study.models if providers.has(model.spec, texts, role)]
    silent = [model.label for model in study.models if model not in able]
    if silent:
        have = "has only the vectors it" if len(silent) == 1 else "have only the vectors they"
        st.caption(plain(f"{listed(silent)} {have} came with, and none of what is asked here: left out."))
    return study.only(*(model.spec.key for model in able))
