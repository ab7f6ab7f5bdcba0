"""Maps of points beside each other in one WebGL canvas: shared view, hover and selection, 1 to 1,000,000 points."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.components.packing import arrays_digest, corners, packed, whole
from core.types import Floats

MAX_VERTICES = 500
MAX_TEXT = 240
NOT_MEASURED = 255
SCRIPTS = ("maps_points.js", "maps_paint.js", "maps_controls.js", "maps_over.js", "maps.js")


@dataclass(frozen=True, eq=False)
class MapPanel:
    """One map: a title and a place for every text; row i is the same text in every panel.

    `xy` is `(n, 2)`. `extra` `(t, 2)` are newly placed texts, drawn larger, ringed and numbered from 1. `strength`
    `(n,)` in 0..1 fades points (1 is full); NaN is drawn hollow: not measured.
    """

    title: str
    xy: Floats
    extra: Floats | None = None
    strength: Floats | None = None


@dataclass(frozen=True, eq=False)
class Colouring:
    """What the colours of points say: a name each (`codes` into `names`), or a number each on a scale (`values`).

    `colours` has one "#rrggbb" per name. `scale` has stops from 0 (`low`) to 1 (`high`); a NaN value is grey. With
    neither codes nor values all points have one colour.
    """

    codes: npt.NDArray[np.uint16] | None
    names: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    values: Floats | None = None
    scale: tuple[tuple[float, str], ...] = ()
    low: float = 0.0
    high: float = 1.0
    title: str = ""


@dataclass(frozen=True)
class Selection:
    """A drawn outline: the panel it was drawn in and its corners in that panel's coordinates."""

    panel: int
    polygon: tuple[tuple[float, float], ...]

    def rows(self, xy: Floats) -> npt.NDArray[np.int64]:
        """The rows of `xy` `(n, 2)`, that panel's coordinates, inside the outline, ascending.

        Even-odd rule: inside is what a ray to the right leaves through an odd number of edges. The browser computes
        the same expression in the same order, so what is lit there is what is counted here.
        """
        polygon = np.asarray(self.polygon, dtype=np.float64)
        points = np.asarray(xy, dtype=np.float32)
        with np.errstate(invalid="ignore"):
            boxed = ((points >= polygon.min(axis=0)) & (points <= polygon.max(axis=0))).all(axis=1)
        candidates = np.flatnonzero(boxed)
        candidates = candidates[np.argsort(points[candidates, 1], kind="stable")]
        x, y = points[candidates].astype(np.float64).T
        inside = np.zeros(len(candidates), dtype=bool)
        before = np.roll(polygon, 1, axis=0)
        # Sorted by y, the points an edge can cross are one slice: the work is in proportion to the crossings.
        starts = np.searchsorted(y, np.minimum(polygon[:, 1], before[:, 1]), side="left")
        ends = np.searchsorted(y, np.maximum(polygon[:, 1], before[:, 1]), side="left")
        for (xi, yi), (xj, yj), start, end in zip(polygon, before, starts, ends, strict=True):
            if end > start:
                inside[start:end] ^= x[start:end] < (xj - xi) * (y[start:end] - yi) / (yj - yi) + xi
        return np.sort(candidates[inside]).astype(np.int64)


@dataclass(frozen=True)
class Shown:
    """What the reader did: an outline drawn, the row under the pointer (only without `texts`), the row clicked."""

    selection: Selection | None
    hovered: int | None
    clicked: int | None


def maps(
    panels: Sequence[MapPanel],
    *,
    colouring: Colouring,
    lit: npt.NDArray[np.bool_] | None = None,
    texts: Sequence[str] | None = None,
    height: int = 520,
    key: str,
    alt: str,
) -> Shown:
    """Draw the maps and tell what the reader selected, pointed at and clicked.

    `lit` `(n,)` marks search matches; the rest is dimmed. `texts` are shown under the pointer; without them `hovered`
    is reported. `height` is that of one row of maps in pixels. `alt` says in words what is shown. View and selection
    last until the points or `key` change. Raises ValueError when the arrays do not fit each other.
    """
    points = arrays_digest(_xy(panel) for panel in panels)
    shown = _component()(
        data=payload(panels, colouring=colouring, lit=lit, texts=texts, height=height, key=key, alt=alt),
        key=key,
        on_selection_change=lambda: None,
        on_hovered_change=lambda: None,
        on_clicked_change=lambda: None,
    )
    return read(dict(shown), points=points, panels=len(panels), n=len(panels[0].xy))


@lru_cache(maxsize=1)
def _component() -> Callable[..., Any]:
    folder = Path(__file__).parent
    js = "\n".join((folder / name).read_text() for name in SCRIPTS)
    return st.components.v2.component("vecassay_maps", js=js, css=(folder / "maps.css").read_text())


def payload(
    panels: Sequence[MapPanel],
    *,
    colouring: Colouring,
    lit: npt.NDArray[np.bool_] | None = None,
    texts: Sequence[str] | None = None,
    height: int = 520,
    key: str = "",
    alt: str = "",
) -> bytes:
    """Everything the browser needs, as `packing.packed` lays it out, arrays little-endian.

    `points` in the header is the digest of the coordinates: what selection, view and hover are about. Raises
    ValueError when the arrays do not fit each other.
    """
    _check(panels, colouring, lit, texts)
    facts = {
        "key": key,
        "alt": alt,
        "height": height,
        "n": len(panels[0].xy),
        "points": arrays_digest(_xy(panel) for panel in panels),
        "titles": [panel.title for panel in panels],
        "texts": None if texts is None else [text[:MAX_TEXT] for text in texts],
        "colouring": {
            "names": colouring.names,
            "colours": colouring.colours,
            "scale": colouring.scale,
            "low": colouring.low,
            "high": colouring.high,
            "title": colouring.title,
        },
    }
    return packed(facts, _arrays(panels, colouring, lit))


def _arrays(
    panels: Sequence[MapPanel], colouring: Colouring, lit: npt.NDArray[np.bool_] | None
) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {}
    for place, panel in enumerate(panels):
        arrays[f"xy{place}"] = _xy(panel)
        if panel.extra is not None:
            arrays[f"extra{place}"] = np.ascontiguousarray(panel.extra, dtype="<f4")
        if panel.strength is not None:
            arrays[f"strength{place}"] = _strength(panel.strength)
    if colouring.codes is not None:
        arrays["codes"] = np.ascontiguousarray(colouring.codes, dtype="<u2")
    elif colouring.values is not None:
        arrays["values"] = np.ascontiguousarray(colouring.values, dtype="<f4")
    if lit is not None:
        arrays["lit"] = np.ascontiguousarray(lit, dtype=np.uint8)
    return arrays


def _xy(panel: MapPanel) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(panel.xy, dtype="<f4")


def _strength(strength: Floats) -> npt.NDArray[np.uint8]:
    """0..254 for 0..1; 255 where nothing was measured."""
    full = np.clip(np.nan_to_num(strength, nan=0.0), 0.0, 1.0) * (NOT_MEASURED - 1)
    return np.where(np.isnan(strength), NOT_MEASURED, np.rint(full)).astype(np.uint8)


def _check(
    panels: Sequence[MapPanel],
    colouring: Colouring,
    lit: npt.NDArray[np.bool_] | None,
    texts: Sequence[str] | None,
) -> None:
    if not panels:
        raise ValueError("expected at least one panel; got none")
    columns = [("lit", lit), ("texts", texts), ("codes", colouring.codes), ("values", colouring.values)]
    for panel in panels:
        for what, pairs in (("xy", panel.xy), ("extra", panel.extra)):
            if pairs is not None and (pairs.ndim != 2 or pairs.shape[1] != 2):
                raise ValueError(f"expected {what} (n, 2); got {pairs.shape}")
        columns += [("xy", panel.xy), ("strength", panel.strength)]
    n = len(panels[0].xy)
    for what, column in columns:
        if column is not None and len(column) != n:
            raise ValueError(f"expected {n} {what}, one per text; got {len(column)}")
    _check_colouring(colouring)


def _check_colouring(colouring: Colouring) -> None:
    names, codes = len(colouring.names), colouring.codes
    if len(colouring.colours) != names:
        raise ValueError(f"expected a colour per name; got {len(colouring.colours)} for {names}")
    if codes is not None and len(codes) and int(codes.max()) >= names:
        raise ValueError(f"expected codes below {names}; got {int(codes.max())}")
    for colour in (*colouring.colours, *(colour for _, colour in colouring.scale)):
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            raise ValueError(f"expected colours as #rrggbb; got {colour!r}")


def read(state: Mapping[str, Any], *, points: str, panels: int, n: int) -> Shown:
    """Check what a browser sent: whatever is wrong, or about other points than these, counts as nothing."""
    return Shown(
        _selection(state.get("selection"), points, panels),
        _row(state.get("hovered"), points, n),
        _row(state.get("clicked"), points, n),
    )


def _selection(raw: Any, points: str, panels: int) -> Selection | None:
    if not isinstance(raw, Mapping) or raw.get("points") != points or not whole(raw.get("panel"), panels):
        return None
    polygon = corners(raw.get("polygon"), MAX_VERTICES)
    return None if polygon is None else Selection(int(raw["panel"]), polygon)


def _row(raw: Any, points: str, n: int) -> int | None:
    if not isinstance(raw, Mapping) or raw.get("points") != points or not whole(raw.get("row"), n):
        return None
    return int(raw["row"])
