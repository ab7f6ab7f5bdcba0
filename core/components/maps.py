"""Maps of points beside each other in one WebGL canvas: shared view, hover and selection, 1 to 1,000,000 points."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.components.maps_sent import Colouring, MapPanel, payload
from core.components.packing import corners, whole
from core.types import Floats

MAX_VERTICES = 500
__all__ = ["Colouring", "MapPanel", "Selection", "Shown", "maps", "read"]
_FOLDER = Path(__file__).parent
SCRIPTS = ("maps_points.js", "maps_paint.js", "maps_controls.js", "maps_over.js", "maps.js")


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
    sent = payload(panels, colouring=colouring, lit=lit, texts=texts, height=height, key=key, alt=alt)
    shown = _component()(
        data=sent.look,
        key=key,
        on_selection_change=lambda: None,
        on_hovered_change=lambda: None,
        on_clicked_change=lambda: None,
    )
    # A message of its own, which Streamlit does not send again while it stays the same: points, texts, and the code
    # that draws them. Not in a container with the other: both would be made anew whenever something above appears.
    _brought()(data=sent.points, key=f"{key}-points")
    return read(dict(shown), points=sent.digest, panels=len(panels), n=len(panels[0].xy))


@lru_cache(maxsize=1)
def _component() -> Callable[..., Any]:
    script, style = (_FOLDER / "maps_look.js").read_text(), (_FOLDER / "maps.css").read_text()
    return st.components.v2.component("vecassay_maps", js=script, css=style)


@lru_cache(maxsize=1)
def _brought() -> Callable[..., Any]:
    script = "\n".join((_FOLDER / name).read_text() for name in SCRIPTS)
    return st.components.v2.component("vecassay_maps_points", js=script, isolate_styles=False)


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
