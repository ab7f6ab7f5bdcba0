"""A run as a question: measured on the texts by models loaded for it, kept once, and only when it is whole."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import encoders, latency, pipeline, questions
from core.errors import Cancelled, VecassayError
from core.latency import QUICK
from core.types import Corpus, Study
from core.work import Work

TEXTS = tuple(f"{noun} {verb} {i}" for i in range(4) for noun in ("cats", "dogs", "birds") for verb in ("sleep", "run"))
TINY = replace(
    QUICK, calls_most=100, rounds=2, loads=1, repeats=2, repeat_seconds=0.001, callers_seconds=0.001, batches=(1, 4),
    callers=(1, 2),
)  # fmt: skip


@pytest.fixture
def study(home: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setitem(latency.PLANS, "quick", TINY)
    return pipeline.study(Corpus("animals", (*TEXTS, TEXTS[0])), ["lsa"])


def ask(study: Study, **changes: Any) -> dict[str, Any]:
    given = {"run": "r1", "owner": "me", "setting": "quick", "reference": "lsa", "seed": 0, **changes}
    return dict(pipeline.answer("latency", study, **given))


def test_a_run_is_measured_kept_and_told_with_its_circumstances(study: Study) -> None:
    found = ask(study)
    facts = found["facts"]
    assert facts["corpus"] == {"name": "animals", "texts": 25, "different": 24, "pool": 24}
    assert (facts["setting"], facts["seed"], facts["reference"], facts["alone"]) == ("quick", 0, "lsa", True)
    assert facts["models"][0]["counts"] == "words"
    assert facts["machine"]["libraries"]["scikit-learn"]
    assert facts["date"].endswith("+00:00")
    assert len(found["calls"]) >= 100
    assert set(found["batches"]["batch"]) == {1, 4}
    row = found["figures"].set_index(["figure", "at"]).loc[("single call", "p95")]
    assert row["n"] == len(found["calls"])
    assert row["value"] == pytest.approx(np.percentile(found["calls"]["nanoseconds"], 95, method="higher") / 1e6)
    (entry,) = pipeline.store().timings.list(study.corpus.fingerprint)
    assert (entry.key, entry.owner, entry.summary["labels"]) == ("r1", "me", ["LSA"])
    kept = pipeline.store().timings.get("r1")
    assert kept is not None
    assert kept["facts"] == facts


def test_nothing_comes_from_the_store_or_from_models_that_are_loaded(study: Study) -> None:
    with encoders.lease(study.models[0], study.corpus) as loaded:
        loaded.encode = None  # type: ignore[method-assign,assignment]  # anybody who uses it fails
        ask(study)
    assert pipeline.store().vectors.encoded() == 0
    assert not pipeline.store().vectors.shelves()
    assert not pipeline.store().answers.list()


def test_a_run_is_measured_once_and_another_one_anew(study: Study) -> None:
    first = ask(study)
    again = ask(study)
    assert again["calls"]["nanoseconds"].tolist() == first["calls"]["nanoseconds"].tolist()
    other = ask(study, run="r2")
    assert other["calls"]["nanoseconds"].tolist() != first["calls"]["nanoseconds"].tolist()
    assert len(pipeline.store().timings.list(study.corpus.fingerprint)) == 2


def test_a_run_that_is_stopped_is_not_kept(study: Study) -> None:
    def stop(done: int, total: int) -> None:
        if done > 3:
            raise Cancelled("Nobody waits for this any more.")

    with pytest.raises(Cancelled):
        ask(study, progress=stop)
    assert not pipeline.store().timings.list(study.corpus.fingerprint)


def test_a_reference_that_cannot_be_had_is_said_and_the_run_goes_on(study: Study) -> None:
    found = ask(study, reference="nonesuch")
    assert found["facts"]["reference"] is None
    assert "The reference model is missing" in found["facts"]["notes"][0]
    assert "times the reference" not in set(found["figures"]["figure"])


def test_a_setting_that_is_none_is_refused(study: Study) -> None:
    with pytest.raises(VecassayError, match="full, quick"):
        ask(study, setting="thorough")


def test_whether_it_had_the_worker_to_itself_is_said(study: Study) -> None:
    question = pipeline.ask("latency", study, run="r3", owner="me", setting="quick", reference="lsa", seed=0)
    work = Work(pipeline.store(), pipeline.respond, alone=False)
    assert pipeline.respond(work, question)["facts"]["alone"] is False
    assert questions.REGISTRY["latency"].alone
    assert [name for name, recipe in questions.REGISTRY.items() if recipe.alone] == ["answering", "indexes", "latency"]


@pytest.mark.parametrize("texts", [("one",), ("same", "same"), ("a", "bb cc")])
def test_very_few_texts(home: Path, monkeypatch: pytest.MonkeyPatch, texts: tuple[str, ...]) -> None:
    monkeypatch.setitem(latency.PLANS, "quick", TINY)
    found = ask(pipeline.study(Corpus("few", texts), ["lsa"]))
    assert len(found["calls"]) == 100
    assert any("texts come again" in note for note in found["facts"]["notes"])


def test_tokens_are_counted_as_the_model_reads_them(home_with_static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(latency.PLANS, "quick", TINY)
    study = pipeline.study(Corpus("two", ("hello world", "hello world again and again")), ["lsa"])
    found = ask(study, reference="static")
    counts = {model["key"]: model["counts"] for model in found["facts"]["models"]}
    assert counts == {"lsa": "words", "static": "tokens"}
    assert found["facts"]["lengths_by"] == "Static MiniLM"
    own = found["lengths"].drop_duplicates("length", keep="last").set_index("length").loc["own mix"]
    assert (own["shortest"], own["longest"]) == (2, 5)
    assert found["facts"]["reference"] == "static"
    ratio = found["figures"].set_index(["model", "figure", "at"]).loc[("lsa", "times the reference", "p50")]
    assert ratio["n"] == 2
    assert ratio["value"] > 0
    beside = found["calls"][(found["calls"]["model"] == "static") & (found["calls"]["beside"] == "lsa")]
    assert len(beside) == 100
