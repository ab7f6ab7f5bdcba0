"""Which texts are right for which query: by row, with copies, without the query itself."""

import pytest

from core.errors import VecassayError
from core.retrieval import candidates, figures
from core.retrieval.candidates import Candidate
from core.retrieval.judged import Judged, text_ids
from core.types import Corpus, Judgement, Query

QUERIES = (Query("1", "one"), Query("2", "two"), Query("3", "three"))


def _corpus(texts: tuple[str, ...], *grades: tuple[str, str, int], **columns: tuple[str, ...]) -> Corpus:
    judgements = tuple(Judgement(*own) for own in grades)
    return Corpus("set", texts, queries=QUERIES, judgements=judgements, **columns)


def test_judgements_by_row_and_which_queries_count() -> None:
    corpus = _corpus(
        ("x", "y"), ("1", "a", 2), ("1", "b", 0), ("2", "b", 0), ("1", "gone", 1), ("9", "a", 1), ids=("a", "b")
    )
    judged = Judged.of(corpus)
    assert judged.grades == ({0: 2, 1: 0}, {1: 0}, {})
    assert judged.relevant(0) == {0}
    assert judged.relevant(0, rel=3) == frozenset()
    assert judged.evaluated().tolist() == [0]
    assert judged.evaluated(rel=3).tolist() == []
    assert judged.unanswerable().tolist() == [1]
    assert judged.unanswerable(rel=3).tolist() == [0, 1]
    assert judged.unjudged.tolist() == [2]


def test_texts_without_ids_are_named_by_their_row_from_1() -> None:
    corpus = _corpus(("x", "y"), ("1", "2", 1))
    assert text_ids(corpus) == ("1", "2")
    assert Judged.of(corpus).grades[0] == {1: 1}


def test_a_copy_has_the_highest_grade_of_its_text() -> None:
    texts = ("x", "y", "x", "x")
    corpus = _corpus(texts, ("1", "1", 1), ("1", "3", 2), ("2", "2", 1))
    judged = Judged.of(corpus)
    assert judged.grades[0] == {0: 2, 2: 2, 3: 2}
    assert judged.copied == 2, "row 0 was raised, row 3 was unjudged"
    assert Judged.of(corpus, copies=False).grades[0] == {0: 1, 2: 2}
    assert Judged.of(corpus, copies=False).copied == 0


def test_only_a_text_with_the_id_and_the_words_of_the_query_is_the_query() -> None:
    texts, ids = ("one", "other", "A title three"), ("1", "2", "3")
    judged = Judged.of(_corpus(texts, ("1", "1", 1), ("2", "2", 1), ids=ids, titles=("", "", "A title")))
    assert judged.excluded.tolist() == [0, -1, 2]
    assert judged.grades == ({}, {1: 1}, {}), "what must not be found is not wanted either"
    assert Judged.of(_corpus(texts, ids=ids)).excluded.tolist() == [0, -1, -1]
    assert Judged.of(_corpus(("one", "two", "three"))).excluded.tolist() == [-1, -1, -1], "a row number is no id"


@pytest.mark.parametrize("word", ["minilm", "bm25", "minilm+bm25", "minilm>ce", "bm25>ce", "minilm+bm25>ce-2"])
def test_a_candidate_is_one_word_and_back(word: str) -> None:
    assert candidates.parse(word).key == word


def test_who_takes_part_in_candidates() -> None:
    words = ["b+bm25", "bm25", "a>x", "b", "bm25>y", "a+bm25>x"]
    assert candidates.models(words) == ("b", "a")
    assert candidates.rerankers(words) == ("x", "y")
    assert Candidate("a", True, "x").label({"a": "Model A", "x": "Cross"}) == "Model A + BM25 > Cross"
    assert (Candidate("bm25").lexical, Candidate("bm25").embeds, Candidate("a", True).lexical) == (True, False, True)


@pytest.mark.parametrize("word", ["", "bm25+bm25", "A", "a+b", "a>", "a>b>c", "a b", "a+bm25\n"])
def test_what_is_no_candidate_is_refused(word: str) -> None:
    with pytest.raises(VecassayError, match="Expected a candidate such as"):
        candidates.parse(word)


def test_measures_by_name() -> None:
    assert figures.family("R@100").label == "Recall"
    assert len(figures.names()) == len(set(figures.names())) == 31
    for name in ("nDCG", "nDCG@7", "AP@10", "Foo@1"):
        with pytest.raises(VecassayError, match="Expected a measure such as nDCG@10"):
            figures.family(name)
