"""The Decision page below what is compared: wishes, the answer that follows from them, its evidence, its record."""

import streamlit as st

from core import deciding
from core.session import decision, grounds, record, soundness, timing
from core.session.retrieval import Scored
from core.types import Answer, Study


@st.fragment
def decide(study: Study, words: tuple[str, ...], scored: Scored, found: dict[str, Answer]) -> None:
    """Everything that follows from limits, costs and prices: moving one runs this, and not what is compared."""
    # The answer stands first; the limits it follows from come below it.
    answer, picture = st.container(), st.container()
    with answer:
        despite = soundness.despite(deciding.alarms(study, found))
    decided = decision.wished(study, words, scored, found, despite=despite)
    with answer:
        decision.decision_answer(decided)
    with picture:
        decision.decision_chart(decided)
    st.subheader("Struck out")
    grounds.struck_out(decided)
    st.subheader("Who is as good, and what it costs")
    grounds.costs(decided)
    st.subheader("When would the answer change?")
    grounds.flip_points(decided)
    if decided.run is not None:
        st.subheader("How it was timed")
        timing.run_told(decided.run)
    st.subheader("What was not tested")
    grounds.not_tested(decided)
    st.subheader("The record")
    run = decided.run.found if decided.run else None
    record.record_download(study, decided.plan, found, run, decided.settled)
