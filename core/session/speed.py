"""The parts of the Latency page that show what runs found: lines, charts, what it means, the table."""

import pandas as pd
import streamlit as st

from core import charts
from core.charts.latency import Line
from core.latency import words
from core.latency.texts import CLASSES, OWN
from core.session import choice, show
from core.session.latency import ShownRun
from core.session.words import plain
from core.types import Study

UNITS = {"texts": "texts/s", "tokens": "tokens/s"}
MOST_TEXTS = 1_000_000_000


def lines(study: Study, runs: list[ShownRun]) -> dict[str, Line]:
    """A line per model and run: one colour per model, as on every page, and one dash per run."""
    keys = dict.fromkeys(model.spec.key for model in study.models)
    keys |= dict.fromkeys(model["key"] for run in runs for model in run.found["facts"]["models"])
    colours = charts.colours(list(keys), list(choice.seen_specs()))
    return {
        _line(run, key): Line(name, colours[key], number)
        for number, run in enumerate(runs)
        for key, name in _labels(run, len(runs) > 1).items()
    }


def _line(run: ShownRun, model: str) -> str:
    return f"{run.entry.key} {model}"


def _labels(run: ShownRun, several: bool) -> dict[str, str]:
    models = run.found["facts"]["models"]
    names = [model["label"] for model in models]
    told = {m["key"]: m["label"] if names.count(m["label"]) == 1 else f"{m['label']} ({m['key']})" for m in models}
    return {key: f"{name} · {run.name}" if several else name for key, name in told.items()}


def _table(runs: list[ShownRun], name: str) -> pd.DataFrame:
    """One table of all runs, with the column line."""
    tables: list[pd.DataFrame] = []
    for run in runs:
        table: pd.DataFrame = run.found[name]
        tables.append(table.assign(line=[_line(run, model) for model in table["model"]]))
    return pd.concat(tables, ignore_index=True)


def call_times(runs: list[ShownRun], shown: dict[str, Line]) -> None:
    """How single calls spread, model by model."""
    calls = _table(runs, "calls")
    own = calls[calls["model"] == calls["beside"]]
    own = own.assign(ms=own["nanoseconds"] / 1e6)
    figures = _table(runs, "figures")
    marks = figures[figures["figure"] == "single call"]
    p95 = marks.loc[marks["at"] == "p95", ["line", "value"]].itertuples(index=False)
    show.chart(
        charts.call_times(own, marks, shown),
        alt="Time of single calls. p95: " + ", ".join(f"{shown[k].name} {words.milliseconds(v)}" for k, v in p95),
        data=own[["line", "model", "round", "ms"]].assign(line=own["line"].map(lambda key: shown[key].name)),
        key="call_times",
    )
    st.caption(
        "One text a call, one call after another, every call another text as long as there are any. A grey line "
        "through a mark is its 95 % interval (from the order of the calls). Load and first call are in the table below."
    )


def sweeps(runs: list[ShownRun], shown: dict[str, Line]) -> None:
    """Throughput against batch size, text length and callers at once."""
    unit = st.segmented_control(
        "Count",
        list(UNITS),
        default="texts",
        required=True,
        key="counted",
        bind="query-params",
        help="Tokens are those a model reads, by its own tokenizer and up to its limit; for a model without tokens, "
        "such as LSA, they are words.",
    )
    what = str(unit)
    left, right = st.columns(2)
    with left:
        st.markdown("**Throughput against batch size**")
        points = _rates(_table(runs, "batches"), "batch", what)
        show.chart(
            charts.swept(points, shown, x="texts in one call", y=UNITS[what]),
            alt=_alt("Throughput against batch size", points, shown, UNITS[what]),
            data=_named(points, shown, "batch"),
            key="batches",
        )
        st.caption(
            "Bands reach from the lowest to the highest repeat. A library may cut a call into batches of its own; from "
            "there on its line is flat."
        )
    with right:
        st.markdown("**Throughput against text length**")
        points = _by_length(_rates(_table(runs, "lengths"), "length", what))
        show.chart(
            charts.by_class(points, shown, x="texts of these lengths", y=UNITS[what]),
            alt=_alt("Throughput against text length", points, shown, UNITS[what]),
            data=_named(points, shown, "length"),
            key="lengths",
        )
        st.caption(plain(_thirds(runs[0])))
    _callers(runs, shown)


def _callers(runs: list[ShownRun], shown: dict[str, Line]) -> None:
    callers = _table(runs, "callers")
    left, right = st.columns(2)
    with left:
        st.markdown("**Requests per second when several call at once**")
        points = _rates(callers.rename(columns={"calls": "requests"}), "callers", "requests")
        show.chart(
            charts.swept(points, shown, x="callers at once", y="requests/s"),
            alt=_alt("Requests per second against callers at once", points, shown, "requests/s"),
            data=_named(points, shown, "callers"),
            key="callers",
        )
        st.caption("Each caller is a thread of one process that asks for one text after another from one loaded model.")
    with right:
        st.markdown("**p95 of a call among several callers**")
        waits = _table(runs, "waits")
        points = waits.assign(x=waits["callers"], value=waits["p95"] / 1e6, low=float("nan"), high=float("nan"))
        show.chart(
            charts.swept(points, shown, x="callers at once", y="ms"),
            alt=_alt("p95 of a call against callers at once", points, shown, "ms"),
            data=_named(points, shown, "callers"),
            key="waits",
        )
        st.caption("How long one of them waits. A line that rises as fast as the callers says that they take turns.")


def _rates(table: pd.DataFrame, at: str, what: str) -> pd.DataFrame:
    """Per line and point: all repeats together, the lowest, the highest, and how many."""
    seconds = table["nanoseconds"].clip(lower=1) / 1e9
    each = table.assign(seconds=seconds, rate=table[what] / seconds, amount=table[what])
    grouped = each.groupby(["line", at], sort=False)
    found = grouped.agg(amount=("amount", "sum"), seconds=("seconds", "sum"), low=("rate", "min"), high=("rate", "max"))
    found["n"] = grouped.size()
    return found.assign(value=found["amount"] / found["seconds"]).reset_index().rename(columns={at: "x"})


def _by_length(points: pd.DataFrame) -> pd.DataFrame:
    order = [*CLASSES, OWN]
    return points.assign(place=[order.index(name) for name in points["x"]])


def _thirds(run: ShownRun) -> str:
    facts, table = run.found["facts"], run.found["lengths"].drop_duplicates("length")
    ends = [
        f"{name} {low:,} to {high:,}"
        for name, low, high in table[["length", "shortest", "longest"]].itertuples(index=False)
    ]
    return (
        f"Your texts in thirds by length, and as they come: {'; '.join(ends)} {facts['lengths_in']} (counted as "
        f"{facts['lengths_by']} does). Each model at its fastest batch size."
    )


def _named(points: pd.DataFrame, shown: dict[str, Line], at: str) -> pd.DataFrame:
    named = points.assign(model=points["line"].map(lambda key: shown[key].name)).rename(columns={"x": at})
    return named[["model", at, "value", "low", "high", "n"]]


def _alt(what: str, points: pd.DataFrame, shown: dict[str, Line], unit: str) -> str:
    best = points.loc[points.groupby("line", sort=False)["value"].idxmax()] if len(points) else points
    tops = [
        f"{shown[k].name} at most {v:,.3g} {unit} ({x})"
        for k, v, x in best[["line", "value", "x"]].itertuples(index=False)
    ]
    return f"{what}: {', '.join(tops)}"


def outlook(study: Study, runs: list[ShownRun], shown: dict[str, Line]) -> None:
    """What it means: how long a number of texts like these takes each model."""
    (left, _) = st.columns([1, 3])
    n = int(
        left.number_input(
            "Texts to embed",
            1,
            MOST_TEXTS,
            len(study.corpus),
            key="texts_to_embed",
            bind="query-params",
            help="As long as your own, one after another in this worker. Starts with the number of these texts.",
        )
    )
    for line, batch, value, low, high, repeats in _table(runs, "outlook")[
        ["line", "batch", "seconds", "low", "high", "n"]
    ].itertuples(index=False):
        between = (
            f"{words.duration(n * low)} to {words.duration(n * high)}, from" if repeats > 1 else "no interval from"
        )
        dot = f'<span style="color:{shown[line].colour}">●</span>'
        st.markdown(
            f"{dot} **{plain(shown[line].name)}**: embedding {n:,} texts takes about "
            f"**{plain(words.duration(n * value))}** here ({plain(between)} {repeats} repeats at batch {batch})",
            unsafe_allow_html=True,
        )
    st.caption(
        "Measured on the own mix of lengths at the fastest batch size, in repeats of their own; the interval is 95 % "
        "(Student's t). Loading the model and writing vectors to the store come on top."
    )


def speed_table(runs: list[ShownRun], shown: dict[str, Line]) -> None:
    """Every figure with its spread and its n."""
    table = _table(runs, "figures")
    table.insert(0, "name", table["line"].map(lambda key: shown[key].name))
    show.table(
        table.drop(columns=["line", "model"]).rename(columns={"name": "model"}),
        "figures",
        placeholder="–",
        column_config={
            "model": st.column_config.TextColumn(pinned=True),
            **{name: st.column_config.NumberColumn(format="%.4g") for name in ("value", "low", "high")},
        },
    )
