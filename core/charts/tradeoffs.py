"""What is kept against what it takes: every form of every model, the front of each, the chosen one named."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.charts.keeping import kept
from core.charts.palette import OTHER, decades, finish, names, safe

SYMBOLS = {"float32": "circle", "float16": "circle-open", "int8": "square", "pq": "cross", "binary": "diamond"}
BAND = "rgba(128,128,128,0.14)"
NAME_WIDTH = 30


@kept
def tradeoffs(
    table: pd.DataFrame,
    words: Mapping[str, str],
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    *,
    chosen: Mapping[str, str],
    measure: str,
    within: float,
) -> go.Figure:
    """A point per form (columns of the question "frontier") at its bytes a text, log axis; a line per model's front.

    `words` name each candidate, `chosen` those that are ringed and named. Whiskers (95 %) stand on the fronts only. The
    band reaches from the best float32 down to `within` of it.
    """
    figure, shown = go.Figure(), names(labels, NAME_WIDTH)
    plain = table[table["form"] == ""]
    best = float(plain["mean"].max())
    figure.add_hrect(best * (1 - within), best, fillcolor=BAND, line_width=0, layer="below")
    for key in labels:
        own = table[table["model"] == key]
        if len(own):
            _points(figure, own[~own["own_front"]], words, colours[key])
            _front(figure, own[own["own_front"]], words, shown[key], colours[key])
    for word, said in chosen.items():
        _named(figure, table[table["candidate"] == word].iloc[0], said)
    low, high = float(table["bytes_per_vector"].min()), float(table["bytes_per_vector"].max())
    ticks = decades(low, high, _size)
    return finish(
        figure,
        height=470,
        showlegend=True,
        xaxis={"title": "bytes a text, log scale: further left is smaller", "type": "log", "showgrid": False, **ticks},
        yaxis={"title": f"{measure}, 95 % intervals", "zeroline": False},
        hovermode="closest",
    )


def _size(count: float) -> str:
    return f"{count:,.10g}"


def _points(figure: go.Figure, own: pd.DataFrame, words: Mapping[str, str], colour: str) -> None:
    figure.add_scatter(
        x=own["bytes_per_vector"],
        y=own["mean"],
        mode="markers",
        marker={"color": colour, "size": 6, "opacity": 0.45, "symbol": own["precision"].map(SYMBOLS)},
        customdata=_told(own, words),
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )


def _front(figure: go.Figure, own: pd.DataFrame, words: Mapping[str, str], name: str, colour: str) -> None:
    own = own.sort_values("bytes_per_vector")
    figure.add_scatter(
        x=own["bytes_per_vector"],
        y=own["mean"],
        mode="lines+markers",
        name=name,
        line={"color": colour, "width": 2},
        marker={"color": colour, "size": 9, "symbol": own["precision"].map(SYMBOLS)},
        error_y={
            "type": "data",
            "array": own["high"] - own["mean"],
            "arrayminus": own["mean"] - own["low"],
            "width": 3,
            "thickness": 1,
            "color": colour,
        },
        customdata=_told(own, words),
        hovertemplate="%{customdata}<extra></extra>",
    )


def _told(own: pd.DataFrame, words: Mapping[str, str]) -> list[str]:
    """What is said of each point, escaped."""
    columns = ("candidate", "bytes_per_vector", "mean", "low", "high", "verdict")
    return [
        f"<b>{safe(words[word], 80)}</b><br>{size:,.0f} bytes a text<br>{mean:.3f} [{low:.3f}, {high:.3f}]<br>{verdict}"
        for word, size, mean, low, high, verdict in own[list(columns)].itertuples(index=False)
    ]


def _named(figure: go.Figure, row: Any, said: str) -> None:
    point = {"x": [row["bytes_per_vector"]], "y": [row["mean"]]}
    ring = {"size": 20, "symbol": "circle-open", "color": OTHER, "line": {"width": 2}}
    figure.add_scatter(
        **point,
        mode="markers+text",
        marker=ring,
        text=[f"<b>{safe(said, 60)}</b>"],
        textposition="bottom right",
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
    )
