"""What is embedded, how often it is digested, and what is read, by counts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event

from core import embedding, encoders, pipeline, types, work
from core.store import vectors
from core.types import Corpus, Floats, Model, ModelSpec, Question, Role, Space
from core.work import Work

MODEL = Model(ModelSpec("m", "M", "static", "m"), Space("static", "m", "w", label="M"))


class Counting:
    """Encodes nothing but lengths, and counts."""

    nbytes = 0

    def __init__(self) -> None:
        self.texts = 0

    def encode(self, texts: Sequence[str], *, role: Role, progress: Any = None) -> Floats:
        self.texts += len(texts)
        return np.array([[len(text), sum(map(ord, text))] for text in texts], np.float32)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()

    @contextmanager
    def lease(model: Model, corpus: Corpus | None = None) -> Iterator[Counting]:
        yield counting

    monkeypatch.setattr(encoders, "lease", lease)
    monkeypatch.setattr(Work, "models", lambda *_: [MODEL])
    return counting


@pytest.fixture
def digested(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts were digested, call by call."""
    calls: list[int] = []
    real = types.digest_each

    def counted(texts: Any) -> Any:
        texts = list(texts)
        calls.append(len(texts))
        return real(texts)

    for module in (types, work, embedding):
        monkeypatch.setattr(module, "digest_each", counted)
    return calls


def _work() -> Work:
    return Work(pipeline.store(), pipeline.respond)


def _kept(texts: Sequence[str]) -> str:
    return pipeline.store().corpora.add(Corpus("made", tuple(texts)), {}, kind="typed", owner=None)


def _embed(fingerprint: str) -> Floats:
    here = _work()
    corpus = here.corpus(fingerprint)
    return here.embed(corpus.texts, MODEL, Role.DOCUMENT, fit=corpus).vectors


def _share(fingerprint: str, shard: int, shards: int) -> int:
    run = pipeline.questions.REGISTRY["embed"].run
    models = {"m": MODEL.space.digest}
    answer = run(
        _work(), corpus=fingerprint, texts=fingerprint, models=models, role="document", shard=shard, shards=shards
    )
    return int(answer["texts"])


def test_one_per_cent_changed_encodes_one_per_cent(home: Any, encoder: Counting) -> None:
    texts = [f"text {i}" for i in range(1_000)]
    before = _embed(_kept(texts))
    assert encoder.texts == 1_000
    texts[::100] = [f"another {i}" for i in range(10)]
    after = _embed(_kept(texts))
    assert encoder.texts == 1_010
    same = np.arange(1_000) % 100 != 0
    np.testing.assert_array_equal(before[same], after[same])
    np.testing.assert_array_equal(after[0], [len("another 0"), sum(map(ord, "another 0"))])


def test_texts_said_twice_are_encoded_once_and_stand_where_they_stood(home: Any, encoder: Counting) -> None:
    found = _embed(_kept(["b", "a", "b", "cc", "a"]))
    assert encoder.texts == 3
    assert found[:, 1].tolist() == [98, 97, 98, 198, 97]


def test_a_corpus_is_digested_once_whoever_looks_at_it(home: Any, encoder: Counting, digested: list[int]) -> None:
    fingerprint = _kept([f"text {i}" for i in range(500)])
    assert digested == [500]
    assert sum(_share(fingerprint, shard, 50) for shard in range(50)) == 500
    assert encoder.texts == 500
    for _ in range(3):
        _embed(fingerprint)
    pipeline.store().close()
    pipeline._opened.cache_clear()  # as another process would find it
    _embed(fingerprint)
    assert digested == [500]
    assert encoder.texts == 500


def test_a_share_reads_no_vector_back(home: Any, encoder: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprint = _kept([f"text {i}" for i in range(100)])
    monkeypatch.setattr(vectors.Vectors, "read", lambda *_: pytest.fail("a vector was read"))
    first, second, again = (_share(fingerprint, shard, 2) for shard in (0, 1, 0))
    assert (first + second, again) == (100, first)
    assert encoder.texts == 100
    (held,) = pipeline.store().vectors.shelves()
    assert (held.asked, held.found) == (100 + first, first)


def test_what_a_question_needs_takes_as_few_queries_for_many_texts(home: Any, encoder: Counting) -> None:
    def statements(n: int) -> int:
        fingerprint = _kept([f"text {i}" for i in range(n)])
        _embed(fingerprint)
        study = types.Study(_work().corpus(fingerprint), (MODEL,))
        question = Question("profile", {"corpus": fingerprint, "models": {"m": MODEL.space.digest}})
        assert study.corpus.fingerprint == fingerprint
        said: list[str] = []
        engine = pipeline.store().database.engine
        listener = lambda *args: said.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listener)
        try:
            assert pipeline.needs(pipeline.store(), question) == []
        finally:
            event.remove(engine, "before_cursor_execute", listener)
        return len(said)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "find_spec", lambda *_: MODEL.spec)
        patch.setattr(pipeline, "resolve", lambda *_: MODEL)
        few, many = statements(5), statements(800)
    assert few == many < 12
