"""What is said about a test set: nothing when all is well, else what is odd and what to do."""

from typing import Any

import pandas as pd
import pytest

from core.session import oddities, preflight
from core.types import Corpus, Query

FINE: dict[str, Any] = {
    "queries": 100, "evaluated": 90, "unanswerable": 10, "unjudged": 0, "judgements": 1_812, "copied": 0,
    "contradictions_n": 0, "repeated_n": 0, "identical_n": 0, "own_text": 0, "unknown": 0,
}  # fmt: skip


def test_a_good_test_set_is_summed_up_and_has_no_problems() -> None:
    assert preflight.summary(FINE, [0.96]) == (
        "100 queries: 90 with a known answer, 10 judged to have none; 1,812 judgements; "
        "96 % of the first 10 results are judged."
    )
    assert preflight.summary({**FINE, "unjudged": 2}, [0.5, 0.75]).endswith(
        "50 to 75 % of the first 10 results are judged."
    )
    assert preflight.summary({**FINE, "evaluated": 0}, []).endswith("1,812 judgements.")
    assert oddities.problems(FINE, {"LSA": 0.96}, copies=True) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"evaluated": 19}, "Only 19 queries with a known answer: too few"),
        ({"evaluated": 1}, "Only 1 query with"),
        ({"evaluated": 0}, "No query with a known answer: too few"),
        ({"unjudged": 3}, "3 queries without any judgement, in no mean. Judge below."),
        ({"copied": 4}, "4 more judged that way"),
        ({"contradictions_n": 1}, "1 copy of a text was graded differently from each other for one query; the highest"),
        ({"repeated_n": 2}, "2 queries with the same text as an earlier one"),
        ({"identical_n": 1}, "1 query standing letter by letter among the texts"),
        ({"own_text": 1}, "1 query with the id of a text"),
        ({"unknown": 7}, "7 judgements of a query or text that is not there"),
    ],
)
def test_each_oddity_is_said_with_its_number(facts: dict[str, int], said: str) -> None:
    (line,) = oddities.problems({**FINE, **facts}, {}, copies=True)
    assert said in line


def test_copies_that_do_not_count_are_told_otherwise() -> None:
    lines = oddities.problems({**FINE, "copied": 4, "contradictions_n": 2}, {}, copies=False)
    assert "4 times a text that repeats a judged one counts as not judged" in lines[0]
    assert "highest" not in lines[1]


def test_unjudged_results_are_named_by_candidate() -> None:
    (line,) = oddities.problems(FINE, {"LSA": 0.5, "BM25": 0.96}, copies=True)
    assert "LSA 50%" in line
    assert "BM25" not in line


def test_the_queries_and_texts_in_question() -> None:
    corpus = Corpus("c", ("x", "y", "x"), queries=(Query("1", "x"), Query("2", "b"), Query("3", "b")))
    found = {
        "contradictions": pd.DataFrame([(1, 0, 2, 2, 1)], columns=["query", "row", "grade", "other", "other_grade"]),
        "repeated": pd.DataFrame([(2, 1)], columns=["query", "first"]),
        "identical": pd.DataFrame([(0, 0)], columns=["query", "row"]),
    }
    assert oddities.details(corpus, found).to_numpy().tolist() == [
        ["copies graded differently", "b", "x", "rows 1 and 3: grades 2 and 1"],
        ["asked twice", "b", "", "queries 2 and 3"],
        ["stands among the texts", "x", "x", "row 1"],
    ]
    empty = {name: table.head(0) for name, table in found.items()}
    assert len(oddities.details(corpus, empty)) == 0
