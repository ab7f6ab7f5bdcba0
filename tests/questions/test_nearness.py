"""Neighbours of whole corpora: every product once, the same as comparing all with all; one kept answer for every k."""

from pathlib import Path

import numpy as np
import pytest

from core import linalg, pipeline, work
from core.errors import Cancelled
from core.questions import nearness, tiles
from core.types import Study
from core.work import graph_width, quiet
from tests.questions.told import Tell, told


@pytest.fixture
def tell(home: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    return told(monkeypatch)


def _unit(seed: int, n: int, d: int = 16) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize(("n", "side"), [(2, 512), (10, 3), (40, 8), (41, 8), (64, 8), (65, 64), (100, 200)])
@pytest.mark.parametrize("k", [1, 5, 39])
def test_tiles_find_the_best_of_every_row(monkeypatch: pytest.MonkeyPatch, n: int, side: int, k: int) -> None:
    # Blocks of even and odd number, of one row, and smaller than what is asked for.
    monkeypatch.setattr(tiles, "SIDE", side)
    k = min(k, n - 1)
    unit = _unit(n, n)
    ids, values = tiles.best(unit, k, 2, quiet)
    products = unit @ unit.T
    np.fill_diagonal(products, -np.inf)
    expected = np.argsort(-products, axis=1)[:, :k]
    np.testing.assert_array_equal(np.sort(ids, axis=1), np.sort(expected, axis=1))
    np.testing.assert_allclose(values, np.take_along_axis(products, ids, axis=1), atol=1e-6)


def test_every_two_rows_are_compared_once() -> None:
    for m in range(1, 9):
        seen = tiles.Tiles(_unit(0, 4), 2, 1)
        seen.blocks = [np.empty((0, 4), np.float32)] * m
        pairs = [frozenset(pair) for step in seen.steps() for pair in step]
        assert len(pairs) == len(set(pairs)) == m * (m + 1) // 2


def test_others_come_by_cosine_then_row_and_the_row_itself_last() -> None:
    values = np.array([[-1, -1e-3, 0, -0.0, 1e-3, 0.5, 0.5000001, 1, -np.inf]], np.float32)
    found, cosines = nearness._others(np.array([7]), np.arange(9)[None, ::-1].copy(), values[:, ::-1].copy())
    assert found[0].tolist() == [5, 6, 4, 2, 3, 1, 0, 7, 8]
    np.testing.assert_array_equal(cosines[0, :7], np.array([0.5, 0.5, 1e-3, 0, 0, -1e-3, -1], np.float32))
    assert not np.signbit(cosines[0, 3:5]).any()


def test_a_tile_is_seen_from_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    # As plain Python: what is compiled is this very function.
    monkeypatch.setattr(tiles, "CHUNK", 3)
    products = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    mine, theirs = ((np.full((n, 3), -np.inf, np.float32), np.full((n, 3), -1, np.int32)) for n in products.shape)
    tiles._see(products, 100, 200, *mine, *theirs, theirs[0][:, 0].copy())
    for (values, ids), seen, start in ((mine, products, 200), (theirs, products.T, 100)):
        np.testing.assert_array_equal(values, np.sort(seen, axis=1)[:, -3:])
        np.testing.assert_array_equal(ids, start + np.argsort(seen, axis=1)[:, -3:])


@pytest.mark.parametrize("kind", ["close", "equal", "zero", "some zero", "copies", "two"])
@pytest.mark.parametrize("k", [1, 10, 32])
def test_hard_vectors_have_the_neighbours_of_a_full_comparison(
    monkeypatch: pytest.MonkeyPatch, kind: str, k: int
) -> None:
    monkeypatch.setattr(nearness, "FEW", 10)
    monkeypatch.setattr(tiles, "SIDE", 32)
    rows = {
        # All cosines are within a thousandth of each other.
        "close": _near_one(200),
        "equal": np.repeat(_unit(7, 1), 200, axis=0),
        "zero": np.zeros((200, 16), np.float32),
        "some zero": np.where(np.arange(200)[:, None] % 3 == 0, np.float32(0), _unit(8, 200)),
        "copies": np.tile(_unit(9, 50), (4, 1)),
        "two": np.where(np.arange(200)[:, None] % 2 == 0, _unit(10, 1), -_unit(10, 1)),
    }[kind]
    found = nearness.near(rows, k, quiet)
    similarity = np.round(rows.astype(np.float64) @ rows.T.astype(np.float64), 6)
    np.fill_diagonal(similarity, -np.inf)
    ids, cosines = linalg.top_k(similarity, k)
    np.testing.assert_allclose(found.cosines, cosines, atol=2e-6)
    assert (found.ids != np.arange(200)[:, None]).all()
    assert all(len(set(row)) == k for row in found.ids.tolist())
    # Where float32 rounds a seventh decimal to the other side, a text may change places with its equal, and no other.
    alike = np.take_along_axis(similarity, found.ids, axis=1)
    np.testing.assert_allclose(alike, cosines, atol=2e-6)
    if kind != "close":
        assert (found.ids == ids).mean() > (0.99 if "some" in kind or "copies" in kind else 0.9999)


def _near_one(n: int) -> np.ndarray:
    rows = _unit(6, 1) + 0.005 * _unit(6, n)
    unit = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    assert (unit @ unit.T).min() > 1 - 1e-3
    return unit


def test_ties_go_to_the_lower_row_in_whatever_tile_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearness, "FEW", 10)
    monkeypatch.setattr(tiles, "SIDE", 16)
    rows = np.repeat(_unit(1, 5), 20, axis=0)[np.random.default_rng(2).permutation(100)]
    found = nearness.near(rows, 7, quiet)
    ids, cosines = nearness._checked(rows, np.arange(100), 7)
    np.testing.assert_array_equal(found.ids, ids)
    np.testing.assert_allclose(found.cosines, cosines, atol=2e-6)
    zero = nearness.near(np.zeros((40, 4), np.float32), 3, quiet)
    assert zero.ids[:4].tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
    assert not np.signbit(zero.cosines).any()


def test_few_neighbours_are_the_first_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearness, "FEW", 10)
    monkeypatch.setattr(tiles, "SIDE", 32)
    rows = _unit(3, 150)
    rows[20:60] = rows[5]
    many = nearness.near(rows, 100, quiet)
    for k in (1, 10, 32, 99):
        few = nearness.near(rows, k, quiet)
        np.testing.assert_allclose(few.cosines, many.cosines[:, :k], atol=2e-6)
        assert (few.ids == many.ids[:, :k]).mean() > 0.99


def test_they_are_those_of_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.neighbors import NearestNeighbors

    monkeypatch.setattr(nearness, "FEW", 10)
    rows = _unit(4, 1_300, 48)
    theirs = NearestNeighbors(metric="cosine", algorithm="brute", n_neighbors=10).fit(rows)
    distances, ids = theirs.kneighbors()
    found = nearness.near(rows, 10, quiet)
    np.testing.assert_allclose(found.cosines, 1 - distances, atol=2e-6)
    np.testing.assert_array_equal(np.sort(found.ids, axis=1), np.sort(ids, axis=1))


def test_a_cancel_stops_the_search() -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        tiles.best(_unit(0, 50), 3, 2, stop)


@pytest.mark.parametrize(
    ("n", "k", "width"),
    [(9, 1, 16), (9, 16, 16), (9, 17, 100), (9, 100, 100), (9, 101, 200), (50_000, 5, 16), (50_001, 5, 100)],
)
def test_neighbours_are_looked_for_in_standard_widths(n: int, k: int, width: int) -> None:
    assert graph_width(n, k) == width


def test_one_kept_answer_serves_every_k(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    real = nearness.near
    monkeypatch.setattr("core.questions.vectors.near", lambda *given: runs.append(given[1]) or real(*given))
    study = tell(one=_unit(5, 60))
    (view,) = _views(study)
    ids, _ = nearness._checked(view.unit, np.arange(60), 40)
    for k in (10, 14, 16, 1):
        np.testing.assert_array_equal(view.neighbors(k), ids[:, :k])
        assert view.near(k)["cosines"].shape == (60, k)
    assert runs == [work.NARROW]
    np.testing.assert_array_equal(view.neighbors(40), ids)
    assert runs == [work.NARROW, work.WIDE]
    assert view.neighbors(500).shape == (60, 59)
    assert linalg.top_k(view.unit @ view.unit.T, 1)[0].ravel().tolist() == list(range(60))


def _views(study: Study) -> list[work.View]:
    asked = pipeline.ask("neighbors", study, k=16)
    at = work.Work(pipeline.store(), pipeline.respond)
    return at.views(asked.arguments["corpus"], asked.arguments["models"])
