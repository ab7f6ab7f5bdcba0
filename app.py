"""Vecassay: see, measure and choose text-embedding models on your own data. The table of contents."""

from pathlib import Path

import streamlit as st

from core import session

st.set_page_config(page_title="Vecassay", page_icon=str(Path(__file__).parent / "docs" / "icon.png"), layout="wide")
session.navigated()
st.navigation(
    [
        st.Page("pages/overview.py", title="Overview", icon=":material/dashboard:", default=True),
        st.Page("pages/compare.py", title="Compare", icon=":material/compare_arrows:"),
        st.Page("pages/similarity.py", title="Similarity", icon=":material/grid_on:"),
        st.Page("pages/clusters.py", title="Clusters", icon=":material/bubble_chart:"),
        st.Page("pages/latency.py", title="Latency", icon=":material/speed:"),
        st.Page("pages/retrieval.py", title="Retrieval", icon=":material/manage_search:"),
        st.Page("pages/decision.py", title="Decision", icon=":material/gavel:"),
        st.Page("pages/library.py", title="Library", icon=":material/inventory_2:"),
    ]
).run()
