"""The times a decision stands on: which kept run, and measuring a new one. Nothing is timed by opening the page."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from core import deciding, pipeline
from core.decision import Plan
from core.latency import machine, words
from core.session import choice, identity, measuring, panel
from core.session.words import count, plain
from core.store import Timing
from core.types import Answer, Question, Study

KIND = "answering"
RUN = "run"
ASKED = "_answering_asked"


@dataclass(frozen=True, eq=False)
class Timed:
    """A kept run, and the labels of the candidates it says nothing (of today's files) about."""

    key: str
    found: Answer
    missing: tuple[str, ...]


@st.cache_resource(max_entries=32, show_spinner=False)
def _kept(key: str, _created: float) -> Answer | None:
    return pipeline.store().timings.get(key)


def timed_run(study: Study, plan: Plan) -> Timed | None:
    """Choose among the runs kept on these texts, or measure now; None where there is no run.

    By default it is the newest of those that say something about most candidates.
    """
    entries = {each.key: each for each in pipeline.store().timings.list(study.corpus.fingerprint) if _ours(each)}
    labels = deciding.labels(study, plan.candidates)
    lacking = {key: _missing(study, plan, labels, entry) for key, entry in entries.items()}
    best = min(entries, key=lambda key: len(lacking[key]), default=None)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        chosen = _pick(entries, best) if best is not None else None
    waiting = measuring.under_way(study, KIND, ASKED, _finished)
    with right:
        pressed = _button(bool(waiting), urgent=chosen is None or bool(lacking[chosen]))
    if pressed and not waiting:
        waiting = [_start(study, plan)]
    said = [f"Measures {', '.join(labels.values())}, one query at a time, on {count(len(study.corpus), 'text')}"]
    said[0] += f" of “{study.corpus.name}”; the run is kept."
    if chosen is None:
        said.insert(0, "Nothing was timed on these texts yet, so speed, memory and money are open.")
    elif lacking[chosen]:
        said.insert(0, f"This run says nothing about {', '.join(lacking[chosen])}: measure now to have all of them.")
    st.caption(plain(" ".join(filter(None, (*said, measuring.sends(study))))))
    if waiting and panel.work(waiting):
        _finished(waiting)
    found = None if chosen is None else _kept(chosen, entries[chosen].created)
    return None if chosen is None or found is None else Timed(chosen, found, lacking[chosen])


def _ours(entry: Timing) -> bool:
    return entry.summary.get("kind") == KIND


def _missing(study: Study, plan: Plan, labels: dict[str, str], entry: Timing) -> tuple[str, ...]:
    run = _kept(entry.key, entry.created)
    return tuple(labels[word] for word in plan.candidates if not deciding.measured(study, word, run))


def _pick(entries: dict[str, Timing], best: str) -> str:
    asked = st.query_params.get(RUN, "")
    st.session_state["_pick_run"] = asked if asked in entries else best
    titles = choice.told_apart({key: _title(entry) for key, entry in entries.items()}, 6)
    return str(
        st.selectbox(
            f"Times from ({len(entries):,} kept)",
            list(entries),
            format_func=lambda key: titles.get(key, key),
            key="_pick_run",
            on_change=_chosen,
            help="The run that speed, memory and throughput come from. Runs are kept, with date and machine.",
        )
    )


def _chosen() -> None:
    st.query_params[RUN] = str(st.session_state["_pick_run"])


def _title(entry: Timing) -> str:
    when = datetime.fromtimestamp(entry.created, UTC)
    return f"{when:%-d %b %Y %H:%M:%S} UTC · {count(len(entry.summary['candidates']), 'candidate')} · " + str(
        entry.summary["machine"]
    )


def _button(busy: bool, *, urgent: bool) -> bool:
    return st.button(
        "Measure now",
        type="primary" if urgent else "secondary",
        icon=":material/timer:",
        disabled=busy,
        help="Loads everything afresh and times single queries from text to the ten best results, in the worker, with "
        "nothing else running there.",
    )


def _start(study: Study, plan: Plan) -> Question:
    return measuring.start(deciding.timing(study, plan, secrets.token_hex(8), identity.owner()), ASKED)


def _finished(done: Sequence[Question]) -> None:
    """Use the run that has just been kept."""
    st.session_state.pop(ASKED, None)
    st.query_params[RUN] = str(done[-1].arguments["run"])
    st.rerun()


def run_told(run: Timed) -> None:
    """When, where and how it was timed, and why to doubt it."""
    facts = run.found["facts"]
    for doubt in _doubts(facts):
        st.warning(plain(doubt), icon=":material/warning:")
    calls = run.found["candidates"]["calls"]
    corpus = facts["corpus"]
    lines = [
        f"Timed {facts['date'].replace('T', ' ').replace('+00:00', ' UTC')}: {calls.min():,} to {calls.max():,} single "
        f"queries per candidate, in turns, drawn with seed {facts['seed']} from {corpus['queries']:,}, each to the "
        f"{facts['results']} best of {corpus['texts']:,} texts by exact search. p95 is a call really measured. "
        f"Texts per second: embedded in calls of {facts['batch']}, and indexed for BM25. Memory: weights, vectors and "
        f"index, and what grew while queries were answered; the libraries themselves are not counted.",
        words.where(facts),
        *filter(None, [words.network(facts)]),
        *facts["notes"],
    ]
    for line in lines:
        st.caption(plain(line))


def _doubts(facts: Mapping[str, Any]) -> list[str]:
    """Why not to trust the times: other programs, other jobs."""
    found, load = [], facts["load"]
    if machine.busy(load["others_during"]):
        found.append(
            f"The machine was busy: other programs kept {load['others_during']:.1f} of {facts['machine']['cores']} "
            f"cores at work meanwhile. Times are too long and vary; measure again when it is quiet."
        )
    if not facts["alone"]:
        found.append("Other jobs may have run in the same worker meanwhile.")
    return found
