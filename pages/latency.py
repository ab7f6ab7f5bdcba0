"""How fast is it on this machine?"""

import streamlit as st

from core import session

study = session.page()

# 1. What is compared
session.measure_speed(study)
runs = session.kept_runs(study)
lines = session.speed_lines(study, runs)

# 2. The answer
session.speed_answer(study, runs)
session.call_times(runs, lines)

# 3. The evidence
st.subheader("How much goes through?")
session.sweeps(runs, lines)
st.subheader("What it means")
session.outlook(study, runs, lines)
st.subheader("Every figure")
session.speed_table(runs, lines)
st.subheader("How and where it was measured")
session.run_facts(runs)
