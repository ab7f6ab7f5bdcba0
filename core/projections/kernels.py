"""umap-learn, loaded without what it does not need here, its compiled kernels kept on disk."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from types import ModuleType
from typing import Any

from core.settings import cores, settings

ALONE = Lock()
"""Held while a parallel kernel runs: numba's default thread pool ends the process when two threads enter it."""
_LOADING = Lock()


def load() -> Any:
    """The module `umap.umap_`; the first call takes a second or two."""
    with _LOADING:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Any:
    compiler()
    try:
        umap = _without_search()
    except (ImportError, AttributeError):
        umap = _imported()
    # A machine compiles once, not at every start; where nothing can be written it compiles again.
    with suppress(AttributeError, RuntimeError, OSError):
        for kernel in (umap.smooth_knn_dist, umap.compute_membership_strengths):
            kernel.enable_caching()
    return umap


def compiler() -> Any:
    """The module `numba`, which keeps on disk what it compiles."""
    import numba

    numba.config.CACHE_DIR = numba.config.CACHE_DIR or str(settings().home / "numba")
    return numba


@lru_cache(maxsize=1)
def pool() -> ThreadPoolExecutor:
    """A thread for each core, for kernels that let go of Python's lock."""
    return ThreadPoolExecutor(cores(), "vecassay-maps")


def _without_search() -> Any:
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


def _imported() -> Any:
    import umap.umap_

    return umap.umap_
