"""Take a decision away: the record as Markdown, HTML or JSON, with what a person adds to it."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from time import sleep

import streamlit as st

from core import catalog
from core.deciding import Settled
from core.decision import Plan
from core.recording import Written, compose
from core.report.html import to_html
from core.report.markdown import to_markdown
from core.report.record import Record, to_json
from core.session.words import short
from core.types import Answer, Study

FILES: dict[str, tuple[str, Callable[[Record], bytes], str, str]] = {
    "html": (
        "HTML",
        to_html,
        "text/html",
        "One file with its pictures: opens anywhere without a network, prints well.",
    ),
    "md": ("Markdown", to_markdown, "text/markdown", "For a wiki, a pull request or a mail."),
    "json": ("JSON", to_json, "application/json", "To check it later: python -m core verify record.json"),
}
LONGEST = 200
LONG = 4_000
PREVIEW = 640
WIDTH = 160
TYPED = ("title", "question", "signed", "untested")
MOMENT = 0.3


def record_download(
    study: Study, plan: Plan, answers: Mapping[str, Answer], run: Answer | None, settled: Settled
) -> None:
    """Title, question, signature and what was not tested; the record to look at, or to download, made when asked for.

    `answers` are those to `deciding.questions`, `run` the latency run that times came from, or None. Writing a record
    costs some tenths of a second, so none is written while the page is only drawn.
    """
    typed: dict[str, str] = st.session_state.setdefault("_record_typed", {})

    def made() -> Record:
        return compose(study, plan, answers, run, settled, _written(typed))

    _asked(typed, made)
    with st.container(horizontal=True):
        for ending, (label, write, mime, what) in FILES.items():
            st.download_button(
                label,
                partial(_file, write, made, typed),
                file_name=f"decision-{catalog.slug(short(study.corpus.name, 60))}.{ending}",
                mime=mime,
                key=f"record-{ending}",
                icon=":material/download:",
                on_click="ignore",
                help=what,
                width=WIDTH,
            )
    st.caption(
        "No text and no query is in it, only their digests; of a model's folder the name, not where it lies. With the "
        "JSON file anybody who has the texts can check later whether the decision still holds."
    )


def _file(write: Callable[[Record], bytes], made: Callable[[], Record], typed: Mapping[str, str]) -> bytes:
    """The file with what is typed at the click, which runs this in a thread of its own, beside the page's own run."""
    while True:
        sleep(MOMENT)  # a field tells what is in it when it is left: often by this very click
        before = dict(typed)
        content = write(made())
        if typed == before:
            return content


@st.fragment
def _asked(typed: dict[str, str], made: Callable[[], Record]) -> None:
    """What only a person can say, kept in `typed`, which all runs of a session share; and the record as it then is.

    What is typed runs this part alone: a button that is drawn anew cannot be clicked until the browser knows of it,
    and these fields are left, often, by the very click on a button.
    """
    line = partial(st.text_input, max_chars=LONGEST, persist_state="session", on_change=_note, args=(typed,))
    area = partial(st.text_area, max_chars=LONG, persist_state="session", on_change=_note, args=(typed,), height=100)
    left, right = st.columns(2)
    with left:
        told = "What the record is filed under."
        line("Title", key="record_title", placeholder="Search in the help centre", help=told)
    with right:
        told = "Names under the record, with commas between; each gets a line to sign on."
        line("Who signs", key="record_signed", placeholder="Ada Lovelace, search team", help=told)
    with left:
        example = "Which model should answer our customers' searches from January on?"
        told = "What was to be decided, for somebody who was not there."
        area("Question", key="record_question", placeholder=example, help=told)
    with right:
        example = "Questions in other languages\nTexts of next year's product"
        told = (
            "One thing a line. What Vecassay can tell by itself is added: unjudged results, texts that are cut, what "
            "was not measured."
        )
        area("What was not tested", key="record_untested", placeholder=example, help=told)
    _note(typed)
    if st.toggle("Show it here", key="record_shown", help="The HTML file as it will look, below."):
        st.iframe(_page(made()), height=PREVIEW, alt="The decision record as it will be downloaded")


def _note(typed: dict[str, str]) -> None:
    typed.update({name: str(st.session_state.get(f"record_{name}") or "") for name in TYPED})


def _written(typed: Mapping[str, str]) -> Written:
    return Written(typed["title"], typed["question"], _parts(typed["signed"], ","), _parts(typed["untested"], "\n"))


def _parts(typed: str, by: str) -> tuple[str, ...]:
    """What was typed, cut into its parts; empty ones are left out."""
    return tuple(part.strip() for part in typed.split(by) if part.strip())


def _page(record: Record) -> str:
    """The HTML as an address of its own, which has no access to the dashboard around it."""
    return f"data:text/html;charset=utf-8;base64,{b64encode(to_html(record)).decode()}"
