"""The Latency page: measures nothing by itself, shows the last run first, overlays runs, deletes one's own."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs, pipeline
from core.session.latency import COMMAND_LINE
from core.types import Study
from tests.fake_latency import SUMMARY, run
from tests.pages.test_pages import open_page, words

COSTS = {"static": (100_000, 50_000), "lsa": (1_000_000, 10_000), "minilm": (5_000_000, 3_000_000)}


@pytest.fixture
def app(home_with_static: Path, app: None) -> None:
    """Pages in a home where the distilled model is there already."""


def keep(key: str, models: int, owner: str = COMMAND_LINE) -> Study:
    """A run of made-up models in the store, as if measured on the sample."""
    study = pipeline.study("sentences", ["lsa"])
    found, _ = run(dict(list(COSTS.items())[:models]), reference="static")
    pipeline.store().timings.put(key, study.corpus.fingerprint, owner, SUMMARY, found)
    return study


def told(at: AppTest) -> str:
    return words(at).replace("\\", "")


@pytest.mark.parametrize("models", ["", "lsa", "minilm,static,lsa"])
def test_opening_the_page_measures_nothing(app: None, models: str) -> None:
    at = open_page("latency", corpus="sentences", models=models)
    assert not at.exception
    assert not at.error
    assert not jobs.jobs().asked("latency")
    assert not pipeline.store().timings.list(pipeline.study("sentences", ["lsa"]).corpus.fingerprint)
    assert ("Choose a model" if not models else "Nothing was measured on these texts yet") in told(at)


@pytest.mark.parametrize("models", [1, 3])
def test_the_last_run_is_shown_with_its_answer_first(app: None, models: int) -> None:
    keep("old", 1)
    keep("new", models)
    at = open_page("latency", corpus="sentences", models="lsa")
    assert not at.exception, at.exception
    text = told(at)
    assert "p95 of a single call: Static **0.150 ms** (the reference)" in text
    assert ("Minilm **8.00 ms** (53.3× the reference)" in text) is (models == 3)
    assert at.multiselect(key="_pick_runs").value == ["new"]
    assert "embedding 300 texts takes about" in text
    assert "Abacus 1, 2 core(s)" in text
    assert "drawn at random with seed 0" in text
    table = at.dataframe[0].value
    assert {"model", "figure", "at", "value", "unit", "low", "high", "range", "n", "of"} == set(table.columns)
    assert (table["n"] > 0).all()
    assert len(at.get("plotly_chart")) == 5


def test_runs_are_laid_over_each_other_and_the_link_holds_them(app: None) -> None:
    keep("one", 2)
    keep("two", 3)
    at = open_page("latency", corpus="sentences", models="lsa", runs="one,two")
    assert not at.exception, at.exception
    assert sorted(at.multiselect(key="_pick_runs").value) == ["one", "two"]
    assert told(at).count("p95 of a single call on") == 2
    assert len(set(at.dataframe[0].value["model"])) == 5
    at.multiselect(key="_pick_runs").set_value(["one"]).run()
    assert at.query_params["runs"] in ("one", ["one"])
    assert told(at).count("p95 of a single call:") == 1
    assert len(set(at.dataframe[0].value["model"])) == 2


def test_a_run_that_is_gone_or_of_other_texts_falls_back_to_the_last(app: None) -> None:
    keep("one", 1)
    at = open_page("latency", corpus="sentences", models="lsa", runs="gone")
    assert not at.exception
    assert at.multiselect(key="_pick_runs").value == ["one"]
    other = open_page("latency", corpus="helpdesk", models="lsa", runs="one")
    assert "Nothing was measured on these texts yet" in told(other)


def test_one_s_own_run_can_be_deleted_and_nobody_else_s(app: None) -> None:
    study = keep("mine", 1)
    keep("theirs", 1, owner="somebody else")
    at = open_page("latency", corpus="sentences", models="lsa", runs="mine,theirs")
    keys = [button.key for button in at.button]
    assert "deleted-theirs" not in keys
    at.button(key="deleted-mine").click().run()
    assert not at.exception
    assert [entry.key for entry in pipeline.store().timings.list(study.corpus.fingerprint)] == ["theirs"]


def test_tokens_instead_of_texts_and_another_number_of_texts(app: None) -> None:
    keep("one", 2)
    at = open_page("latency", corpus="sentences", models="lsa", counted="tokens", texts_to_embed="250000")
    assert not at.exception
    assert "tokens/s" in str(json.loads(at.get("plotly_chart")[1].proto.spec)["layout"]["yaxis"]["title"])
    assert "embedding 250,000 texts takes about" in told(at)


def test_doubts_are_told(app: None) -> None:
    study = pipeline.study("sentences", ["lsa"])
    found, _ = run({"lsa": (1_000_000, 0)})
    found["facts"]["alone"] = False
    found["facts"]["load"]["others_during"] = 1.5
    pipeline.store().timings.put("busy", study.corpus.fingerprint, "me", SUMMARY, found)
    at = open_page("latency", corpus="sentences", models="minilm,lsa")
    said = " ".join(warning.value for warning in at.warning).replace("\\", "")
    assert "The machine was busy: other programs kept 1.5 of 2 cores" in said
    assert "Other jobs may have run in the same worker" in said
    assert "Not in the run shown: MiniLM-L6" in told(at)
