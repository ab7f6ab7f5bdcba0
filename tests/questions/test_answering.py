"""Single queries timed end to end: for every kind of candidate, fresh, kept once, and told from latency runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from core import encoders, pipeline, providers
from core.errors import Cancelled, VecassayError
from core.latency import QUICK
from core.questions import answering as timing
from core.questions.serving import Served, Service
from core.retrieval import bm25, candidates
from core.types import Corpus, Embeddings, Floats, Judgement, Query, Role, Study

NOUNS, VERBS = ("cats", "dogs", "birds"), ("sleep", "run")
TEXTS = tuple(f"{noun} {verb} {i}" for i in range(4) for noun in NOUNS for verb in VERBS)
QUERIES = tuple(
    Query(f"q{i}", f"which {noun} {verb}") for i, (noun, verb) in enumerate(zip(NOUNS, VERBS * 2, strict=False))
)
WORDS = ["lsa", "bm25", "lsa+bm25"]


@pytest.fixture
def study(home: Any, monkeypatch: pytest.MonkeyPatch) -> Study:
    tiny = replace(QUICK, calls_seconds=0.05, calls_most=100, rounds=2, repeats=2, repeat_seconds=0.001, warmup=2)
    monkeypatch.setattr(timing, "PLAN", tiny)
    texts = (*TEXTS, TEXTS[0])
    judged = tuple(Judgement(query.id, str(row + 1), 1) for row, query in enumerate(QUERIES))
    return pipeline.study(Corpus("animals", texts, queries=QUERIES, judgements=judged), ["lsa"])


def ask(study: Study, words: Sequence[str] = WORDS, **changes: Any) -> dict[str, Any]:
    own = study.only(*candidates.models(words))
    given = {"candidates": list(words), "rerankers": {}, "run": "r1", "owner": "me", "seed": 0, **changes}
    return dict(pipeline.answer("answering", own, **given))


def test_every_kind_of_candidate_is_timed_and_its_costs_are_counted(study: Study) -> None:
    found = ask(study)
    table = found["candidates"].set_index("candidate")
    assert list(table.index) == WORDS
    calls = found["calls"]
    for word in WORDS:
        own = calls.loc[calls["candidate"] == word, "nanoseconds"].to_numpy()
        assert len(own) == table.loc[word, "calls"] == 100
        for q in (50, 95, 99):
            assert table.loc[word, f"p{q}_ms"] == pytest.approx(np.percentile(own, q, method="higher") / 1e6)
        assert table.loc[word, "p95_low"] <= table.loc[word, "p95_ms"]
    width = int(table.loc["lsa", "dimension"])
    assert width == pipeline.answer("profile", study)["dimension"]
    assert (table["dimension"] == [width, 0, width]).all()
    assert (table["bytes_per_vector"] == [4 * width, 0, 4 * width]).all()
    assert table.loc["lsa", "index_bytes"] == 0
    assert table.loc["bm25", "index_bytes"] == table.loc["lsa+bm25", "index_bytes"] > 0
    assert table.loc["lsa", "memory_bytes"] >= 25 * 4 * width
    assert table.loc["lsa+bm25", "memory_bytes"] > table.loc["lsa", "memory_bytes"]  # whoever came first
    rate = 1 / table["texts_per_s"]
    assert rate["lsa+bm25"] == pytest.approx(rate["lsa"] + rate["bm25"])
    assert (table["texts_low"] <= table["texts_per_s"]).all() and (table["texts_per_s"] <= table["texts_high"]).all()


def test_a_run_is_told_with_its_circumstances_and_kept_once(study: Study) -> None:
    found = ask(study)
    facts = found["facts"]
    assert facts["corpus"] == {"name": "animals", "texts": 25, "queries": 3}
    assert (facts["run"], facts["seed"], facts["alone"], facts["results"]) == ("r1", 0, True, 10)
    assert facts["machine"]["libraries"]["bm25s"]
    assert facts["models"] == {"lsa": study.models[0].space.digest}
    assert facts["settings"]["lsa+bm25"]["rrf"]["depth"] == 1000
    again = ask(study)
    assert again["calls"]["nanoseconds"].tolist() == found["calls"]["nanoseconds"].tolist()
    (entry,) = pipeline.store().timings.list(study.corpus.fingerprint)
    assert (entry.key, entry.owner) == ("r1", "me")
    assert entry.summary["kind"] == "answering"
    assert entry.summary["candidates"] == WORDS
    assert ask(study, run="r2")["calls"]["nanoseconds"].tolist() != found["calls"]["nanoseconds"].tolist()


def test_queries_are_embedded_afresh_and_only_texts_come_from_the_store(study: Study) -> None:
    pipeline.answer("ranking", study, candidate="lsa", rerankers={}, depth=10)  # the store has texts and queries now
    before, read = pipeline.store().vectors.encoded(), []
    vectors = type(pipeline.store().vectors)
    original = vectors.read

    def watched(self: Any, shelf: str, digests: Any, *rest: Any, **more: Any) -> Any:
        read.append(shelf)
        return original(self, shelf, digests, *rest, **more)

    with encoders.lease(study.models[0], study.corpus) as loaded, pytest.MonkeyPatch.context() as patch:
        loaded.encode = None  # type: ignore[method-assign,assignment]  # anybody who uses it fails
        patch.setattr(vectors, "read", watched)
        ask(study)
    assert set(read) <= {study.models[0].space.shelf(Role.DOCUMENT)}
    assert pipeline.store().vectors.encoded() == before


@dataclass(eq=False)
class Mirror:
    """Scores a text by how far back it stands: the first of a ranking becomes the last."""

    nbytes: int = 7
    asked: int = 0

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        self.asked += len(texts)
        return np.arange(len(texts), dtype=np.float32)


def test_what_is_timed_finds_what_the_ranking_finds(home: Any) -> None:
    """The same texts in the same order as the questions that score quality; a reranker reads the first fifty."""
    rng = np.random.default_rng(0)
    words = [f"w{i}" for i in range(40)]
    texts = tuple(" ".join(rng.choice(words, rng.integers(4, 12))) for _ in range(30))
    queries = tuple(Query(f"q{i}", " ".join(rng.choice(words, 4))) for i in range(3))
    study = pipeline.study(Corpus("random", texts, queries=queries), ["lsa"])
    corpus, mirror = study.corpus, Mirror()
    encoder = providers.REGISTRY["lsa"].load(study.models[0].spec, corpus)
    embedded = Embeddings(study.models[0].space, Role.DOCUMENT, encoder.encode(corpus.texts, role=Role.DOCUMENT))
    unit, served = embedded.unit, {"lsa": Served(study.models[0], encoder, embedded)}
    service = Service(corpus, served, {"mirror": mirror}, bm25.index(corpus), 1000)
    for word in WORDS:
        own = study.only(*candidates.models([word]))
        ranked = pipeline.answer("ranking", own, candidate=word, rerankers={}, depth=1000)
        for place, query in enumerate(queries):
            found = service.answering(candidates.parse(word))([query.text])
            assert found.rows[0].tolist() == ranked["rows"][place][:10].tolist()
    again = service.answering(candidates.parse("lsa>mirror"))([queries[0].text]).rows[0]
    first = service._base(candidates.parse("lsa"), queries[0].text, 50).rows[0]
    assert mirror.asked == len(first)
    assert again.tolist() == first[::-1][:10].tolist()
    assert service.held(candidates.parse("lsa>mirror")) == encoder.nbytes + unit.nbytes + 7
    assert service.held(candidates.parse("bm25")) == bm25.index(corpus).nbytes


def test_without_queries_texts_are_asked_and_it_says_so(study: Study) -> None:
    bare = pipeline.study(Corpus("bare", TEXTS), ["lsa"])
    found = ask(bare, ["lsa", "bm25"])
    assert any("texts were asked as queries" in note for note in found["facts"]["notes"])


def test_few_calls_have_no_p99_and_say_so(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "PLAN", replace(timing.PLAN, calls_limit=1e-9))
    found = ask(study, ["bm25"])
    assert found["candidates"]["calls"].tolist() == [1]
    assert np.isnan(found["candidates"]["p99_ms"]).all()
    assert "bm25: 1 calls instead of 100" in found["facts"]["notes"][0]


def test_a_run_that_is_stopped_is_not_kept_and_a_candidate_without_its_model_is_refused(study: Study) -> None:
    def stop(done: int, total: int) -> None:
        if done > 2:
            raise Cancelled("Nobody waits for this any more.")

    with pytest.raises(Cancelled):
        ask(study, progress=stop)
    assert not pipeline.store().timings.list(study.corpus.fingerprint)
    with pytest.raises(VecassayError, match="Expected the digest of minilm"):
        pipeline.answer("answering", study, candidates=["minilm"], rerankers={}, run="x", owner="me", seed=0)
