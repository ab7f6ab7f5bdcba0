"""Which texts does a model think are alike?"""

import streamlit as st

from core import session

study = session.page()
if len(study.corpus) < 2:
    st.info("Two texts are enough to begin: add another one in the sidebar.", icon=":material/add:")
    st.stop()

# 1. What is compared
view = session.similarity_view(study)

# 2. The answer: a sentence, and every pair of texts under every model
sentence = st.container()
found = session.similar(study, view)
with sentence:
    session.similarity_finding(study, view, found)
clicked = session.similarity_matrices(study, view, found)
if clicked:
    session.open_pair(*clicked)
st.subheader("Pairs worth a look")
listed, opened = st.columns([3, 2], gap="medium")
with listed:
    first = session.pair_list(study, view, found)
with opened:
    session.opened_pair(study, first)

# 3. The evidence: all pairs of the corpus
st.subheader("What does one threshold mean under each model?")
session.thresholds(study, view, found)
