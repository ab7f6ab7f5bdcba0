"""What is sent to the browser to draw maps: points and texts in one message, how they look in another."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.components.packing import arrays_digest, packed
from core.types import Floats

MAX_TEXT = 240
NOT_MEASURED = 255


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
class Payload:
    """What the browser needs, as `packing.packed` lays it out, arrays little-endian.

    `points` holds places and texts, `look` the rest and the digest of the `points` it is about: a new colour sends
    the look alone. `digest` is that of the coordinates: what selection, view and hover are about.
    """

    points: bytes
    look: bytes
    digest: str


def payload(
    panels: Sequence[MapPanel],
    *,
    colouring: Colouring,
    lit: npt.NDArray[np.bool_] | None = None,
    texts: Sequence[str] | None = None,
    height: int = 520,
    key: str = "",
    alt: str = "",
) -> Payload:
    """Everything the browser needs; raises ValueError when the arrays do not fit each other."""
    _check(panels, colouring, lit, texts)
    places = {f"xy{place}": _xy(panel) for place, panel in enumerate(panels)}
    told = {
        "n": len(panels[0].xy),
        "points": arrays_digest(places.values()),
        "texts": None if texts is None else [text[:MAX_TEXT] for text in texts],
    }
    points, content = packed(told, places)
    look, _ = packed(
        {
            "of": content,
            "key": key,
            "alt": alt,
            "height": height,
            "titles": [panel.title for panel in panels],
            "colouring": {
                "names": colouring.names,
                "colours": colouring.colours,
                "scale": colouring.scale,
                "low": colouring.low,
                "high": colouring.high,
                "title": colouring.title,
            },
        },
        _look(panels, colouring, lit),
    )
    return Payload(points, look, str(told["points"]))


def _look(
    panels: Sequence[MapPanel], colouring: Colouring, lit: npt.NDArray[np.bool_] | None
) -> dict[str, npt.NDArray[Any]]:
    arrays: dict[str, npt.NDArray[Any]] = {}
    for place, panel in enumerate(panels):
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
