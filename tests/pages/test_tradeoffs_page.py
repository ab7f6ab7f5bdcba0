"""The Trade-offs page: the answer first, a row picked, and taken to Decision as a candidate."""

import pytest
from streamlit.testing.v1 import AppTest

from core import pipeline
from core.types import Study
from tests.decisions import corpus
from tests.pages.test_pages import ROOT, open_page, settle, words


def told(at: AppTest) -> str:
    return words(at).replace("\\", "").replace("\u2060", "")


@pytest.fixture
def study(app: None) -> Study:
    return pipeline.study(corpus(40), ["lsa"])


def opened(study: Study, **query: str) -> AppTest:
    return open_page("tradeoffs", corpus=study.corpus.fingerprint, models="lsa", **query)


def test_the_answer_stands_first_then_picture_and_table(study: Study, asked_here: list[str]) -> None:
    at = opened(study)
    assert not at.exception, at.exception
    text = told(at)
    assert "Decided" in text or "Not decided" in text
    assert "bytes a text" in text
    assert "n = 40 judged queries" in text
    assert "Not known to be trained for truncation" in text
    assert len(at.get("plotly_chart")) >= 1
    table = at.dataframe[0].value
    assert "LSA (float32)" in set(table["configuration"])
    assert at.number_input(key="within").value == 1.0


def test_moving_what_may_be_lost_embeds_and_tries_nothing_again(study: Study, asked_here: list[str]) -> None:
    at = opened(study)
    before = asked_here.count("tradeoffs")
    at.number_input(key="within").set_value(20.0).run()
    settle(at)
    assert not at.exception, at.exception
    assert asked_here.count("tradeoffs") == before == 1
    assert asked_here.count("frontier") == 2


def test_texts_without_judgements_are_measured_by_their_neighbours(app: None, asked_here: list[str]) -> None:
    at = open_page("tradeoffs", corpus="sentences", models="lsa")
    assert not at.exception, at.exception
    assert at.selectbox(key="kept").options == [
        "Label accuracy", "Recall@10 of exact neighbours", "Similarities in the same order",
    ]  # fmt: skip
    at.selectbox(key="kept").set_value("spearman").run()
    assert not at.exception, at.exception
    assert "random pairs of texts" in told(at)


def test_a_form_in_the_link_is_a_candidate_of_decision_and_retrieval(study: Study, asked_here: list[str]) -> None:
    for page in ("decision", "retrieval"):
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        at.query_params["corpus"], at.query_params["models"] = study.corpus.fingerprint, "lsa"
        at.query_params["smaller"] = "lsa@32:int8"
        at.switch_page(f"pages/{page}.py").run()
        settle(at)
        assert not at.exception, at.exception
        assert at.multiselect(key="_smaller").value == ["lsa@32:int8"]
        assert any("32 dimensions, int8" in str(frame.value) for frame in at.dataframe)


def test_forms_of_models_that_are_not_chosen_and_nonsense_are_left_out(study: Study, asked_here: list[str]) -> None:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    at.query_params["corpus"], at.query_params["models"] = study.corpus.fingerprint, "lsa"
    at.query_params["smaller"] = "minilm:int8,<script>,lsa,lsa:int8+bm25"
    at.switch_page("pages/decision.py").run()
    settle(at)
    assert not at.exception, at.exception
    assert "_smaller" not in [each.key for each in at.multiselect]
