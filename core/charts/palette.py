"""Colours and layout shared by every figure: one colour per model, readable on light and dark."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any

import plotly.graph_objects as go

# Okabe and Ito's colour-blind-safe set with the blue lightened for dark pages, and purple and plum for its yellow and
# black. On near-black all eight have a contrast of 3:1 and more; on white orange and sky blue have less, so models
# are always named beside their colour. No grey: that stands for BM25, and for marks that are no model's.
MODEL_COLOURS = ("#2F81C7", "#E08A00", "#0E9F74", "#CC6FA0", "#D55E00", "#56B4E9", "#8A6FC9", "#A53C78")
SEQUENTIAL = ((0.0, "#F3F6FA"), (0.25, "#BBD4EA"), (0.5, "#6FA8D6"), (0.75, "#2F81C7"), (1.0, "#123F6B"))
# Its lower part, for cells with numbers in them: black reads on every step (4.5:1 and more).
NUMBERED = ((0.0, "#F3F6FA"), (0.33, "#BBD4EA"), (0.67, "#6FA8D6"), (1.0, "#2F81C7"))
NUMBER = "#000000"
# Twenty classes: the first three are the models', the rest were picked one by one as far as possible (OKLab) from those
# before, as people with normal, protan, deutan and tritan sight see them (Machado et al. 2009), each readable on white
# and on near-black. Past a dozen nobody tells classes by colour alone: names stand in legend and hover.
CLASS_COLOURS = (
    "#2F81C7", "#E08A00", "#0E9F74", "#784B00", "#3C1EFF", "#A50078", "#FF87FF", "#693CB4", "#5AD287", "#877800",
    "#E14BFF", "#A54B5A", "#C34BA5", "#FF4B69", "#E1B400", "#FF00D2", "#005A87", "#87C3C3", "#F02D00", "#5A87F0",
)  # fmt: skip
OTHER = "#9AA3AD"
# From few to much on points, lightness rising as in viridis, but ends cut so that no point vanishes on either page.
VALUES = ((0.0, "#6C5BA7"), (0.3, "#3F86B8"), (0.55, "#1FA187"), (0.8, "#8CC63F"), (1.0, "#F2B701"))
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


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of a colour written #RRGGBB."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def muted(colour: str, share: float = 0.5) -> str:
    """A relative of a colour written #RRGGBB, mixed with the grey that stands for what is no model."""
    return "#" + "".join(
        f"{round((1 - share) * own + share * grey):02X}" for own, grey in zip(rgb(colour), rgb(OTHER), strict=True)
    )


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


def breadth(labels: Iterable[str], font: int = FONT) -> int:
    """Pixels that the broadest of some labels takes at most: for margins set by hand."""
    return ceil(max((sum(map(_ems, label)) for label in labels), default=0.0) * font)


def _ems(letter: str) -> float:
    """How broad a letter is in sizes of its font, rather too much than too little."""
    if unicodedata.combining(letter):
        return 0.0
    return 1.1 if unicodedata.east_asian_width(letter) in "WF" else 0.7 if letter.isupper() else 0.53


def finish(figure: go.Figure, *, height: int, fitted: bool = False, **layout: Any) -> go.Figure:
    """The house layout: no background of its own, room for labels, one font size.

    `fitted` says that the margins given have room for the labels: finding that out is what takes a browser longest in
    a figure with many.
    """
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
    figure.update_xaxes(automargin=not fitted)
    figure.update_yaxes(automargin=not fitted)
    return figure


def decades(low: float, high: float, write: Callable[[float], str] = "{:,.10g}".format) -> dict[str, Any]:
    """Ticks of a log axis: every power of ten, and 2 and 5 between them where there are few."""
    powers = range(floor(log10(low)) - 1, ceil(log10(high)) + 2)
    steps = (1, 2, 5) if log10(high / low) < 2.5 else (1,)
    ticks = [step * 10.0**power for power in powers for step in steps]
    return {"tickvals": ticks, "ticktext": [write(tick) for tick in ticks]}
