"""What do these models make of my texts?"""

import streamlit as st

from core import charts, session

study = session.page()

# 1. What is compared
session.corpus_report(study.corpus)
cards = st.container()

# 2. The answer
cut, first = session.gather(study, "truncation", "profile")
with cards:
    session.model_cards(study, cut, first)
session.soundness(study, first)
rows = session.gap_rows(study, first)
if rows:
    st.subheader(
        "How similar are texts of one label, and of two?" if study.corpus.labels else "How alike are all texts?"
    )
    session.chart(
        charts.label_gap(rows, session.colours(study)),
        alt="Mean cosine of texts within and between labels, per model",
        data=session.frame(rows),
        key="label_gap",
    )
    st.caption(
        "A model that knows the labels has its ● right of its ○. Models use different scales, so neither position nor "
        "length alone makes one better than another."
        if study.corpus.labels
        else "Models use different scales, so position alone makes none better than another."
    )

# 3. The evidence
st.subheader("Try it")
session.try_it(study)
session.texts_table(study.corpus)
