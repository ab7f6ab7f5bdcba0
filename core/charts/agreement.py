"""How far models agree about a corpus."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from core.charts.keeping import kept
from core.charts.palette import NUMBER, NUMBERED, finish, names

NAME_WIDTH = 16


@kept
def agreement_matrix(table: pd.DataFrame, labels: Mapping[str, str], *, title: str) -> go.Figure:
    """A small matrix, model by model, of one measure; `table` has columns a, b and value, each pair once."""
    keys = list(labels)
    values = np.full((len(keys), len(keys)), np.nan)
    for a, b, value in table[["a", "b", "value"]].itertuples(index=False):
        values[keys.index(a), keys.index(b)] = values[keys.index(b), keys.index(a)] = value
    numbers = list(range(1, len(keys) + 1))
    shown = [f"{name}  {number}" for name, number in zip(names(labels, NAME_WIDTH).values(), numbers, strict=True)]
    figure = go.Figure(
        go.Heatmap(
            z=values.astype(np.float32),
            x=numbers,
            y=numbers,
            customdata=[[f"{a} and {b}" for b in shown] for a in shown],
            zmin=np.nanmin(values, initial=0.0),
            zmax=1.0,
            colorscale=NUMBERED,
            showscale=False,
            xgap=3,
            ygap=3,
            texttemplate="%{z:.2f}",
            textfont={"size": 15 if len(keys) < 5 else 11, "color": NUMBER},
            hovertemplate="%{customdata}: %{z:.3f}<extra></extra>",
            hoverongaps=False,
        )
    )
    return finish(
        figure,
        height=110 + 44 * len(keys),
        title={"text": title, "font": {"size": 14}},
        yaxis={"autorange": "reversed", "showgrid": False, "tickvals": numbers, "ticktext": shown},
        xaxis={"showgrid": False, "tickvals": numbers},
    )


@kept
def overlap_histogram(per_text: np.ndarray, *, k: int, colour: str) -> go.Figure:
    """How many texts share 0, 1, ... k of their k neighbours under two models."""
    shared = np.rint(per_text * k).astype(int)
    counts = np.bincount(shared, minlength=k + 1)
    figure = go.Figure(
        go.Bar(
            x=np.arange(k + 1),
            y=counts,
            marker={"color": colour},
            hovertemplate="%{y:,} texts share %{x} of their " + str(k) + " neighbours<extra></extra>",
        )
    )
    return finish(
        figure,
        height=260,
        xaxis={"title": f"neighbours shared, of {k}", "dtick": max(1, k // 10)},
        yaxis={"title": "texts"},
        bargap=0.15,
    )
