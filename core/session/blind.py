"""The texts to grade for one query: nothing tells which candidate found them, and the order tells nothing."""

from collections.abc import Sequence

import streamlit as st

from core.errors import VecassayError
from core.session.grading import Grading, Item, mark
from core.session.words import plain
from core.types import Corpus, Query

LONG = 600
TALL = 220
GRADES = {0: "not relevant", 1: "useful", 2: "a good part", 3: "answers it"}
MEANING = ", ".join(f"**{grade}** {told}" for grade, told in GRADES.items())


def pool(grading: Grading, query: Query, items: Sequence[Item]) -> None:
    """How far one is, the first text without a grade, and all of them with their grades."""
    if trouble := st.session_state.pop("_judging_trouble", ""):
        st.error(plain(trouble), icon=":material/error:")
    done = sum(item.grade is not None for item in items)
    with st.container(key="pool"):
        left, right = st.columns([5, 2], vertical_alignment="center")
        left.markdown(f"**{done} of {len(items)}** judged")
        with right:
            _nothing(grading, query, items)
        if done < len(items):
            _current(grading, query, items)
        st.caption(f"Grades: {MEANING}. Press the chosen one again to take yours back.")
        for place, item in enumerate(items, start=1):
            _item(grading, query, item, place)


def _current(grading: Grading, query: Query, items: Sequence[Item]) -> None:
    """The first text without a grade, to be graded by a key; or the whole query as one without an answer."""
    now = next(item for item in items if item.grade is None)
    with st.container(border=True, key="current"):
        st.caption("The first text without a grade. Press 0, 1, 2 or 3:")
        _text(grading.corpus, now)
        with st.container(horizontal=True):
            for grade, told in GRADES.items():
                key, given = f"current-{grade}", (grading, query, [now], grade)
                st.button(told, key=key, shortcut=str(grade), on_click=_give, args=given)


def _nothing(grading: Grading, query: Query, items: Sequence[Item]) -> None:
    st.button(
        "No answer here",
        key="no_answer",
        icon=":material/block:",
        on_click=_give,
        args=(grading, query, items, 0),
        disabled=all(item.grade == 0 for item in items),
        help="None of these texts helps: all of them get grade 0. Queries without a relevant text are in no mean; they "
        "show whether a score tells that there is no answer.",
    )


def _item(grading: Grading, query: Query, item: Item, place: int) -> None:
    with st.container(border=True):
        text, grade = st.columns([6, 2], vertical_alignment="center")
        with text:
            _text(grading.corpus, item)
            if told := _told(item):
                st.caption(told)
        with grade:
            _control(grading, query, item, place)


def _text(corpus: Corpus, item: Item) -> None:
    """A text letter by letter; long ones scroll."""
    with st.container(height=TALL if len(item.text) > LONG else "content", border=False):
        title = corpus.titles[item.rows[0]] if corpus.titles else ""
        if title and item.text.startswith(title) and item.text != title:
            st.markdown(f"**{plain(title)}**")
            st.text(item.text.removeprefix(title).strip())
        else:
            st.text(item.text)


def _control(grading: Grading, query: Query, item: Item, place: int) -> None:
    key = f"grade-{mark(query.text)}-{mark(item.text)}"
    st.session_state[key] = item.grade if item.grade in GRADES else None  # the store knows best
    st.segmented_control(
        f"Grade of text {place}",
        list(GRADES),
        key=key,
        on_change=lambda: _give(grading, query, [item], st.session_state[key]),
        label_visibility="collapsed",
        help=f"{MEANING}. Press the chosen one again to take your grade back.",
    )


def _told(item: Item) -> str:
    """Where a grade comes from, and whether the text stands there more than once."""
    said = []
    if item.given is not None:
        said.append(f"given: {item.given}" + (", changed by you" if item.mine not in (None, item.given) else ""))
    if len(item.rows) > 1:
        said.append(f"in the texts {len(item.rows)} times, graded together")
    return " · ".join(said)


def _give(grading: Grading, query: Query, items: Sequence[Item], grade: int | None) -> None:
    try:
        grading.give(query, items, grade)
    except VecassayError as error:
        st.session_state["_judging_trouble"] = str(error)
