"""Exact search: by hand, against every pair, in blocks of bounded size, whatever the order of the texts."""

import tracemalloc

import numpy as np
import pytest

from core import linalg
from core.errors import Cancelled
from core.retrieval import search
from core.retrieval.bm25 import Index
from core.retrieval.fusion import reciprocal
from core.retrieval.search import Found, best, dense
from tests.questions.told import circle


def _quiet(done: int, total: int) -> None: ...


def _nobody(queries: int) -> np.ndarray:
    return np.full(queries, -1)


def _unit(seed: int, n: int, d: int = 8) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _dense(queries: object, texts: object, depth: int, excluded: np.ndarray | None = None) -> Found:
    asked, among = np.asarray(queries, np.float32), np.asarray(texts, np.float32)
    return dense(asked, among, depth, _nobody(len(asked)) if excluded is None else excluded, _quiet)


def test_on_a_circle_by_hand() -> None:
    found = _dense(circle(0, 100), circle(90, 10, 180, 30), 3)
    assert found.rows.tolist() == [[1, 3, 0], [0, 3, 2]]  # from 0: 10 30 90; from 100: 10, 70, 80 away
    np.testing.assert_allclose(found.scores[1], np.cos(np.radians([10, 70, 80])), atol=1e-6)
    assert (found.rows.dtype, found.scores.dtype, found.empty) == (np.int32, np.float32, 0)


def test_it_is_as_wide_as_there_are_texts() -> None:
    assert _dense(circle(0), circle(0, 10), 1000).rows.tolist() == [[0, 1]]
    assert _dense(circle(0), np.empty((0, 2)), 10).rows.shape == (1, 0)
    assert _dense(np.empty((0, 2)), circle(0, 10), 10).rows.shape == (0, 2)


def test_equal_texts_stand_by_lower_row() -> None:
    rows = _unit(0, 40, 384)
    rows[[3, 17, 30]] = rows[25]
    found = _dense(rows[25:26], rows, 5)
    assert found.rows[0, :4].tolist() == [3, 17, 25, 30]
    assert len(set(found.scores[0, :4].tolist())) == 1


def test_what_a_query_must_not_find_is_not_found() -> None:
    found = _dense(circle(0, 0), circle(0, 10, 20), 3, np.array([0, -1]))
    assert found.rows.tolist() == [[1, 2, -1], [0, 1, 2]]
    assert np.isnan(found.scores[0, 2])
    assert np.isfinite(found.scores[1]).all()


def test_a_zero_query_finds_nothing_and_a_zero_text_has_cosine_0() -> None:
    found = _dense([[0, 0], [1, 0]], [[-1, 0], [0, 0], [1, 0]], 3)
    assert found.rows.tolist() == [[-1, -1, -1], [2, 1, 0]]
    assert np.isnan(found.scores[0]).all()
    assert found.scores[1].tolist() == [1, 0, -1]
    assert found.empty == 1


@pytest.mark.parametrize("block", [linalg.BLOCK_BYTES, 4 * 8 * 60 * 7, 1])
def test_it_is_the_best_of_every_pair_in_blocks_of_any_size(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    queries, texts = _unit(0, 23), _unit(1, 60)
    excluded = np.random.default_rng(2).integers(-1, 60, 23)
    cosines = np.round(queries.astype(float) @ texts.astype(float).T, 6)
    cosines[np.flatnonzero(excluded >= 0), excluded[excluded >= 0]] = -2
    expected = np.argsort(-cosines, axis=1, kind="stable")[:, :20]
    monkeypatch.setattr(linalg, "BLOCK_BYTES", block)
    np.testing.assert_array_equal(_dense(queries, texts, 20, excluded).rows, expected)


def test_the_order_of_the_texts_does_not_matter() -> None:
    queries, texts = _unit(0, 10, 384), _unit(1, 200, 384)
    order = np.random.default_rng(3).permutation(200)
    plain, shuffled = _dense(queries, texts, 50), _dense(queries, texts[order], 50)
    np.testing.assert_array_equal(order[shuffled.rows], plain.rows)
    np.testing.assert_array_equal(shuffled.scores, plain.scores)


def test_only_what_scores_above_0_is_found() -> None:
    found = best(np.array([[0, 2, 1, 2], [0, 0, 0, 0]], np.float32), 3, _nobody(2))
    assert found.rows.tolist() == [[1, 3, 2], [-1, -1, -1]]
    assert found.scores[0].tolist() == [2, 2, 1]
    assert found.empty == 1


def test_progress_counts_queries_and_a_cancel_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linalg, "BLOCK_BYTES", 4 * 8 * 30 * 4)
    seen: list[tuple[int, int]] = []
    dense(_unit(0, 10), _unit(1, 30), 5, _nobody(10), lambda done, total: seen.append((done, total)))
    assert seen == [(4, 10), (8, 10), (10, 10)]

    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        dense(_unit(0, 10), _unit(1, 30), 5, _nobody(10), stop)


def test_memory_stays_bounded_however_many_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    # All scores at once were 400 x 20,000 float32: 32 MiB for dense and BM25, and 64 MiB for the fusion.
    queries, texts = _unit(0, 400), _unit(1, 20_000)
    index = Index.of([f"w{row % 7} w{row % 11}" for row in range(20_000)])
    monkeypatch.setattr(linalg, "BLOCK_BYTES", 2 * 1024**2)
    found = dense(queries, texts, 50, _nobody(400), _quiet)
    for run in (
        lambda: dense(queries, texts, 50, _nobody(400), _quiet),
        lambda: index.search([f"w{i % 7} w3" for i in range(400)], 50, _nobody(400), _quiet),
        lambda: reciprocal([found, found], 20_000, 50),
    ):
        tracemalloc.start()
        run()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 12 * 1024**2


@pytest.mark.parametrize("ties", [False, True])
def test_a_shortlist_finds_what_comparing_with_every_text_finds(monkeypatch: pytest.MonkeyPatch, ties: bool) -> None:
    queries, texts = _unit(0, 50, 32), _unit(1, 900, 32)
    queries[7] = 0
    if ties:
        texts[100:400] = texts[5]  # more equals than the shortlist holds
        texts[500:560] = -texts[5]
        queries[3] = texts[5]
        texts[600:620] = 0
    excluded = np.random.default_rng(2).integers(-1, 900, 50)
    excluded[3] = 5
    short = _dense(queries, texts, 20, excluded)
    monkeypatch.setattr("core.retrieval.search.SPARE", 10_000)
    whole = _dense(queries, texts, 20, excluded)
    np.testing.assert_array_equal(short.rows, whole.rows)
    np.testing.assert_array_equal(short.scores, whole.scores)
    if ties:
        assert short.rows[3].tolist() == list(range(100, 120))
    assert short.rows[7].tolist() == [-1] * 20


def test_only_queries_that_a_shortlist_cannot_settle_are_compared_with_every_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queries, texts = _unit(0, 30, 32), _unit(1, 900, 32)
    texts[100:400] = texts[5]
    queries[3] = texts[5]
    compared: list[int] = []
    real = search._compared
    monkeypatch.setattr(
        search, "_compared", lambda found, asked, *rest: (compared.extend(asked), real(found, asked, *rest))
    )
    _dense(queries, texts, 20)
    assert 3 in compared
    assert len(compared) < 30
