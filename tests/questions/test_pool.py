"""The pool of one query: the union of what candidates find first, by hand."""

from pathlib import Path

import pytest

from core import pipeline
from core.errors import VecassayError
from core.types import Corpus, Study
from tests.questions.told import Tell, circle, told

TEXTS = ["apple pie", "banana bread", "cherry cake", "apple cake", "plum", "grape"]


@pytest.fixture
def tell(home: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    return told(monkeypatch)


def _study(tell: Tell, query: str) -> Study:
    """Under one the query at 0 degrees is nearest to 1, 2, 0 ...; under two to 5, 4, 0 ..."""
    one = circle(20, 5, 10, 90, 120, 150, 0)
    two = circle(20, 150, 120, 90, 10, 5, 0)
    study = tell(texts=[*TEXTS, query], one=one, two=two)
    return pipeline.study(Corpus("six", tuple(TEXTS)), [model.spec.key for model in study.models])


def _pool(study: Study, query: str, *candidates: str, depth: int = 3) -> list[list[int]]:
    typed = Corpus("typed", (query,))
    pipeline.store().corpora.add(typed, {}, kind="typed", owner=None)
    arguments = {"candidates": list(candidates), "rerankers": {}, "query": typed.fingerprint, "depth": depth}
    rows: list[list[int]] = pipeline.answer("pool", study, **arguments)["pool"].to_numpy().tolist()
    return rows


def test_each_text_once_with_its_best_rank_and_how_many_have_it(tell: Tell) -> None:
    study = _study(tell, "fruit")
    # one: 1 2 0; two: 5 4 0.
    assert _pool(study, "fruit", "one", "two") == [[0, 3, 2], [1, 1, 1], [2, 2, 1], [4, 2, 1], [5, 1, 1]]
    assert _pool(study.only("one"), "fruit", "one", depth=1) == [[1, 1, 1]]


def test_bm25_brings_what_shares_a_word_and_nothing_else(tell: Tell) -> None:
    study = _study(tell, "apple")
    assert _pool(study.only(), "apple", "bm25") == [[0, 1, 1], [3, 1 + 1, 1]]
    assert _pool(study.only(), "zebra", "bm25") == []


def test_what_is_fused_is_fused_from_whole_rankings(tell: Tell) -> None:
    study = _study(tell, "cake")
    # BM25: 2 and 3 tie ("cherry cake", "apple cake"), the lower row first. one: 1 2 0 3 4 5.
    # 1/61 + 1/62 = 2; 1/62 + 1/64 = 3; 1/61 = 1; so the fused order is 2 3 1, although 3 is only fourth for one.
    assert _pool(study.only("one"), "cake", "one+bm25") == [[1, 3, 1], [2, 1, 1], [3, 2, 1]]


def test_more_than_there_is(tell: Tell) -> None:
    study = _study(tell, "fruit")
    assert [row for row, _, _ in _pool(study.only("one"), "fruit", "one", depth=100)] == list(range(6))


def test_a_candidate_without_its_model_is_refused(tell: Tell) -> None:
    with pytest.raises(VecassayError, match="Expected the digest of two"):
        _pool(_study(tell, "fruit").only("one"), "fruit", "one", "two")
