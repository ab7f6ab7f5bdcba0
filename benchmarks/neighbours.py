"""Neighbours and similarity, against scikit-learn and bare faiss on the same vectors."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.cases import Case, Figures, Sides
from core.questions.nearness import near
from core.types import Floats, Ints
from core.work import graph_width, quiet

OVERLAP_N, DIMENSIONS, K = 20_000, (384, 256, 100), 10
TEXTS, QUERIES, D, DEPTH = 100_000, 1_000, 384, 100
TRUST_N = 10_000


def cases() -> Iterator[Case]:
    yield Case(
        key="neighbours-overlap",
        title=f"Neighbour overlap@{K} of three models (d = 384, 256, 100) on {OVERLAP_N:,} texts",
        ours=f"the kept graph ({graph_width(OVERLAP_N, K)} neighbours, exact) and overlap@{K}",
        theirs=f"scikit-learn NearestNeighbors(brute, cosine, n_jobs=-1), {K} neighbours, and sets",
        floor=10,
        make=partial(_overlap, OVERLAP_N),
        rounds=3,
        quick=partial(_overlap, 4_000),
        quick_floor=1.5,
        limits={"same neighbours": (0.9999, 1.0)},
    )
    yield Case(
        key="neighbours-search",
        title=f"{QUERIES:,} queries, {TEXTS:,} texts x {D}, best {DEPTH}",
        ours="search, scored again in float64, ties by row (no index)",
        theirs="faiss IndexFlatIP.search (index built beforehand)",
        floor=0.667,
        make=partial(_search, QUERIES, TEXTS),
        rounds=5,
        quick=partial(_search, 200, 20_000),
        quick_floor=0.3,
        limits={"same texts": (0.9999, 1.0)},
    )
    yield Case(
        key="neighbours-trust",
        title=f"Trust in a map of {TRUST_N:,} x {D}, k = {K}",
        ours="trustworthiness and continuity, neighbours known",
        theirs="sklearn.manifold.trustworthiness, which is one of the two",
        floor=2,
        make=partial(_trust, TRUST_N),
        rounds=3,
        quick=partial(_trust, 2_500),
        quick_floor=1,
        limits={"largest difference": (0.0, 1e-4)},
    )


def vectors(n: int, d: int, seed: int) -> Floats:
    """Unit rows in two hundred groups, as texts about two hundred things."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(200, d))[rng.integers(0, 200, n)] + rng.normal(size=(n, d))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@contextmanager
def _overlap(n: int) -> Iterator[Sides]:
    models = [vectors(n, d, seed=d) for d in DIMENSIONS]
    found: dict[str, list[Any]] = {}
    yield Sides(
        ours=lambda: found.__setitem__("ours", _our_overlap(models)),
        theirs=lambda: found.__setitem__("theirs", _their_overlap(models)),
        figures=lambda: _told(found),
    )


def _our_overlap(models: Sequence[Floats]) -> list[Any]:
    from core.measures import overlap

    lists = [_Known(near(rows, graph_width(len(rows), K), quiet).ids) for rows in models]
    means = [overlap.compute(a, b, k=K, seed=0).value for a, b in combinations(lists, 2)]  # type: ignore[arg-type]
    return [[known.neighbors(K) for known in lists], means]


class _Known:
    """Neighbours as measures ask for them."""

    def __init__(self, ids: Ints) -> None:
        self.ids = ids

    def neighbors(self, k: int) -> Ints:
        return self.ids[:, :k]


def _their_overlap(models: Sequence[Floats]) -> list[Any]:
    from sklearn.neighbors import NearestNeighbors

    search = partial(NearestNeighbors, n_neighbors=K, metric="cosine", algorithm="brute", n_jobs=-1)
    lists = [search().fit(rows).kneighbors(return_distance=False) for rows in models]
    sets = [[set(row) for row in ids.tolist()] for ids in lists]
    means = [np.mean([len(p & q) / K for p, q in zip(a, b, strict=True)]) for a, b in combinations(sets, 2)]
    return [lists, means]


def _told(found: dict[str, list[Any]]) -> Figures:
    (ours, means), (theirs, their_means) = found["ours"], found["theirs"]
    # They do not settle ties as we do: the share of common neighbours is what can be asked for.
    same = [_common(a, b) for a, b in zip(ours, theirs, strict=True)]
    away = float(np.abs(np.array(means) - their_means).max())
    return {"same neighbours": float(np.mean(same)), "largest difference of overlap": away}


def _common(a: Ints, b: Ints) -> float:
    return float(np.mean([len(set(p) & set(q)) / len(p) for p, q in zip(a.tolist(), b.tolist(), strict=True)]))


@contextmanager
def _search(queries: int, texts: int) -> Iterator[Sides]:
    import faiss

    from core.retrieval.search import dense

    rows, asked = vectors(texts, D, seed=0), vectors(queries, D, seed=1)
    index = faiss.IndexFlatIP(D)
    index.add(rows)
    nobody, found = np.full(queries, -1), dict[str, Ints]()
    yield Sides(
        ours=lambda: found.__setitem__("ours", dense(asked, rows, DEPTH, nobody, quiet).rows),
        theirs=lambda: found.__setitem__("theirs", index.search(asked, DEPTH)[1]),
        figures=lambda: {"same texts": _common(found["ours"], found["theirs"])},
    )


@contextmanager
def _trust(n: int) -> Iterator[Sides]:
    from sklearn.manifold import trustworthiness

    from core.measures.trust import trust

    rows = vectors(n, D, seed=0)
    xy = np.ascontiguousarray(rows @ np.linalg.svd(rows[:1_000], full_matrices=False)[2][:2].T)
    known = near(rows, graph_width(n, K), quiet).ids
    found: dict[str, float] = {}

    def ours() -> None:
        both = trust(rows, xy, k=K, seed=0, progress=quiet, neighbors=lambda k: known[:, :k])
        found["ours"] = float(both.trustworthiness.mean(dtype=np.float64))

    theirs: Callable[[], None] = lambda: found.__setitem__("theirs", trustworthiness(rows, xy, n_neighbors=K))  # noqa: E731
    yield Sides(ours, theirs, lambda: {"largest difference": abs(found["ours"] - found["theirs"])})
