"""What indexes find against how fast they answer: a line for each index, a point for each effort."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.keeping import kept
from core.charts.palette import CLASS_COLOURS, OTHER, decades, finish, safe

SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up")


@kept
def indexes(points: pd.DataFrame, *, rate: str, title: str) -> go.Figure:
    """Recall@10 against queries a second (log axis), as the question "indexes" gives them; whiskers both ways.

    `rate` is the column of the rate ("qps", "batch_qps"), `title` says what it is. Exact search is a grey star.
    """
    figure = go.Figure()
    lines = [
        line for line in points["line"].unique() if (points.loc[points["line"] == line, "family"] != "exact").any()
    ]
    exact = points[points["family"] == "exact"]
    for place, line in enumerate(lines):
        own = points[points["line"] == line].sort_values("effort")
        _line(figure, own, rate, CLASS_COLOURS[place % len(CLASS_COLOURS)], SYMBOLS[place % len(SYMBOLS)])
    if len(exact):
        _line(figure, exact, rate, OTHER, "star", 14)
    lowest = float(points["low"].min())
    ticks = decades(float(points[f"{rate}_low"].min()), float(points[f"{rate}_high"].max()))
    return finish(
        figure,
        height=470,
        showlegend=True,
        xaxis={"title": f"{title}, log scale: further right is faster", "type": "log", "showgrid": False, **ticks},
        yaxis={
            "title": "recall@10 of exact search",
            "tickformat": ".0%",
            "range": [max(0.0, lowest - 0.03), 1.02],
            "zeroline": False,
        },
        hovermode="closest",
    )


def _line(figure: go.Figure, own: pd.DataFrame, rate: str, colour: str, symbol: str, size: int = 9) -> None:
    whiskers = {"type": "data", "width": 3, "thickness": 1, "color": colour}
    figure.add_scatter(
        x=own[rate],
        y=own["recall"],
        mode="lines+markers",
        name=safe(str(own["line"].iloc[0])),
        line={"color": colour, "width": 2},
        marker={"color": colour, "size": size, "symbol": symbol},
        error_x={**whiskers, "array": own[f"{rate}_high"] - own[rate], "arrayminus": own[rate] - own[f"{rate}_low"]},
        error_y={**whiskers, "array": own["high"] - own["recall"], "arrayminus": own["recall"] - own["low"]},
        customdata=_told(own, rate),
        hovertemplate="%{customdata}<extra></extra>",
    )


def _told(own: pd.DataFrame, rate: str) -> list[str]:
    """What is said of each point, escaped."""
    columns = ["setting", "recall", "low", "high", rate, f"{rate}_low", f"{rate}_high", "bytes", "build_s"]
    return [
        f"<b>{safe(setting)}</b><br>recall {recall:.3f} [{low:.3f}, {high:.3f}]<br>"
        f"{_short(each)} queries/s ({_short(least)} to {_short(most)})<br>{size:,} bytes<br>built in {seconds:,.2g} s"
        for setting, recall, low, high, each, least, most, size, seconds in own[columns].itertuples(index=False)
    ]


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:,.{max(0, 2 - int(np.floor(np.log10(number))))}f}"
