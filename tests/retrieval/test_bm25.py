"""BM25: what counts as a word in many scripts, scores by hand, what is found and what is not."""

import math

import numpy as np
import pytest

from core.retrieval import bm25
from core.retrieval.bm25 import Index, words
from core.retrieval.search import Found
from core.types import Corpus


def _quiet(done: int, total: int) -> None: ...


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat, the CAT!", ["the", "cat", "the", "cat"]),
        ("snake_case and e-mail", ["snake", "case", "and", "e", "mail"]),
        ("costs 1,000.50 in v3.2.1. Next: 5.", ["costs", "1,000.50", "in", "v3.2.1", "next", "5"]),
        ("naïve Ünïcode", ["naïve", "ünïcode"]),
        ("cafe\u0301", ["café"]),  # an accent of its own
        ("ﬁne Ａ１", ["fine", "a1"]),  # ligature and full width
        ("Привет, мир", ["привет", "мир"]),
        ("हिन्दी में", ["हिन्दी", "में"]),  # vowel signs belong to the word
        ("東京都", ["東京", "京都"]),
        ("東 京", ["東", "京"]),
        ("iPhoneの使い方", ["iphone", "の使", "使い", "い方"]),
        ("검색은", ["검색", "색은"]),
        ("ไทย", ["ไท", "ทย"]),
        ("", []),
        (" \n…👍 --", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_the_short_way_for_plain_letters_cuts_alike() -> None:
    every = "".join(map(chr, range(128))) + " 1.2.3 a.b 1,x 9.9a 4.. _a_ a1.2b"
    assert words(every) == [word for word in words(every + " é") if word != "é"]


def test_scores_by_hand() -> None:
    # 3 texts of 2, 3 and 1 words, 2 on average. "cat" is in two of them, "sat" in one.
    index = Index.of(["cat sat", "cat cat dog", "bird"])
    cat, sat = math.log(1 + (3 - 2 + 0.5) / 2.5), math.log(1 + (3 - 1 + 0.5) / 1.5)
    even, longer = 1.5 * (0.25 + 0.75 * 2 / 2), 1.5 * (0.25 + 0.75 * 3 / 2)
    expected = [cat * 1 / (1 + even) + sat * 1 / (1 + even), cat * 2 / (2 + longer), 0]
    np.testing.assert_allclose(index.scores("The CAT sat"), expected, rtol=1e-6)
    np.testing.assert_allclose(index.scores("cat cat")[0], 2 * cat / (1 + even), rtol=1e-6)
    assert index.nbytes > 0


def _search(texts: list[str], queries: list[str], depth: int = 10, excluded: list[int] | None = None) -> Found:
    return Index.of(texts).search(queries, depth, np.array(excluded or [-1] * len(queries)), _quiet)


def test_only_texts_with_a_word_of_the_query_are_found() -> None:
    found = _search(["a b", "c", "b", ""], ["b", "d", "", "b c"])
    assert found.rows.tolist() == [[2, 0, -1, -1], [-1] * 4, [-1] * 4, [1, 2, 0, -1]]
    assert np.isnan(found.scores[1]).all()
    assert found.empty == 2


def test_copies_stand_by_lower_row_and_what_is_excluded_is_not_found() -> None:
    texts = ["x y", "z", "x y", "y x", "x y"]
    assert _search(texts, ["x"], 3).rows.tolist() == [[0, 2, 3]]
    assert _search(texts, ["x", "x"], 5, [2, -1]).rows.tolist() == [[0, 3, 4, -1, -1], [0, 2, 3, 4, -1]]


@pytest.mark.parametrize("texts", [["", "!!"], [], [""]])
def test_texts_without_words_are_never_found(texts: list[str]) -> None:
    found = _search(texts, ["anything"])
    assert (found.rows == -1).all()
    assert found.rows.shape == (1, len(texts))


def test_the_order_of_the_texts_does_not_matter() -> None:
    rng = np.random.default_rng(0)
    texts = [" ".join(f"w{word}" for word in rng.integers(0, 60, rng.integers(1, 30))) for _ in range(80)]
    texts = list(dict.fromkeys(texts))
    order = rng.permutation(len(texts))
    plain, shuffled = (_search(own, ["w1 w2 w3", "w4"], 20) for own in (texts, [texts[row] for row in order]))
    np.testing.assert_array_equal(plain.scores, shuffled.scores)
    same = np.array([np.unique(row, return_counts=True)[1].max() == 1 for row in plain.scores])
    np.testing.assert_array_equal(order[shuffled.rows[same]], plain.rows[same])


def test_the_index_of_a_corpus_is_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = bm25.index(Corpus("one", ("a b", "c only here")))
    assert bm25.index(Corpus("another name", ("a b", "c only here"), labels=("x", "y"))) is first
    assert bm25.index(Corpus("one", ("a b", "c only there"))) is not first
