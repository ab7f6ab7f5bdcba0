"""How measured answers become facts: from the run, from cards, from prices; and that limits ask nothing new."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import deciding, importing, pipeline, providers
from core.decision import Limits, Plan
from core.errors import VecassayError
from core.importing.table import Table
from core.types import Answer, Corpus, Judgement, ModelCard, ModelSpec, Query, Study
from core.work import Work

WORDS = ("lsa", "bm25", "lsa+bm25")
TEXTS = tuple(f"{noun} {verb} {i}" for i in range(3) for noun in ("cats", "dogs") for verb in ("sleep", "run"))


@pytest.fixture
def study(home: Any) -> Study:
    queries = (Query("q1", "cats sleep"), Query("q2", "dogs run"))
    judged = (Judgement("q1", "1", 2), Judgement("q2", "4", 1))
    return pipeline.study(Corpus("animals", TEXTS, queries=queries, judgements=judged), ["lsa"])


def run_of(study: Study, **changes: Any) -> Answer:
    """A made-up run of "answering": p95 10, 1 and 20 ms, 100, 1000 and 50 texts a second."""
    table = pd.DataFrame(
        {
            "candidate": WORDS,
            "p95_ms": [10.0, 1.0, 20.0],
            "texts_per_s": [100.0, 1000.0, 50.0],
            "memory_bytes": [2e6, 1e6, np.nan],
            "bytes_per_vector": [48, 0, 48],
            "dimension": [12, 0, 12],
        }
    )
    facts = {"models": {"lsa": study.models[0].space.digest}, "rerankers": {}, **changes}
    return {"candidates": table, "facts": facts}


def comparison(means: Mapping[str, float], refuse: bool = False) -> Answer:
    pairs = [
        (a, b, means[a] - means[b], means[a] - means[b] - 0.001, means[a] - means[b] + 0.001, 1e-6, 9, 0, 1, 0.01, 99)
        for i, a in enumerate(means)
        for b in list(means)[i + 1 :]
    ]
    return {
        "means": pd.DataFrame({"candidate": list(means), "mean": list(means.values()), "low": 0.0, "high": 1.0}),
        "pairs": pd.DataFrame(
            pairs, columns=["a", "b", "difference", "low", "high", "p", "win", "tie", "loss", "sd", "n"]
        ),
        "able": {"refuse": refuse, "reasons": ["Too few queries."] if refuse else []},
    }


def test_facts_come_from_the_run_the_card_and_the_prices(study: Study) -> None:
    plan = Plan(WORDS, hour_price=3.6, money={"bm25": 0.25})
    lsa, lexical, fused = deciding.known(study, plan, run_of(study))
    assert (lsa.label, lexical.label, fused.label) == ("LSA", "BM25", "LSA + BM25")
    assert (lsa.p95_ms, lsa.texts_per_s, lsa.memory_bytes, lsa.bytes_per_vector, lsa.dimension) == (
        10,
        100,
        2e6,
        48,
        12,
    )
    assert lsa.money == pytest.approx(1e6 / 100 / 3600 * 3.6)  # 10,000 s at 3.6 an hour
    assert lexical.money == 0.25
    assert fused.memory_bytes is None
    assert (lsa.licence, lexical.licence, fused.licence) == ("BSD-3-Clause", "MIT", "BSD-3-Clause + MIT")
    assert {fact.languages for fact in (lsa, lexical, fused)} == {("any",)}
    assert not any(fact.remote for fact in (lsa, lexical, fused))
    assert lexical.dimension == 0


def test_without_a_run_costs_are_unknown_and_what_cards_say_remains(study: Study) -> None:
    lsa, lexical, _ = deciding.known(study, Plan(WORDS), None)
    assert (lsa.p95_ms, lsa.texts_per_s, lsa.memory_bytes, lsa.money) == (None, None, None, None)
    assert (lsa.dimension, lsa.bytes_per_vector) == (256, 1024)
    assert (lexical.dimension, lexical.bytes_per_vector) == (0, 0)


def test_a_run_with_other_files_counts_as_not_measured(study: Study) -> None:
    other = run_of(study, models={"lsa": "other"})
    lsa, lexical, fused = deciding.known(study, Plan(WORDS), other)
    assert (lsa.p95_ms, lexical.p95_ms, fused.p95_ms) == (None, 1.0, None)
    partly = run_of(study)
    partly = {**partly, "candidates": partly["candidates"].iloc[:1]}
    assert [fact.p95_ms for fact in deciding.known(study, Plan(WORDS), partly)] == [10.0, None, None]


@pytest.mark.parametrize(
    ("parts", "all_of_them"),
    [
        ([("en",), ("any",)], ("en",)),
        ([("any",), ("any",)], ("any",)),
        ([("multilingual",), ("any",)], ("multilingual",)),
        ([("multilingual",), ("en", "de")], ("en", "de")),
        ([("en",), ()], ()),
        ([("en",), ("de",)], ("none",)),
    ],
)
def test_a_candidate_reads_what_all_its_parts_read(parts: list[tuple[str, ...]], all_of_them: tuple[str, ...]) -> None:
    assert deciding._languages(parts) == all_of_them


def test_an_unknown_licence_of_one_part_is_unknown_of_the_whole() -> None:
    assert deciding._licence([ModelCard(licence="MIT"), ModelCard()]) == ""
    assert deciding._licence([ModelCard(licence="MIT"), ModelCard(licence="MIT")]) == "MIT"


def test_a_provider_behind_a_web_address_is_remote(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(providers.REGISTRY["lsa"]), "remote", True)
    facts = deciding.known(study, Plan(WORDS), None)
    assert [fact.remote for fact in facts] == [True, False, True]
    plan = Plan(WORDS, limits=Limits(local=True))
    found = deciding.settle(study, plan, {"comparison": comparison(dict.fromkeys(WORDS, 0.5))}, None)
    assert set(found.decision.struck) == {"lsa", "lsa+bm25"}


def test_every_provider_says_whether_texts_leave_the_machine() -> None:
    hosted = {"cohere", "google", "openai", "voyage"}
    assert {key for key, provider in providers.REGISTRY.items() if provider.remote} == hosted
    near = ModelSpec("near", "Near", "openai", "m", url="http://localhost:11434/v1")
    assert providers.leaves(replace(near, url="")) and not providers.leaves(near)


def test_what_is_asked_depends_on_the_candidates_and_the_scoring_alone(study: Study) -> None:
    plan = Plan(WORDS)
    asked = deciding.questions(study, plan)
    assert set(asked) == {
        "comparison",
        "preflight",
        "evidence",
        "soundness:lsa",
        *(f"quality:{word}" for word in WORDS),
    }
    assert asked["quality:bm25"].arguments["models"] == {}
    assert list(asked["quality:lsa+bm25"].arguments["models"]) == ["lsa"]
    wishes = replace(
        plan, limits=Limits(p95_ms=5, local=True), margin=0.2, order=("money",), tolerance=0.5, run="r", hour_price=2.0
    )
    assert {name: one.key for name, one in deciding.questions(study, wishes).items()} == {
        name: one.key for name, one in asked.items()
    }
    other = deciding.questions(study, replace(plan, measure="AP"))
    assert other["comparison"].key != asked["comparison"].key
    timing = deciding.timing(study, plan, "r1", "me")
    assert timing.name == "answering"
    assert timing.arguments["candidates"] == list(WORDS)


def test_settle_decides_on_limits_quality_and_costs(study: Study) -> None:
    answers = {"comparison": comparison({"lsa+bm25": 0.7, "lsa": 0.695, "bm25": 0.5})}
    found = deciding.settle(study, Plan(WORDS), answers, run_of(study))
    assert (found.decision.status, found.decision.chosen) == ("decided", "lsa")
    assert found.decision.answer == "LSA: within 0.01 of LSA + BM25 in nDCG@10, and 2.0x faster."
    sentences = list(found.flips["sentence"])
    assert "If the limit on p95 of a query were set below 10 ms, the answer would become BM25." in sentences
    tight = deciding.settle(study, Plan(WORDS, limits=Limits(memory_bytes=1.5e6)), answers, run_of(study))
    assert tight.decision.chosen == "bm25"
    assert tight.decision.struck["lsa+bm25"] == ["Memory: not measured, and at most 1.5 MB is wanted."]
    refused = {"comparison": comparison({"lsa": 0.7, "bm25": 0.1}, refuse=True)}
    open_ = deciding.settle(study, Plan(("lsa", "bm25")), refused, run_of(study))
    assert (open_.decision.status, open_.decision.why) == ("undecided", ("Too few queries.",))


def test_the_whole_way_from_texts_to_a_decision(study: Study) -> None:
    plan = Plan(WORDS)
    answers = {
        name: pipeline.respond(Work(pipeline.store(), pipeline.respond), question)
        for name, question in deciding.questions(study, plan).items()
    }
    found = deciding.settle(study, plan, answers, None)
    assert found.decision.status == "undecided"  # two queries tell nothing
    assert found.decision.why == tuple(answers["comparison"]["able"]["reasons"])


def test_finished_vectors_are_weighed_but_never_timed(study: Study) -> None:
    rng = np.random.default_rng(0)
    rows, queries = (Table("v.npy", rng.normal(size=(n, 4)).astype(np.float32)) for n in (len(TEXTS), 2))
    brought = importing.check(study.corpus, rows, queries)
    key = importing.keep(pipeline.store(), brought, "Elsewhere", "me").key
    both = pipeline.study(study.corpus, ["lsa", key])
    plan = Plan(("lsa", key, f"{key}+bm25"))
    timing = deciding.timing(both, plan, "r1", "me")
    assert (timing.arguments["candidates"], list(timing.arguments["models"])) == (["lsa"], ["lsa"])
    lsa, alone, _ = deciding.known(both, plan, run_of(study))
    assert (lsa.p95_ms, alone.p95_ms, alone.dimension, alone.remote) == (10, None, 4, False)
    with pytest.raises(VecassayError, match="Elsewhere was brought as finished vectors: there is nothing to time"):
        deciding.timing(both, Plan((key,)), "r1", "me")
