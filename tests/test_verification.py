"""Verifying a record: it holds on the same, and each kind of change is noticed and named."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import encoders, pipeline, providers
from core.decision import Limits
from core.errors import VecassayError
from core.report.record import Record, from_json, to_json
from core.types import Corpus, Judgement, ModelSpec
from core.verification import CANNOT, CHANGED, HOLDS, Finding, exit_code, verify
from tests import decided

PARTS = [
    "texts", "queries", "judgements", "model Words", "vectors of Words", "figures of Words", "figures of BM25", "times",
    "decision",
]  # fmt: skip


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    return decided.folder(tmp_path / "words")


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    return {}


@pytest.fixture
def known(folder: Path, kept: dict[str, bytes]) -> Record:
    """The record, written once; texts and model are in each test's own store."""
    asked = decided.study(folder)
    if "record" not in kept:
        kept["record"] = to_json(decided.record(asked))
    return from_json(kept["record"])


def _by(found: Sequence[Finding], status: str) -> set[str]:
    return {finding.part for finding in found if finding.status == status}


def _one(found: Sequence[Finding], part: str) -> Finding:
    return next(finding for finding in found if finding.part == part)


def test_on_the_same_everything_holds_but_times_which_are_not_measured_again(known: Record) -> None:
    found = verify(known, None)
    assert [finding.part for finding in found] == PARTS
    assert _by(found, CHANGED) == set()
    assert _by(found, CANNOT) == {"times"}
    assert exit_code(found) == 0
    assert known.ruling.status == "decided"
    assert "decided for BM25" in _one(found, "decision").sentence
    assert _one(found, "vectors of Words").details["drift"] < 1e-6


def test_figures_are_computed_again_and_not_read_from_the_store(known: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(pipeline.store().answers), "get", lambda *_: pytest.fail("read a kept answer"))
    assert exit_code(verify(known, None)) == 0


def test_vectors_are_embedded_afresh(known: Record, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.answer("quality", decided.study(folder), candidate="words", rerankers={}, rel=1, copies=True, seed=0)
    monkeypatch.setattr(encoders, "lease", lambda *_: pytest.fail("used a loaded model"))
    monkeypatch.setattr(type(pipeline.store().vectors), "write", lambda *_, **__: pytest.fail("wrote vectors"))
    assert _one(verify(known, None), "vectors of Words").status == HOLDS


def test_one_letter_of_one_text_is_noticed_and_named(known: Record) -> None:
    texts = list(decided.corpus().texts)
    texts[7] = texts[7][:-1] + "x"
    found = verify(known, replace(decided.corpus(), texts=tuple(texts)))
    assert _one(found, "texts").status == CHANGED
    assert _one(found, "texts").details["changed"] == ["t7"]
    assert "changed ids t7" in _one(found, "texts").sentence
    assert _by(found, HOLDS) >= {"queries", "judgements", "model Words", "vectors of Words"}
    assert exit_code(found) == 3


def test_texts_that_came_went_or_moved_are_noticed(known: Record) -> None:
    now = decided.corpus()
    texts, ids = (*now.texts[1:], "a new one"), (*now.ids[1:], "new")
    finding = _one(verify(known, replace(now, texts=texts, ids=ids)), "texts")
    assert (finding.details["gone"], finding.details["added"], finding.details["moved"]) == (["t0"], ["new"], False)
    back = _one(verify(known, replace(now, texts=now.texts[::-1], ids=now.ids[::-1])), "texts")
    assert (back.status, back.details["moved"], back.details["changed"]) == (CHANGED, True, [])


def test_texts_without_ids_are_named_by_their_place(folder: Path) -> None:
    plain = replace(decided.corpus(), ids=None, judgements=tuple(Judgement(f"q{i}", f"{i + 1}", 1) for i in range(30)))
    known = decided.record(decided.study(folder, plain))
    assert exit_code(verify(known, None)) == 0
    texts = list(plain.texts)
    texts[2], texts[3] = texts[3], texts[2]
    finding = _one(verify(known, replace(plain, texts=tuple(texts))), "texts")
    assert finding.details["changed"] == ["3", "4"]
    numbered = replace(plain, ids=tuple(str(row) for row in range(1, 41)))  # as other formats write it
    assert exit_code(verify(known, numbered)) == 0


def test_one_judgement_and_one_query_are_noticed_and_named(known: Record) -> None:
    now = decided.corpus()
    graded = [replace(now.judgements[0], grade=0), *now.judgements[1:]]
    finding = _one(verify(known, replace(now, judgements=tuple(graded))), "judgements")
    assert (finding.status, finding.details["changed"]) == (CHANGED, ["q0"])
    shuffled = verify(known, replace(now, judgements=now.judgements[::-1]))
    assert _one(shuffled, "judgements").status == HOLDS
    asked = (replace(now.queries[0], text="another question"), *now.queries[1:])
    found = verify(known, replace(now, queries=asked))
    assert _one(found, "queries").details["changed"] == ["q0"]
    assert _one(found, "texts").status == HOLDS


def test_a_prompt_that_changed_is_named(known: Record, folder: Path) -> None:
    pipeline.store().models.remove("words", "me")
    pipeline.store().models.add(ModelSpec("words", "Words", "static", str(folder), query_prompt="word1 "), "me")
    found = verify(known, None)
    assert _by(found, CHANGED) >= {"model Words", "figures of Words"}
    assert "prompt of queries was none, is 'word1 '" in _one(found, "model Words").sentence
    assert exit_code(found) == 3


def test_one_changed_number_in_the_weights_is_noticed_and_its_vectors_drift(known: Record, folder: Path) -> None:
    decided.folder(folder, change=0.5)
    encoders.unload()
    found = verify(known, None)
    assert "weights or revision was" in _one(found, "model Words").sentence
    drift = _one(found, "vectors of Words")
    assert (drift.status, drift.details["drift"] > 1e-3) == (CHANGED, True)
    assert f"drifted by {drift.details['drift']:.2g}" in drift.sentence
    assert _one(found, "texts").status == HOLDS


def test_drift_under_unchanged_files_is_noticed_and_figures_are_made_of_fresh_vectors(
    known: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = providers.REGISTRY["static"]
    load = provider.load
    seen: list[int] = []

    def other(spec: ModelSpec, corpus: Corpus | None = None) -> object:
        loaded = load(spec, corpus)
        encode = loaded.encode

        def drifting(texts: Sequence[str], **options: object) -> np.ndarray:
            seen.append(len(texts))
            return np.asarray(encode(texts, **options) + np.float32(0.8))

        loaded.encode = drifting  # type: ignore[method-assign]
        return loaded

    monkeypatch.setattr(provider, "load", other)
    encoders.unload()
    found = verify(known, None)
    assert _one(found, "model Words").status == HOLDS
    assert _one(found, "vectors of Words").status == CHANGED
    assert _one(found, "figures of Words").status == CHANGED
    assert _one(found, "figures of BM25").status == HOLDS
    assert sum(seen) == 16 + 40 + 30  # the kept texts, then every text and query: none came from the store


def test_a_verdict_that_flips_is_told(known: Record, folder: Path) -> None:
    asked = decided.study(folder)
    found = pipeline.answer("ranking", asked, candidate="words", rerankers={}, depth=1000)["rows"][:, 0]
    # Whatever the model finds first is right now.
    right = tuple(Judgement(f"q{place}", f"t{row}", 1) for place, row in enumerate(found))
    told = verify(known, replace(decided.corpus(), judgements=right))
    decision = _one(told, "decision")
    assert decision.status == CHANGED
    assert "flips from decided for BM25 to decided for Words" in decision.sentence
    assert exit_code(told) == 3


def test_limits_of_the_record_are_applied_again(folder: Path) -> None:
    plan = replace(decided.PLAN, limits=Limits(p95_ms=0.5))
    known = from_json(to_json(decided.record(decided.study(folder), plan)))
    assert list(known.ruling.struck) == ["bm25"]
    assert exit_code(verify(known, None)) == 0
    dearer = tuple({**each, "p95_ms": 0.6} for each in known.facts)
    found = verify(replace(known, facts=dearer), None)
    assert "to no candidate within limits" in _one(found, "decision").sentence


def test_the_times_of_another_run_are_used_when_it_is_named(folder: Path) -> None:
    asked = decided.study(folder)
    known = decided.record(asked, replace(decided.PLAN, limits=Limits(p95_ms=0.7)))
    assert known.ruling.chosen == "words"
    times = pd.DataFrame({"candidate": ["words", "bm25"], "p95_ms": [0.9, 0.2], "dimension": [8, 0]})
    ran = {"models": {"words": asked.models[0].space.digest}, "rerankers": {}}
    pipeline.store().timings.put("r1", known.data.fingerprint, "me", {}, {"candidates": times, "facts": ran})
    found = verify(known, None, run="r1")
    assert "p95 of a query: Words 0.9 ms, was 0.4 ms; BM25 0.2 ms, was 0.9 ms" in _one(found, "times").sentence
    assert "flips from decided for Words to decided for BM25" in _one(found, "decision").sentence
    with pytest.raises(VecassayError, match="no latency run"):
        verify(known, None, run="r2")


def test_a_figure_that_somebody_improved_is_noticed(known: Record) -> None:
    better = [replace(each, mean=(each.mean or 0) + 0.001) if each.name == "R@10" else each for each in known.figures]
    found = verify(replace(known, figures=tuple(better)), None)
    assert _by(found, CHANGED) == {"figures of Words", "figures of BM25"}
    assert "R@10 of Words was" in _one(found, "figures of Words").sentence


def test_without_the_texts_it_says_what_to_do(known: Record) -> None:
    found = verify(replace(known, data=replace(known.data, fingerprint="0" * 32)), None)
    assert _one(found, "texts").status == CANNOT
    assert "--corpus" in _one(found, "texts").sentence
    assert exit_code(found) == 1


def test_a_model_whose_folder_is_gone_cannot_be_checked_and_may_be_named_elsewhere(
    known: Record, folder: Path, tmp_path: Path
) -> None:
    assert "words" in str(folder)
    assert str(folder.parent) not in to_json(known).decode()
    pipeline.store().models.remove("words", "me")
    found = verify(known, None)
    assert _by(found, CANNOT) == {"model Words", "vectors of Words", "figures of Words", "times", "decision"}
    assert "--model words=static:/path/to/folder" in _one(found, "model Words").sentence
    assert exit_code(found) == 1
    moved = folder.rename(tmp_path / "words-moved")
    found = verify(known, None, instead={"words": f"static:{moved}"})
    assert _by(found, CHANGED) == set()
    assert exit_code(found) == 0


def test_a_fitted_model_is_fitted_anew_on_the_same_texts_and_said_on_others(home: Path) -> None:
    plan = replace(decided.PLAN, candidates=("lsa", "bm25"))
    asked = pipeline.study(decided.corpus(), ["lsa"])
    known = decided.record(asked, plan)
    found = verify(known, None)
    assert _by(found, CHANGED) == set()
    texts = ("one more word", *decided.corpus().texts[1:])
    found = verify(known, replace(decided.corpus(), texts=texts))
    assert "fitted anew" in _one(found, "model LSA").sentence
    assert _one(found, "vectors of LSA").status == CANNOT


@pytest.mark.parametrize(
    "damage",
    [
        {"vectors": {"words": "!!!"}},
        {"vectors": {}},
        {"dimensions": {"words": 7}},
        {"texts": "abc"},
        {"vectors": {"words": b64encode(np.full((16, 8), np.nan, "<f2").tobytes()).decode()}},
    ],
)
def test_damaged_vectors_are_said_and_the_rest_is_checked(known: Record, damage: dict[str, object]) -> None:
    found = verify(replace(known, evidence={**known.evidence, **damage}), None)
    assert _one(found, "vectors of Words").status == CANNOT
    assert _one(found, "decision").status == HOLDS


@pytest.mark.parametrize(
    "plan",
    [
        {"margin": "wide"},
        {"limits": 3},
        {"limits": {"p95_ms": "fast"}},
        {"seed": -1},
        {"seed": "x"},
        {"candidates": []},
        {"candidates": ["minilm", "bm25"]},
        {"order": ["beauty"]},
        {"measure": "nDCG@7"},
        {"rel": None},
    ],
)
def test_a_damaged_plan_is_an_error_a_user_understands(known: Record, plan: dict[str, object]) -> None:
    with pytest.raises(VecassayError, match=r"damaged|Expected"):
        verify(replace(known, plan={**known.plan, **plan}), None)


def test_damaged_facts_are_an_error_a_user_understands(known: Record) -> None:
    for facts in ((), known.facts[:1], ({**known.facts[0], "p95_ms": "fast"}, known.facts[1])):
        with pytest.raises(VecassayError, match="damaged"):
            verify(replace(known, facts=facts), None)


def test_a_model_the_record_describes_badly_cannot_be_checked(known: Record) -> None:
    pipeline.store().models.remove("words", "me")
    for spec in ({}, {"key": "words"}, {**known.models[0].spec, "max_tokens": "many"}, {"provider": 3}):
        used = (replace(known.models[0], spec=spec),)
        assert _one(verify(replace(known, models=used), None), "model Words").status == CANNOT


def test_texts_without_their_queries_are_said_and_nothing_fails(known: Record) -> None:
    found = verify(known, replace(decided.corpus(), queries=(), judgements=()))
    assert _one(found, "texts").status == HOLDS
    assert _one(found, "queries").status == CHANGED
    assert _one(found, "figures of Words").status == CANNOT
    assert "has no queries" in _one(found, "figures of Words").sentence
    assert exit_code(found) == 3


def test_kept_vectors_are_float16_of_unit_length(known: Record) -> None:
    raw = b64decode(known.evidence["vectors"]["words"])  # type: ignore[index,arg-type,call-overload]
    kept = np.frombuffer(raw, "<f2").reshape(16, 8).astype(float)
    lengths = np.linalg.norm(kept, axis=1)
    np.testing.assert_allclose(lengths[lengths > 0], 1, atol=1e-3)
    assert len(known.evidence["rows"]) == 16  # type: ignore[arg-type]
