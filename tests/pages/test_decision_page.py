"""The Decision page: measures nothing by itself, follows the limits without the worker, keeps its wishes in the URL."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs, pipeline
from core.types import Study
from tests.decisions import corpus, keep
from tests.pages.test_pages import ROOT, open_page, settle, words


def stored(queries: int = 40) -> Study:
    return pipeline.study(corpus(queries), ["lsa"])


def opened(study: Study, **query: str) -> AppTest:
    return open_page("decision", corpus=study.corpus.fingerprint, models="lsa", **query)


def told(at: AppTest) -> str:
    return words(at).replace("\\", "").replace("\u2060", "")


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every question that is handed to the worker from now on."""
    asked: list[Any] = []
    manager = jobs.jobs()
    original = manager.submit
    monkeypatch.setattr(
        manager, "submit", lambda question, *rest: (asked.append(question), original(question, *rest))[1]
    )
    return asked


def test_limits_costs_and_runs_are_weighed_without_the_worker(app: None, monkeypatch: pytest.MonkeyPatch) -> None:
    study = stored()
    keep(study)
    at = opened(study, limit_p95_ms="5.0", order="money,speed", price_bm25="7")
    assert not at.exception, at.exception
    assert not at.error, [each.value for each in at.error]
    text = told(at)
    assert "LSA: p95 of a query: 10 ms, and at most 5 ms is wanted." in text.replace("**", "")
    assert "BM25: the only one within the limits" in text
    assert len(at.get("plotly_chart")) == 1
    asked = counted(monkeypatch)
    at.number_input(key="limit_p95_ms").set_value(0.5).run()
    assert "None of the 2 candidates meets the limits." in told(at)
    at.number_input(key="limit_p95_ms").set_value(None).run()
    assert "No candidate is struck out by a limit." in told(at)

    assert [at.selectbox(key=f"_order{place}").value for place in range(4)] == ["money", "speed", "memory", "dimension"]
    at.selectbox(key="_order0").set_value("dimension").run()
    assert [at.selectbox(key=f"_order{place}").value for place in range(4)] == ["dimension", "speed", "memory", "money"]
    assert at.query_params["order"] in ("dimension,speed,memory,money", ["dimension,speed,memory,money"])
    table = at.dataframe[0].value
    assert list(table.columns[5:9]) == ["dimension", "p95 (ms)", "memory (MB)", "money / million"]
    assert table.set_index("candidate").loc["BM25", "money / million"] == 7

    at.number_input(key="tolerance").set_value(900.0).run()
    at.number_input(key="margin").set_value(0.5).run()
    at.number_input(key="hour_price").set_value(2.0).run()
    at.toggle(key="limit_local").set_value(True).run()
    keep(study, "newer", {"bm25": 1.0})
    at.run()
    assert at.selectbox(key="_pick_run").value == "kept"  # the newer one lacks LSA
    at.selectbox(key="_pick_run").set_value("newer").run()
    assert "This run says nothing about LSA" in told(at)
    assert at.query_params["run"] in ("newer", ["newer"])
    assert not at.exception, at.exception
    assert not asked, [question.name for question in asked]


def test_nothing_is_measured_unasked_and_measure_now_keeps_a_run(app: None) -> None:
    study = stored()
    at = opened(study)
    assert not at.exception, at.exception
    assert "Nothing was timed on these texts yet" in told(at)
    assert "Measures LSA, BM25, one query at a time, on 60 texts" in told(at)
    assert "Latency, throughput and memory: nothing was measured on any machine." in told(at)
    assert not jobs.jobs().asked("answering")
    assert not pipeline.store().timings.list(study.corpus.fingerprint)
    next(button for button in at.button if button.label == "Measure now").click().run()
    settle(at)
    (entry,) = pipeline.store().timings.list(study.corpus.fingerprint)
    assert entry.summary["kind"] == "answering"
    assert entry.summary["candidates"] == ["lsa", "bm25"]
    at.run()
    assert not at.exception, at.exception
    assert at.selectbox(key="_pick_run").value == entry.key
    assert at.dataframe[0].value["p95 (ms)"].gt(0).all()
    assert "Nothing was timed" not in told(at)


def test_what_cannot_be_decided_says_what_to_do_and_times_are_no_latency_runs(app: None) -> None:
    study = stored(8)
    keep(study)
    at = opened(study)
    assert not at.exception, at.exception
    assert "Not decided: this test set cannot tell candidates apart." in told(at)
    assert "What would decide it" in told(at)
    assert "Choose a model" in told(open_page("decision", corpus="helpdesk", models=""))
    latency = open_page("latency", corpus=study.corpus.fingerprint, models="lsa")
    assert not latency.exception, latency.exception
    assert "Nothing was measured on these texts yet" in told(latency)


def test_texts_without_queries_say_what_to_do(app: None) -> None:
    study = pipeline.study("sentences", ["lsa"])
    at = open_page("decision", corpus="sentences", models="lsa")
    assert not at.exception, at.exception
    assert "These texts come without queries whose answers are known" in " ".join(each.value for each in at.info)
    assert not at.get("plotly_chart")
    at.button(key="decide_helpdesk").click().run()
    assert study.corpus.queries == ()
    assert at.session_state["_chosen"]["corpus"] == "helpdesk"


def test_a_comparison_waits_for_what_it_stands_on(app: None, monkeypatch: pytest.MonkeyPatch) -> None:
    study = stored()
    asked: list[Any] = []
    monkeypatch.setattr(jobs.jobs(), "submit", lambda question, *rest: asked.append(question.name))
    at = AppTest.from_file(str(ROOT / "pages" / "decision.py"), default_timeout=60)
    at.session_state["_navigated"] = True
    at.query_params["corpus"], at.query_params["models"] = study.corpus.fingerprint, "lsa"
    at.run()
    assert not at.exception, at.exception
    assert asked.count("quality") == 2
    assert "comparison" not in asked
