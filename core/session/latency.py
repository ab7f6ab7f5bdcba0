"""The parts of the Latency page that measure, choose and delete runs."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from core import pipeline
from core.latency import PLANS, words
from core.session import choice, identity, measuring, panel, show
from core.session.words import count, plain
from core.store import Timing
from core.types import Answer, Question, Study

REFERENCE = "static"
MOST_RUNS = 4
ASKED = "_speed_asked"
COMMAND_LINE = "command line"


@dataclass(frozen=True, eq=False)
class ShownRun:
    """A kept run that is shown: its entry in the list, what was measured, and the name it has beside others."""

    entry: Timing
    found: Answer
    name: str


def measure_speed(study: Study) -> None:
    """A button that starts a run, and the progress of those under way; nothing is measured by opening the page."""
    left, middle, right = st.columns([2, 1, 2], vertical_alignment="bottom")
    with left:
        setting = st.segmented_control(
            "How thorough",
            list(PLANS),
            format_func=lambda key: PLANS[key].label,
            default=next(iter(PLANS)),
            required=True,
            key="thorough",
            bind="query-params",
            help="  \n".join(f"**{plan.label}**: {plan.help}" for plan in PLANS.values()),
        )
    with middle:
        seed = st.number_input(
            "Seed",
            0,
            2**31 - 1,
            0,
            key="speed_seed",
            bind="query-params",
            help="Which texts are drawn, and their order.",
        )
    waiting = measuring.under_way(study, "latency", ASKED, _finished)
    with right:
        pressed = st.button(
            "Measure now",
            type="primary",
            icon=":material/timer:",
            disabled=bool(waiting),
            help="Loads each model afresh and times it on these texts, in the worker, with nothing else running there: "
            "whatever others ask for meanwhile waits.",
        )
    if pressed and not waiting:
        waiting = [_start(study, str(setting), int(seed))]
    st.caption(plain(_what(study)))
    if waiting and panel.work(waiting):
        _finished(waiting)


def _what(study: Study) -> str:
    names = list(show.labels(study).values())
    reference = choice.seen_specs().get(REFERENCE)
    if reference is not None and not any(model.spec.key == REFERENCE for model in study.models):
        names.append(f"{reference.label} as the reference")
    said = f"Measures {', '.join(names)} on {count(len(study.corpus), 'text')} of “{study.corpus.name}”."
    return " ".join(filter(None, (said, measuring.sends(study))))


def _start(study: Study, setting: str, seed: int) -> Question:
    question = pipeline.ask(
        "latency",
        study,
        run=secrets.token_hex(8),
        owner=identity.owner(),
        setting=setting,
        reference=REFERENCE,
        seed=seed,
    )
    return measuring.start(question, ASKED)


def _finished(done: Sequence[Question]) -> None:
    """Show the run that has just been kept."""
    st.session_state.pop(ASKED, None)
    st.query_params["runs"] = str(done[-1].arguments["run"])
    st.rerun()


@st.cache_resource(max_entries=32, show_spinner=False)
def _kept(key: str, _created: float) -> Answer | None:
    return pipeline.store().timings.get(key)


def kept_runs(study: Study) -> list[ShownRun]:
    """The runs to show, newest first: chosen here and in the address, else the last one. Stops when there is none."""
    kept = pipeline.store().timings.list(study.corpus.fingerprint)
    entries = {entry.key: entry for entry in kept if entry.summary.get("kind", "latency") == "latency"}
    if not entries:
        st.info(
            "Nothing was measured on these texts yet. Press “Measure now”: the run is kept, and shown here next time.",
            icon=":material/timer:",
        )
        st.stop()
    asked = [key for key in st.query_params.get("runs", "").split(",") if key in entries] or [next(iter(entries))]
    st.session_state["_pick_runs"] = asked[:MOST_RUNS]
    titles = choice.told_apart({key: _title(entry) for key, entry in entries.items()}, 6)
    chosen = st.multiselect(
        f"Runs ({len(entries):,} kept)",
        list(entries),
        format_func=lambda key: titles.get(key, key),
        key="_pick_runs",
        max_selections=MOST_RUNS,
        on_change=lambda: _choose(st.session_state["_pick_runs"]),
        placeholder="The last run",
        help="One to four runs on these texts, laid over each other: before and after a change of model, library or "
        "machine. Runs are kept until you delete them.",
    )
    runs: list[ShownRun] = []
    for key in sorted(chosen, key=list(entries).index):
        found = _kept(key, entries[key].created)
        if found is None:
            st.warning("A run was damaged in the store and is gone.", icon=":material/healing:")
        else:
            same = sum(_when(run.entry) == _when(entries[key]) for run in runs)
            runs.append(ShownRun(entries[key], found, _when(entries[key]) + (f" ({same + 1})" if same else "")))
    if not runs:
        st.stop()
    return runs


def _choose(keys: list[str]) -> None:
    if keys:
        st.query_params["runs"] = ",".join(keys)
    else:
        st.query_params.pop("runs", None)


def _when(entry: Timing) -> str:
    return f"{datetime.fromtimestamp(entry.created, UTC):%-d %b %H:%M:%S}"


def _title(entry: Timing) -> str:
    said, year = entry.summary, datetime.fromtimestamp(entry.created, UTC).year
    labels = ", ".join(said["labels"])
    return f"{_when(entry)} UTC {year} · {PLANS[said['setting']].label} · {labels} · {said['machine']}"


def speed_answer(study: Study, runs: list[ShownRun]) -> None:
    """The answer in a sentence per run, and why to doubt it."""
    for run in runs:
        facts = run.found["facts"]
        parts = [
            f"{plain(label)} **{plain(p95)}**{f' ({plain(ratio)})' if ratio == 'the reference' else _times(ratio)}"
            for _, label, p95, ratio in words.headline(run.found["figures"], facts)
        ]
        when = f" on {plain(run.name)} UTC" if len(runs) > 1 else ""
        st.markdown(f"p95 of a single call{when}: {', '.join(parts)}.")
        if told := words.network(facts):
            st.caption(plain(told))
        for doubt in words.doubts(facts):
            st.warning(plain(doubt), icon=":material/warning:")
    if runs[0].found["facts"]["reference"] is not None:
        st.caption(
            "Multiples compare with calls of the reference made in turns with the model's own, so that both saw the "
            "machine in the same moods; they travel to other machines better than milliseconds."
        )
    measured = {model["key"] for model in runs[0].found["facts"]["models"]}
    missing = [label for key, label in show.labels(study).items() if key not in measured]
    if missing:
        st.caption(plain(f"Not in the run shown: {', '.join(missing)}. Measure now to have it beside the others."))


def _times(ratio: str) -> str:
    return f" ({plain(ratio)} the reference)" if ratio else ""


def run_facts(runs: list[ShownRun]) -> None:
    """How and where each run was measured, what was cut short, and a way to delete it."""
    for run in runs:
        facts = run.found["facts"]
        with st.container(border=True, key=f"run-{run.entry.key}"):
            for line in (words.how(facts), words.where(facts), words.beside(facts)):
                st.caption(plain(line))
            if facts["notes"]:
                st.markdown("\n".join(f"- {plain(note)}" for note in facts["notes"]))
            if run.entry.owner in (identity.owner(), COMMAND_LINE):
                _delete(run)


def _delete(run: ShownRun) -> None:
    with st.popover("Delete this run", key=f"delete-{run.entry.key}"):
        st.write("It cannot be measured again as it was, and is gone for everybody on this server.")
        if st.button("Delete it", key=f"deleted-{run.entry.key}", type="primary"):
            pipeline.store().timings.remove(run.entry.key, run.entry.owner)
            st.query_params.pop("runs", None)
            st.rerun()
