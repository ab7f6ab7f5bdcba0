"""A small app around the maps, with made points, for tests and measurements: /?n=1000&panels=2&colour=names."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.components import maps as component
from core.components.maps import Colouring, MapPanel
from core.types import Floats

HOSTILE = '<img src=x onerror=alert(1)><b>bold</b> & "quotes" ${1}'
COLOURS = ("#2F81C7", "#E08A00", "#0E9F74", "#CC6FA0", "#D55E00", "#56B4E9", "#8A6FC9", "#8C8C8C")
SCALE = ((0.0, "#F3F6FA"), (0.5, "#6FA8D6"), (1.0, "#123F6B"))


def asked(name: str, otherwise: str) -> str:
    return st.query_params.get(name, otherwise)


@lru_cache(maxsize=16)
def made(n: int, groups: int, panel: int) -> tuple[Floats, npt.NDArray[np.uint16]]:
    random = np.random.default_rng(7)
    codes = random.integers(0, groups, n)
    centres = random.normal(size=(groups, 2)) * 2.2
    noise = np.random.default_rng(panel).normal(size=(n, 2)) * 0.45
    return ((centres[codes] + noise) / 2.4).astype(np.float32), codes.astype(np.uint16)


def map_page() -> None:
    n, groups = int(asked("n", "1000")), int(asked("groups", "6"))
    st.session_state["more"] = st.session_state.get("more", 0) ^ st.button("Other points")
    n += st.session_state["more"]
    made_panels = [made(n, groups, place) for place in range(int(asked("panels", "1")))]
    coordinates, codes = [xy for xy, _ in made_panels], made_panels[0][1]
    extra = np.array([[0.2, 0.3], [-0.6, 0.5]], dtype=np.float32) if asked("extra", "") else None
    strength = None
    if asked("strength", ""):
        strength = np.linspace(0, 1, n, dtype=np.float32)
        strength[::9] = np.nan
    if asked("colour", "names") == "names":
        names = tuple(HOSTILE if code == 1 else f"group {code}" for code in range(groups))
        colouring = Colouring(codes, names, tuple(COLOURS[code % 8] for code in range(groups)), title="Label")
    else:
        values = np.linspace(0, 500, n, dtype=np.float32)
        values[::5] = np.nan
        colouring = Colouring(None, values=values, scale=SCALE, low=0, high=500, title="Length")
    if st.button("Rerun"):
        st.caption("Reran")
    key = f"map-{st.session_state.setdefault('round', 0)}"
    if st.button("New key"):
        st.session_state["round"] += 1
        st.rerun()
    shown = component.maps(
        [MapPanel(f"Model {place + 1}", xy, extra, strength) for place, xy in enumerate(coordinates)],
        colouring=colouring,
        lit=codes == 0 if asked("lit", "") else None,
        texts=[f"{HOSTILE} {row}" for row in range(n)] if asked("texts", "") else None,
        height=int(asked("height", "520")),
        key=key,
        alt="Made points in groups",
    )
    selection = shown.selection
    rows = [] if selection is None else selection.rows(coordinates[selection.panel])
    st.text(f"panel {selection.panel if selection else None} selected {len(rows)} sum {int(np.sum(rows))}")
    st.text(f"corners {len(selection.polygon) if selection else 0}")
    st.text(f"hovered {shown.hovered} clicked {shown.clicked}")


def other_page() -> None:
    st.text("Another page")


st.set_page_config(layout="wide")
st.navigation([st.Page(map_page, title="Maps", default=True), st.Page(other_page, title="Other")]).run()
