"""How long maps of 5,000 x 384 take against the libraries as they come: python -m benchmarks.maps

Both sides in one run; only their ratio travels between machines. "Cold" is a fresh process with nothing compiled yet,
"second start" a fresh process that finds what the first one compiled. On a machine that does other things meanwhile
look at the processor seconds.
"""

import json
import os
import subprocess
import sys
from functools import partial
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np

from core.questions.nearness import near
from core.types import Floats

N, D, GROUPS = 5_000, 384, 20


def quiet(done: int, total: int) -> None:
    """Tell nobody."""


def vectors() -> Floats:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(GROUPS, D))[rng.integers(0, GROUPS, N)] + rng.normal(size=(N, D))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def ours(method: str) -> Floats:
    from core.projections.drawing import draw
    from core.registry import discover

    discover("core.projections")
    rows = vectors()

    def neighbors(k: int) -> tuple[np.ndarray, np.ndarray]:
        found = near(rows, k, quiet)
        return found.ids, found.cosines

    return draw(method, rows, neighbors, dims=2, seed=0, settings={}, progress=quiet).xy


def plain_umap() -> Floats:
    from umap import UMAP

    return UMAP(random_state=0).fit_transform(vectors())


def plain_tsne() -> Floats:
    from sklearn.manifold import TSNE

    return TSNE(random_state=0, n_jobs=-1).fit_transform(vectors())


SIDES = {
    "our UMAP": partial(ours, "umap"),
    "umap-learn": plain_umap,
    "our t-SNE": partial(ours, "tsne"),
    "scikit-learn's t-SNE": plain_tsne,
}


def measure(side: str) -> None:
    """In a process of its own: seconds with everything imported here, and how far the map can be trusted."""
    began, busy = perf_counter(), process_time()
    xy = SIDES[side]()
    seconds, cpu = perf_counter() - began, process_time() - busy
    from core.measures.trust import trust

    figure = float(trust(vectors(), xy, k=10, seed=0, progress=quiet).trustworthiness.mean())
    print(json.dumps([seconds, cpu, figure]))


def fresh(side: str, cache: str) -> tuple[float, float, float]:
    """Seconds, processor seconds and trustworthiness of one side in a fresh process."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.maps", side]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    seconds, cpu, figure = json.loads(done.stdout.splitlines()[-1])
    return seconds, cpu, figure


def main() -> None:
    found = {}
    with TemporaryDirectory() as one, TemporaryDirectory() as two:
        for name, side, cache in [
            ("our UMAP, cold", "our UMAP", one),
            ("umap-learn, cold", "umap-learn", two),
            ("our UMAP, second start", "our UMAP", one),
            ("umap-learn, second start", "umap-learn", two),
            ("our t-SNE", "our t-SNE", one),
            ("scikit-learn's t-SNE", "scikit-learn's t-SNE", one),
        ]:
            found[name] = fresh(side, cache)
            seconds, cpu, figure = found[name]
            print(f"{name:26} {seconds:6.1f} s ({cpu:5.1f} s processor), trustworthiness@10 {figure:.4f}", flush=True)
    for mine, theirs in [
        ("our UMAP, cold", "umap-learn, cold"),
        ("our UMAP, second start", "umap-learn, second start"),
        ("our t-SNE", "scikit-learn's t-SNE"),
    ]:
        wall, cpu = (found[mine][i] / found[theirs][i] for i in (0, 1))
        print(f"{mine}: {wall:.2f} of the time of {theirs} ({cpu:.2f} of its processor time)")


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
