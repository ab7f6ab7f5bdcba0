"""Which model goes into production, and why?"""

import streamlit as st

from core import session

study = session.page()

# 1. What is compared
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
    words = session.candidates(study)
    scored = session.retrieval_settings()
found = session.decision_answers(study, words, scored)

# 2. The answer stands first; the limits it follows from come below it
answer, picture = st.container(), st.container()
decided = session.wished(study, words, scored, found)
with answer:
    session.decision_answer(decided)
with picture:
    session.decision_chart(decided)

# 3. The evidence
st.subheader("Struck out")
session.struck_out(decided)
st.subheader("Who is as good, and what it costs")
session.costs(decided)
st.subheader("When would the answer change?")
session.flip_points(decided)
st.subheader("How it was timed")
session.run_told(decided.run)
st.subheader("What was not tested")
session.not_tested(decided)

# 4. The record, to be taken away
st.subheader("The record")
run = decided.run.found if decided.run else None
session.record_download(study, decided.plan, found, run, decided.settled)
