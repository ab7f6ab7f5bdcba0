"""How a model's similarities are spread, within and between labels, and what a threshold keeps of them."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.charts.keeping import kept
from core.charts.palette import finish, names
from core.types import Answer

MOST_BINS = 100
LINE = "#8C8C8C"
NAME_WIDTH = 32


@kept
def distributions(
    found: Mapping[str, Answer], labels: Mapping[str, str], colour: Mapping[str, str], *, threshold: float, score: str
) -> go.Figure:
    """One strip per model: the share of pairs at each similarity, within labels (filled) and between them (a line).

    `found` holds the answer of the question `separation` by model key. Cosines share one axis; other scores have no
    common scale, so that each strip has its own. The dashed line is the threshold.
    """
    shared, name = score == "cosine", names(labels, NAME_WIDTH)
    figure = make_subplots(
        len(found),
        1,
        shared_xaxes=shared,
        vertical_spacing=min(0.12 if shared else 0.2, 0.5 / len(found)),
        subplot_titles=[name[key] + _auc(found[key]) for key in found],
    )
    for place, (key, answer) in enumerate(found.items(), start=1):
        parts = [("within", "within labels"), ("between", "between labels")]
        if answer["within"] is None:
            parts = [("all", "all pairs")]
        for part, words in parts:
            figure.add_trace(_strip(answer, part, f"{name[key]}, {words}", colour[key], score), row=place, col=1)
    figure.add_vline(x=threshold, line={"dash": "dash", "width": 1.5, "color": LINE}, row="all", col=1)
    figure.update_xaxes(zeroline=False, range=_range(found) if shared else None)
    figure.update_xaxes(title=score, row=len(found), col=1)
    figure.update_yaxes(showticklabels=False, showgrid=False, zeroline=False, rangemode="tozero")
    figure.update_annotations(x=0, xanchor="left", font_size=13)
    labelled = any(answer["within"] is not None for answer in found.values())
    title = "Share of pairs: filled within labels, line between labels" if labelled else "Share of all pairs"
    return finish(
        figure,
        height=_height(found) if shared else _height(found) + 40 * len(found),
        margin={"l": 10, "r": 10, "t": 62, "b": 10},
        title={"text": title, "font": {"size": 13}},
    )


def _height(found: Mapping[str, Answer]) -> int:
    return max(310, 90 + 110 * len(found))


def _auc(answer: Answer) -> str:
    return "" if answer["auc"] is None else f" · AUC {answer['auc']:.3f}"


def _strip(answer: Answer, part: str, name: str, shade: str, score: str) -> go.Scatter:
    edges, counts = coarse(answer["edges"], answer[part])
    share = counts / max(1, counts.sum())
    middle = (edges[:-1] + edges[1:]) / 2
    # Outside the values there is nothing to draw, and a line along the axis would look like something.
    seen = np.flatnonzero(counts)
    inside = slice(max(0, seen[0] - 1), seen[-1] + 2) if len(seen) else slice(0, 0)
    return go.Scatter(
        x=middle[inside].astype(np.float32),
        y=share[inside].astype(np.float32),
        mode="lines",
        line={"shape": "hvh", "width": 1.5, "color": shade},
        fill="none" if part == "between" else "tozeroy",
        name=name,
        showlegend=False,
        hovertemplate=f"{name}: %{{y:.2%}} of the pairs around {score} %{{x:.2f}}<extra></extra>",
    )


def coarse(
    edges: npt.NDArray[np.float64], counts: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The histogram `(b,)` in at most 100 bins, neighbouring bins added up."""
    step = -(-len(counts) // MOST_BINS)
    starts = np.arange(0, len(counts), step)
    return np.append(edges[starts], edges[-1]), np.add.reduceat(counts, starts) if len(counts) else counts


def _range(found: Mapping[str, Answer]) -> list[float]:
    low, high = min(answer["low"] for answer in found.values()), max(answer["high"] for answer in found.values())
    margin = 0.03 * max(high - low, 0.1)
    return [low - margin, high + margin]


@kept
def threshold_curves(
    found: Mapping[str, Answer], labels: Mapping[str, str], colour: Mapping[str, str], *, threshold: float, score: str
) -> go.Figure:
    """What each threshold keeps: precision and recall of "same label" per model, or the share of all pairs."""
    figure, name = go.Figure(), names(labels, NAME_WIDTH)
    labelled = any(answer["auc"] is not None for answer in found.values())
    curves = [("precision", "solid"), ("recall", "dot")] if labelled else [("share", "solid")]
    for key, answer in found.items():
        table = answer["thresholds"]
        inside = table[(table["threshold"] >= answer["low"]) & (table["threshold"] <= answer["high"])]
        for column, dash in curves:
            figure.add_scatter(
                x=inside["threshold"].to_numpy(dtype=np.float32),
                y=inside[column].to_numpy(dtype=np.float32),
                mode="lines",
                line={"color": colour[key], "dash": dash, "width": 2},
                name=f"{name[key]}, {column}",
                showlegend=False,
                hovertemplate=f"{name[key]}: {column} %{{y:.1%}} at {score} %{{x:.3f}}<extra></extra>",
            )
    figure.add_vline(x=threshold, line={"dash": "dash", "width": 1.5, "color": LINE})
    title = "Precision — and recall ⋯ of “same label”" if labelled else "Share of all pairs at or above"
    return finish(
        figure,
        height=_height(found),
        title={"text": title, "font": {"size": 13}},
        xaxis={"title": f"threshold ({score})", "zeroline": False},
        yaxis={"tickformat": ".0%", "range": [0, 1.02]} if labelled else {"type": "log", "tickformat": "~%"},
    )
