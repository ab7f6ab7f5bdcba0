"""How similar texts are within and between labels."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from core.charts.keeping import kept
from core.charts.palette import finish, names


@kept
def label_gap(rows: Sequence[Mapping[str, Any]], colour: Mapping[str, str]) -> go.Figure:
    """A line per model from mean similarity between labels to within labels.

    `rows` hold `model` (key), `label`, `within`, `between` and `overall` (used where there are no labels); a
    model without any, as on a single text, is left out.
    """
    figure = go.Figure()
    rows = [row for row in rows if row["overall"] is not None]
    name = names({row["model"]: row["label"] for row in rows}, 32)
    for row in reversed(rows):
        labelled = row["within"] is not None and row["between"] is not None
        values = [row["between"], row["within"]] if labelled else [row["overall"]]
        words = ["between labels", "within labels"] if labelled else ["any two texts"]
        figure.add_scatter(
            x=values,
            y=[name[row["model"]]] * len(values),
            mode="lines+markers+text",
            line={"color": colour[row["model"]], "width": 4},
            marker={"size": 14, "symbol": ["circle-open", "circle"][-len(values) :], "line": {"width": 3}},
            text=[f"{value:.2f}" for value in values],
            textposition=["middle left", "middle right"] if labelled else "middle right",
            customdata=words,
            hovertemplate="%{y}: mean cosine %{x:.3f} %{customdata}<extra></extra>",
            showlegend=False,
        )
    ends = [value for row in rows for value in (row["within"], row["between"], row["overall"]) if value is not None]
    low, high = min([0.0, *ends]), max([0.1, *ends])
    margin = 0.12 * (high - low)
    title = "Mean cosine: ○ between labels → ● within labels" if _labelled(rows) else "Mean cosine of two texts"
    return finish(
        figure,
        height=90 + 55 * len(rows),
        title={"text": title, "font": {"size": 14}},
        xaxis={"range": [low - margin, high + margin], "zeroline": True, "title": None},
    )


def _labelled(rows: Sequence[Mapping[str, Any]]) -> bool:
    return any(row["within"] is not None for row in rows)
