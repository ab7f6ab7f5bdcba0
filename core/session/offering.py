"""What was read from a file, a folder or a field: shown before it is used, and put into the visitor's list."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

from core import pipeline
from core.corpora import Reading
from core.errors import VecassayError
from core.session import choice, identity
from core.session.words import count, plain
from core.types import Corpus

T = TypeVar("T")


def closed() -> None:
    """Forget the open dialog and what was read in it."""
    for name in ("_dialog", "_read"):
        st.session_state.pop(name, None)


def once(slot: str, key: Any, make: Callable[[], T]) -> T:
    """What was read, kept until something else is read in its place or the dialog is closed."""
    kept = st.session_state.setdefault("_read", {})
    if slot not in kept or kept[slot][0] != key:
        kept.pop(slot, None)
        kept[slot] = (key, make())
    made: T = kept[slot][1]
    return made


def offer(
    slot: str,
    key: Any,
    read: Callable[[], Reading],
    kind: str,
    *,
    shown: Callable[[Reading], None] | None = None,
    use: Callable[[Corpus], str] | None = None,
) -> None:
    """Say what was read, and use it when asked to; `shown` shows more of it, `use` names the button."""
    try:
        reading = once(slot, key, read)
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.success(plain(" ".join(reading.report.sentences())), icon=":material/fact_check:")
    if shown is not None:
        shown(reading)
    label = count(len(reading.corpus), "text") if use is None else use(reading.corpus)
    if not st.button(f"Use {label}", type="primary", key=f"use-{slot}"):
        return
    taken = {name for key, name in choice.corpus_names().items() if key != reading.corpus.fingerprint}
    corpus = replace(reading.corpus, name=free(reading.corpus.name, taken))
    try:
        fingerprint = pipeline.store().corpora.add(corpus, reading.report.to_json(), kind=kind, owner=identity.owner())
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    choice.choose(corpus=fingerprint)
    closed()
    st.rerun()


def free(name: str, taken: Iterable[str]) -> str:
    """The name, numbered when something else is called so already: lists must tell two things apart."""
    names, number = set(taken), 2
    free = name
    while free in names:
        free, number = f"{name} ({number})", number + 1
    return free
