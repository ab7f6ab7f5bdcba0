"""What is bought with what: quality with whiskers against a cost, limits shaded, the chosen one named on the spot."""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from core.charts.keeping import kept
from core.charts.palette import FONT, OTHER, decades, finish, names, safe
from core.charts.retrieval import Look

CHOSEN, LEADING, TIED, BEHIND, OUT = "chosen", "leading", "tie group", "behind", "struck out"
STATES = (CHOSEN, LEADING, TIED, BEHIND, OUT)
NAME_WIDTH = 34
HEIGHT, WIDTH = 430, 760
LETTER, LINE, LIFT = 7.2, 17, 13
FAR = 8
SHADE = "rgba(204,68,68,0.13)"
EDGE = "#C44848"
FRONT = "rgba(128,128,128,0.55)"


@dataclass(frozen=True)
class Axis:
    """The cost a picture is drawn against; `limit` is the most, or with `most=False` the least, that is wanted."""

    title: str
    limit: float | None = None
    told: str = ""
    most: bool = True
    logarithmic: bool = True


@kept
def decision(table: pd.DataFrame, looks: Mapping[str, Look], axis: Axis, *, measure: str) -> go.Figure:
    """A point per candidate: columns candidate, cost (above 0 on a log axis), mean, low, high, state (of `STATES`).

    What lies beyond the limit is shaded; the stepped line is the Pareto front of those that keep to all limits; rings
    mark the tie group.
    """
    figure, extent = go.Figure(), _extent(table, looks, axis)
    _shade(figure, axis, extent)
    _front(figure, table[table["state"] != OUT], axis)
    for row in sorted(table.to_dict("records"), key=lambda row: -STATES.index(row["state"])):
        _point(figure, row, looks[row["candidate"]], measure)
    for note in _notes(table, looks, axis, extent):
        figure.add_annotation(**note)
    left, right = extent[0]
    scale = {"type": "log", **decades(10**left, 10**right)} if axis.logarithmic else {"rangemode": "tozero"}
    return finish(
        figure,
        height=HEIGHT,
        showlegend=False,
        margin={"l": 10, "r": 20, "t": 20, "b": 10},
        xaxis={"title": axis.title, "range": extent[0], "zeroline": False, "showgrid": False, **scale},
        yaxis={"title": f"{measure}, mean with its 95 % interval", "range": extent[1], "zeroline": False},
    )


def front(table: pd.DataFrame, *, most: bool = True) -> list[str]:
    """The Pareto front: candidates of which no other is both better and as cheap (or cheaper and as good)."""
    sign = 1 if most else -1
    found, best = [], float("-inf")
    ordered = table.assign(order=sign * table["cost"]).sort_values(["order", "mean"], ascending=[True, False])
    for key, mean in zip(ordered["candidate"], ordered["mean"], strict=True):
        if mean > best:
            found.append(str(key))
            best = mean
    return found


def _extent(table: pd.DataFrame, looks: Mapping[str, Look], axis: Axis) -> tuple[list[float], list[float]]:
    """Ranges of both axes: room for the names on the right, and for the limit."""
    costs = table["cost"].tolist()
    near = axis.limit and min(costs) / FAR <= axis.limit <= max(costs) * FAR  # one far away would squeeze the points
    costs += [axis.limit] if near else []
    low = float(table["low"].fillna(table["mean"]).min())
    high = float(table["high"].fillna(table["mean"]).max())
    room = max(0.02, 0.12 * (high - low))
    tall = [max(0.0, low - room), min(1.04, high + room)]
    if not axis.logarithmic:
        reach = 1.35 * max(*costs, 1.0)
        return [-0.02 * reach, reach], tall  # room for the left half of a point at 0
    left, right = log10(min(costs)), log10(max(costs))
    span = max(right - left, 0.6)
    rows = zip(table["candidate"], table["cost"], table["state"], strict=True)
    # Names stand right of their points: each needs its share of the width, which grows with what is added.
    ends = [log10(cost) + _share(looks[key].name, state) * 1.5 * span for key, cost, state in rows]
    return [left - 0.08 * span, max(right + 0.15 * span, *ends)], tall


def _share(name: str, state: str) -> float:
    """About what share of the width a candidate's name takes."""
    return min(0.5, (LETTER * len(_text(name[:NAME_WIDTH], state)) - LETTER * 7 + 12) / WIDTH)


def _shade(figure: go.Figure, axis: Axis, extent: tuple[list[float], list[float]]) -> None:
    if axis.limit is None:
        return
    ends = [10**end if axis.logarithmic else end for end in extent[0]]
    sides = (axis.limit, ends[1]) if axis.most else (ends[0], axis.limit)
    figure.add_shape(
        type="rect",
        xref="x",
        yref="paper",
        x0=sides[0],
        x1=sides[1],
        y0=0,
        y1=1,
        fillcolor=SHADE,
        line_width=0,
        layer="below",
    )
    figure.add_vline(axis.limit, line={"color": EDGE, "width": 1.5, "dash": "dash"}, layer="below")
    figure.add_annotation(
        x=log10(axis.limit) if axis.logarithmic else axis.limit,
        y=0,
        yref="paper",
        text=safe(axis.told),
        showarrow=False,
        xanchor="left" if axis.most else "right",
        yanchor="bottom",
        xshift=6 if axis.most else -6,
        font={"color": EDGE},
    )


def _front(figure: go.Figure, table: pd.DataFrame, axis: Axis) -> None:
    keys = front(table, most=axis.most)
    if len(keys) < 2:
        return
    points = table.set_index("candidate").loc[keys]
    figure.add_scatter(
        x=points["cost"],
        y=points["mean"],
        mode="lines",
        line={"shape": "hv", "color": FRONT, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )


def _point(figure: go.Figure, values: Mapping[Hashable, Any], look: Look, measure: str) -> None:
    state, colour = values["state"], look.colour if values["state"] != OUT else OTHER
    if state in (CHOSEN, LEADING, TIED):
        figure.add_scatter(
            x=[values["cost"]],
            y=[values["mean"]],
            mode="markers",
            hoverinfo="skip",
            marker={"symbol": "circle-open", "size": 26, "color": colour, "line": {"width": 2}},
        )
    whole = pd.notna(values["low"]) and pd.notna(values["high"])
    figure.add_scatter(
        x=[values["cost"]],
        y=[values["mean"]],
        mode="markers",
        name=safe(look.name),
        marker={"symbol": "x" if state == OUT else look.symbol, "size": 15 if state == CHOSEN else 11, "color": colour},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [values["high"] - values["mean"] if whole else 0],
            "arrayminus": [values["mean"] - values["low"] if whole else 0],
            "color": colour,
            "thickness": 1.5 if state == OUT else 2,
            "width": 6,
        },
        customdata=[[values["low"], values["high"], state]],
        hovertemplate=f"<b>{safe(look.name)}</b>: %{{customdata[2]}}<br>{safe(measure)} %{{y:.3f}} "
        "(%{customdata[0]:.3f} to %{customdata[1]:.3f})<br>%{x:,.4~g}<extra></extra>",
    )


def _notes(
    table: pd.DataFrame, looks: Mapping[str, Look], axis: Axis, extent: tuple[list[float], list[float]]
) -> list[dict[str, object]]:
    """A name right of every point, left of it where that keeps it off another's whisker, moved down off other names."""
    shown = names({key: look.name for key, look in looks.items()}, NAME_WIDTH)
    placed: list[tuple[float, float, float]] = []
    notes: list[dict[str, object]] = []
    whiskers = [_whisker(row, axis, extent) for row in table.to_dict("records")]
    for row in table.sort_values("mean", ascending=False).to_dict("records"):
        at, text = _at(row["cost"], axis), _text(shown[row["candidate"]], row["state"])
        x, down, _ = _whisker({**row, "high": row["mean"], "low": row["mean"]}, axis, extent)
        wide = LETTER * len(re.sub("<[^>]*>", "", text))
        right, before = (x + 12, x + 12 + wide), (x - 12 - wide, x - 12)
        over = [_hits(whiskers, *side, down - LIFT) for side in (right, before)]
        turned = over[0] and not over[1] and before[0] > 0
        left, end = before if turned else right
        shift = _free(placed, left, down, end - left)
        placed.append((left, end, down + shift))
        notes.append(
            {
                "x": at,
                "y": row["mean"],
                "text": text,
                "showarrow": False,
                "xanchor": "right" if turned else "left",
                "xshift": -12 if turned else 12,
                "yshift": LIFT - shift,
                "align": "right" if turned else "left",
                "font": {"color": OTHER} if row["state"] == OUT else {"size": FONT + 2 * (row["state"] == CHOSEN)},
            }
        )
    return notes


def _at(cost: float, axis: Axis) -> float:
    return log10(cost) if axis.logarithmic else cost


def _whisker(
    row: Mapping[Hashable, Any], axis: Axis, extent: tuple[list[float], list[float]]
) -> tuple[float, float, float]:
    """Where a point's whisker stands, in pixels of a narrow window: from the left, its upper and its lower end."""
    (first, last), (bottom, top) = extent
    ends = (row["mean"] if pd.isna(row[name]) else row[name] for name in ("high", "low"))
    high, low = (HEIGHT * 0.82 * (top - end) / (top - bottom) for end in ends)
    return WIDTH * (_at(row["cost"], axis) - first) / (last - first), high, low


def _hits(whiskers: Sequence[tuple[float, float, float]], left: float, right: float, down: float) -> bool:
    """Whether a name there would lie on a whisker."""
    half = LINE / 2
    return any(left < x < right and high - half < down < low + half for x, high, low in whiskers)


def _free(placed: Sequence[tuple[float, float, float]], left: float, down: float, width: float) -> float:
    """By how many pixels a name must go down so that it lies on none of those placed before."""
    shift = 0.0
    while any(a < left + width and left < b and abs(down + shift - y) < LINE for a, b, y in placed):
        shift += 3
    return shift


def _text(name: str, state: str) -> str:
    said = {CHOSEN: f"<b>▸ {name} (chosen)</b>", LEADING: f"<b>{name}</b> (leads, not decided)", OUT: f"<s>{name}</s>"}
    return said.get(state, name)
