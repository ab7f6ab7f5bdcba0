"""Runs that a button starts and everybody sees: one under way, whoever started it, and what became of one's own."""

from collections.abc import Callable, Sequence

import streamlit as st

from core import jobs, providers
from core.types import Question, Study


def start(question: Question, slot: str) -> Question:
    """Submit a run; `slot` of the session remembers it as one's own."""
    st.session_state[slot] = question
    jobs.jobs().submit(question)
    return question


def sends(study: Study) -> str:
    """What a run means for hosted models among those chosen; empty without one."""
    hosted = [model.label for model in study.models if providers.leaves(model.spec)]
    if not hosted:
        return ""
    verb = "is" if len(hosted) == 1 else "are"
    return f"{', '.join(hosted)} {verb} hosted: each run sends texts there anew, which costs money every time."


def under_way(study: Study, kind: str, slot: str, done: Callable[[Sequence[Question]], None]) -> list[Question]:
    """Runs on these texts that wait or run, whoever started them, and one's own that failed or was stopped.

    `done` is called when one's own has ended meanwhile.
    """
    found = [each for each in jobs.jobs().asked(kind) if each.arguments["corpus"] == study.corpus.fingerprint]
    own: Question | None = st.session_state.get(slot)
    if own is None or own.arguments["corpus"] != study.corpus.fingerprint or own in found:
        return found
    status = jobs.jobs().status(own.key)
    if status is None or status.state == "done":
        done([own])
    return found or ([own] if status is not None else [])
