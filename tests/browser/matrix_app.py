"""A page with nothing but matrices, for `test_matrix.py`: `?m=` texts, other values, and a switch to hide them."""

import numpy as np
import streamlit as st

from core.components.matrix import MatrixPanel, matrices

HOSTILE = "<img src=x onerror=alert(1)> **bold** $x$ [a](http://evil.invalid)"


@st.cache_resource
def values(m: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Row i, column j: a hand-made value that says where it is, (100 i + j) / 10,000, and its mirror image."""
    place = np.arange(m, dtype=np.float32)
    known = (100 * place[:, None] + place[None, :]) % 10_000 / 10_000
    return known + np.float32(shift), known.T.copy()


st.set_page_config(layout="wide")
m = int(st.query_params.get("m", "30"))
state = st.session_state
state.setdefault("clicks", 0)
st.button("Run again")
shift = 0.1 if st.checkbox("Other values") else 0.0
first, second = values(m, shift)
difference = first - second
difference[0, 1] = np.nan


def clicked() -> None:
    state.clicks += 1


if not st.checkbox("Hide"):
    texts = [f"text {row}" for row in range(m)]
    texts[0] = HOSTILE
    cell = matrices(
        [
            MatrixPanel("First <b>model</b>", first, 0.0, 1.0),
            MatrixPanel("Second", second, 0.0, 0.2),
            MatrixPanel("Difference", difference, -1.0, 1.0, diverging=True, unit="difference"),
        ],
        texts=texts,
        bands=["" if row < 2 else f"label <i>{row // 10}</i>" for row in range(m)],
        band_colours={"label <i>0</i>": "#123456"},
        key="matrices",
        alt="How alike the texts are",
        on_click=clicked,
    )
    st.text(f"cell {cell} clicks {state.clicks}")
state.runs = state.get("runs", 0) + 1
st.text(f"run {state.runs}")
