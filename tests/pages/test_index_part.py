"""Index curves and the files for a vector database, in an app of their own: nothing is measured or made by opening."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import pipeline, vectordb
from core.errors import VecassayError
from core.indexes import turns
from core.registry import missing
from core.session import sending
from core.types import Question, Role
from tests.pages.test_pages import words


def _curves(models: list[str]) -> None:
    from core import pipeline, session

    session.index_curves(pipeline.study("helpdesk", models))


def _sending() -> None:
    from core import pipeline, session

    session.send_to_database(pipeline.study("helpdesk", ["lsa"]))


@pytest.fixture(autouse=True)
def _here(app: None, asked_here: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    def start(question: Question, slot: str) -> Question:
        return question

    monkeypatch.setattr("core.session.measuring.start", start)
    for name, value in {"ROUNDS": 3, "SECONDS": 0.001, "LEAST": 2, "BATCH": 4}.items():
        monkeypatch.setattr(turns, name, value)
    return asked_here


def _open(models: list[str]) -> AppTest:
    at = AppTest.from_function(_curves, args=(models,), default_timeout=120).run()
    assert not at.exception, at.exception
    return at


def _said(at: AppTest) -> str:
    return words(at).replace("\\", "")


def test_opening_measures_nothing_and_says_what_to_do(asked_here: list[str]) -> None:
    at = _open(["lsa"])
    assert "Nothing was measured under LSA on these texts yet: press “Measure now”" in _said(at)
    assert at.button(key="measure_indexes").label == "Measure now"
    assert not at.get("plotly_chart")
    assert "indexes" not in asked_here


def test_the_button_measures_and_the_answer_stands_first(asked_here: list[str]) -> None:
    at = _open(["lsa"])
    at.button(key="measure_indexes").click().run()
    assert not at.exception, at.exception
    assert asked_here.count("indexes") == 1
    said = _said(at)
    assert "Decided" in said or "Not decided" in said
    assert "at n = 252 exact search takes" in said
    assert "n = 252 texts, 252 dimensions; 96 of the queries of these texts, seed 0" in said
    assert "an index brings nothing" in said
    (table,) = at.dataframe
    assert "HNSW, M 16, efSearch 64" in set(table.value["setting"])
    assert len(at.get("plotly_chart")) == 1
    assert at.button(key="measure_indexes").label == "Measure again"
    again = _open(["lsa"])
    assert asked_here.count("indexes") == 1
    assert len(again.get("plotly_chart")) == 1
    again.segmented_control(key="index_rate").set_value("batch_qps").run()
    assert not again.exception, again.exception


def _folded_out() -> AppTest:
    at = AppTest.from_function(_sending, default_timeout=60).run()
    assert not at.get("download_button")
    assert not at.code
    at.session_state["send"] = True
    return at.run()


def test_files_are_made_when_asked_for_and_no_path_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "made", lambda *_: pytest.fail("made a file nobody asked for"))
    at = _folded_out()
    assert not at.exception, at.exception
    assert [button.label for button in at.get("download_button")] == ["Parquet", "LanceDB table as ZIP"]
    assert "252 texts with id, text, label, title and vector (252 numbers at length 1, 254 kB of float32)" in _said(at)
    code = "\n".join(element.value for element in at.code)
    compile(code, "shown", "exec")
    assert ".lance" in code
    assert str(Path.home()) not in code + _said(at)


def test_what_is_too_large_is_for_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MOST", 1_000)
    at = _folded_out()
    assert not at.get("download_button")
    assert any("python -m core export" in element.value for element in at.code)


def test_the_files_hold_the_vectors_of_the_store(tmp_path: Path) -> None:
    study = pipeline.study("helpdesk", ["lsa"])
    with pytest.raises(VecassayError, match="left the store"):
        sending.made(study, "parquet", Path.read_bytes)
    pipeline.answer("profile", study)
    (tmp_path / "x.parquet").write_bytes(sending.made(study, "parquet", Path.read_bytes))
    table = vectordb.opened(tmp_path / "x.parquet")
    assert table.facts.digest == study.models[0].space.digest
    kept = pipeline.store().vectors.read(study.models[0].space.shelf(Role.DOCUMENT), study.corpus.digests)
    assert kept.vectors is not None
    assert table.facts.dimension == kept.vectors.shape[1]
    if not missing(("lancedb",)):
        assert sending.made(study, "lance", vectordb.zipped).startswith(b"PK")
