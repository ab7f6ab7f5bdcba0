"""A few sentences under several models: their similarities, and how each model ranks the pairs."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.charts.keeping import kept
from core.charts.palette import NUMBER, NUMBERED, SEQUENTIAL, finish, names, safe

MOST_NUMBERS = 12
COLUMNS = 3
ROW_GAP = 70
TITLE_WIDTH = 30
LINE_COLOUR = "#8A6FC9"


@kept
def sentence_matrices(
    pairs: pd.DataFrame, sentences: Sequence[str], labels: Mapping[str, str], value: str = "cosine"
) -> go.Figure:
    """One matrix of pairs per model, side by side; `value` is "cosine" (one scale each) or "percentile"."""
    models, n = list(labels), len(sentences)
    columns = min(COLUMNS, len(models))
    rows = -(-len(models) // columns)
    height = rows * max(320, min(640, 90 + 34 * n))
    figure = make_subplots(
        rows,
        columns,
        shared_yaxes=True,
        horizontal_spacing=0.02,
        vertical_spacing=ROW_GAP / height if rows > 1 else 0,
        subplot_titles=list(names(labels, TITLE_WIDTH).values()),
    )
    for place, model in enumerate(models):
        matrix = _square(pairs[pairs["model"] == model], n, value)
        figure.add_trace(
            _heatmap(matrix, sentences, whole=value == "percentile"), row=place // columns + 1, col=place % columns + 1
        )
    numbers, width = list(range(n)), 26 if n <= MOST_NUMBERS else 14
    ticks = [f"{safe(text, width)}  {i + 1}" for i, text in enumerate(sentences)]
    figure.update_yaxes(autorange="reversed", showgrid=False, zeroline=False, tickvals=numbers, ticktext=ticks)
    figure.update_xaxes(showgrid=False, zeroline=False, tickvals=numbers, ticktext=[str(i + 1) for i in numbers])
    figure.update_annotations(font_size=13)
    return finish(figure, height=height)


def _heatmap(matrix: npt.NDArray[np.float64], sentences: Sequence[str], *, whole: bool) -> go.Heatmap:
    shown = matrix[~np.isnan(matrix)]
    low, high = (0.0, 1.0) if whole else (float(shown.min()), float(shown.max()))
    numbers = "%{z:.2f}" if len(sentences) <= MOST_NUMBERS else None
    return go.Heatmap(
        z=matrix.astype(np.float32),
        zmin=low,
        zmax=high if high > low else low + 1.0,
        customdata=_hover(matrix, sentences),
        colorscale=NUMBERED if numbers else SEQUENTIAL,
        showscale=False,
        xgap=1,
        ygap=1,
        texttemplate=numbers,
        textfont={"size": 10, "color": NUMBER},
        hoverongaps=False,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _square(table: pd.DataFrame, n: int, value: str) -> npt.NDArray[np.float64]:
    matrix = np.full((n, n), np.nan)
    a, b, values = (table[column].to_numpy() for column in ("a", "b", value))
    matrix[a, b] = matrix[b, a] = values
    return matrix


def _hover(matrix: npt.NDArray[np.float64], sentences: Sequence[str]) -> list[list[str]]:
    short = [f"{i + 1}. {safe(text)}" for i, text in enumerate(sentences)]
    return [[f"{value:.3f}<br>{short[i]}<br>{short[j]}" for j, value in enumerate(row)] for i, row in enumerate(matrix)]


@kept
def rank_lines(pairs: pd.DataFrame, chosen: pd.DataFrame, labels: Mapping[str, str], words: Sequence[str]) -> go.Figure:
    """The rank of each chosen pair (columns a, b) under each model, joined by a line; `words` names the pairs."""
    figure = go.Figure()
    models = list(labels)
    ranks = pairs.pivot(index=["a", "b"], columns="model", values="rank")
    for (a, b), name in zip(chosen[["a", "b"]].itertuples(index=False), words, strict=True):
        row = ranks.loc[(a, b), models].to_numpy(dtype=float)
        spread = float(np.ptp(row)) / max(1, len(ranks) - 1)
        figure.add_scatter(
            x=list(names(labels, 24).values()),
            y=row,
            mode="lines+markers+text",
            line={"width": 1.5 + 4 * spread, "color": LINE_COLOUR},
            marker={"size": 9},
            opacity=0.4 + 0.6 * spread,
            text=[f"{a + 1} · {b + 1}  ", *[""] * (len(models) - 1)],
            textposition="middle left",
            customdata=[safe(name, 120)] * len(models),
            hovertemplate="%{customdata}<br>rank %{y} under %{x}<extra></extra>",
            showlegend=False,
        )
    return finish(
        figure,
        height=420,
        yaxis={"autorange": "reversed", "title": f"rank of the pair (1 = most similar of {len(ranks)})"},
    )
