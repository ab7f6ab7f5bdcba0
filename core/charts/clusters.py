"""Groups of texts in figures: against labels and each other, how clear they are, how many there should be."""

from collections.abc import Mapping, Sequence
from math import ceil, cos, radians, sin
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from core.charts.keeping import kept
from core.charts.palette import FONT, NUMBER, NUMBERED, OTHER, SEQUENTIAL, breadth, finish, names, safe

ROW_HEIGHT = 22
MOST_ROWS = 100
MANY_ROWS = 40
NAME_WIDTH = 34
SEEN_NUMBERS = 16
SLANT = 40  # degrees
HEADER, GAP = 40, 8
TICKS = [2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1_000]


@kept
def crossing(table: pd.DataFrame, rows: Mapping[Any, str], columns: Mapping[Any, str], *, title: str) -> go.Figure:
    """Two groupings of the same texts against each other; `table` has the columns row, column and count.

    Colour is the share of the row's texts; rows and columns are ordered so that what belongs together lies near the
    diagonal. Past 100 rows the largest are shown, and the title says so.
    """
    counts = table.pivot_table(index="row", columns="column", values="count", aggfunc="sum", fill_value=0)
    if counts.empty:
        return finish(go.Figure(), height=120, title={"text": f"{safe(title, 120)}: none", "font": {"size": 14}})
    total = len(counts)
    counts = _ordered(counts)
    left = list(names({str(key): rows[key] for key in counts.index}, NAME_WIDTH).values())
    top = list(names({str(key): columns[key] for key in counts.columns}, NAME_WIDTH).values())
    figure = go.Figure(_shares(counts.to_numpy(dtype=float), left, top))
    less = f" (the {MOST_ROWS} largest of {total:,} rows)" if total > MOST_ROWS else ""
    step, font = (ROW_HEIGHT, FONT) if len(left) <= MANY_ROWS else (ROW_HEIGHT - 8, FONT - 3)
    ticks = {"showgrid": False, "tickfont": {"size": font}}
    aslant = breadth(top, font) + GAP
    below = ceil(aslant * sin(radians(SLANT))) + font
    return finish(
        figure,
        height=HEADER + step * len(left) + below,
        fitted=True,
        margin={"l": breadth(left, font) + GAP, "r": ceil(aslant * cos(radians(SLANT))), "t": HEADER, "b": below},
        title={"text": safe(title, 120) + less, "font": {"size": 14}},
        xaxis={**ticks, "tickvals": list(range(len(top))), "ticktext": top, "tickangle": SLANT},
        yaxis={**ticks, "tickvals": list(range(len(left))), "ticktext": left, "autorange": "reversed"},
    )


def _ordered(counts: pd.DataFrame) -> pd.DataFrame:
    """The largest rows, largest columns first, each row where its largest column puts it."""
    largest = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index[:MOST_ROWS]
    counts = counts.loc[largest]
    counts = counts[counts.sum(axis=0).sort_values(ascending=False, kind="stable").index]
    values = counts.to_numpy()
    return counts.iloc[np.lexsort((-values.max(axis=1), values.argmax(axis=1)))]


def _shares(values: npt.NDArray[np.float64], left: Sequence[str], top: Sequence[str]) -> go.Heatmap:
    """Counts `(rows, columns)` coloured by their share of the row; nothing is drawn where there is no text."""
    shares, seen = values / np.maximum(values.sum(axis=1, keepdims=True), 1), len(top) <= SEEN_NUMBERS
    return go.Heatmap(
        z=np.where(values > 0, shares, np.nan).astype(np.float32),
        hoverongaps=False,
        x=list(range(len(top))),
        y=list(range(len(left))),
        text=[[f"{int(value):,}" if value else "" for value in line] for line in values],
        texttemplate="%{text}" if seen else None,
        textfont={"color": NUMBER},
        customdata=[
            [f"{a}<br>{b}<br>{int(n):,} texts" for b, n in zip(top, line, strict=True)]
            for a, line in zip(left, values, strict=True)
        ],
        hovertemplate="%{customdata} · %{z:.0%} of the row<extra></extra>",
        colorscale=NUMBERED if seen else SEQUENTIAL,
        zmin=0.0,
        zmax=1.0,
        showscale=False,
        xgap=1,
        ygap=1,
    )


@kept
def silhouettes(table: pd.DataFrame, words: Sequence[str], *, colour: str, mean: float | None) -> go.Figure:
    """A bar per group (columns silhouette, size): how much closer its texts are to each other than to the next."""
    shown = table.assign(word=list(words)).dropna(subset="silhouette")
    shown = shown.sort_values("silhouette", ascending=False, kind="stable").head(MOST_ROWS)
    ticks = list(names({str(place): word for place, word in enumerate(shown["word"])}, NAME_WIDTH).values())
    figure = go.Figure(
        go.Bar(
            x=shown["silhouette"],
            y=list(range(len(shown))),
            orientation="h",
            marker={"color": colour},
            customdata=shown["size"],
            hovertemplate="silhouette %{x:.3f}<br>%{customdata:,} texts<extra></extra>",
        )
    )
    title = "Silhouette of each cluster (cosine, -1 to 1)"
    if mean is not None:
        figure.add_vline(mean, line={"dash": "dot", "color": OTHER})
        title += f"<br>┄ mean of all texts {mean:.2f}"
    return finish(
        figure,
        height=130 + ROW_HEIGHT * len(shown),
        fitted=True,
        title={"text": title, "font": {"size": 14}},
        margin={"l": breadth(ticks) + GAP, "r": 20, "t": 60, "b": 30},
        yaxis={"tickvals": list(range(len(shown))), "ticktext": ticks, "autorange": "reversed"},
        bargap=0.25,
    )


@kept
def suggested(
    tables: Mapping[str, pd.DataFrame], chosen: Mapping[str, int], labels: Mapping[str, str], colours: Mapping[str, str]
) -> go.Figure:
    """Mean silhouette against the number of clusters, a line per model; the `chosen` number is marked."""
    figure, shown = go.Figure(), names(labels, NAME_WIDTH)
    for key, table in tables.items():
        line = table.dropna(subset="silhouette").sort_values("k")
        if line.empty:
            continue
        figure.add_scatter(
            x=line["k"],
            y=line["silhouette"],
            mode="lines+markers",
            name=shown[key],
            line={"color": colours[key], "width": 2},
            marker={"size": [13 if k == chosen[key] else 6 for k in line["k"]]},
            hovertemplate="%{x} clusters: silhouette %{y:.3f}<extra>" + shown[key] + "</extra>",
        )
    return finish(
        figure,
        height=280,
        fitted=True,
        margin={"l": 70, "r": 20, "t": 40, "b": 50},
        showlegend=True,
        xaxis={"title": "number of clusters (k)", "type": "log", "tickvals": TICKS, "ticktext": TICKS},
        yaxis={"title": "mean silhouette"},
    )


@kept
def explained(
    variances: Mapping[str, Sequence[float]], labels: Mapping[str, str], colours: Mapping[str, str]
) -> go.Figure:
    """Share of the variance that each axis of a PCA map carries, a bar per model."""
    shown = names(labels, NAME_WIDTH)
    figure = go.Figure()
    for key, shares in variances.items():
        figure.add_bar(
            x=[f"axis {number}" for number in range(1, len(shares) + 1)],
            y=list(shares),
            name=shown[key],
            marker={"color": colours[key]},
            text=[f"{share:.0%}" for share in shares],
            hovertemplate="%{x}: %{y:.1%} of the variance<extra>" + shown[key] + "</extra>",
        )
    top = max((share for shares in variances.values() for share in shares), default=1.0)
    return finish(
        figure,
        height=280,
        showlegend=True,
        yaxis={"title": "variance explained", "tickformat": ".0%", "range": [0, min(1.0, 1.15 * top)]},
    )


@kept
def stability(
    floor: pd.DataFrame, pairs: pd.DataFrame, labels: Mapping[str, str], colours: Mapping[str, str], *, k: int
) -> go.Figure:
    """What other seeds change in one model's map, beside what another model changes: shared neighbours, 0 to 1.

    `floor` has model, mean, low, high; `pairs` has a, b, overlap, beyond.
    """
    shown, figure = names(labels, 24), go.Figure()
    ticks = []
    for place, (model, mean, low, high) in enumerate(floor[["model", "mean", "low", "high"]].itertuples(index=False)):
        ticks.append(f"{shown[model]}, other seeds")
        figure.add_scatter(
            x=[mean],
            y=[place],
            mode="markers",
            marker={"size": 13, "color": colours[model]},
            error_x={"type": "data", "array": [high - mean], "arrayminus": [mean - low], "width": 6, "thickness": 2},
            hovertemplate=f"{mean:.3f} shared; {low:.3f} to {high:.3f} for two new seeds<extra></extra>",
        )
    for place, (a, b, overlap, beyond) in enumerate(pairs[["a", "b", "overlap", "beyond"]].itertuples(index=False)):
        ticks.append(f"{shown[a]} and {shown[b]}")
        figure.add_scatter(
            x=[overlap],
            y=[len(floor) + place],
            mode="markers",
            marker={"size": 13, "symbol": "diamond" if beyond else "diamond-open", "color": "#D55E00"},
            hovertemplate=f"{overlap:.3f} shared<extra></extra>",
        )
    return finish(
        figure,
        height=110 + 34 * len(ticks),
        showlegend=False,
        xaxis={"title": f"share of the {k} nearest texts on the map that two maps have in common", "range": [0, 1.02]},
        yaxis={"tickvals": list(range(len(ticks))), "ticktext": ticks, "autorange": "reversed"},
    )
