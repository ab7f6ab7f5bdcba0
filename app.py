"""Vecassay: see, measure and choose text-embedding models on your own data. The table of contents."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

st.set_page_config(page_title="Vecassay", page_icon=str(HERE / "docs" / "icon.png"), layout="wide")
st.session_state["_navigated"] = True
linked = {name: value for name, value in st.query_params.to_dict().items() if name in ("corpus", "models")}
st.session_state["_chosen"] = {**st.session_state.get("_chosen", {}), **linked}  # see core/session/choice.py
page = st.navigation(
    [
        st.Page("pages/overview.py", title="Overview", icon=":material/dashboard:", default=True),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page("pages/similarity.py", title="Similarity", icon=":material/grid_on:"),
        st.Page("pages/clusters.py", title="Clusters", icon=":material/bubble_chart:"),
        st.Page("pages/latency.py", title="Latency", icon=":material/speed:"),
        st.Page("pages/retrieval.py", title="Retrieval", icon=":material/manage_search:"),
        st.Page("pages/tradeoffs.py", title="Trade-offs", icon=":material/compress:"),
        st.Page("pages/decision.py", title="Decision", icon=":material/gavel:"),
        st.Page("pages/library.py", title="Library", icon=":material/inventory_2:"),
    ]
)
# A page's question, its first line, is on the screen before the libraries that answer it are loaded. Not by `ast`:
# Python 3.11 fails (SystemError) when two threads parse at once.
with (HERE / "pages" / f"{page.url_path or 'overview'}.py").open(encoding="utf-8") as source:
    st.title(source.readline().strip().strip('"'))
page.run()
