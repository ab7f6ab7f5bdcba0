"""How a candidate's scores are spread over relevant, irrelevant and unjudged results, and what a cut-off means."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.charts.keeping import kept
from core.charts.palette import finish
from core.charts.retrieval import REFERENCE, Look, crowded, faded, shown_names

PARTS = {"relevant": "solid", "irrelevant": "dash", "unjudged": "dot"}


@kept
def score_histograms(histogram: pd.DataFrame, looks: Mapping[str, Look], cutoffs: Mapping[str, float]) -> go.Figure:
    """One strip per candidate: share of the relevant (filled), irrelevant and unjudged results at each score.

    `histogram` has columns candidate, low, high (edges of a bin), relevant, irrelevant, unjudged (counts). Each strip
    has its own axis, for scores of different candidates are on no common scale; the line is the candidate's cut-off.
    """
    name = shown_names(looks)
    keys = [key for key in looks if (histogram["candidate"] == key).any()]
    figure = make_subplots(
        max(1, len(keys)),
        1,
        subplot_titles=[name[key] for key in keys],
        vertical_spacing=min(0.2, 0.55 / max(1, len(keys))),
    )
    for row, key in enumerate(keys, start=1):
        mine = histogram[histogram["candidate"] == key]
        for part in PARTS:
            if mine[part].sum():
                figure.add_trace(_strip(mine, part, looks[key], name[key], row == 1), row=row, col=1)
        at = cutoffs.get(key, np.nan)
        if np.isfinite(at):
            figure.add_vline(x=at, line={"width": 2, "color": REFERENCE}, row=row, col=1)
    figure.update_yaxes(showticklabels=False, showgrid=False, zeroline=False, rangemode="tozero")
    figure.update_xaxes(zeroline=False)
    figure.update_annotations(x=0, xanchor="left", font_size=13)
    return finish(
        figure,
        height=120 + 135 * max(1, len(keys)),
        margin={"l": 10, "r": 10, "t": 70, "b": 10},
        legend={"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "x": 0, "xanchor": "left"},
    )


def _strip(mine: pd.DataFrame, part: str, look: Look, name: str, first: bool) -> go.Scatter:
    edges = np.append(mine["low"].to_numpy(float), float(mine["high"].iloc[-1]))
    counts = mine[part].to_numpy(float)
    share = counts / counts.sum()
    told = [f"{name}: {int(n):,} {part} results around {x:.3f}" for n, x in zip(counts, edges[:-1], strict=True)]
    return go.Scatter(
        x=edges,
        y=np.append(share, share[-1]),
        mode="lines",
        line={"shape": "hv", "width": 1.8, "color": look.colour, "dash": PARTS[part]},
        fill="tozeroy" if part == "relevant" else "none",
        fillcolor=faded(look.colour, 0.35),
        name=part,
        legendgroup=part,
        showlegend=first,
        customdata=[*told, told[-1]],
        hovertemplate="%{customdata}<extra></extra>",
    )


@kept
def cutoff_curves(curves: pd.DataFrame, looks: Mapping[str, Look], *, wanted: float) -> go.Figure:
    """Precision against recall as the cut-off moves, a line per candidate, and the wanted precision.

    `curves` has columns candidate, cutoff, precision, recall, per_query.
    """
    figure, name = go.Figure(), shown_names(looks)
    for key, look in looks.items():
        mine = curves[(curves["candidate"] == key) & curves["precision"].notna()]
        if not len(mine):
            continue
        told = [
            f"{name[key]}<br>cut-off {cutoff:.3f}: precision {precision:.1%}, recall {recall:.1%}, "
            f"{kept:,.1f} results per query"
            for cutoff, precision, recall, kept in mine[["cutoff", "precision", "recall", "per_query"]].itertuples(
                index=False
            )
        ]
        figure.add_scatter(
            x=mine["recall"].to_numpy(np.float32),
            y=mine["precision"].to_numpy(np.float32),
            mode="lines",
            line={"color": look.colour, "dash": look.dash, "width": 2.5},
            name=name[key],
            customdata=told,
            hovertemplate="%{customdata}<extra></extra>",
        )
    figure.add_hline(wanted, line={"dash": "dash", "width": 1.5, "color": REFERENCE})
    return finish(
        figure,
        height=400,
        xaxis={"title": "recall at a cut-off", "tickformat": ".0%", "range": [-0.02, 1.02]},
        yaxis={"title": "precision at a cut-off", "tickformat": ".0%", "range": [0, 1.02]},
        showlegend=True,
        **crowded(len(looks)),
    )
