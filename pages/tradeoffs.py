"""How small, how cheap, how fast can the vectors get?"""

import streamlit as st

from core import session

study = session.page()

# 1. What is compared: every model in every size and precision
kept = session.kept_settings(study)
found = session.smaller_vectors(study, kept)

# 2. The answer: the smallest that is good enough, the picture, the table to choose from
session.smaller_answer(found)
session.smaller_chart(found)
chosen = session.smaller_table(found)

# 3. The evidence: what is lost in it
st.subheader("What is lost", help="The chosen row of the table against the model's own float32 vectors.")
session.what_is_lost(found, chosen)

# 4. What it costs
session.cost_of_sizes(found, chosen)

# 5. And what another model would change
session.plan_migration(found)

# 6. How fast they are searched, and where they go from here
st.subheader("How fast are they searched?", help="Indexes that do not look at every text, against exact search.")
session.index_curves(study)
st.subheader("Take them to your vector database")
session.send_to_database(study)
