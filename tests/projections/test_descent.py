"""UMAP's descent: its forces by hand, and one map of one seed however many cores there are."""

import numpy as np
import pytest
import scipy.sparse as sp

from core.projections import descent
from core.projections.descent import Round, descend
from core.types import Floats

RNG = np.random.default_rng(0)
AXES = (0, 1)


def quiet(done: int, total: int) -> None:
    """Tell nobody."""


def around(n: int) -> sp.csr_matrix:
    """Symmetric weights of neighbours, above 0 and up to 1."""
    some = sp.random(n, n, 0.05, format="csr", random_state=0)
    return sp.csr_matrix(some.maximum(some.T))


def drawn(seed: int = 0, n: int = 300, dims: int = 2) -> Floats:
    start = np.random.default_rng(1).uniform(0, 10, (n, dims)).astype(np.float32)
    return descend(start, around(n), rounds=20, a=1.6, b=0.9, seed=seed, progress=quiet)


def turn(step: float = 1.0, a: float = 1.0, b: float = 1.0) -> Round:
    return Round(0, np.float32(step), np.float32(a), np.float32(b), 1, np.uint64(0))


@pytest.mark.parametrize(("away", "expected"), [(1.0, 1 - 1), (2.0, 2 - 0.8), (0.0, 0.0)])
def test_a_neighbour_draws_by_the_formula(away: float, expected: float) -> None:
    # a = b = 1: 2 r / (1 + r²) nearer. At 1 that is 1, at 2 it is 4/5; a point in the same place does not draw.
    out, there = np.array([[away, 0]], np.float32), np.zeros((1, 2), np.float32)
    descent._pull(out, 0, there, 0, turn(), AXES)
    np.testing.assert_allclose(out, [[expected, 0]], atol=1e-6)


def test_others_push_by_the_formula_and_no_farther_than_four() -> None:
    # 5 times 2 r / ((0.001 + r²)(1 + r²)): at 1 nearly 1 each, at 0.01 more than 4, which is the limit.
    there, drift = np.zeros((1, 2), np.float32), np.zeros(2, np.float32)
    for away, each in ((1.0, 1 / 1.001), (0.01, 4.0)):
        out = np.array([[away, 0]], np.float32)
        descent._push(out, 0, there, drift, turn(0.5), AXES, np.uint64(1))
        np.testing.assert_allclose(out, [[away + 0.5 * 5 * each, 0]], rtol=1e-6)


def test_edges_are_met_as_often_as_they_weigh() -> None:
    graph = sp.csr_matrix(np.array([[0, 1.0, 0.25], [1.0, 0, 0.009], [0.25, 0.009, 0]]))
    edges = descent._edges(graph, 100)
    assert graph.nnz == 6
    assert edges.others.tolist() == [1, 2, 0, 0]  # what would not be met in any round is left out
    met = [sum(int(often * (n + 1)) > int(often * n) for n in range(100)) for often in edges.often.tolist()]
    assert met == [100, 25, 100, 25]


def test_each_round_begins_at_another_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    # The last one has the most to say: always the same one, and neighbours are torn apart (continuity .966, not .980).
    met: list[int] = []
    monkeypatch.setattr(descent, "_pull", lambda out, i, there, other, this, axes: met.append(int(other)))
    monkeypatch.setattr(descent, "_push", lambda out, i, there, drift, this, axes, state: state)
    edges = descent.Edges(np.array([0, 4]), np.array([5, 6, 7, 8]), np.ones(4))
    here, firsts = np.zeros((9, 2), np.float32), set()
    for number in range(30):
        with np.errstate(over="ignore"):
            descent._move(here, here, here.copy(), edges, turn()._replace(number=number), AXES, 0, 1)
        assert sorted(met) == [5, 6, 7, 8]
        firsts.add(met[0])
        met.clear()
    assert firsts == {5, 6, 7, 8}


@pytest.mark.parametrize("dims", [2, 3, 7])
def test_one_seed_gives_one_map_however_many_cores_there_are(monkeypatch: pytest.MonkeyPatch, dims: int) -> None:
    found = []
    for many in (1, 2, 5):
        monkeypatch.setattr(descent, "cores", lambda many=many: many)
        found.append(drawn(dims=dims))
    assert np.isfinite(found[0]).all()
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])
    assert not np.array_equal(drawn(seed=1, dims=dims), found[0])


@pytest.mark.parametrize("many", [1, 2, 16])
def test_shares_are_all_points_once(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr(descent, "cores", lambda: many)
    for starts in ([0, 3], [0, 0, 9], [0, 1, 2, 3, 4], np.r_[0, np.cumsum(RNG.integers(0, 30, 1_000))]):
        shares = descent._shares(np.asarray(starts))
        assert [row for first, last in shares for row in range(first, last)] == list(range(len(starts) - 1))


def test_what_is_drawn_onto_a_map_leaves_it_as_it_was() -> None:
    there = RNG.uniform(0, 100, (50, 2)).astype(np.float32)
    before = there.copy()
    near = sp.csr_matrix(np.eye(50, dtype=np.float32)[:5])
    start = there[:5] + np.float32(5)
    found = descend(start, near, there, rounds=200, a=1.6, b=0.9, seed=0, progress=quiet)
    np.testing.assert_array_equal(there, before)
    assert np.linalg.norm(found - there[:5], axis=1).max() < 2


def test_drawing_is_ended_between_two_rounds() -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert total == 20
        if done == 3:
            raise Stopped

    with pytest.raises(Stopped):
        descend(np.ones((300, 2), np.float32), around(300), rounds=20, a=1.6, b=0.9, seed=0, progress=stop)
