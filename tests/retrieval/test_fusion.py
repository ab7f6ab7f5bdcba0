"""Fused and reranked: by hand."""

import numpy as np

from core.retrieval.fusion import reciprocal, reordered
from core.retrieval.search import Found


def _found(*rows: list[int]) -> Found:
    table = np.array(rows, np.int32)
    return Found(table, np.where(table < 0, np.nan, 1.0).astype(np.float32))


def test_reciprocal_ranks_add_up() -> None:
    # 7: 1/61 + 1/63; 2: 1/62 + 1/61; 4: 1/63; 5: 1/62. So 2, 7, 5, 4.
    found = reciprocal([_found([7, 2, 4]), _found([2, 5, 7])], 9, 10)
    assert found.rows.tolist() == [[2, 7, 5, 4, -1, -1, -1, -1, -1]]
    expected = [1 / 62 + 1 / 61, 1 / 61 + 1 / 63, 1 / 62, 1 / 63]
    np.testing.assert_allclose(found.scores[0, :4], expected, rtol=1e-6)
    assert np.isnan(found.scores[0, 4:]).all()


def test_ties_stand_by_lower_row_and_the_order_of_the_two_does_not_matter() -> None:
    a, b = _found([8, 3, -1]), _found([3, 8, 5])
    for pair in ([a, b], [b, a]):
        assert reciprocal(pair, 9, 3).rows.tolist() == [[3, 8, 5]]


def test_where_one_finds_nothing_the_other_decides_and_where_none_does_nobody() -> None:
    found = reciprocal([_found([-1, -1], [-1, -1]), _found([4, 1], [-1, -1])], 6, 4)
    assert found.rows.tolist() == [[4, 1, -1, -1], [-1] * 4]
    assert found.empty == 1


def test_the_first_are_ordered_again_and_the_rest_stays_behind() -> None:
    rows, scores = reordered(np.array([5, 9, 2, 7, 1, -1], np.int32), np.array([0.1, 3, -2], np.float32))
    assert rows.tolist() == [9, 5, 2, 7, 1, -1]
    assert np.isnan(scores[5])
    assert (np.diff(scores[:5]) < 0).all()
    np.testing.assert_allclose(scores[:3], [3, 0.1, -2])


def test_equal_scores_of_a_reranker_stand_by_lower_row() -> None:
    rows, scores = reordered(np.array([5, 9, 2], np.int32), np.array([1, 1, 1], np.float32))
    assert rows.tolist() == [2, 5, 9]
    assert scores.tolist() == [1, 1, 1]


def test_nothing_found_is_nothing_to_order() -> None:
    rows, scores = reordered(np.array([-1, -1], np.int32), np.empty(0, np.float32))
    assert rows.tolist() == [-1, -1]
    assert np.isnan(scores).all()
