"""What an index would find of what exact search finds, and how much faster: measured by a button, never by opening."""

import secrets
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core import charts, pipeline
from core.indexes import words
from core.latency.machine import busy
from core.session import identity, measuring, panel, show
from core.session.words import count, plain
from core.types import Answer, Question, Study

KIND = "indexes"
ASKED, SEED = "_indexes_asked", 0
RATES = {"qps": "One query at a time", "batch_qps": "Many at once"}
DECIDED = ":green-badge[:material/check: Decided]"
OPEN = ":orange-badge[:material/balance: Not decided]"


def index_curves(study: Study) -> None:
    """One model's indexes: the answer in a sentence, recall against queries a second, and every figure to take away."""
    key = pick_model(study, "index_model", "Indexes of", "Whose vectors are indexed. Each model is measured by itself.")
    found = _newest(study.only(key))
    waiting = measuring.under_way(study, KIND, ASKED, _finished)
    pressed = st.button(
        "Measure now" if found is None else "Measure again",
        key="measure_indexes",
        type="primary" if found is None else "secondary",
        icon=":material/timer:",
        disabled=bool(waiting),
        help="Builds each index over these texts and times it, in the worker, with nothing else running there: "
        "whatever others ask for meanwhile waits. The run is kept.",
    )
    if pressed and not waiting:
        waiting = [_start(study.only(key))]
    if found is None:
        label = show.labels(study)[key]
        st.caption(
            plain(
                f"Nothing was measured under {label} on these texts yet: press “Measure now” to build HNSW, IVF and "
                f"LanceDB over {count(len(study.corpus), 'text')} and time them beside exact search."
            )
        )
    if waiting and panel.work(waiting):
        _finished(waiting)
    if found is not None:
        _shown(found)


def pick_model(study: Study, key: str, label: str, help: str) -> str:  # noqa: A002  (Streamlit's own word)
    """One of the study's models by key; nothing is drawn where there is only one."""
    labels = show.labels(study)
    if len(labels) == 1:
        return next(iter(labels))
    if st.session_state.get(key) not in (None, *labels):
        del st.session_state[key]
    picked = st.selectbox(label, list(labels), format_func=labels.__getitem__, key=key, bind="query-params", help=help)
    return str(picked)


def _newest(study: Study) -> Answer | None:
    """The newest run on these texts with today's files of the one model, if any."""
    (model,) = study.models
    for entry in pipeline.store().timings.list(study.corpus.fingerprint):
        if entry.summary.get("kind") == KIND and entry.summary.get("space") == model.space.digest:
            return _kept(entry.key, entry.created)
    return None


@st.cache_resource(max_entries=32, show_spinner=False)
def _kept(key: str, _created: float) -> Answer | None:
    return pipeline.store().timings.get(key)


def _start(study: Study) -> Question:
    run = {"run": secrets.token_hex(8), "owner": identity.owner(), "seed": SEED}
    return measuring.start(pipeline.ask(KIND, study, **run), ASKED)


def _finished(_: Sequence[Question]) -> None:
    """Show the run that has just been kept."""
    st.session_state.pop(ASKED, None)
    st.rerun()


def _shown(found: Answer) -> None:
    points: pd.DataFrame = found["points"]
    facts: dict[str, Any] = found["facts"]
    decided, said = words.answer(points, facts["texts"])
    with st.container(border=True):
        st.markdown(f"{DECIDED if decided else OPEN}\n\n#### {plain(said)}")
    rate = str(
        st.segmented_control(
            "Queries a second",
            list(RATES),
            format_func=RATES.__getitem__,
            default="qps",
            required=True,
            key="index_rate",
            bind="query-params",
            help=f"One at a time: by one thread, as somebody waits for it. Many at once: {facts['batch']} in one call, "
            f"by {count(facts['cores'], 'thread')}.",
        )
    )
    show.chart(
        charts.indexes(points, rate=rate, title=f"queries a second, {RATES[rate].lower()}"),
        alt=f"Recall@10 against queries a second of {count(len(points), 'setting')}. {said}",
        key="indexes_chart",
    )
    _table(points)
    for line in _told(facts):
        st.caption(plain(line))


def _table(points: pd.DataFrame) -> None:
    numbers = {name: st.column_config.NumberColumn(format="%.3f") for name in ("recall", "low", "high")}
    rates = {
        name: st.column_config.NumberColumn(name.replace("qps", "queries/s").replace("_", " "), format="%.0f")
        for name in points.columns
        if "qps" in name
    }
    show.table(
        points,
        "indexes",
        alt="Every setting of every index",
        column_order=[
            "setting", "recall", "low", "high", "qps", "qps_low", "qps_high", "batch_qps", "batch_qps_low",
            "batch_qps_high", "bytes", "build_s",
        ],
        column_config={
            **numbers,
            **rates,
            "bytes": st.column_config.NumberColumn("bytes on disk", format="localized"),
            "build_s": st.column_config.NumberColumn("built in s", format="%.2f"),
        },
    )  # fmt: skip


def _told(facts: dict[str, Any]) -> list[str]:
    """How it was measured, on what, and why to doubt it."""
    said = [
        f"n = {facts['texts']:,} texts, {facts['dimension']:,} dimensions; {facts['queries']:,} {facts['asked']}, seed "
        f"{facts['seed']}. Recall: share of the exact ten, mean and 95 % interval. Queries a second: the median of "
        f"{facts['rounds']} turns, whiskers from the slowest to the fastest; the times of an index alone, without "
        f"embedding the query. Each interval stands for itself: of many settings the best one looks a little too good.",
        words.where(facts),
        *facts["notes"],
    ]
    if busy(facts["load"]["others_during"]):
        said.append("Other programs kept the machine busy meanwhile: measure again when it is quiet.")
    if not facts["alone"]:
        said.append("Other jobs may have run in the same worker meanwhile.")
    return said
