"""Maps against the libraries as they come: scikit-learn's t-SNE and umap-learn, warm, in a fresh process, uncompiled.

Every side begins with the vectors and finds the neighbours itself. "Fresh worker" is a process that finds on disk what
an earlier one compiled, as ours is after the dashboard's warm-up; umap-learn is given the same chance. "Fresh machine"
is a process with nothing compiled.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.cases import Case, Figures, Sides
from core.types import Floats, Ints

N, D, GROUPS, RANK = 10_000, 384, 40, 8
QUICK_N = 1_500
MANY = 5_000
"""Below 4,096 rows umap-learn does not search, and leaves that to be compiled."""
TRUSTED = {"ours - theirs": (-0.005, 1.0)}
"""Two seeds of one library differ by about as much."""


def cases() -> Iterator[Case]:
    yield Case(
        key="maps-tsne",
        title=f"t-SNE of {N:,} x {D}",
        ours="t-SNE map with its neighbours",
        theirs="sklearn.manifold.TSNE(n_jobs=-1)",
        floor=3,
        make=partial(_warm, "our-tsne", "sklearn-tsne", N),
        rounds=3,
        quick=partial(_warm, "our-tsne", "sklearn-tsne", QUICK_N),
        quick_floor=1,
        quick_rounds=1,
        limits=TRUSTED,
    )
    yield Case(
        key="maps-umap-warm",
        title=f"UMAP of {N:,} x {D}, all compiled, seed set",
        ours="UMAP map with its neighbours",
        theirs="umap.UMAP(random_state=0, metric='cosine'): one thread",
        floor=1,
        make=partial(_warm, "our-umap", "umap-learn", N),
        rounds=3,
        limits=TRUSTED,
    )
    yield Case(
        key="maps-umap-warm-unseeded",
        title=f"UMAP of {N:,} x {D}, all compiled, peer without seed",
        ours="UMAP map with its neighbours, seed set",
        theirs="umap.UMAP(metric='cosine'): every core, another map each time",
        floor=1,
        make=partial(_warm, "our-umap", "umap-learn-unseeded", N),
        rounds=3,
        limits=TRUSTED,
    )
    yield Case(
        key="maps-umap-fresh-worker",
        title=f"First UMAP of {N:,} x {D} in a fresh process, compiled before",
        ours="a process that draws one map",
        theirs="a process that draws one map with umap-learn",
        floor=3,
        make=partial(_cold, N, compiled=True),
        rounds=3,
        cold=True,
        limits=TRUSTED,
    )
    yield Case(
        key="maps-umap-fresh-machine",
        title=f"First UMAP of {N:,} x {D} with nothing compiled",
        ours="a process that draws one map",
        theirs="a process that draws one map with umap-learn",
        floor=3,
        make=partial(_cold, N, compiled=False),
        rounds=3,
        cold=True,
        limits=TRUSTED,
    )


def vectors(n: int) -> Floats:
    """Unit rows in groups that spread in few directions of their own, and a little in all."""
    random = np.random.default_rng(0)
    group = random.integers(0, GROUPS, n)
    centres, ways = random.normal(size=(GROUPS, D)), random.normal(size=(GROUPS, RANK, D))
    rows = centres[group] + 0.3 * random.normal(size=(n, D))
    for number in range(GROUPS):
        rows[group == number] += 0.35 * random.normal(size=((group == number).sum(), RANK)) @ ways[number]
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def ours(method: str, rows: Floats) -> Floats:
    from core.projections.drawing import draw
    from core.questions.nearness import near
    from core.registry import discover

    discover("core.projections")

    def neighbors(k: int) -> tuple[Ints, Floats]:
        found = near(rows, k, _quiet)
        return found.ids, found.cosines

    return draw(method, rows, neighbors, dims=2, seed=0, settings={}, progress=_quiet).xy


def plain_umap(rows: Floats, seed: int | None = 0) -> Floats:
    from umap import UMAP

    return UMAP(random_state=seed, metric="cosine").fit_transform(rows)


def plain_tsne(rows: Floats) -> Floats:
    from sklearn.manifold import TSNE

    return TSNE(random_state=0, n_jobs=-1).fit_transform(rows)


SIDES: Mapping[str, Callable[[Floats], Floats]] = {
    "our-umap": partial(ours, "umap"),
    "our-tsne": partial(ours, "tsne"),
    "umap-learn": plain_umap,
    "umap-learn-unseeded": partial(plain_umap, seed=None),
    "sklearn-tsne": plain_tsne,
}


@contextmanager
def _warm(mine: str, peer: str, n: int) -> Iterator[Sides]:
    """Both in this process, all loaded and compiled by a map of fewer rows."""
    rows, drawn = vectors(n), {}
    if "umap" in peer:
        import pynndescent  # noqa: F401 - what umap-learn searches with, and we load UMAP without unless it is there

        for side in (mine, peer):
            SIDES[side](vectors(MANY))

    def draw(side: str) -> None:
        drawn[side] = SIDES[side](rows)

    yield Sides(partial(draw, mine), partial(draw, peer), lambda: _trust(rows, drawn[mine], drawn[peer]))


@contextmanager
def _cold(n: int, *, compiled: bool) -> Iterator[Sides]:
    """Each in a process of its own."""
    rows = vectors(n)
    with TemporaryDirectory() as folder:
        here = Path(folder)
        np.save(here / "rows.npy", rows)
        sides = ("our-umap", "umap-learn")
        if compiled:
            for side in sides:
                _fresh(side, here, here / side)

        def draw(side: str) -> None:
            if compiled:
                _fresh(side, here, here / side)
            else:
                with TemporaryDirectory() as empty:
                    _fresh(side, here, Path(empty))

        yield Sides(
            *(partial(draw, side) for side in sides),
            lambda: _trust(rows, *(np.load(here / f"{side}.npy") for side in sides)),
        )


def _fresh(side: str, folder: Path, kernels: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(kernels)}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.maps", side, str(folder)]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def _trust(rows: Floats, mine: Floats, peer: Floats) -> Figures:
    from core.measures.trust import trust

    one, two = (
        float(trust(rows, np.asarray(xy, np.float32), k=10, seed=0, progress=_quiet).trustworthiness.mean())
        for xy in (mine, peer)
    )
    return {"trustworthiness@10, ours": one, "trustworthiness@10, theirs": two, "ours - theirs": one - two}


def _quiet(done: int, total: int) -> None:
    """Tell nobody."""


if __name__ == "__main__":
    asked, where = sys.argv[1], Path(sys.argv[2])
    np.save(where / f"{asked}.npy", SIDES[asked](np.load(where / "rows.npy")))
