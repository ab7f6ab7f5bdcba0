"""Every page with 0, 1, 2 and 3 models, by its own link, with errors a visitor can act on."""

import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import corpora, jobs, pipeline
from core.types import Corpus

ROOT = Path(__file__).parent.parent.parent
PAGES = ("overview", "compare", "similarity", "clusters", "latency", "library")
PATIENCE = 300


@pytest.fixture
def app(home_with_vectors: Path, app: None) -> None:
    """Pages in a home where the models and the vectors of the sample are there already."""


def open_page(page: str, **query: str) -> AppTest:
    """Run a page until no job is under way."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page(f"pages/{page}.py").run()  # by its own link: no other page runs before
    assert at.title[0].value.endswith("?")  # only the first run of an AppTest begins with `app.py`
    return settle(at)


def settle(at: AppTest) -> AppTest:
    """Run a page until nothing is at work, and nothing more is asked: what stands on other answers is asked last."""
    deadline, asked = time.monotonic() + PATIENCE, -1
    while jobs.jobs().active() or jobs.jobs().started != asked:
        assert time.monotonic() < deadline
        if jobs.jobs().active():
            time.sleep(0.1)
            continue
        asked = jobs.jobs().started
        at.run()
    return at


def words(at: AppTest) -> str:
    return "\n".join(str(element.value) for kind in (at.markdown, at.caption, at.info, at.error) for element in kind)


def test_a_link_is_kept_by_who_goes_to_another_page_before_the_first_is_drawn(
    app: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    at.query_params["corpus"], at.query_params["models"] = "helpdesk", "lsa"
    with monkeypatch.context() as early:
        early.setattr("core.session.boot.start", st.stop)
        at.switch_page("pages/retrieval.py").run()
        assert not at.sidebar.selectbox
    at.query_params.clear()  # as the browser does on the way to another page
    at.switch_page("pages/library.py").run()
    assert at.sidebar.selectbox[0].value == "helpdesk"
    assert at.sidebar.multiselect[0].value == ["lsa"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("models", ["", "lsa", "minilm,lsa", "minilm,static,lsa"])
def test_every_page_with_0_to_3_models(app: None, asked_here: list[str], page: str, models: str) -> None:
    at = open_page(page, corpus="sentences", models=models)
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    if not models and page != "library":
        assert "Choose a model" in words(at)


def test_overview_answers_first_and_a_search_finds_texts(app: None, asked_here: list[str]) -> None:
    at = open_page("overview", corpus="sentences", models="minilm,static,lsa")
    assert [metric.label for metric in at.metric[:2]] == ["Texts", "Labels"]
    assert at.metric[0].value == "300"
    text = words(at)
    assert "384" in text
    assert "256" in text
    at.text_input(key="try_it").set_value("rain is expected tomorrow").run()
    settle(at)
    assert not at.exception
    assert "found by every model" in words(at)
    assert "Weather" in words(at)


def test_compare_shows_ranks_dimensions_and_agreement(app: None, asked_here: list[str]) -> None:
    at = open_page("compare", corpus="sentences", models="minilm,static,lsa")
    figure = at.get("plotly_chart")[0].proto.spec
    assert "384 dim." in figure
    assert "256 dim." in figure
    pairs = at.dataframe[0].value
    assert len(pairs) == 28
    assert list(pairs["apart"]) == sorted(pairs["apart"], reverse=True)
    assert "not on one scale" in words(at)


def test_one_sentence_is_too_few_and_51_too_many(app: None) -> None:
    at = open_page("compare", corpus="sentences", models="lsa")
    at.text_area(key="typed_sentences").set_value("only one").run()
    assert "Two different sentences are enough" in words(at)
    at.text_area(key="typed_sentences").set_value("\n".join(f"sentence {i}" for i in range(51))).run()
    assert "Expected 2 to 50 sentences; got 51" in words(at)


def test_a_link_to_texts_that_are_gone_says_what_to_do(app: None) -> None:
    at = open_page("overview", corpus="0" * 32, models="lsa")
    assert "Load the texts again" in at.error[0].value.replace("\\", "")
    at.button[0].click().run()
    assert not settle(at).error


def test_an_unknown_model_in_a_link_is_named_and_the_rest_shown(app: None) -> None:
    at = open_page("overview", corpus="sentences", models="lsa,nonesuch")
    assert "nonesuch" in at.warning[0].value
    assert at.metric[0].value == "300"


HOSTILE = (
    "<script>alert(1)</script>",
    "![x](http://tracker.invalid/a.png) [click](javascript:alert(1))",
    "$\\frac{1}{0}$ :red[hot] :material/home:",
    "=cmd|' /C calc'!A0",
    "\u202eright to left \u05e9\u05dc\u05d5\u05dd",
    "emoji \U0001f468\u200d\U0001f469\u200d\U0001f467 and Z\u0351\u0343a\u0350lgo",
    "x" * 90_000,
    "NUL \x00 and half \ud800 character",
)


def test_hostile_texts_are_shown_letter_by_letter(app: None, asked_here: list[str]) -> None:
    texts = tuple(corpora.clean(text) for text in HOSTILE)
    corpus = Corpus("![name](http://tracker.invalid)", texts, labels=texts)
    fingerprint = pipeline.store().corpora.add(corpus, {}, kind="upload", owner="me")
    for page in PAGES:
        at = open_page(page, corpus=fingerprint, models="minilm,lsa")
        assert not at.exception, (page, at.exception)
        for element in at.markdown:
            assert "![x](" not in element.value
            assert "<script>" not in element.value
            assert "[click](" not in element.value


def test_lists_show_nobody_elses_texts(app: None) -> None:
    mine = Corpus("mine alone", ("a", "b"))
    pipeline.store().corpora.add(mine, {}, kind="upload", owner="somebody else")
    at = open_page("library", corpus="sentences", models="lsa")
    assert "mine alone" not in words(at)
    assert "mine alone" not in str(at.selectbox[0].options)
    pipeline.store().corpora.share(mine.fingerprint, "somebody else", True)
    at.run()
    assert "mine alone" in words(at)


def test_switching_pages_computes_nothing_again(app: None) -> None:
    open_page("overview", corpus="sentences", models="minilm,lsa")
    open_page("compare", corpus="sentences", models="minilm,lsa")
    started, encoded = jobs.jobs().started, pipeline.store().vectors.encoded()
    open_page("overview", corpus="sentences", models="minilm,lsa")
    open_page("compare", corpus="sentences", models="minilm,lsa")
    assert jobs.jobs().started == started
    assert pipeline.store().vectors.encoded() == encoded


def test_what_is_deleted_is_not_warmed_up_again_unasked(app: None, monkeypatch: pytest.MonkeyPatch) -> None:
    at = open_page("library", corpus="sentences", models="lsa")
    at.button(key="warm").click().run()
    for _ in range(5):
        if at.success:
            break
        settle(at)
    assert at.success
    submitted: list[str] = []
    monkeypatch.setattr(jobs.jobs(), "submit", lambda question, *rest: submitted.append(question.name))
    at.button(key="deleted-answers").click().run()
    assert submitted == []
    assert not at.success
    assert not pipeline.store().answers.list()
