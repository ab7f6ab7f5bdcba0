"""The measures of a ranking, worked out by hand, and what may never change them."""

from concurrent.futures import ThreadPoolExecutor
from math import log2
from threading import Semaphore
from time import sleep
from typing import Any

import ir_measures
import numpy as np
import pandas as pd
import pytest

from core.errors import Cancelled
from core.retrieval import figures, scoring
from core.retrieval.search import dense

# Ranks 1 ... 5. Row 2 has grade 2, row 1 grade 1, row 5 was judged and is not relevant, 9 and 7 are unjudged;
# row 4, of grade 3, is not found.
RANKING = [5, 2, 9, 1, 7]
GRADES = {2: 2, 1: 1, 4: 3, 5: 0}


def _quiet(done: int, total: int) -> None: ...


def _scored(*rankings: list[int], grades: dict[int, int] | list[dict[int, int]] = GRADES, rel: int = 1) -> pd.DataFrame:
    width = max(map(len, rankings))
    rows = np.array([own + [-1] * (width - len(own)) for own in rankings], np.int32)
    every = [grades] * len(rankings) if isinstance(grades, dict) else grades
    return scoring.scored(rows, every, rel, _quiet)


def _at(table: pd.DataFrame, family: str) -> list[float]:
    return [float(table[f"{family}@{cut}"].iloc[0]) for cut in figures.CUTS]


def test_every_measure_by_hand() -> None:
    table = _scored(RANKING)
    assert list(table)[: len(figures.names())] == list(figures.names())
    # Relevant are 2, 1 and 4; found at ranks 2 and 4. Cuts are 1, 3, 5, 10, 20, 100.
    assert _at(table, "P") == pytest.approx([0, 1 / 3, 2 / 5, 2 / 10, 2 / 20, 2 / 100])
    assert _at(table, "R") == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3])
    assert _at(table, "Success") == [0, 1, 1, 1, 1, 1]
    assert _at(table, "RR") == [0, 0.5, 0.5, 0.5, 0.5, 0.5]
    # Precision 1/2 at rank 2 and 2/4 at rank 4, over three relevant texts.
    assert table["AP"].iloc[0] == pytest.approx((1 / 2 + 2 / 4 + 0) / 3)
    # Gain 2 at rank 2 and 1 at rank 4; the best order has 3, 2, 1.
    best = 3 + 2 / log2(3) + 1 / log2(4)
    whole = (2 / log2(3) + 1 / log2(5)) / best
    assert _at(table, "nDCG") == pytest.approx([0, 2 / log2(3) / best, whole, whole, whole, whole])
    # Without 9 and 7: 5, 2, 1.
    assert table[scoring.JUDGED_ONLY].iloc[0] == pytest.approx((2 / log2(3) + 1 / log2(4)) / best)


def test_a_higher_grade_to_count_as_relevant() -> None:
    table, plain = _scored(RANKING, rel=2), _scored(RANKING)
    # Relevant are 2 and 4; found at rank 2.
    assert _at(table, "P") == pytest.approx([0, 1 / 3, 1 / 5, 1 / 10, 1 / 20, 1 / 100])
    assert _at(table, "R") == pytest.approx([0, 0.5, 0.5, 0.5, 0.5, 0.5])
    assert table["AP"].iloc[0] == pytest.approx(1 / 2 / 2)
    assert _at(table, "nDCG") == _at(plain, "nDCG"), "gains are the grades themselves"
    assert _at(_scored(RANKING, rel=3), "Success") == [0] * 6


def test_a_negative_grade_gains_nothing_and_costs_nothing() -> None:
    worse = {**GRADES, 5: -2}
    pd.testing.assert_frame_equal(_scored(RANKING, grades=worse), _scored(RANKING))


def test_the_best_order_is_1_and_nothing_found_is_0() -> None:
    table = _scored([4, 2, 1], [], [8])
    perfect = [name for name in figures.names() if not name.startswith(("P@", "R@"))]
    assert (table.loc[0, perfect] > 1 - 1e-9).all()
    assert table.loc[0, ["R@3", "P@3", "P@5"]].tolist() == pytest.approx([1, 1, 3 / 5])
    assert (table.loc[1:, list(figures.names())] == 0).all(axis=None)


def test_reciprocal_rank_is_cut() -> None:
    ranking = [*range(100, 118), 2]  # rank 19
    assert _at(_scored(ranking), "RR") == pytest.approx([0, 0, 0, 0, 1 / 19, 1 / 19])


def test_the_order_shown_is_the_order_scored() -> None:
    # By id, descending, as trec_eval breaks ties, 10 would stand before 9.
    table = _scored([9, 10], grades={9: 1})
    assert table["P@1"].iloc[0] == 1


def test_each_query_has_its_own_judgements_in_blocks_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    rankings = [rng.permutation(30).tolist() for _ in range(23)]
    grades = [{int(row): int(rng.integers(0, 4)) for row in rng.choice(30, 6, False)} | {3: 1} for _ in rankings]
    whole = _scored(*rankings, grades=grades)
    monkeypatch.setattr(scoring, "_QUERIES", 5)
    seen: list[tuple[int, int]] = []
    rows = np.array(rankings, np.int32)
    parts = scoring.scored(rows, grades, 1, lambda done, total: seen.append((done, total)))
    pd.testing.assert_frame_equal(parts, whole)
    assert seen == [(5, 23), (10, 23), (15, 23), (20, 23), (23, 23)]
    alone = pd.concat([_scored(own, grades=grade) for own, grade in zip(rankings, grades, strict=True)])
    pd.testing.assert_frame_equal(alone.reset_index(drop=True), whole)

    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        scoring.scored(rows, grades, 1, stop)


def test_adding_an_irrelevant_text_never_raises_a_figure() -> None:
    rng = np.random.default_rng(1)
    queries, texts, more = (rng.normal(size=(n, 6)).astype(np.float32) for n in (15, 40, 10))
    grades = [{int(row): int(rng.integers(1, 4)) for row in rng.choice(40, 5, False)} for _ in queries]
    nobody = np.full(15, -1)
    before = _scored(*dense(queries, texts, 60, nobody, _quiet).rows.tolist(), grades=grades)
    for count in (1, 10):
        among = np.concatenate([texts, more[:count]])
        after = _scored(*dense(queries, among, 60, nobody, _quiet).rows.tolist(), grades=grades)
        assert (after[list(figures.names())] <= before[list(figures.names())] + 1e-12).all(axis=None)
    assert after["AP"].mean() < before["AP"].mean()


# What is counted without trec_eval


def test_hits_first_and_curves_by_hand() -> None:
    rows = np.array([RANKING, [4, 1, -1, -1, -1], [-1] * 5], np.int32)
    hit = scoring.hits(rows, [frozenset({2, 1, 4})] * 3)
    assert hit.astype(int).tolist() == [[0, 1, 0, 1, 0], [1, 1, 0, 0, 0], [0] * 5]
    assert scoring.first(hit).tolist() == [2, 1, 0]
    recall, precision = scoring.curves(hit, np.array([3, 3, 3]))
    assert recall.shape == precision.shape == (3, 100)
    assert recall[0, [0, 1, 2, 3, 99]] == pytest.approx([0, 1 / 3, 1 / 3, 2 / 3, 2 / 3])
    assert precision[1, [0, 1, 2, 9]] == pytest.approx([1, 1, 2 / 3, 2 / 10])
    assert not recall[2].any()


def test_curves_equal_the_measures_at_their_cuts() -> None:
    rng = np.random.default_rng(0)
    rankings = [rng.permutation(150).tolist() for _ in range(8)]
    grades = [{int(row): 1 for row in rng.choice(150, 12, False)} for _ in rankings]
    hit = scoring.hits(np.array(rankings, np.int32), [frozenset(own) for own in grades])
    recall, precision = scoring.curves(hit, np.full(8, 12))
    table = _scored(*rankings, grades=grades)
    for cut in figures.CUTS:
        np.testing.assert_allclose(recall[:, cut - 1], table[f"R@{cut}"], atol=1e-9)
        np.testing.assert_allclose(precision[:, cut - 1], table[f"P@{cut}"], atol=1e-9)


def test_precision_at_eleven_levels_of_recall_by_hand() -> None:
    hit = np.array([[0, 1, 0, 1, 0], [1, 0, 1, 1, 0], [0] * 5], np.bool_)
    # First: 1/2 at a third and at two thirds; the last text is never found.
    # Second: 1 at a third; 2/3 at two thirds, but 3/4 further on, which counts for all before it.
    expected = [[0.5] * 7 + [0] * 4, [1] * 4 + [0.75] * 7, [0] * 11]
    np.testing.assert_allclose(scoring.interpolated(hit, np.array([3, 3, 3])), expected)


def test_the_eleven_levels_equal_trec_eval_where_its_rounding_is_exact() -> None:
    import ir_measures

    rng = np.random.default_rng(0)
    rankings = [rng.permutation(40).tolist() for _ in range(8)]
    grades = [{int(row): 1 for row in rng.choice(60, 10, False)} for _ in rankings]
    hit = scoring.hits(np.array(rankings, np.int32), [frozenset(own) for own in grades])
    found = scoring.interpolated(hit, np.full(8, 10))
    wanted = [ir_measures.IPrec @ recall for recall in scoring.RECALLS]
    qrels = {str(i): {str(row): 1 for row in own} for i, own in enumerate(grades)}
    run = {str(i): {str(row): -float(rank) for rank, row in enumerate(own)} for i, own in enumerate(rankings)}
    for metric in ir_measures.pytrec_eval.iter_calc(wanted, qrels, run):
        place = wanted.index(metric.measure)
        assert found[int(metric.query_id), place] == pytest.approx(metric.value), (metric, place)


def test_the_judged_share_counts_what_was_found() -> None:
    rows = np.array([RANKING + [8] * 7, [4, 1] + [-1] * 10, [-1] * 12], np.int32)
    # Of the first ten 5, 2 and 1 are judged; of two results both.
    share = scoring.judged_share(rows, [GRADES] * 3)
    assert share[:2].tolist() == pytest.approx([3 / 10, 1])
    assert np.isnan(share[2])


def test_whether_the_best_score_tells_queries_without_an_answer() -> None:
    # Of 2 x 3 pairs the one with an answer is higher in 4, and ties in one.
    assert scoring.separation(np.array([0.9, 0.5]), np.array([0.5, 0.6, 0.1])) == pytest.approx(4.5 / 6)
    assert scoring.separation(np.array([0.9, 0.2]), np.array([np.nan, -5])) == 1, "nothing found is lowest of all"
    assert scoring.separation(np.array([np.nan]), np.array([np.nan])) == 0.5
    assert scoring.separation(np.array([1.0]), np.array([])) is None
    assert scoring.separation(np.array([]), np.array([1.0])) is None


def test_the_table_of_figures_names_family_and_cut() -> None:
    count = len(figures.names())
    table = scoring.table(np.zeros(count), np.zeros(count), np.ones(count)).set_index("name")
    assert table.loc["nDCG@10", ["family", "k"]].tolist() == ["nDCG", 10]
    assert table.loc["AP", ["family", "k"]].tolist() == ["AP", 0]
    assert len(table) == 31


def test_only_one_thread_at_a_time_evaluates(monkeypatch: pytest.MonkeyPatch) -> None:
    # trec_eval is not safe between threads: met there by a garbage collection, two of them crashed the worker.
    real, free, together = ir_measures.pytrec_eval.evaluator, Semaphore(1), []

    def watched(*given: Any) -> Any:
        evaluator = real(*given)
        evaluate = evaluator.iter_calc

        def slowly(run: Any) -> Any:
            alone = free.acquire(blocking=False)
            together.append(not alone)
            sleep(0.01)  # others run now
            yield from evaluate(run)
            if alone:
                free.release()

        evaluator.iter_calc = slowly
        return evaluator

    monkeypatch.setattr(ir_measures.pytrec_eval, "evaluator", watched)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: _scored(RANKING), range(8)))
    assert together == [False] * 8
    assert all(table.equals(found[0]) for table in found)
