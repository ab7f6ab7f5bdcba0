"""Where do models agree about what is similar, and where do they not?"""

import streamlit as st

from core import charts, session
from core.types import Role

study = session.page()

# 1. What is compared
small = session.sentences(study.corpus)

# 2. The answer: every pair of sentences under every model
asked = session.answering(study, small.texts if small else (), Role.DOCUMENT)
if small is not None and asked.models:
    labels, many = session.labels(asked), len(asked.models) > 1
    found = session.answer("pairs", asked, sentences=small.fingerprint)
    pairs = session.pair_table(found["pairs"], small, labels)
    if many:
        session.disagreement(pairs, labels)
    session.sentence_matrices(found, small, labels, pairs)
    st.caption(
        "Scores of different models are not on one scale, and each matrix has its own: compare ranks across models."
    )
    if many:
        st.subheader("Pairs on which the models disagree most")
        top = pairs.head(10)
        names = [f"{a} / {b}" for a, b in top[["first", "second"]].itertuples(index=False)]
        session.chart(charts.rank_lines(found["pairs"], top, labels, names), alt="Ranks of ten pairs", key="ranks")
    session.table(pairs.drop(columns=["a", "b"]), "pairs", column_config=session.pair_columns(labels))

# 3. The evidence: the whole corpus
st.subheader("Over all texts")
k = st.slider("Neighbours per text (k)", 1, 50, 10, key="k", bind="query-params", help="How many nearest texts count.")
if len(study.models) > 1:
    session.agreement(study, k)
    st.subheader("Texts on which two models share the fewest neighbours")
    picked = session.least_shared(study, *session.model_pair(study), k)
else:
    st.info("Choose a second model in the sidebar to see how far the two agree.", icon=":material/add:")
    picked = None

st.subheader("One text's neighbours")
session.neighbours(study, session.row(study.corpus, picked), k)
