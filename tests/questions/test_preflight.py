"""What a test set is and what is odd about it, by hand."""

from pathlib import Path

import pandas as pd
import pytest

from core import pipeline
from core.types import Answer, Corpus, Judgement, Query, Study

TEXTS = ("kettle", "parcel", "kettle", "music", "where is my parcel?")
IDS = ("t0", "t1", "t2", "t3", "q4")


def _queries(*texts: str, kinds: tuple[str, ...] = ()) -> tuple[Query, ...]:
    kinds = kinds or ("",) * len(texts)
    return tuple(Query(f"q{place}", text, kind) for place, (text, kind) in enumerate(zip(texts, kinds, strict=True)))


def _judged(*rows: tuple[str, str, int]) -> tuple[Judgement, ...]:
    return tuple(Judgement(*row) for row in rows)


def _checked(
    queries: tuple[Query, ...], judgements: tuple[Judgement, ...], rel: int = 1, copies: bool = True
) -> Answer:
    corpus = Corpus("c", TEXTS, ids=IDS, queries=queries, judgements=judgements)
    pipeline.store().corpora.add(corpus, {}, kind="typed", owner=None)
    return pipeline.answer("preflight", Study(corpus, ()), rel=rel, copies=copies)


def _rows(table: pd.DataFrame) -> list[list[object]]:
    return table.to_numpy().tolist()


@pytest.fixture(autouse=True)
def _store(home: Path) -> None:
    """Each test has a store of its own."""


QUERIES = _queries("boil water", "late", "boil water", "sing", "where is my parcel?", kinds=("a", "b", "a", "", "b"))
JUDGEMENTS = _judged(
    ("q0", "t0", 2), ("q0", "t2", 1), ("q0", "t1", 0), ("q1", "t1", 3), ("q1", "t0", 1), ("q2", "t3", 0),
    ("q9", "t0", 1), ("q1", "t9", 1),
)  # fmt: skip


def test_every_figure_by_hand() -> None:
    found = _checked(QUERIES, JUDGEMENTS)
    # q0 and q1 have a relevant text; q2 was judged and has none; q3 and q4 were not judged.
    assert {name: found[name] for name in ("queries", "evaluated", "unanswerable", "unjudged")} == {
        "queries": 5, "evaluated": 2, "unanswerable": 1, "unjudged": 2,
    }  # fmt: skip
    assert (found["judgements"], found["unknown"], found["own_text"]) == (6, 2, 1)
    assert _rows(found["grades"]) == [[0, 2], [1, 2], [2, 1], [3, 1]]
    assert _rows(found["kinds"]) == [["a", 2, 1], ["b", 2, 1], ["", 1, 0]]
    # With copies: t2 gets q0's 2 from t0, and q1's 1 from t0. q0 then has two relevant texts, q1 three.
    assert found["copied"] == 2
    assert found["relevant"] == [2, 2.5, 3]
    assert _rows(found["contradictions"]) == [[0, 0, 2, 2, 1]]
    assert _rows(found["repeated"]) == [[2, 0]]
    assert _rows(found["identical"]) == [[4, 4]]
    assert [found[f"{name}_n"] for name in ("contradictions", "repeated", "identical")] == [1, 1, 1]


def test_the_table_of_queries_counts_grades_as_they_stand() -> None:
    found = _checked(QUERIES, JUDGEMENTS)["per_query"]
    assert list(found) == ["query", "judged", "relevant", "grade 3", "grade 2", "grade 1", "grade 0"]
    assert _rows(found) == [
        [0, 3, 2, 0, 2, 0, 1],
        [1, 3, 3, 1, 0, 2, 0],
        [2, 1, 0, 0, 0, 0, 1],
        [3, 0, 0, 0, 0, 0, 0],
        [4, 0, 0, 0, 0, 0, 0],
    ]
    apart = _checked(QUERIES, JUDGEMENTS, copies=False)
    assert _rows(apart["per_query"])[:2] == [[0, 3, 2, 0, 1, 1, 1], [1, 2, 2, 1, 0, 1, 0]]
    assert apart["copied"] == 2, "how many there are is told whether they count or not"


def test_relevant_begins_at_the_grade_that_was_asked() -> None:
    found = _checked(QUERIES, JUDGEMENTS, rel=3)
    assert (found["evaluated"], found["unanswerable"], found["unjudged"]) == (1, 2, 2)
    assert found["relevant"] == [1, 1, 1]
    assert _checked(QUERIES, JUDGEMENTS, rel=4)["relevant"] is None


def test_no_queries_is_an_answer_too() -> None:
    found = _checked((), ())
    assert (found["queries"], found["judgements"], found["relevant"]) == (0, 0, None)
    assert [len(found[name]) for name in ("grades", "kinds", "per_query", "repeated")] == [0, 0, 0, 0]


def test_queries_without_kinds_have_no_table_of_kinds() -> None:
    assert len(_checked(_queries("a", "b"), ())["kinds"]) == 0


def test_lists_are_cut_and_counts_are_not() -> None:
    found = _checked(_queries(*["same"] * 151), ())
    assert (len(found["repeated"]), found["repeated_n"]) == (100, 150)


def test_many_grades_make_no_wide_table() -> None:
    rows = _judged(*(("q0", text, grade) for grade, text in enumerate(IDS[:4], start=-5)))
    assert list(_checked(QUERIES, rows, copies=False)["per_query"])[3:] == [
        "grade -2",
        "grade -3",
        "grade -4",
        "grade -5",
    ]
    many = tuple(Judgement(f"q{place}", "t1", place) for place in range(11))
    assert list(_checked(_queries(*map(str, range(11))), many)["per_query"]) == ["query", "judged", "relevant"]
