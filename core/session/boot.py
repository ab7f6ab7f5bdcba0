"""What happens once per server process, and once more for the first visitor."""

import gc
from pathlib import Path
from threading import Thread
from time import sleep

import streamlit as st

from core import jobs, pipeline
from core.session.fragments import keep_together
from core.session.sockets import answer_at_once
from core.settings import settings

COLLECT_SECONDS = 60
PAGES = Path(__file__).parent.parent.parent / "pages"
FIRST = "overview"


@st.cache_resource(show_spinner=False)
def start() -> None:
    """Let answers leave at once and whole; start the worker, which prepares for maps while people read; collect
    garbage once a minute from now on.

    What is imported until then is taken out of the collection. Streamlit's own full collection after every script run
    is switched off in `.streamlit/config.toml`.
    """
    st.secrets.load_if_toml_exists()  # what stands there goes into the environment, which the worker starts with
    answer_at_once()
    keep_together()
    jobs.jobs().warm()
    if settings().warm:
        jobs.jobs().submit(pipeline.warm())
    gc.collect()
    gc.freeze()
    Thread(target=_collect, daemon=True, name="vecassay-gc").start()


def _collect() -> None:
    while True:
        sleep(COLLECT_SECONDS)
        gc.collect()


def ensure_navigation() -> None:
    """On a fresh server the first link to a page runs that page without `app.py`; start again, with it.

    Streamlit looks into the folder `pages/` by itself until `st.navigation` has been called once.
    """
    if not st.session_state.get("_navigated"):
        st.session_state["_navigated"] = True
        st.navigation([st.Page(page, default=page.stem == FIRST) for page in sorted(PAGES.glob("*.py"))])
        st.rerun()
