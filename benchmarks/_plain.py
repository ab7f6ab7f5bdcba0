"""A page that computes nothing, with as many elements as its link asks for: what Streamlit itself needs for them.

At / and at /page: by the link of a page that is not the first, a browser asks for the server at the wrong place before.
"""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st


def plain() -> None:
    """The page."""
    asked = {kind: int(n) for kind, n in st.query_params.items() if n.isdigit()}
    st.title("A plain page")
    more = st.toggle("More", key="more")
    st.text("more" if more else "less")
    for _ in range(asked.get("markdown", 0)):
        st.markdown("A line of **text**, as long as a caption is on the pages of this dashboard, or a little longer.")
    for column in st.columns(asked["metric"]) if asked.get("metric") else ():
        column.metric("Texts", "252")
    for n in range(asked.get("plotly_chart", 0)):
        st.plotly_chart(go.Figure(go.Scatter(x=[1, 2, 3], y=[3, 1, 2])), key=f"chart{n}")
    for n in range(asked.get("dataframe", 0)):
        st.dataframe(pd.DataFrame({"a": range(20), "b": range(20)}), key=f"table{n}")
    for n in range(asked.get("widget", 0)):
        st.number_input("A number", 0, 100, 1, key=f"number{n}")


pages = [st.Page(plain, title="Plain", default=True), st.Page(plain, title="Page", url_path="page")]
st.navigation(pages, position="hidden").run()
