"""Texts that somebody typed, as a small corpus of nobody's in the store, so that a question can name it."""

from collections.abc import Sequence
from threading import Lock

import streamlit as st
from cachetools import TTLCache

from core import pipeline
from core.types import Corpus

SECONDS = 600.0
MOST = 4_096


@st.cache_resource(show_spinner=False)
def _kept() -> "tuple[TTLCache[str, bool], Lock]":
    """Fingerprints of what was put into the store a while ago: it keeps them for weeks."""
    return TTLCache(MOST, ttl=SECONDS), Lock()


def written(texts: Sequence[str]) -> Corpus:
    """A corpus of these texts that the store has; written once, however often the page runs."""
    corpus = Corpus("typed", tuple(texts))
    kept, lock = _kept()
    with lock:
        known = corpus.fingerprint in kept
    if not known:
        pipeline.store().corpora.add(corpus, {}, kind="typed", owner=None)
        with lock:
            kept[corpus.fingerprint] = True
    return corpus
