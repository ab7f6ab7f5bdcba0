"""Which model finds the right texts?"""

import streamlit as st

from core import session

study = session.page()
study = session.answering(study, [query.text for query in study.corpus.queries])

# 1. What is compared
top = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
with top:
    view = session.retrieval_view(study)
if view == session.TEST_SET:
    session.test_set(study)
    st.stop()
with top:
    words = session.candidates(study)
    scored = session.retrieval_settings()
if view == "Cut-offs":
    session.cutoffs(study, words, scored)
    st.stop()
sentence = st.container()
found = session.retrieved(study, words, scored)

# 2. The answer, or down to one query
if view == "Queries":
    session.query_by_query(found)
    st.stop()
with sentence:
    session.retrieval_verdict(found)
session.whiskers(found)
session.pair_verdicts(found)

# 3. The evidence: can it tell, and everything that was measured
session.able(found)
session.every_figure(found)
session.depth_curves(found)
session.by_kind(found)
session.small_and_large(found)
