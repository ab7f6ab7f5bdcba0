"""Maps of texts: how points are coloured, and maps in three dimensions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.charts.keeping import kept
from core.charts.palette import CLASS_COLOURS, OTHER, VALUES, finish, rgb, safe
from core.types import Floats, Ints

MOST_POINTS = 20_000
MOST_HOVERS = 40_000
COLUMNS = 3
HEIGHT = 520
FAINT = 0.08


@dataclass(frozen=True, eq=False)
class Paint:
    """What the colour of a point means: a class of `names` each, or a value on a scale from `low` to `high`."""

    codes: npt.NDArray[np.uint16] | None = None
    names: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    values: Floats | None = None
    scale: tuple[tuple[float, str], ...] = VALUES
    low: float = 0.0
    high: float = 1.0
    title: str = ""


@dataclass(frozen=True, eq=False)
class Cloud:
    """One map: points `(n, 3)`, how much each is to be trusted `(n,)` 0 to 1, and newly placed points `(t, 3)`."""

    title: str
    xyz: Floats
    strength: Floats | None = None
    extra: Floats | None = None


def classes(codes: npt.ArrayLike, names: Sequence[str], title: str, *, apart: Sequence[int] = ()) -> Paint:
    """A colour for each class, the most frequent first; past 20 the rest are grey and called other.

    `codes` `(n,)` point into `names`. Classes in `apart` (such as "no cluster") are grey, too, under their own name.
    """
    given = np.asarray(codes, dtype=np.int64)
    counts = np.bincount(given, minlength=len(names))
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda code: (-counts[code], code))
    shown = [code for code in order if code not in apart][: len(CLASS_COLOURS)]
    grey = [code for code in order if code in apart]
    rest = len(order) - len(shown) - len(grey)
    ranks = np.full(len(names), len(shown), dtype=np.uint16)
    ranks[shown] = np.arange(len(shown))
    ranks[grey] = len(shown) + (rest > 0) + np.arange(len(grey))
    other = [f"other ({rest:,} more)"] if rest else []
    return Paint(
        codes=ranks[given],
        names=(*(names[code] for code in shown), *other, *(names[code] for code in grey)),
        colours=(*CLASS_COLOURS[: len(shown)], *([OTHER] * (len(other) + len(grey)))),
        title=title,
    )


def scale(values: npt.ArrayLike, title: str, *, low: float | None = None, high: float | None = None) -> Paint:
    """A colour by value; where no ends are given, the 1st and 99th percentile, so that one outlier does not decide."""
    given = np.asarray(values, dtype=np.float32)
    known = given[np.isfinite(given)]
    ends = np.percentile(known, [1, 99]) if len(known) else np.array([0.0, 1.0])
    bottom, top = float(ends[0]) if low is None else low, float(ends[1]) if high is None else high
    return Paint(values=given, low=bottom, high=top if top > bottom else bottom + 1.0, title=title)


def drawn_rows(n: int, models: int, seed: int) -> Ints:
    """Rows a picture of Plotly can carry: all, or a random sample of 20,000 shared out among the models' maps."""
    most = max(1, MOST_POINTS // models)
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, most, replace=False))


@kept
def clouds(
    maps: Sequence[Cloud],
    paint: Paint,
    *,
    rows: Ints,
    texts: Sequence[str],
    lit: npt.NDArray[np.bool_] | None = None,
) -> go.Figure:
    """Maps in three dimensions side by side, of the given rows; what is not `lit` is faint."""
    columns = min(COLUMNS, len(maps))
    lines = -(-len(maps) // columns)
    figure = make_subplots(
        lines,
        columns,
        specs=[[{"type": "scene"}] * columns] * lines,
        subplot_titles=[safe(each.title) for each in maps],
        horizontal_spacing=0.01,
        vertical_spacing=0.06,
    )
    words = _hovers(texts, rows, len(maps))
    for place, each in enumerate(maps):
        where = {"row": place // columns + 1, "col": place % columns + 1}
        opacity = _opacity(each, rows, lit)
        for trace in _points(each.xyz[rows], paint, rows, opacity, words):
            trace.showlegend = trace.showlegend and place == 0
            figure.add_trace(trace, **where)
        if each.extra is not None and len(each.extra):
            figure.add_trace(_placed(each.extra), **where)
    if paint.values is not None:
        figure.add_trace(_ramp(paint), row=1, col=1)
    axis = {"showticklabels": False, "title": "", "showbackground": False, "gridcolor": OTHER, "zeroline": False}
    figure.update_scenes(xaxis=axis, yaxis=axis, zaxis=axis, aspectmode="data", dragmode="orbit")
    return finish(figure, height=lines * HEIGHT, legend={"itemsizing": "constant"}, uirevision="clouds")


def _hovers(texts: Sequence[str], rows: Ints, maps: int) -> list[str]:
    """What a point says: its text where the message stays small, else its row alone."""
    if len(rows) * maps > MOST_HOVERS:
        return [f"row {row + 1}" for row in rows]
    return [safe(texts[row]) for row in rows]


def _opacity(each: Cloud, rows: Ints, lit: npt.NDArray[np.bool_] | None) -> Floats | None:
    """How strong each point is drawn; None where all are alike."""
    if each.strength is None and lit is None:
        return None
    opacity: Floats = np.ones(len(rows), np.float32) if each.strength is None else each.strength[rows]
    if lit is not None:
        opacity = np.where(lit[rows], 1.0, np.minimum(opacity, FAINT)).astype(np.float32)
    return np.clip(np.nan_to_num(opacity, nan=1.0), FAINT, 1.0)


def _points(xyz: Floats, paint: Paint, rows: Ints, opacity: Floats | None, words: Sequence[str]) -> list[go.Scatter3d]:
    """A trace per class, or one trace coloured by value."""
    if paint.codes is None:
        shade = rgb(CLASS_COLOURS[0]) if paint.values is None else _blend(paint.values[rows], paint)
        return [_trace(xyz, np.arange(len(rows)), shade, opacity, words, safe(paint.title, 32))]
    codes = paint.codes[rows]
    return [
        _trace(xyz, np.flatnonzero(codes == code), rgb(colour), opacity, words, safe(name, 32))
        for code, (name, colour) in enumerate(zip(paint.names, paint.colours, strict=True))
        if (codes == code).any()
    ]


def _trace(
    xyz: Floats,
    mine: Ints,
    colour: tuple[int, int, int] | npt.NDArray[np.int64],
    opacity: Floats | None,
    words: Sequence[str],
    name: str,
) -> go.Scatter3d:
    shade = np.broadcast_to(np.asarray(colour), (len(mine), 3))
    alpha = np.ones(len(mine)) if opacity is None else opacity[mine]
    single = opacity is None and isinstance(colour, tuple)
    painted = [
        f"rgba({r},{g},{b},{a:.2f})" for (r, g, b), a in zip(shade[: 1 if single else None], alpha, strict=False)
    ]
    return go.Scatter3d(
        x=xyz[mine, 0],
        y=xyz[mine, 1],
        z=xyz[mine, 2],
        mode="markers",
        marker={"size": 3 if len(xyz) > 2_000 else 4, "color": painted[0] if single and painted else painted},
        hovertext=[words[place] for place in mine],
        hoverinfo="text",
        name=name,
        showlegend=isinstance(colour, tuple) and bool(name),
    )


def _blend(values: Floats, paint: Paint) -> npt.NDArray[np.int64]:
    """Red, green and blue of each value; what has none is grey."""
    share = np.clip((values - paint.low) / (paint.high - paint.low), 0, 1)
    stops = [stop for stop, _ in paint.scale]
    shades = np.array([rgb(colour) for _, colour in paint.scale])
    mixed = np.stack([np.interp(share, stops, shades[:, channel]) for channel in range(3)], axis=1)
    return np.rint(np.where(np.isfinite(values)[:, None], mixed, rgb(OTHER))).astype(np.int64)


def _ramp(paint: Paint) -> go.Scatter3d:
    """The scale of values, carried by a point that is nowhere."""
    bar = {"title": {"text": safe(paint.title, 32)}, "thickness": 14, "len": 0.6}
    marker = {
        "color": [paint.low], "cmin": paint.low, "cmax": paint.high, "showscale": True, "colorbar": bar,
        "colorscale": [list(stop) for stop in paint.scale],
    }  # fmt: skip
    return go.Scatter3d(x=[None], y=[None], z=[None], mode="markers", marker=marker, showlegend=False, hoverinfo="skip")


def _placed(extra: Floats) -> go.Scatter3d:
    """Newly placed texts: numbered diamonds."""
    numbers = [str(number) for number in range(1, len(extra) + 1)]
    return go.Scatter3d(
        x=extra[:, 0],
        y=extra[:, 1],
        z=extra[:, 2],
        mode="markers+text",
        marker={"size": 6, "symbol": "diamond", "color": "#D55E00"},
        text=numbers,
        textfont={"color": "#D55E00", "size": 15},
        hovertext=[f"new text {number}" for number in numbers],
        hoverinfo="text",
        name="new texts",
        showlegend=False,
    )
