"""Bytes against the number of texts: what still fits, and where."""

from collections.abc import Callable, Mapping

import pandas as pd
import plotly.graph_objects as go

from core.charts.keeping import kept
from core.charts.latency import DASHES, NAME_WIDTH, Line
from core.charts.palette import OTHER, decades, finish, names

POWERS = ("B", "kB", "MB", "GB", "TB", "PB")


@kept
def bytes_by_texts(points: pd.DataFrame, lines: Mapping[str, Line], *, texts: int) -> go.Figure:
    """A line per configuration over the number of texts (log axes), and where the reader's own number stands.

    `points` has columns line, texts and bytes, both above 0.
    """
    figure = go.Figure()
    shown = names({key: line.name for key, line in lines.items()}, NAME_WIDTH)
    for key, line in lines.items():
        mine = points[points["line"] == key].sort_values("texts")
        figure.add_scatter(
            x=mine["texts"].to_numpy(float),
            y=mine["bytes"].to_numpy(float),
            mode="lines+markers",
            line={"color": line.colour, "width": 2.5, "dash": DASHES[line.run % len(DASHES)]},
            marker={"size": 7},
            name=shown[key],
            customdata=[power(value) for value in mine["bytes"]],
            hovertemplate=f"{shown[key]}<br>%{{x:,}} texts: %{{customdata}}<extra></extra>",
        )
    figure.add_vline(x=texts, line={"color": OTHER, "width": 1, "dash": "dot"})
    return finish(
        figure,
        height=400,
        xaxis={"title": "texts", "type": "log", "showgrid": False, **_ticks(points["texts"], "{:,.10g}".format)},
        yaxis={"title": "bytes stored", "type": "log", **_ticks(points["bytes"], power)},
        showlegend=True,
    )


def power(value: float) -> str:
    """Bytes with three digits: 1.54 GB."""
    step = 0
    while value >= 999.5 and step < len(POWERS) - 1:
        value, step = value / 1000, step + 1
    return f"{value:,.3g} {POWERS[step]}"


def _ticks(values: pd.Series, write: Callable[[float], str]) -> dict[str, object]:
    return decades(float(values.min()), float(values.max()), write)
