"""Which model goes into production, and why?"""

import streamlit as st

from core import session

study = session.page()
study = session.answering(study, [query.text for query in study.corpus.queries])

# 1. What is compared
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    words = session.candidates(study)
    scored = session.retrieval_settings()
found = session.decision_answers(study, words, scored)

# 2. The answer, the wishes it follows from, the evidence, and the record to be taken away
session.decide(study, words, scored, found)
