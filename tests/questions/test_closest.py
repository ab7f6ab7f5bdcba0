"""The closest and the most surprising pairs: by hand, against every pair, in blocks of any size."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core import linalg, pipeline
from core.errors import Cancelled
from core.types import Answer, Study
from tests.measures.seen import see
from tests.questions.told import Tell, circle, told


@pytest.fixture
def tell(home: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    return told(monkeypatch)


def _closest(study: Study, top: int = 3, score: str = "cosine") -> Answer:
    return pipeline.answer("closest", study, score=score, top=top)


def _surprising(study: Study, k: int = 1, top: int = 6, score: str = "cosine") -> Answer:
    return pipeline.answer("surprising", study, a="one", b="two", score=score, k=k, top=top)


def _listed(pairs: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(pairs["a_row"].tolist(), pairs["b_row"].tolist(), strict=True))


# Closest


def test_the_closest_points_on_a_circle(tell: Tell) -> None:
    # Apart by: 01 10, 12 20, 02 30, 34 5.
    found = _closest(tell(one=circle(0, 10, 30, 100, 105)), top=3)
    assert _listed(found["pairs"]) == [(3, 4), (0, 1), (1, 2)]
    np.testing.assert_allclose(found["pairs"]["value"], np.cos(np.radians([5, 10, 20])), atol=1e-6)
    assert (found["duplicates"], found["note"]) == (0, "")


def test_a_repeated_text_is_counted_and_is_no_pair(tell: Tell) -> None:
    study = tell(texts=["a", "b", "a", "c", "a", "b"], one=circle(0, 90, 0, 100, 0, 90))
    found = _closest(study, top=9)
    assert found["duplicates"] == 3
    assert found["note"] == "among the 3 different texts; rows that repeat one of them: 3"
    assert _listed(found["pairs"]) == [(1, 3), (0, 1), (0, 3)]


def test_one_text_over_and_over_has_no_pairs(tell: Tell) -> None:
    found = _closest(tell(texts=["a", "a"], one=circle(0, 0)))
    assert len(found["pairs"]) == 0
    assert found["duplicates"] == 1


@pytest.mark.parametrize("score", linalg.SCORES)
@pytest.mark.parametrize("side", [1, 3, 7, 2_048])
def test_they_are_the_best_of_every_pair_in_blocks_of_any_size(
    tell: Tell, monkeypatch: pytest.MonkeyPatch, score: str, side: int
) -> None:
    rows = np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32)
    rows[[4, 17, 23, 29]] = rows[11]  # six pairs tie for the first place of cosine and distance
    rows[9] = rows[20] = 0
    study = tell(one=rows)
    every = linalg.scores(_vectors(rows, score), _vectors(rows, score), score)
    expected = sorted(combinations(range(30), 2), key=lambda pair: (-every[pair], pair))
    monkeypatch.setattr(linalg, "BLOCK_BYTES", 32 * side**2)
    for top in (4, 50, 1_000) if side > 1 else (20,):
        found = _closest(study, top, score)["pairs"]
        assert _listed(found) == expected[:top]
        assert found["value"].tolist() == [every[pair] for pair in expected[:top]]


def _vectors(rows: np.ndarray, score: str) -> np.ndarray:
    return see(rows).unit if score == "cosine" else rows


def test_where_all_pairs_tie_the_first_rows_stand_first(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linalg, "BLOCK_BYTES", 32 * 4**2)
    # In blocks of 4 x 4 the pair (0, 8) comes after (1, 2), and must still take its place.
    found = _closest(tell(one=np.zeros((20, 3))), top=8)
    assert _listed(found["pairs"]) == [(0, row) for row in range(1, 9)]
    assert found["pairs"]["value"].tolist() == [0] * 8


def test_no_block_is_larger_than_it_may_be(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    study = tell(one=np.random.default_rng(0).normal(size=(200, 4)), two=np.random.default_rng(1).normal(size=(200, 4)))
    monkeypatch.setattr(linalg, "BLOCK_BYTES", 4 * 200 * 40)
    shapes = []
    real = linalg.scores

    def watched(a: np.ndarray, b: np.ndarray, score: str) -> np.ndarray:
        shapes.append((len(a), len(b)))
        return real(a, b, score)

    monkeypatch.setattr(linalg, "scores", watched)
    _closest(study.only("one"))
    _surprising(study)
    assert max(4 * rows * columns for rows, columns in shapes) <= linalg.BLOCK_BYTES // 4
    assert len(shapes) > 40


def test_progress_counts_every_pair_and_a_cancel_stops_it(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    study = tell(one=np.random.default_rng(0).normal(size=(40, 4)))
    _closest(study)  # from here on the vectors are there
    monkeypatch.setattr(linalg, "BLOCK_BYTES", 32 * 9**2)
    seen: list[tuple[int, int]] = []
    pipeline.answer("closest", study, score="dot", top=2, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (780, 780)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) == 15

    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        pipeline.answer("closest", study, score="euclidean", top=2, progress=stop)


# Surprising


def test_near_for_one_and_far_for_the_other_by_hand(tell: Tell) -> None:
    # one: 0-1 and 2-3 are nearest to each other; two: 0-2 and 1-3.
    study = tell(one=circle(0, 10, 60, 75), two=circle(0, 100, 20, 85))
    found = _surprising(study)["pairs"]
    # Under two, from 0 the order is 2 3 1, and from 1 it is 3 2 0; from 2 it is 0 3 1, and from 3 it is 1 2 0.
    near_one = found[found["direction"] == "a"]
    assert near_one[["a_row", "b_row", "rank_a", "rank_b"]].to_numpy().tolist() == [[0, 1, 1, 3], [2, 3, 1, 2]]
    np.testing.assert_allclose(near_one["value_a"], np.cos(np.radians([10, 15])), atol=1e-6)
    np.testing.assert_allclose(near_one["value_b"], np.cos(np.radians([100, 65])), atol=1e-6)
    # Under one, 2 is second from 0, but 0 is third from 2; 3 is third from 1, and 1 is second from 3.
    near_two = found[found["direction"] == "b"]
    assert near_two[["a_row", "b_row", "rank_a", "rank_b"]].to_numpy().tolist() == [[1, 3, 3, 1], [2, 0, 3, 1]]


def _by_hand(one: np.ndarray, two: np.ndarray, score: str, k: int, half: int) -> list[tuple[int, int, int, int]]:
    """Every pair within k under `one`, by rank under `two`: a_row, b_row, rank_a, rank_b."""
    every = [linalg.scores(_vectors(rows, score), _vectors(rows, score), score) for rows in (one, two)]
    for values in every:
        np.fill_diagonal(values, -np.inf)
    rank = [1 + (values[:, None, :] > values[:, :, None]).sum(axis=2) for values in every]
    n = len(one)
    order = np.argsort(-every[0], axis=1, kind="stable")[:, :k]
    pairs = [(a, int(b), int(rank[0][a, b]), int(rank[1][a, b])) for a in range(n) for b in order[a]]
    pairs = sorted((pair for pair in pairs if pair[3] > k), key=lambda pair: (-pair[3], pair[2], pair[0], pair[1]))
    seen: set[frozenset[int]] = set()
    first = [pair for pair in pairs if not (frozenset(pair[:2]) in seen or seen.add(frozenset(pair[:2])))]
    return first[:half]


@pytest.mark.parametrize("score", linalg.SCORES)
@pytest.mark.parametrize("block", [linalg.BLOCK_BYTES, 16 * 60 * 7])
def test_they_are_the_furthest_of_all_near_pairs_with_exact_ranks(
    tell: Tell, monkeypatch: pytest.MonkeyPatch, score: str, block: int
) -> None:
    rng = np.random.default_rng(0)
    one, two = (rng.normal(size=(60, d)).astype(np.float32) for d in (4, 6))
    one[[7, 30]] = one[41]
    two[[3, 50]] = 0
    study = tell(one=one, two=two)
    every = {"a": linalg.scores(_vectors(one, score), _vectors(one, score), score)}
    monkeypatch.setattr(linalg, "BLOCK_BYTES", block)
    for k in (1, 5, 58, 59, 500):
        found = _surprising(study, k, 20, score)["pairs"]
        for direction, (near, far), (mine, theirs) in (("a", (one, two), "ab"), ("b", (two, one), "ba")):
            part = found[found["direction"] == direction]
            columns = part[["a_row", "b_row", f"rank_{mine}", f"rank_{theirs}"]].to_numpy().tolist()
            assert [tuple(row) for row in columns] == _by_hand(near, far, score, min(k, 59), 10)
        assert found["value_a"].tolist() == [every["a"][pair] for pair in _listed(found)]


def test_a_model_against_itself_surprises_nobody(tell: Tell) -> None:
    rows = np.random.default_rng(0).normal(size=(50, 4))
    assert len(_surprising(tell(one=rows, two=rows), k=5)["pairs"]) == 0
    assert len(_surprising(tell(one=np.zeros((5, 2)), two=np.ones((5, 3))), k=2)["pairs"]) == 0


def test_a_repeated_text_takes_part_once(tell: Tell) -> None:
    study = tell(texts=["a", "b", "a", "c", "d"], one=circle(0, 10, 0, 60, 75), two=circle(0, 100, 0, 20, 85))
    found = _surprising(study)
    assert _listed(found["pairs"])[0] == (0, 1)
    assert found["pairs"]["rank_b"].iloc[0] == 3, "among three other texts, not four other rows"
    assert 2 not in set(found["pairs"][["a_row", "b_row"]].to_numpy().ravel().tolist())
    assert found["duplicates"] == 1


def test_one_text_twice_surprises_nobody(tell: Tell) -> None:
    found = _surprising(tell(texts=["a", "a"], one=circle(0, 0), two=circle(0, 0)))
    assert len(found["pairs"]) == 0
    assert list(found["pairs"]) == ["a_row", "b_row", "value_a", "value_b", "rank_a", "rank_b", "direction"]
