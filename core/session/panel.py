"""Answers, or the progress of the jobs that compute them."""

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from cachetools import LRUCache, TTLCache

from core import jobs, pipeline
from core.session.memory import Memory
from core.session.words import count, plain
from core.settings import MIB
from core.types import Answer, Question, Study

PATIENCE = 0.8
EVERY = 1.0
LOOKS_A_SECOND = 25
LOOKED_SECONDS = 8
MOST_LOOKERS = 1_000
MEMORY = 512 * MIB
FACTS = 2_000


@st.cache_resource(show_spinner=False)
def _kept() -> Memory:
    """Answers this process holds in memory, for all visitors."""
    return Memory(LRUCache(MEMORY, getsizeof=_nbytes))


def _nbytes(answer: Answer) -> int:
    """About what an answer takes in memory: its arrays and tables; facts are small."""
    sizes = [FACTS]
    for value in answer.values():
        if isinstance(value, np.ndarray):
            sizes.append(value.nbytes)
        elif isinstance(value, pd.DataFrame):
            sizes.append(int(value.memory_usage().sum()))
    return sum(sizes)


def forget() -> None:
    """Drop the answers this process holds in memory; the store's stay."""
    _kept.clear()


def _get(question: Question) -> Answer | None:
    """The answer from memory, else from the store; None when neither has it."""
    return _kept().once(question.key, lambda: pipeline.store().answers.get(question.key))


def answers(questions: Sequence[Question]) -> list[Answer | None]:
    """Each question's answer, or None for those still at work, whose progress is shown here.

    The page runs again by itself when they are done. Quick answers are waited for, so that nothing flickers.
    """
    found = [_get(question) for question in questions]
    waiting = [question for question, answer in zip(questions, found, strict=True) if answer is None]
    if not waiting:
        return found
    work(waiting)
    return [answer if answer is not None else _get(question) for question, answer in zip(questions, found, strict=True)]


def anew(questions: Sequence[Question]) -> None:
    """Drop the answers to these questions, for everybody; the page runs again and asks them."""
    for question in questions:
        pipeline.store().answers.remove(question.key)
        _kept().drop(question.key)
    st.rerun()


def in_turn(questions: Sequence[Question]) -> list[Answer | None]:
    """As `answers`; but the last question stands on the others, and is asked when they are there.

    Asked at once with them, it would compute them again.
    """
    *first, last = questions
    found = answers(first)
    return [*found, None] if any(answer is None for answer in found) else [*found, *answers([last])]


def work(waiting: Sequence[Question]) -> bool:
    """Start jobs, and show how they stand unless they end within a moment; True when all are done."""
    for question in waiting:
        status = jobs.jobs().status(question.key)
        if status is None or status.state == "done":
            jobs.jobs().submit(question)
    jobs.jobs().wait([question.key for question in waiting], PATIENCE)
    open_ones = [question for question in waiting if _state(question) != "done"]
    if open_ones:
        st.fragment(_panel, run_every=_every() if _live(open_ones) else None)(tuple(open_ones))
    return not open_ones


def answer(name: str, study: Study, **arguments: Any) -> Answer:
    """The answer to a question about a study; shows progress and stops the page until it is there."""
    (found,) = answers([pipeline.ask(name, study, **arguments)])
    if found is None:
        st.stop()
    return found


def gather(study: Study, *names: str) -> list[dict[str, Answer | None]]:
    """Questions asked of each model by itself: per question, answers by model key, None while one is at work."""
    keys = [model.spec.key for model in study.models]
    found = answers([pipeline.ask(name, study.only(key)) for name in names for key in keys])
    return [dict(zip(keys, found[start : start + len(keys)], strict=True)) for start in range(0, len(found), len(keys))]


def _state(question: Question) -> str:
    status = jobs.jobs().status(question.key)
    return "waiting" if status is None else status.state


def _live(questions: Sequence[Question]) -> bool:
    return any(_state(question) in ("waiting", "running") for question in questions)


@st.cache_resource(show_spinner=False)
def _lookers() -> "tuple[TTLCache[object, bool], Lock]":
    """Sessions that look at jobs at work now, and who may touch the list."""
    return TTLCache(MOST_LOOKERS, LOOKED_SECONDS), Lock()


def _every() -> float:
    """Seconds between two looks of this session: one, and more when many look, lest others' clicks wait for them."""
    lookers, lock = _lookers()
    mine = st.session_state.setdefault("_looker", object())
    with lock:
        lookers[mine] = True
        return max(EVERY, min(len(lookers) / LOOKS_A_SECOND, LOOKED_SECONDS / 2))


def _panel(questions: tuple[Question, ...]) -> None:
    _every()
    live = [question for question in questions if _state(question) in ("waiting", "running")]
    ended = [question for question in questions if _state(question) in ("failed", "cancelled")]
    with st.container(border=True):
        _progress(live)
        _ended(ended)
    # Not under an open dialog: what is typed in it and not sent yet would be lost. Closing it runs the page again.
    if len(live) + len(ended) < len(questions) and "_dialog" not in st.session_state:
        st.rerun()


def _progress(live: Sequence[Question]) -> None:
    stand = {question.key: status for question in live if (status := jobs.jobs().status(question.key))}
    parts = {part.label: part for status in stand.values() for part in status.parts}
    under_way = [part for part in parts.values() if part.total and part.done < part.total]
    for part in under_way:
        done = f"{part.done:,} of {count(part.total, part.unit)}" if part.unit else f"{part.done / part.total:.0%}"
        pace = f" · {part.per_second:,.0f} {part.unit}s/s" if part.per_second and part.unit else ""
        left = f" · about {_duration(part.seconds_left)} left" if part.seconds_left else ""
        st.progress(part.done / part.total, text=plain(f"{part.label}: {done}{pace}{left}"))
    if live and not under_way:
        st.progress(0.0, text=plain(f"{next(iter(parts), 'Starting the worker')} …"))
    for message in {status.message for status in stand.values()} - {""}:
        st.caption(plain(message))
    if live:
        _cancel(live)


def _cancel(live: Sequence[Question]) -> None:
    with st.popover("Cancel", key=f"cancel-{live[0].key}"):
        st.write("Stop this work for everybody who waits for it? What is finished is kept.")
        if st.button("Stop it", key=f"stop-{live[0].key}", type="primary"):
            for question in live:
                jobs.jobs().cancel(question.key)
            st.rerun()


def _ended(ended: Sequence[Question]) -> None:
    """What failed or was stopped, once per reason, and a way on."""
    by_reason: dict[tuple[str, str], list[Question]] = {}
    for question in ended:
        status = jobs.jobs().status(question.key)
        if status is not None:
            by_reason.setdefault((status.state, status.message), []).append(question)
    for (state, message), questions in by_reason.items():
        if state == "cancelled":
            st.info(plain(message), icon=":material/stop_circle:")
        else:
            st.error(plain(message), icon=":material/error:")
        if st.button("Try again", key=f"again-{questions[0].key}"):
            for question in questions:
                jobs.jobs().submit(question)
            st.rerun()


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
