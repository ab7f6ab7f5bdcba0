"""What a record is made of: evidence drawn at random, what was not tested, nothing that is nobody's business."""

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import deciding, pipeline
from core.digest import digest
from core.questions.evidence import sample
from core.recording import Written, compose, untested, versions
from core.report.record import to_json
from core.types import Corpus, Judgement, ModelSpec, Query, Role
from core.work import Work
from tests import decided


@pytest.fixture
def taken(home: Path, tmp_path: Path) -> decided.Taken:
    return decided.decide_on(decided.study(decided.folder(tmp_path / "words")))


def test_evidence_is_a_random_sample_with_its_vectors(taken: decided.Taken) -> None:
    study, kept = taken[0], taken[2]["evidence"]
    assert len(kept["rows"]) == 16
    assert kept["rows"] == sorted(set(kept["rows"]))
    assert kept["rows"] != list(range(16))
    assert kept["texts"] == [digest([study.corpus.texts[row]]) for row in kept["rows"]]
    vectors = np.frombuffer(b64decode(kept["vectors"]["words"]), "<f2").reshape(16, kept["dimensions"]["words"])
    work = Work(pipeline.store(), pipeline.respond)
    unit = work.embed(study.corpus.texts, study.models[0], Role.DOCUMENT, fit=study.corpus).unit[kept["rows"]]
    np.testing.assert_allclose(vectors.astype(np.float32), unit, atol=1e-3)
    assert kept["spaces"]["words"]["weights"] == study.models[0].space.weights
    assert json.loads(json.dumps({name: kept[name] for name in kept})) == dict(kept)


def test_the_sample_depends_on_the_seed_and_on_nothing_else() -> None:
    assert sample(1000, 1).tolist() == sample(1000, 1).tolist()
    assert sample(1000, 1).tolist() != sample(1000, 2).tolist()
    assert sample(3, 0).tolist() == [0, 1, 2]
    assert sample(1, 0).tolist() == [0]
    drawn = np.concatenate([sample(100, seed) for seed in range(200)])
    assert drawn.mean() == pytest.approx(49.5, abs=3)


def test_the_record_has_what_decided_it(taken: decided.Taken) -> None:
    study, plan, answers, _, settled = taken
    record = compose(*taken, Written(" Title ", "Which?", ("Ada", " "), ("French",)))
    assert (record.title, record.signed) == ("Title", ("Ada",))
    assert record.ruling.status == settled.decision.status
    assert record.data.fingerprint == study.corpus.fingerprint
    assert (record.data.evaluated, record.data.judged, record.data.texts.n) == (30, 30, 40)
    means = {each.candidate: each.mean for each in record.figures if each.name == plan.measure}
    assert means == dict(zip(*answers["comparison"]["means"][["candidate", "mean"]].to_numpy().T, strict=True))
    assert len(record.figures) == 2 * 31
    assert [(pair.a, pair.b) for pair in record.pairs] == [("bm25", "words")]
    assert len(record.flips) == len(settled.flips)
    assert record.settings["bm25"]["k1"] == 1.5  # type: ignore[index,call-overload]
    assert record.machine["processor"] == "A processor"
    assert record.versions["vecassay"]
    assert record.untested[-1] == "French"


def test_paths_environment_and_passwords_are_not_in_it(
    taken: decided.Taken, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "very-secret-value")
    record = compose(*taken, Written("postgresql://anna:hunter2@db/x"))
    written = to_json(record).decode()
    for private in (str(home), str(home.parent), "hunter2", "very-secret-value"):
        assert private not in written
    assert record.models[0].spec["name"] == "folder:words"
    assert record.models[0].space["name"] == "folder:words"
    assert record.models[0].space["weights"] == taken[0].models[0].space.weights


def _said(taken: decided.Taken, **run: object) -> str:
    study, plan, answers, _, _ = taken
    quality = {word: answers[f"quality:{word}"] for word in plan.candidates}
    return "\n".join(untested.sentences(study, plan, quality, answers["evidence"], run))


def test_what_was_not_tested_is_told_from_what_was_asked(taken: decided.Taken) -> None:
    said = _said(taken)
    for expected in (
        "More than 30 queries",
        "A reranker",
        "Fusing a model",
        "nothing was measured",
        "search was exact",
    ):
        assert expected in said
    assert "BM25, the usual baseline" not in said
    assert "without an answer" not in said
    judged = taken[2]["quality:words"]["judged10"]
    assert f"Words {100 * (1 - judged):.0f} %" in said
    quiet = {"machine": {"device": "CPU"}, "load": {"others_during": 0.0}}
    assert "those of a CPU" in _said(taken, **quiet)
    assert "quiet machine" not in _said(taken, **quiet)
    assert "about 1.3 cores busy" in _said(taken, machine={"device": "GPU"}, load={"others_during": 1.3})
    assert "those of a CPU" not in _said(taken, machine={"device": "GPU"})


def test_queries_that_do_not_count_and_texts_that_are_cut_are_told(home: Path, tmp_path: Path) -> None:
    known = decided.corpus()
    queries = (*known.queries, Query("none", "word1"), Query("open", "word2"))
    corpus = replace(known, queries=queries, judgements=(*known.judgements, Judgement("none", "t0", 0)))
    pipeline.store().models.add(
        ModelSpec("words", "Words", "static", str(decided.folder(tmp_path / "words")), max_tokens=5), "me"
    )
    said = _said(decided.decide_on(pipeline.study(corpus, ["words"])))
    assert "queries without an answer (1)" in said
    assert "Queries that nobody judged (1)" in said
    assert "it reads 5 tokens, and 100.0 % of the texts are longer" in said


def test_without_times_the_record_says_so(taken: decided.Taken) -> None:
    study, plan, answers, _, _ = taken
    settled = deciding.settle(study, plan, answers, None)
    record = compose(study, plan, answers, None, settled, Written())
    assert record.run == {}
    assert record.machine["cores"]
    assert any("nothing was measured" in line for line in record.untested)


def test_one_query_and_one_candidate_make_a_record(home: Path) -> None:
    corpus = Corpus("One", ("a b", "c d"), queries=(Query("q", "a"),), judgements=(Judgement("q", "1", 1),))
    plan = replace(decided.PLAN, candidates=("bm25",))
    record = decided.record(pipeline.study(corpus, []), plan)
    assert record.models == ()
    assert record.pairs == ()
    assert {each.low for each in record.figures} == {None}


def test_versions_name_what_figures_depend_on() -> None:
    assert {"vecassay", "numpy", "scipy", "ir-measures", "bm25s", "torch", "sentence-transformers"} <= set(versions())


def test_repeat_reads_no_kept_answer_and_keeps_none(taken: decided.Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    study = taken[0]
    arguments = {"candidate": "words", "rerankers": {}, "rel": 1, "copies": True, "seed": 0}
    answers = pipeline.store().answers
    monkeypatch.setattr(type(answers), "get", lambda *_: pytest.fail("read"))
    monkeypatch.setattr(type(answers), "put", lambda *_: pytest.fail("kept"))
    known: dict[str, object] = {}
    first = pipeline.repeat("quality", study, known=known, **arguments)  # type: ignore[arg-type]
    assert {key.partition("-")[0] for key in known} == {"quality", "ranking"}
    assert pipeline.repeat("quality", study, known=known, **arguments) is first  # type: ignore[arg-type]
