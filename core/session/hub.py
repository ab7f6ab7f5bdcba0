"""Whole data sets from the hub, brought by the worker while the visitor goes on."""

import streamlit as st

from core import jobs, pipeline
from core.corpora.hub import parse_name
from core.errors import VecassayError
from core.session import choice, identity, offering
from core.session.panel import work
from core.session.words import plain
from core.types import Question


def from_hub() -> None:
    """The fields for a data set of the hub, and the button that starts bringing it."""
    name = st.text_input(
        "Data set on the hub",
        key="hub_name",
        placeholder="mteb/scifact",
        help="A retrieval data set in mteb's layout: texts, queries and judgements. Of several in one repository, name "
        "one behind a colon: owner/name:de. No code of the data set is run.",
    )
    left, right = st.columns(2)
    split = left.text_input("Split", key="hub_split", placeholder="test", help="Whose judgements to take.")
    revision = right.text_input(
        "Revision", key="hub_revision", placeholder="main, a tag or a commit", help="The newest, if empty."
    )
    if not st.button("Bring it", key="hub_bring", type="primary", help="Downloads it in the worker; you can go on."):
        return
    try:
        named = parse_name(name or "")
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    whole = named.repository + (f":{named.subset}" if named.subset else "")
    facts = {"name": whole, "revision": (revision or "").strip(), "split": (split or "").strip()}
    question = Question("bring", {**facts, "owner": identity.owner()})
    jobs.jobs().submit(question)
    st.session_state["_bringing"] = question
    offering.closed()
    st.rerun()


def under_way() -> None:
    """How the bringing of a data set stands; once it is here, it is chosen."""
    question: Question | None = st.session_state.get("_bringing")
    if question is None:
        return
    status = jobs.jobs().status(question.key)
    done = status is not None and status.state == "done"
    st.caption(plain(f"From the hub: {question.arguments['name']}"))
    if not done and not work([question]):
        text = "Takes this notice away. A download that goes on still puts the data set into your list."
        if st.button("Hide", key="hub_hide", type="tertiary", help=text):
            del st.session_state["_bringing"]
            st.rerun()
        return
    del st.session_state["_bringing"]
    said = f"From the hub: {question.arguments['name']},"
    for held in pipeline.store().corpora.listed(identity.owner()):
        report = pipeline.store().corpora.report(held.fingerprint) if held.own and held.kind == "hub" else None
        if report and any(note.startswith(said) for note in report.get("notes", ())):
            choice.choose(corpus=held.fingerprint)
            break
    st.rerun()
