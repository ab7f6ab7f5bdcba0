"""Several text x text matrices side by side, drawn by the browser: up to 2,000 texts, with a cell to click."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.components.packing import whole
from core.errors import VecassayError
from core.types import Floats

MOST = 2000
SHORT = 160
# What one byte says: a value between low and high is one of 253 levels, so that zero has a level of its own in the
# middle; what lies outside says so instead of passing for low or high.
BELOW, LOWEST, HIGHEST, ABOVE, NO_VALUE = 0, 1, 253, 254, 255
# `core.charts.palette.SEQUENTIAL`, and blue to orange through white (both ends stay apart for every kind of colour
# blindness, which red and green would not).
SEQUENTIAL = ("#F3F6FA", "#BBD4EA", "#6FA8D6", "#2F81C7", "#123F6B")
DIVERGING = ("#123F6B", "#2F81C7", "#9CC3E4", "#FBFBFB", "#F4BE7D", "#DA7A00", "#7F3F00")
# Okabe and Ito's, as for models; neighbours along an edge sorted by label never look alike.
BANDS = ("#2F81C7", "#E08A00", "#0E9F74", "#CC6FA0", "#D55E00", "#56B4E9", "#8A6FC9", "#F0E442")
NO_LABEL = "#8C8C8C"
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True, eq=False)
class MatrixPanel:
    """One matrix `(m, m)` in the order of the texts shown, NaN where there is no value; colours run from low to high.

    `diverging` puts white in the middle and wants low = -high. Values outside low and high keep the end colour and
    are shown as "below" and "above". `unit` names the number: cosine, dot product, percentile.
    """

    title: str
    values: Floats
    low: float
    high: float
    diverging: bool = False
    unit: str = "cosine"


@dataclass(frozen=True)
class Cell:
    """A cell someone clicked: which panel, which row and column of the matrix shown, all from 0."""

    panel: int
    row: int
    column: int


def matrices(
    panels: Sequence[MatrixPanel],
    *,
    texts: Sequence[str],
    bands: Sequence[str] | None = None,
    band_colours: Mapping[str, str] | None = None,
    height: int = 420,
    key: str,
    alt: str,
    on_click: Callable[[], None] | None = None,
) -> Cell | None:
    """Draw matrices that share texts, zoom and cross-hair; the cell last clicked in this very picture, or None.

    `texts` has one short text for each of the m rows, `bands` its label ("" for none), `band_colours` a "#rrggbb" for
    labels that have one elsewhere; `height` is that of one panel in pixels. The cell stays the answer until another
    one is clicked or the picture changes; `on_click` runs at each click, also one on the same cell again.
    """
    payload, digest = pack(panels, texts=texts, bands=bands, band_colours=band_colours, height=height, alt=alt)
    result = _component()(data=payload, key=key, on_cell_change=on_click or (lambda: None))
    return checked(result.get("cell"), digest, panels=len(panels), size=len(texts))


def quantised(panel: MatrixPanel) -> npt.NDArray[np.uint8]:
    """The values as levels, `(m, m)`: 0 below low, 1 to 253 from low to high, 254 above high, 255 for no value.

    A value read back from its level is off by at most (high - low) / 504.
    """
    width = panel.high - panel.low
    scale = (HIGHEST - LOWEST) / width if width else 0.0
    levels = np.empty(panel.values.shape, dtype=np.uint8)
    # By blocks of rows, so that no second copy of a big matrix is made.
    for start in range(0, len(levels), 64):
        block = np.asarray(panel.values[start : start + 64], dtype=np.float64)
        offset = block - panel.low
        with np.errstate(invalid="ignore"):
            level = np.rint(offset * scale) + LOWEST if width else np.sign(offset) * HIGHEST + (LOWEST + HIGHEST) // 2
            level = np.clip(level, BELOW, ABOVE)
        levels[start : start + 64] = np.where(np.isfinite(block), level, NO_VALUE)
    return levels


def pack(
    panels: Sequence[MatrixPanel],
    *,
    texts: Sequence[str],
    bands: Sequence[str] | None,
    band_colours: Mapping[str, str] | None,
    height: int,
    alt: str,
) -> tuple[bytes, str]:
    """What is sent, and its digest: four bytes with the length of a JSON header, the header, m x m bytes per panel."""
    _check(panels, texts, bands, band_colours)
    levels = [quantised(panel).tobytes() for panel in panels]
    header: dict[str, Any] = {
        "alt": alt,
        "height": int(height),
        "texts": [_short(text) for text in texts],
        "panels": [
            {
                "title": _short(panel.title),
                "low": float(panel.low),
                "high": float(panel.high),
                "unit": panel.unit,
                "decimals": _decimals(panel.high - panel.low),
                "colours": DIVERGING if panel.diverging else SEQUENTIAL,
                "diverging": panel.diverging,
            }
            for panel in panels
        ],
        **_labels(bands, band_colours or {}),
    }
    state = blake2b(json.dumps(header).encode(), digest_size=16)
    for raw in levels:
        state.update(raw)
    header["digest"] = state.hexdigest()
    head = json.dumps(header).encode()
    return b"".join([len(head).to_bytes(4, "little"), head, *levels]), header["digest"]


def checked(sent: object, digest: str, *, panels: int, size: int) -> Cell | None:
    """A cell as the browser sent it, or None when it is none of this picture: anyone can send anything."""
    if not isinstance(sent, Mapping) or sent.get("digest") != digest:
        return None
    limits = {"panel": panels, "row": size, "column": size}
    if not all(whole(sent.get(name), below) for name, below in limits.items()):
        return None
    return Cell(**{name: sent[name] for name in limits})


@lru_cache(maxsize=1)
def _component() -> Callable[..., Any]:
    folder = Path(__file__).parent
    # One module for the browser, two files for the reader.
    script = "\n".join((folder / name).read_text() for name in ("matrix_drawing.js", "matrix.js"))
    return st.components.v2.component("vecassay_matrix", js=script, css=(folder / "matrix.css").read_text())


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SHORT else flat[: SHORT - 1] + "…"


def _decimals(width: float) -> int:
    """Two decimals where a level is as fine as that; fewer for wide ranges, more for ranges below 0.1."""
    if not width:
        return 2
    known = math.floor(-math.log10(width / (2 * (HIGHEST - LOWEST))))
    wanted = max(2, math.ceil(-math.log10(width)) + 1)
    return min(max(0, min(known, wanted)), 12)


def _labels(bands: Sequence[str] | None, colours: Mapping[str, str]) -> dict[str, Any]:
    if bands is None:
        return {}
    names = sorted(set(bands) - {""})
    places = {"": -1, **{name: place for place, name in enumerate(names)}}
    chosen = [colours.get(name, BANDS[place % len(BANDS)]) for place, name in enumerate(names)]
    return {
        "labels": [_short(name) for name in names],
        "label_colours": chosen,
        "no_label": NO_LABEL,
        "bands": [places[band] for band in bands],
    }


def _check(
    panels: Sequence[MatrixPanel],
    texts: Sequence[str],
    bands: Sequence[str] | None,
    band_colours: Mapping[str, str] | None,
) -> None:
    size = len(texts)
    if not panels or not 1 <= size <= MOST:
        raise VecassayError(
            f"The picture holds 1 to {MOST:,} texts and at least one matrix; {size:,} texts and {len(panels)} matrices "
            "came. Show a sample of the texts."
        )
    for panel in panels:
        _check_panel(panel, size)
    if bands is not None and len(bands) != size:
        raise VecassayError(f"One label for each of the {size:,} texts was expected, {len(bands):,} came.")
    for name, colour in (band_colours or {}).items():
        if not _COLOUR.fullmatch(colour):
            raise VecassayError(f"The colour of label {name!r} should look like #2F81C7, not {colour!r}.")


def _check_panel(panel: MatrixPanel, size: int) -> None:
    shape = np.shape(panel.values)
    if shape != (size, size):
        raise VecassayError(
            f"The matrix “{panel.title}” should have {size:,} rows and {size:,} columns, one for each text; its shape "
            f"is {shape}."
        )
    if not (math.isfinite(panel.low) and math.isfinite(panel.high) and panel.low <= panel.high):
        raise VecassayError(
            f"The colours of the matrix “{panel.title}” should run from a low to a high number, not from {panel.low} "
            f"to {panel.high}."
        )
    if panel.diverging and not math.isclose(panel.low, -panel.high, rel_tol=1e-6):
        raise VecassayError(
            f"A matrix of differences has zero in the middle: “{panel.title}” should run from -x to x, not from "
            f"{panel.low} to {panel.high}."
        )
