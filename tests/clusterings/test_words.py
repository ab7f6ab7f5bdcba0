"""Names of clusters: the words that set them apart, in any script, no two the same."""

import math

import numpy as np
import pytest

from core.clusterings import words
from core.clusterings.words import names, tokens


def test_c_tf_idf_by_hand() -> None:
    # Cluster 0 holds cat cat cat dog, cluster 1 holds cow cow dog: 7 words, 3.5 per cluster.
    counted = words._counts(["cat dog", "cat", "cat", "cow dog", "cow"], np.array([0, 0, 0, 1, 1]), 2)
    assert counted.words == ["cat", "cow", "dog"]
    assert counted.counts.toarray().tolist() == [[3, 0, 1], [0, 2, 1]]
    assert counted.frequency.tolist() == [3, 2, 2]
    assert counted.having.tolist() == [3, 2, 2]
    cat = 3 / 4 * math.log(1 + 3.5 / 3) * math.log((3.5 / 4) / (0.5 / 3))
    dog = 1 / 4 * math.log(1 + 3.5 / 2) * math.log(max(1, (1.5 / 4) / (1.5 / 3)))
    assert cat > dog == 0
    assert words._ranked(0, counted) == ["cat", "dog"]


def test_words_of_the_cluster_and_not_of_the_language() -> None:
    pets = [
        "the cat sat on the mat",
        "my cat and the dog",
        "the dog is on the sofa",
        "a cat is a cat",
        "the mat of my dog",
    ]
    money = [
        "the fee on the loan",
        "my loan and the bank",
        "the bank is on the line",
        "a fee is a fee",
        "the bank of my loan",
    ]
    found = names(pets + money, np.repeat([0, 1], 5), 0)
    assert set(found[0].split(", ")) == {"cat", "dog", "mat"}
    assert set(found[1].split(", ")) == {"bank", "fee", "loan"}


def test_a_word_of_one_text_comes_after_those_of_several() -> None:
    texts = ["zebra " * 50 + "cat", "cat", "cat", "fish", "fish"]
    assert names(texts, np.array([0, 0, 0, 1, 1]), 0)[0] == "cat, zebra"


def test_what_english_uses_everywhere_weighs_less() -> None:
    # "about", first in the alphabet, and "guitar" stand in the same texts equally often.
    assert names(["about guitar", "about guitar", "fish", "fish"], np.array([0, 0, 1, 1]), 0)[0] == "guitar, about"
    assert names(["about", "about", "fish"], np.array([0, 0, 1]), 0)[0] == "about", "less is not nothing"


def test_one_cluster_has_a_name() -> None:
    assert names(["cat cat", "cat dog"], np.zeros(2, int), 0) == ["cat, dog"]


def test_no_two_names_are_the_same() -> None:
    texts = [
        "alpha beta gamma delta",
        "alpha beta gamma delta",
        "alpha beta gamma delta",
        "!",
        "?",
        "alpha beta gamma delta",
    ]
    found = names(texts, np.array([0, 0, 1, 2, 3, 4]), 0)
    assert len(set(found)) == 5
    assert found[3].startswith(words.WORDLESS)
    assert all(set(name.split(", ")) <= {"alpha", "beta", "gamma", "delta"} for name in found[:2])
    same = names(["one"] * 3, np.arange(3), 0)
    assert same == ["one", "one (2)", "one (3)"]


def test_a_text_that_looks_like_a_numbered_name_takes_none_away() -> None:
    assert words._unlike([["a"], ["a (2)"], ["a"]]) == ["a", "a (2)", "a (3)"]


@pytest.mark.parametrize("texts", [["", " ", "!?"], ["1 2 3", "4", "5"]])
def test_texts_without_words(texts: list[str]) -> None:
    assert names(texts, np.array([0, 0, 1]), 0) == ["texts without words", "texts without words (2)"]


def test_no_clusters_no_names() -> None:
    assert names(["cat"], np.array([-1]), 0) == []
    assert names([], np.empty(0, int), 0) == []


def test_texts_in_no_cluster_play_no_part() -> None:
    assert names(["cat", "cat", "cow"], np.array([0, 0, -1]), 0) == ["cat"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's a 2nd card, isn't it? 42 x", ["It's", "2nd", "card", "isn't", "it"]),
        ("naïve café", ["naïve", "café"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("مَرْحَبًا", ["مَرْحَبًا"]),
        ("Привет, мир", ["Привет", "мир"]),
        ("银行卡", ["银行", "行卡", "银行卡"]),
        ("iPhoneを買", ["iPhone", "を買"]),
        ("ไทย", ["ไท", "ทย", "ไทย"]),
        ("snake_case under_", ["snake", "case", "under"]),
        ("", []),
    ],
)
def test_words_of_many_scripts(text: str, expected: list[str]) -> None:
    assert list(tokens(text)) == expected


def test_pieces_of_a_script_without_spaces_become_whole_words() -> None:
    texts = ["我的银行卡丢了", "银行卡在哪里", "新的银行卡", "今天天气很好", "天气预报说下雨", "明天的天气"]
    found = names(texts, np.repeat([0, 1], 3), 0)
    assert found[0].split(", ")[0] == "银行卡"
    assert found[1].split(", ")[0] == "天气"


def test_large_clusters_are_read_by_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "MOST_TEXTS", 20)
    cluster = np.repeat([0, 1, -1], [200, 5, 50])
    rows = words._sample(cluster, 2, 0)
    assert np.bincount(cluster[rows]).tolist() == [20, 5]
    assert (words._sample(cluster, 2, 1) != rows).any()
    assert rows.max() > 100, "a random sample, not the first texts"
    assert names(["cat"] * 200 + ["cow"] * 55, cluster, 0) == ["cat", "cow"]
