"""How long single calls take, and how throughput depends on batch size, text length and callers at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.keeping import kept
from core.charts.palette import decades, finish, names, rgb

DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "square-open", "diamond", "x")
BINS = 48
ROW = 0.78
NAME_WIDTH = 36
MARKS = {"p50": "line-ns", "p95": "diamond", "p99": "triangle-up"}
GREY = "#8C8C8C"


@dataclass(frozen=True)
class Line:
    """One model in one run: the name people read (not yet escaped), its colour, and which run by how it is dashed."""

    name: str
    colour: str
    run: int = 0


@kept
def call_times(calls: pd.DataFrame, marks: pd.DataFrame, lines: Mapping[str, Line]) -> go.Figure:
    """A hill per line over the time of single calls (log axis), with p50, p95 and p99 marked.

    `calls` has columns line and ms, one row per call; `marks` line, at ("p50", ...), value, low, high in ms.
    """
    figure = go.Figure()
    shown = _names(lines)
    times = np.log10(calls["ms"].clip(lower=1e-6).to_numpy(float))
    edges = np.linspace(times.min() - 0.05, times.max() + 0.05, BINS + 1) if len(times) else np.linspace(0, 1, BINS + 1)
    rows = {key: len(lines) - 1 - place for place, key in enumerate(lines)}
    for key, line in lines.items():
        mine = times[(calls["line"] == key).to_numpy()]
        figure.add_trace(_hill(mine, edges, rows[key], line, shown[key]))
    for at, symbol in MARKS.items():
        figure.add_trace(_marks(marks[(marks["at"] == at) & marks["value"].notna()], at, symbol, rows, shown))
    return finish(
        figure,
        height=110 + 62 * len(lines),
        xaxis={"type": "log", "title": "one call with one text, ms", **decades(10 ** edges[0], 10 ** edges[-1])},
        yaxis={
            "tickvals": list(rows.values()),
            "ticktext": [shown[key] for key in rows],
            "range": [-0.25, len(lines)],
            "showgrid": False,
            "zeroline": False,
        },
    )


def _hill(times: np.ndarray, edges: np.ndarray, row: int, line: Line, name: str) -> go.Scatter:
    counts, _ = np.histogram(times, edges)
    height = ROW * counts / max(1, counts.max())
    x, y = np.repeat(10**edges, 2)[1:-1], np.repeat(height, 2)
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([row + y, np.full(len(x), float(row))]),
        fill="toself",
        fillcolor=_faded(line.colour, 0.45),
        line={"color": line.colour, "width": 1, "dash": DASHES[line.run % len(DASHES)]},
        mode="lines",
        name=name,
        hoverinfo="skip",
        showlegend=False,
    )


def _marks(table: pd.DataFrame, at: str, symbol: str, rows: Mapping[str, int], shown: Mapping[str, str]) -> go.Scatter:
    intervals = [
        f"{shown[line]}<br>{at} {value:.3g} ms, 95 % interval {_end(low)} to {_end(high)} ms"
        for line, value, low, high in table[["line", "value", "low", "high"]].itertuples(index=False)
    ]
    return go.Scatter(
        x=table["value"].to_numpy(float),
        y=[rows[line] for line in table["line"]],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (table["high"] - table["value"]).fillna(0.0).to_numpy(float),
            "arrayminus": (table["value"] - table["low"]).fillna(0.0).to_numpy(float),
            "thickness": 1.5,
            "width": 0,
            "color": GREY,
        },
        mode="markers",
        marker={
            "symbol": symbol,
            "size": 16 if at == "p50" else 11,
            "color": GREY,
            "line": {"width": 2, "color": GREY},
        },
        name=at,
        customdata=intervals,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _end(value: float) -> str:
    return "?" if np.isnan(value) else f"{value:.3g}"


@kept
def swept(points: pd.DataFrame, lines: Mapping[str, Line], *, x: str, y: str) -> go.Figure:
    """A line per model over numbers that double (log axes), with the band between the lowest and the highest repeat.

    `points` has columns line, x, value, low, high (NaN: no spread known) and n; `x` and `y` name the axes.
    """
    figure, shown = go.Figure(), _names(lines)
    for key, line in lines.items():
        mine = points[points["line"] == key]
        if len(mine) and mine["low"].notna().all():
            figure.add_trace(_band(mine, line))
        figure.add_trace(_line(mine, line, shown[key], y))
    ticks = sorted(set(points["x"]))
    axis = {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:,}" for tick in ticks]}
    return _finished(figure, points, axis, x, y)


@kept
def by_class(points: pd.DataFrame, lines: Mapping[str, Line], *, x: str, y: str) -> go.Figure:
    """A mark per model and class, with a bar from the lowest to the highest repeat (log axis); as `swept`."""
    figure, shown = go.Figure(), _names(lines)
    for place, (key, line) in enumerate(lines.items()):
        mine = points[points["line"] == key]
        trace = _line(mine, line, shown[key], y)
        middle = mine["value"]
        trace.update(
            mode="markers",
            # Beside each other, not on each other: a class is one wide.
            x=mine["place"].to_numpy(float) + 0.6 * ((place + 0.5) / len(lines) - 0.5),
            marker={"size": 10, "color": line.colour, "symbol": SYMBOLS[line.run % len(SYMBOLS)]},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": (mine["high"] - middle).to_numpy(float),
                "arrayminus": (middle - mine["low"]).to_numpy(float),
                "thickness": 2,
                "width": 4,
            },
            hovertemplate="%{customdata}<extra></extra>",
        )
        figure.add_trace(trace)
    classes = points.drop_duplicates("place").sort_values("place")
    axis = {"tickvals": classes["place"].tolist(), "ticktext": classes["x"].tolist(), "zeroline": False}
    return _finished(figure, points, axis, x, y)


def _finished(figure: go.Figure, points: pd.DataFrame, axis: dict[str, Any], x: str, y: str) -> go.Figure:
    low, high = _extent(points)
    return finish(
        figure,
        height=400,
        xaxis={"title": x, "showgrid": False, **axis},
        yaxis={"title": y, "type": "log", **decades(low, high)},
        showlegend=True,
    )


def _band(points: pd.DataFrame, line: Line) -> go.Scatter:
    x = points["x"].tolist()
    return go.Scatter(
        x=[*x, *x[::-1]],
        y=np.concatenate([points["high"].to_numpy(float), points["low"].to_numpy(float)[::-1]]),
        fill="toself",
        fillcolor=_faded(line.colour, 0.22),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
    )


def _line(points: pd.DataFrame, line: Line, name: str, unit: str) -> go.Scatter:
    words = [
        f"{name}<br>{value:,.3g} {unit}"
        + ("" if np.isnan(low) else f" (repeats {low:,.3g} to {high:,.3g})")
        + f", n = {n:,}"
        for value, low, high, n in points[["value", "low", "high", "n"]].itertuples(index=False)
    ]
    return go.Scatter(
        x=points["x"].tolist(),
        y=points["value"].to_numpy(float),
        mode="lines+markers",
        line={"color": line.colour, "width": 2.5, "dash": DASHES[line.run % len(DASHES)]},
        marker={"size": 8},
        name=name,
        customdata=words,
        hovertemplate="%{customdata}<extra>%{x}</extra>",
    )


def _extent(points: pd.DataFrame) -> tuple[float, float]:
    values = points[["value", "low", "high"]].to_numpy(float).ravel()
    values = values[np.isfinite(values) & (values > 0)]
    return (float(values.min()), float(values.max())) if len(values) else (1.0, 10.0)


def _names(lines: Mapping[str, Line]) -> dict[str, str]:
    return names({key: line.name for key, line in lines.items()}, NAME_WIDTH)


def _faded(colour: str, alpha: float) -> str:
    red, green, blue = rgb(colour)
    return f"rgba({red},{green},{blue},{alpha})"
