"""What groups does a model form, and can the picture be trusted?"""

import streamlit as st

from core import session

study = session.page()

# 1. What is drawn, and what is grouped
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = session.map_view(study)
    look = session.map_look(study)
found, maps, picked, new, groups = (st.container() for _ in range(5))
with new:
    st.subheader("Place new texts")
    texts = session.new_texts()
with groups:
    st.subheader("Clusters", help="Found on the vectors, never on the picture.")
    grouping = session.grouping(study)
with found:
    seen = session.maps_and_clusters(study, view, grouping)
    placed = session.place(seen, texts)

# 2. The answer: the maps, what they show, and how far to trust them
with maps:
    session.found_groups(seen)
    shown = session.draw_maps(
        seen, session.paint(seen, look), lit=session.lit(seen, look), fade=look.fade, placed=placed.xy
    )
    session.map_figures(seen)
    session.stability(seen)

# 3. The evidence: texts picked on a map, new ones placed, and the clusters
with picked:
    st.subheader("Texts on the maps")
    session.selected_texts(seen, shown)
with new:
    session.placed_texts(seen, placed)
with groups:
    session.suggestions(seen, grouping)
    chosen = session.one_model(seen)
    if chosen is not None:
        session.cluster_table(seen, chosen, grouping)
    session.split_groups(seen, grouping)
