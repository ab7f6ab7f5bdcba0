"""Texts that somebody typed, as a small corpus of nobody's in the store, so that a question can name it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from cachetools import TTLCache

from core import pipeline
from core.session.memory import Memory
from core.types import Corpus

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
