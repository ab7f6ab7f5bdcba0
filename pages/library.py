"""What is stored, how big is it, and who uses it?"""

import streamlit as st

from core import session

session.page(study=False)

# 1. Where it is
session.store_summary()

# 2. What is there
st.subheader("Texts")
session.corpus_shelf()
st.subheader("Models")
session.model_shelf()
session.spending_shelf()

# 3. What it saves
st.subheader("Vectors and answers")
session.vector_shelf()
session.warm_up()
