"""umap-learn, loaded without what it does not need here, its compiled kernels kept on disk."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from types import ModuleType
from typing import Any

from core.settings import settings
from core.types import Progress

ALONE = Lock()
"""Held while a parallel kernel runs: numba's default thread pool ends the process when two threads enter it."""
_LOADING = Lock()


def load() -> tuple[Any, Any]:
    """The modules `umap.umap_` and `umap.layouts`; the first call takes a second or two."""
    with _LOADING:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> tuple[Any, Any]:
    compiler()
    try:
        umap, layouts = _without_search()
    except (ImportError, AttributeError):
        umap, layouts = _imported()
    layouts.tqdm = _rounds
    # A machine compiles once, not at every start; where nothing can be written it compiles again.
    with suppress(AttributeError, RuntimeError, OSError):
        for kernel in (
            umap.smooth_knn_dist,
            umap.compute_membership_strengths,
            layouts._nb_optimize_layout_euclidean_single_epoch,
        ):
            kernel.enable_caching()
    return umap, layouts


def compiler() -> Any:
    """The module `numba`, which keeps on disk what it compiles."""
    import numba

    numba.config.CACHE_DIR = numba.config.CACHE_DIR or str(settings().home / "numba")
    return numba


def _rounds(rounds: Sequence[int], told: Progress | None = None, **_: Any) -> Iterator[int]:
    """UMAP's rounds, told to our progress between them.

    Not from inside a real tqdm bar: what is raised there (a cancel) would leave tqdm's lock taken, and every other bar
    of this process waiting for it.
    """
    for done in rounds:
        if told is not None:
            told(done, len(rounds))
        yield done


def _without_search() -> tuple[Any, Any]:
    """Import UMAP with a stand-in for pynndescent.

    Our neighbours are exact and come with the call, while importing pynndescent compiles for about 15 s on a fresh
    machine. The stand-in goes again at once, so that whoever needs the real one can import it; but `umap.UMAP` of this
    process can then only work on up to 4,096 texts or neighbours that it is given.
    """
    if "pynndescent" in sys.modules or "umap" in sys.modules:
        raise ImportError("loaded already")
    stand_in: dict[str, dict[str, Any]] = {
        "pynndescent": {"NNDescent": None},
        "pynndescent.distances": {"named_distances": {}},
        "pynndescent.sparse": {"sparse_named_distances": {}},
    }
    try:
        for name, content in stand_in.items():
            sys.modules[name] = ModuleType(name)
            vars(sys.modules[name]).update(content)
        return _imported()
    except (ImportError, AttributeError):
        for name in [name for name in sys.modules if name.split(".")[0] == "umap"]:
            del sys.modules[name]
        raise
    finally:
        for name in stand_in:
            del sys.modules[name]


def _imported() -> tuple[Any, Any]:
    import umap.umap_ as umap
    from umap import layouts

    return umap, layouts
