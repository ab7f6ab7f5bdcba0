"""How well candidates find the right texts: points with whiskers, cut by cut, kind by kind, and against their size."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.keeping import kept
from core.charts.palette import NUMBER, NUMBERED, decades, finish, names, rgb, safe

NAME_WIDTH = 36
KIND_WIDTH = 24
ROW = 34
REFERENCE = "#8C8C8C"
GROUP = "rgba(47,129,199,0.13)"
ROOM = 1.6
FEW = 5


@dataclass(frozen=True)
class Look:
    """How a candidate is drawn: the name people read (not yet escaped), its colour, mark and dash."""

    name: str
    colour: str
    symbol: str = "circle"
    dash: str = "solid"


def shown_names(looks: Mapping[str, Look]) -> dict[str, str]:
    """A short escaped name per candidate, no two alike."""
    return names({key: look.name for key, look in looks.items()}, NAME_WIDTH)


def faded(colour: str, alpha: float) -> str:
    """A colour written #RRGGBB, partly transparent."""
    red, green, blue = rgb(colour)
    return f"rgba({red},{green},{blue},{alpha})"


def crowded(lines: int) -> dict[str, Any]:
    """The layout of a legend: above while it is short, else beside the figure, where it takes no height."""
    beside = {"orientation": "v", "x": 1.01, "xanchor": "left", "y": 1, "yanchor": "top"}
    return {"legend": beside} if lines > FEW else {}


@kept
def whiskers(
    means: pd.DataFrame, looks: Mapping[str, Look], *, measure: str, group: Collection[str] = (), reference: str = ""
) -> go.Figure:
    """A point with its 95 % interval per candidate, in the order of `means` (candidate, mean, low, high), first on top.

    Rows of `group` are shaded: those not shown to be worse than the best. The mean of `reference` is a dashed line.
    """
    figure, name = go.Figure(), shown_names(looks)
    rows = {key: len(means) - 1 - place for place, key in enumerate(means["candidate"])}
    for key, mean, low, high in means[["candidate", "mean", "low", "high"]].itertuples(index=False):
        point = pd.DataFrame({"at": [rows[key]], "mean": [mean], "low": [low], "high": [high], "told": [""]})
        figure.add_trace(_points(point, looks[key], name[key], measure, across=True))
        if key in group:
            figure.add_hrect(rows[key] - 0.5, rows[key] + 0.5, fillcolor=GROUP, line_width=0, layer="below")
        if key == reference:
            figure.add_vline(mean, line={"dash": "dot", "width": 1.5, "color": REFERENCE}, layer="below")
    ticks = [f"<b>{name[key]}</b>" if key in group else name[key] for key in rows]
    return finish(
        figure,
        height=90 + ROW * len(means),
        showlegend=False,
        margin={"l": 10, "r": 20, "t": 10, "b": 10},
        xaxis={"title": f"{measure}, mean over queries with its 95 % interval", "zeroline": False, **_extent(means)},
        yaxis={
            "tickvals": list(rows.values()),
            "ticktext": ticks,
            "range": [-0.6, len(means) - 0.4],
            "showgrid": False,
            "zeroline": False,
        },
    )


@kept
def by_cut(figures: pd.DataFrame, looks: Mapping[str, Look], *, family: str) -> go.Figure:
    """A family of measures at each cut k: a point with its interval per candidate, side by side.

    `figures` has columns candidate, k, mean, low, high; a family without a cut has the one k 0.
    """
    figure, name = go.Figure(), shown_names(looks)
    cuts = sorted(set(figures["k"]))
    places = {cut: place for place, cut in enumerate(cuts)}
    for number, (key, look) in enumerate(looks.items()):
        mine = figures[figures["candidate"] == key]
        beside = 0.7 * ((number + 0.5) / len(looks) - 0.5)
        points = mine.assign(at=mine["k"].map(places) + beside, told=[f"@{k}" if k else "" for k in mine["k"]])
        figure.add_trace(_points(points, look, name[key], family, across=False))
    ticks = [f"k = {cut}" if cut else family for cut in cuts]
    return finish(
        figure,
        height=380 + 8 * max(0, len(looks) - FEW),
        xaxis={"tickvals": list(places.values()), "ticktext": ticks, "showgrid": False, "zeroline": False},
        yaxis={"title": f"{family}, mean", **_extent(figures)},
        showlegend=True,
        **crowded(len(looks)),
    )


@kept
def by_size(table: pd.DataFrame, looks: Mapping[str, Look], *, size: str, measure: str, reference: float) -> go.Figure:
    """Quality against size on a log axis: columns candidate, size (above 0), mean, low, high.

    `reference` is the mean of BM25, drawn as a dashed line; NaN where it did not run.
    """
    figure, name = go.Figure(), shown_names(looks)
    for key, at, mean, low, high in table[["candidate", "size", "mean", "low", "high"]].itertuples(index=False):
        point = pd.DataFrame(
            {"at": [at], "mean": [mean], "low": [low], "high": [high], "told": [f"{at:,.0f} {safe(size)}"]}
        )
        figure.add_trace(_points(point, looks[key], name[key], measure, across=False))
    if np.isfinite(reference):
        figure.add_hline(
            reference,
            line={"dash": "dot", "width": 1.5, "color": REFERENCE},
            annotation={"text": "BM25", "font": {"color": REFERENCE}},
            annotation_position="bottom right",
        )
    low, high = (float(table["size"].min()), float(table["size"].max())) if len(table) else (1.0, 10.0)
    return finish(
        figure,
        height=400,
        xaxis={
            "type": "log",
            "title": size,
            "range": [np.log10(low / ROOM), np.log10(high * ROOM)],
            **decades(low / ROOM, high * ROOM, _short),
        },
        yaxis={"title": measure, **_extent(table, reference)},
        showlegend=True,
        **crowded(len(table)),
    )


@kept
def kinds(table: pd.DataFrame, looks: Mapping[str, Look], *, measure: str) -> go.Figure:
    """The mean per candidate (rows) and kind of query (columns, with n), each with its interval.

    `table` has columns candidate, kind, n, mean, low, high.
    """
    name = shown_names(looks)
    counts = table.groupby("kind", sort=False)["n"].max()
    mean, low, high = (
        table.pivot(index="candidate", columns="kind", values=part).reindex(index=list(looks), columns=counts.index)
        for part in ("mean", "low", "high")
    )
    cells = [
        [_cell(m, a, b) for m, a, b in zip(*row, strict=True)]
        for row in zip(mean.to_numpy(), low.to_numpy(), high.to_numpy(), strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=mean.to_numpy(float),
            x=[f"{shown}<br>n = {n:,}" for shown, n in zip(_kind_names(counts.index), counts, strict=True)],
            y=[name[key] for key in looks],
            text=cells,
            texttemplate="%{text}",
            zmin=0,
            zmax=1,
            textfont={"color": NUMBER},
            colorscale=[list(step) for step in NUMBERED],
            colorbar={"title": measure, "thickness": 12},
            hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
            xgap=2,
            ygap=2,
        )
    )
    return finish(
        figure,
        height=110 + 42 * len(looks),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        yaxis={"autorange": "reversed", "type": "category"},
        xaxis={"side": "top", "type": "category"},
    )


def _kind_names(kinds: pd.Index) -> list[str]:
    """Short escaped names, no two alike."""
    return list(names({str(place): str(kind) for place, kind in enumerate(kinds)}, KIND_WIDTH).values())


def _cell(mean: float, low: float, high: float) -> str:
    if np.isnan(mean):
        return "–"
    return f"<b>{mean:.2f}</b>" + ("" if np.isnan(low) else f"<br>{low:.2f} to {high:.2f}")


def _points(points: pd.DataFrame, look: Look, name: str, measure: str, *, across: bool) -> go.Scatter:
    """Points with whiskers along the measure's axis; `points` has columns at, mean, low, high, told."""
    mean = points["mean"].to_numpy(float)
    told = [
        f"{name}<br>{safe(measure)}{told if told.startswith('@') else ''} {interval(value, low, high)}"
        + (f"<br>{told}" if told and not told.startswith("@") else "")
        for value, low, high, told in points[["mean", "low", "high", "told"]].itertuples(index=False)
    ]
    whisker: dict[str, Any] = {
        "type": "data",
        "symmetric": False,
        "array": (points["high"] - points["mean"]).fillna(0.0).to_numpy(float),
        "arrayminus": (points["mean"] - points["low"]).fillna(0.0).to_numpy(float),
        "thickness": 2,
        "width": 5,
        "color": look.colour,
    }
    at = points["at"].to_numpy(float)
    places = {"x": mean, "y": at, "error_x": whisker} if across else {"x": at, "y": mean, "error_y": whisker}
    return go.Scatter(
        **places,
        mode="markers",
        marker={"size": 11, "color": look.colour, "symbol": look.symbol, "line": {"width": 2, "color": look.colour}},
        name=name,
        customdata=told,
        hovertemplate="%{customdata}<extra></extra>",
    )


def interval(mean: float, low: float, high: float) -> str:
    """A mean with its interval in words; where there is none, that too."""
    if np.isnan(mean):
        return "not defined"
    return f"{mean:.3f}, " + ("no interval" if np.isnan(low) or np.isnan(high) else f"95 % {low:.3f} to {high:.3f}")


def _extent(table: pd.DataFrame, *also: float) -> dict[str, Any]:
    """The range of all points and whiskers with a little room, within 0 to 1 and never narrower than 0.1."""
    values = np.append(table[["mean", "low", "high"]].to_numpy(float).ravel(), also)
    values = values[np.isfinite(values)]
    if not len(values):
        return {"range": [0, 1]}
    low, high = float(values.min()), float(values.max())
    room = max(0.06 * (high - low), (0.1 - (high - low)) / 2)
    return {"range": [max(-0.01, low - room), min(1.01, high + room)]}


def _short(number: float) -> str:
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:g} {unit}"
    return f"{number:g}"
