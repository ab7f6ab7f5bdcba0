"""The maps of the Clusters page with what is done on them: another look, or an outline drawn, runs this part alone."""

from collections.abc import Mapping

import streamlit as st

from core.session.colouring import lit, map_look, paint
from core.session.maps import Seen, draw_maps
from core.session.selection import selected_texts
from core.session.trust import map_figures, stability
from core.types import Floats


@st.fragment
def look_at_maps(seen: Seen, placed: Mapping[str, Floats]) -> None:
    """How points look, the maps, how far to trust them, and the texts picked on one.

    `placed` are the places of newly typed texts by model. A row selected in the table of clusters runs the whole page.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        look = map_look(seen.study)
    shown = draw_maps(seen, paint(seen, look), lit=lit(seen, look), fade=look.fade, placed=placed)
    map_figures(seen)
    stability(seen)
    st.subheader("Texts on the maps")
    selected_texts(seen, shown)
