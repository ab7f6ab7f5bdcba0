"""Colours and layout shared by every figure: one colour per model, readable on light and dark."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import plotly.graph_objects as go

# Okabe and Ito's colour-blind-safe set with the blue lightened for dark pages, and purple and grey for its yellow and
# black. On near-black all eight have a contrast of 3:1 and more; on white orange and sky blue have less, so models
# are always named beside their colour.
MODEL_COLOURS = ("#2F81C7", "#E08A00", "#0E9F74", "#CC6FA0", "#D55E00", "#56B4E9", "#8A6FC9", "#8C8C8C")
SEQUENTIAL = ((0.0, "#F3F6FA"), (0.25, "#BBD4EA"), (0.5, "#6FA8D6"), (0.75, "#2F81C7"), (1.0, "#123F6B"))
FONT = 13
SHORT = 60


def colours(models: Sequence[str], known: Sequence[str] = ()) -> dict[str, str]:
    """A colour per model: its place among all known models decides, so that it keeps it when others come and go."""
    taken: dict[str, str] = {}
    known = list(known) or list(models)
    for model in sorted(models, key=lambda model: known.index(model) if model in known else len(known)):
        start = known.index(model) if model in known else len(taken)
        ring = [MODEL_COLOURS[(start + step) % len(MODEL_COLOURS)] for step in range(len(MODEL_COLOURS))]
        taken[model] = next((colour for colour in ring if colour not in taken.values()), ring[0])
    return {model: taken[model] for model in models}


def safe(text: str, width: int = SHORT) -> str:
    """A user's text for a figure: escaped, and cut to `width` characters with an ellipsis."""
    flat = " ".join(text.split())
    return escape(flat if len(flat) <= width else flat[: width - 1] + "…")


def names(labels: Mapping[str, str], width: int) -> dict[str, str]:
    """A short escaped name per model, no two alike, because Plotly lays what has one name on one place.

    Cut in the middle: names of one family begin alike and differ at their end.
    """
    taken: dict[str, str] = {}
    for key, label in labels.items():
        flat = " ".join(label.split())
        tail = width - width // 3 - 1
        name = safe(flat if len(flat) <= width else f"{flat[: width // 3]}…{flat[-tail:]}", width)
        taken[key] = name if name not in taken.values() else f"{name} ({len(taken) + 1})"
    return taken


def finish(figure: go.Figure, *, height: int, **layout: Any) -> go.Figure:
    """The house layout: no background of its own, room for labels, one font size."""
    settings: dict[str, Any] = {
        "height": height,
        "font": {"size": FONT},
        "margin": {"l": 10, "r": 10, "t": 40, "b": 10},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"align": "left"},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left"},
    }
    figure.update_layout(**{**settings, **layout})
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    return figure
