"""Everything the pages ask by default, asked before anybody opens them."""

import streamlit as st

from core import deciding, pipeline
from core.retrieval.candidates import BM25
from core.session import choice, results
from core.session.clusters import usual_grouping
from core.session.maps import View, asked_first, asked_then
from core.session.panel import work
from core.session.retrieval import Scored
from core.session.words import count, plain
from core.types import Question, Study

SLOT = "_warming"


def stop() -> None:
    """What was deleted comes back when somebody asks for it, not by a warm-up of before."""
    st.session_state.pop(SLOT, None)


def warm_up() -> None:
    """Embed what is chosen in the sidebar now, so that a class or a meeting does not wait."""
    study = choice.study()
    st.subheader("Warm up")
    st.write(
        f"Embed {count(len(study.corpus), 'text')} of “{plain(study.corpus.name)}” with "
        f"{count(len(study.models), 'model')} and answer what Overview, Compare and Clusters ask, "
        f"and Retrieval where queries are judged, before others open them."
    )
    keys = [model.spec.key for model in study.models]
    stages = _stages(study) if keys else []
    asked = [question.key for questions in stages for question in questions]
    if st.button("Warm up", key="warm", disabled=not keys):
        st.session_state[SLOT] = asked
    if not keys or st.session_state.get(SLOT) != asked:
        return
    for questions in stages:
        missing = [question for question in questions if pipeline.store().answers.get(question.key) is None]
        if missing:
            if work(missing):
                st.rerun()  # what stands above was drawn before this was done
            return
    st.success("Everything is in the cache.", icon=":material/check:")


def _stages(study: Study) -> list[list[Question]]:
    """Each stage stands on those before it: asked at once with them, it would compute them again."""
    keys = [model.spec.key for model in study.models]
    view, groups = View.usual(len(study.corpus)), usual_grouping(study)
    first = [pipeline.ask(name, study.only(key)) for name in ("truncation", "profile") for key in keys]
    first += [pipeline.ask("suggest", study.only(key), seed=groups["seed"]) for key in keys]
    then = [*asked_first(study, view, groups), *(deciding.soundness(study, key) for key in keys)]
    last = asked_then(study, view)
    if study.corpus.labels:
        last.append(pipeline.ask("crossing", study.only(keys[0]), **groups))
    if len(keys) > 1:
        a, b = keys[:2]
        first.append(pipeline.ask("agreement", study, k=10, seed=0))
        last.append(pipeline.ask("splits", study.only(*sorted((a, b))), a=a, b=b, **groups))
    if results.judged(study.corpus.fingerprint, True).evaluated().size:
        asked = deciding.compared(study, Scored().plan((*keys, BM25)))
        first += [question for question in asked.values() if question.name != "comparison"]
        then += [question for question in asked.values() if question.name == "comparison"]
    return [first, then, last]
