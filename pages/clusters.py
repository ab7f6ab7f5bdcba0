"""What groups does a model form, and can the picture be trusted?"""

import streamlit as st

from core import session

study = session.page()

# 1. What is drawn, and what is grouped
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = session.map_view(study)
found, maps, new, groups = (st.container() for _ in range(4))
with new:
    st.subheader("Place new texts")
    texts = session.new_texts()
with groups:
    st.subheader("Clusters", help="Found on the vectors, never on the picture.")
    grouping = session.grouping(study)
with found:
    seen = session.maps_and_clusters(study, view, grouping)
    placed = session.place(seen, texts)

# 2. The answer: what the maps show, how far to trust them, and the texts picked on one
with maps:
    session.found_groups(seen)
    session.look_at_maps(seen, placed.xy)

# 3. The evidence: new texts placed, and the clusters
with new:
    session.placed_texts(seen, placed)
with groups:
    session.suggestions(seen, grouping)
    chosen = session.one_model(seen)
    if chosen is not None:
        session.cluster_table(seen, chosen, grouping)
    session.split_groups(seen, grouping)
