"""Rankings beyond their first places: recall by depth, precision against recall, ranks of the first relevant text."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.keeping import kept
from core.charts.palette import finish
from core.charts.retrieval import FEW, Look, crowded, faded, shown_names

BANDS = FEW
NOT_FOUND = 3_000
MOST_DOTS = 2_000
HEIGHT = 400
OPENED = "#D55E00"


@kept
def by_depth(curves: Mapping[str, pd.DataFrame], looks: Mapping[str, Look], *, what: str) -> go.Figure:
    """`what` ("recall" or "precision") of the first k results, k from 1 to 100, with bands while there are few lines.

    Each table has columns k, recall, precision and, for the bands, recall_low, recall_high, precision_low, ...
    """
    figure, name = go.Figure(), shown_names(looks)
    for key, table in curves.items():
        look, x = looks[key], table["k"].to_numpy()
        if len(curves) <= BANDS and table[f"{what}_low"].notna().all():
            figure.add_trace(_band(x, table[f"{what}_low"], table[f"{what}_high"], look))
        figure.add_scatter(
            x=x,
            y=table[what].to_numpy(np.float32),
            mode="lines",
            line={"color": look.colour, "dash": look.dash, "width": 2.5},
            name=name[key],
            hovertemplate=f"{name[key]}: {what}@%{{x}} = %{{y:.3f}}<extra></extra>",
        )
    ticks = [1, 2, 3, 5, 10, 20, 50, 100]
    return finish(
        figure,
        height=HEIGHT,
        xaxis={"type": "log", "title": "first k results", "tickvals": ticks, "ticktext": [str(k) for k in ticks]},
        yaxis={"title": what, "rangemode": "tozero"},
        showlegend=True,
        **crowded(len(curves)),
    )


def _band(x: np.ndarray, low: pd.Series, high: pd.Series, look: Look) -> go.Scatter:
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([high.to_numpy(float), low.to_numpy(float)[::-1]]),
        fill="toself",
        fillcolor=faded(look.colour, 0.16),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
    )


@kept
def precision_recall(curves: Mapping[str, pd.DataFrame], looks: Mapping[str, Look]) -> go.Figure:
    """Interpolated precision at eleven levels of recall, a line per candidate (columns recall, precision)."""
    figure, name = go.Figure(), shown_names(looks)
    for key, table in curves.items():
        look = looks[key]
        figure.add_scatter(
            x=table["recall"].to_numpy(np.float32),
            y=table["precision"].to_numpy(np.float32),
            mode="lines+markers",
            line={"color": look.colour, "dash": look.dash, "width": 2.5},
            marker={"symbol": look.symbol, "size": 7},
            name=name[key],
            hovertemplate=f"{name[key]}: precision %{{y:.3f}} at recall %{{x:.1f}}<extra></extra>",
        )
    return finish(
        figure,
        height=HEIGHT,
        xaxis={"title": "recall", "range": [-0.02, 1.02]},
        yaxis={"title": "precision (interpolated)", "range": [0, 1.02]},
        showlegend=True,
        **crowded(len(curves)),
    )


@kept
def first_ranks(ranks: pd.DataFrame, looks: Mapping[str, Look], *, opened: int | None = None) -> go.Figure:
    """A dot per query in each candidate's row: the rank of its first relevant text (log axis), "not found" far right.

    `ranks` has a column query and one per candidate (0 = not found); the query `opened` is ringed and connected.
    Of more than 2,000 queries a random sample is drawn, seed 0.
    """
    figure, name = go.Figure(), shown_names(looks)
    drawn = ranks if len(ranks) <= MOST_DOTS else ranks.sample(MOST_DOTS, random_state=0)
    shift = np.random.default_rng(0).uniform(-0.3, 0.3, len(drawn))
    rows = {key: len(looks) - 1 - place for place, key in enumerate(looks)}
    for key, look in looks.items():
        places = drawn[key].to_numpy()
        figure.add_scattergl(
            x=np.where(places == 0, NOT_FOUND, places),
            y=rows[key] + shift,
            mode="markers",
            marker={"color": faded(look.colour, 0.55), "size": 6},
            name=name[key],
            customdata=drawn["query"].to_numpy() + 1,
            hovertemplate=f"{name[key]}: query %{{customdata}}, rank %{{x}}<extra></extra>",
        )
    mine = ranks[ranks["query"] == opened]
    if len(mine):
        figure.add_trace(_ring(mine[list(rows)].to_numpy()[0], list(rows.values())))
    return finish(
        figure,
        height=90 + 44 * len(looks),
        showlegend=False,
        margin={"l": 10, "r": 20, "t": 10, "b": 10},
        xaxis=_ranks_axis(),
        yaxis={
            "tickvals": list(rows.values()),
            "ticktext": [name[key] for key in rows],
            "showgrid": False,
            "zeroline": False,
        },
    )


def _ring(places: np.ndarray, rows: list[int]) -> go.Scatter:
    """The open query in every row, its marks connected."""
    return go.Scatter(
        x=np.where(places == 0, NOT_FOUND, places),
        y=rows,
        mode="markers+lines",
        line={"color": OPENED, "width": 1.5},
        marker={"symbol": "circle-open", "size": 13, "color": OPENED, "line": {"width": 2.5}},
        hoverinfo="skip",
    )


def _ranks_axis() -> dict[str, Any]:
    ticks = [1, 2, 3, 5, 10, 30, 100, 300, 1000, NOT_FOUND]
    return {
        "type": "log",
        "title": "rank of the first relevant text",
        "tickvals": ticks,
        "ticktext": [*(f"{tick:,}" for tick in ticks[:-1]), "not found"],
        "range": [-0.05, np.log10(NOT_FOUND) + 0.1],
    }
