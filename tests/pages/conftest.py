"""What the tests of pages share: the app in a home of its own, and answers given in this process."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import streamlit as st

from core import jobs, pipeline
from core.session import boot
from core.types import Question
from core.work import Work


@pytest.fixture
def app(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages in an empty home; the worker starts when something is asked of it, not before."""
    monkeypatch.setattr(jobs.Jobs, "warm", lambda self: None)
    monkeypatch.setattr(boot, "_collect", lambda: None)  # a thread of each test would collect garbage to the very end
    st.cache_resource.clear()
    jobs.jobs.cache_clear()
    yield
    jobs.jobs().close()
    jobs.jobs.cache_clear()
    st.cache_resource.clear()


@pytest.fixture
def asked_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answers are given in this process: no worker has to start and load everything. Names what was asked."""
    asked: list[str] = []

    def here(waiting: Sequence[Question]) -> bool:
        for question in waiting:
            asked.append(question.name)
            pipeline.keep(Work(pipeline.store(), pipeline.respond), question)
        return True

    monkeypatch.setattr("core.session.panel.work", here)
    return asked
