"""Is a test set able to tell candidates apart? By hand."""

import numpy as np
import pytest

from core import stats


def _able(table: list[list[float]], names: str = "xy", ceiling: float = 1.0) -> dict[str, object]:
    columns = np.array(table, float).T
    values = {"bm25" if name == "b" else name: own for name, own in zip(names, columns, strict=True)}
    return stats.able(values, np.full(len(table), ceiling))


def test_a_test_set_that_is_able() -> None:
    found = _able([[1, 1]] * 6 + [[1, 0.5]] * 9 + [[0.2, 0.5]] * 5)
    assert found["n"] == 20
    assert found["solved_by_all"] == pytest.approx(0.3)
    assert found["solved_by_none"] == pytest.approx(0.25)
    assert found["informative"] == 14
    assert (found["gap_bm25"], found["refuse"], found["reasons"]) == (None, False, [])


def test_too_few_queries() -> None:
    found = _able([[1, 0.5]] * 19)
    assert found["refuse"]
    assert found["reasons"] == ["Only 19 queries have a relevant text; a ranking of candidates needs at least 20."]
    assert "Only 1 query has" in _able([[1, 0.5]])["reasons"][0]
    assert not _able([[1, 0.5]] * 20)["refuse"]


def test_too_few_queries_on_which_candidates_differ() -> None:
    found = _able([[0.5, 0.5]] * 91 + [[0.5, 0.6]] * 9)
    assert found["reasons"] == ["The candidates differ on 9 of 100 queries; at least 10 are needed to tell them apart."]
    assert not _able([[0.5, 0.5]] * 90 + [[0.5, 0.6]] * 10)["refuse"]
    # Alone, nobody has to be told apart from anybody.
    assert not _able([[0.5]] * 100, "x")["refuse"]


def test_saturated() -> None:
    found = _able([[1, 0.9995]] * 95 + [[0.2, 0.6]] * 5 + [[1, 1]] * 105 + [[1, 0.3]] * 5)
    assert found["solved_by_all"] == pytest.approx(200 / 210)
    assert found["reasons"] == [
        "Every candidate already gets 95% of the queries fully right: this test set is too easy to tell them apart."
    ]
    assert not _able([[1, 1]] * 189 + [[1, 0.3]] * 11)["refuse"]


def test_solved_is_the_best_that_any_ranking_could_have() -> None:
    # One relevant text, so P@10 is 0.1 at best.
    found = _able([[0.1, 0.1]] * 96 + [[0.1, 0.0]] * 4, ceiling=0.1)
    assert (found["solved_by_all"], found["solved_by_none"]) == (0.96, 0.0)
    assert len(found["reasons"]) == 2


def test_the_gap_to_bm25() -> None:
    assert _able([[0.5, 0.7, 0.6]] * 30, "bxy")["gap_bm25"] == pytest.approx(0.2)
    assert _able([[0.5, 0.3, 0.4]] * 30, "bxy")["gap_bm25"] == pytest.approx(-0.1)
    assert _able([[0.5]] * 30, "b")["gap_bm25"] is None


def test_what_is_disputed() -> None:
    same, other = list(range(10)), list(range(10, 20))
    assert stats.disputed([same, other], frozenset()) == 1
    assert stats.disputed([same, list(reversed(same))], frozenset()) == 0
    assert stats.disputed([same, other], frozenset(range(20))) == 0
    # Ten of the twenty are judged.
    assert stats.disputed([same, other], frozenset(other)) == 0.5
    # Two of three agree: two pairs of three have nothing in common.
    assert stats.disputed([same, same, other], frozenset()) == pytest.approx(2 / 3)
    assert stats.disputed([[1, 2], [2, 3]], frozenset({1}), depth=2) == 0.25
    assert stats.disputed([same], frozenset()) == 0
    assert stats.disputed([[], []], frozenset()) == 0
