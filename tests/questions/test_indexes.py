"""The question "indexes" over small stored corpora: a row per setting, kept under its run."""

import numpy as np
import pytest

from core import pipeline
from core.errors import VecassayError
from core.indexes import turns
from core.types import Answer, Corpus, Query, Study


@pytest.fixture(autouse=True)
def _quick(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are not what is tested here."""
    for name, value in {"ROUNDS": 3, "SECONDS": 0.001, "LEAST": 2, "BATCH": 4}.items():
        monkeypatch.setattr(turns, name, value)


def asked(study: Study, run: str = "first") -> Answer:
    return pipeline.answer("indexes", study, run=run, owner="me", seed=0)


def test_texts_in_place_of_queries_do_not_find_themselves() -> None:
    study = pipeline.study("sentences", ["lsa"])
    found = asked(study)
    points, facts = found["points"], found["facts"]
    assert (facts["texts"], facts["queries"]) == (300, 300)
    assert facts["asked"].startswith("random texts")
    assert points["setting"].iloc[0] == "Exact search"
    assert points["recall"].iloc[0] == 1.0
    assert ((points["low"] <= points["recall"]) & (points["recall"] <= points["high"])).all()
    for name in ("qps", "batch_qps"):
        assert ((points[f"{name}_low"] <= points[name]) & (points[name] <= points[f"{name}_high"])).all()
        assert (points[f"{name}_low"] > 0).all()
    assert (points[["bytes", "build_s"]] > 0).all(axis=None)
    assert points[points["setting"] == "IVF, 10 lists, nprobe 10"]["recall"].item() == 1.0
    assert {"exact", "hnsw", "hnsw_sq", "ivf"} <= set(points["family"])
    assert any("an index brings nothing" in note for note in facts["notes"])


def test_a_run_is_measured_once_and_listed() -> None:
    study = pipeline.study("helpdesk", ["lsa"])
    first = asked(study)
    again = asked(study)
    assert first["facts"]["date"] == again["facts"]["date"]
    np.testing.assert_array_equal(first["points"]["qps"], again["points"]["qps"])
    (entry,) = pipeline.store().timings.list(study.corpus.fingerprint)
    assert entry.summary["kind"] == "indexes"
    assert entry.summary["space"] == study.models[0].space.digest
    assert first["facts"]["asked"] == "of the queries of these texts"
    assert first["facts"]["queries"] == 96


def test_without_lancedb_its_rows_are_missing_and_the_note_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.indexes.missing", lambda modules: modules if "lancedb" in modules else ())
    found = asked(pipeline.study("helpdesk", ["lsa"]))
    assert "lance" not in set(found["points"]["family"])
    assert any("pip install lancedb==" in note for note in found["facts"]["notes"])


def test_queries_that_mean_nothing_are_replaced_by_texts_and_empty_texts_left_out() -> None:
    texts = ("red apple", "green apple", "red pear", "green pear", "…")
    corpus = Corpus("fruit", texts, queries=(Query("q", "!!!"),))
    facts = asked(pipeline.study(corpus, ["lsa"]))["facts"]
    assert facts["texts"] == 4
    assert facts["asked"].startswith("random texts")
    assert "Texts without a vector, in no index: 1." in facts["notes"]


def test_one_text_has_no_neighbours() -> None:
    study = pipeline.study(Corpus("alone", ("…", "one text alone")), ["lsa"])
    with pytest.raises(VecassayError, match="two texts or more"):
        asked(study)
