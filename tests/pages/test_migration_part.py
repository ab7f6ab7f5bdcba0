"""The migration planner, in an app of its own: the answer first, what it takes, who loses, the stopgap."""

from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import pipeline
from core.types import Corpus
from tests.pages.test_pages import words
from tests.questions.test_migration import many, two


def _app(fingerprint: str, models: list[str], seconds: dict[str, float] | None) -> None:
    from core import pipeline, session
    from core.session.retrieval import Scored

    session.migration(pipeline.study(fingerprint, models), Scored(), seconds_per_text=seconds)


@pytest.fixture(autouse=True)
def _alone(app: None, asked_here: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """There are no other pages to link to."""
    monkeypatch.setattr(st, "page_link", lambda *_, label, **__: st.caption(label))


def _open(
    texts: Corpus, models: tuple[str, ...] = ("small", "wide"), seconds: dict[str, float] | None = None
) -> AppTest:
    two(texts)
    at = AppTest.from_function(_app, args=(texts.fingerprint, list(models), seconds), default_timeout=60)
    at.session_state["plan_move"] = True
    at.run()
    assert not at.exception, at.exception
    return at


def _said(at: AppTest) -> str:
    return words(at).replace("\\", "").replace("\u2060", "")


def test_the_answer_what_it_takes_who_loses_and_the_stopgap() -> None:
    at = _open(many(), seconds={"wide": 0.01})
    said = _said(at)
    assert "#### Moving from small LSA to wide LSA changes " in said
    assert "of each query's first 10 results" in said
    # 260 texts at a hundredth of a second; 32 and 8 numbers of four bytes.
    assert "Embedding them again takes 2.6 seconds. The new vectors of 260 texts take 33.3 kB" in said
    assert "the old ones take 8.3 kB; while both are kept, 41.6 kB" in said
    assert "wide LSA's queries over small LSA's texts mapped into its space" in said
    losers, ways = (frame.value for frame in at.dataframe)
    assert losers["difference"].is_monotonic_increasing
    assert len(ways) == 4
    assert len(at.get("plotly_chart")) == 1


def test_the_other_way_and_other_numbers_are_told_at_once(asked_here: list[str]) -> None:
    at = _open(many(), seconds={"wide": 0.01})
    at.selectbox(key="move_from").set_value("wide")
    at.selectbox(key="move_to").set_value("small").run()
    assert "Moving from wide LSA to small LSA" in _said(at)
    assert "as soon as it is known how fast small LSA embeds" in _said(at)
    assert "Embedding them again takes" not in _said(at)
    at.selectbox(key="move_from").set_value("small")
    at.selectbox(key="move_to").set_value("wide")
    at.number_input(key="move_texts").set_value(360_000)
    at.number_input(key="move_price").set_value(2.0).run()
    assert "Embedding them again takes 60 minutes and costs 2.00" in _said(at)
    at.segmented_control(key="move_side").set_value("Win most").run()
    assert at.dataframe[0].value["difference"].is_monotonic_decreasing
    assert asked_here.count("migration") == 2


def test_texts_without_queries_say_what_changes_most() -> None:
    at = _open(Corpus("few", many().texts[:45]))
    said = _said(at)
    assert "of the nearest 10 of each text" in said
    assert "No map: " in said
    assert "nDCG@10" not in " ".join(at.dataframe[0].value.columns)
    assert at.dataframe[0].value["results that change"].is_monotonic_decreasing
    assert not at.get("plotly_chart")


def test_one_model_and_the_same_model_say_what_to_do() -> None:
    at = _open(many(), ("wide",))
    assert "Choose a second model" in at.info[0].value
    at = _open(many())
    at.selectbox(key="move_to").set_value("small").run()
    assert "these two are the same" in at.info[0].value


def test_texts_of_people_are_shown_letter_by_letter() -> None:
    texts = many()
    named = replace(texts, queries=tuple(replace(each, text=f"**{each.text}**") for each in texts.queries))
    at = _open(named)
    assert at.dataframe[0].value["text"].str.startswith("**").all()
    assert pipeline.store().corpora.get(named.fingerprint) is not None
