"""Fixtures shared by all tests: a home folder of its own for each test, models made once for all."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# Before the first library that brings an OpenBLAS: several tests run at once, and its threads wait for each other by
# spinning.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from filelock import FileLock
from streamlit.components.v2 import manifest_scanner

from core import encoders, pipeline
from core.settings import settings

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Compiled kernels are kept between runs, outside of any test's home; and no server compiles them unasked.
os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".pytest_cache" / "numba"))
os.environ.setdefault("VECASSAY_WARM", "false")
# Converting a transformer takes seconds: only tests with `home_with_static` get what was chosen, made once for all.
os.environ.setdefault("VECASSAY_BACKEND", "torch")
# Each page that is opened without a browser looks for components in all that is installed, 0.2 s long.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
# Files that take minutes begin first: one of them at the end would leave the other processes with nothing to do.
LONG = (
    "tests/test_benchmarks.py",
    "tests/browser/test_second_lab.py",
    "tests/test_faults.py",
    "tests/test_jobs.py",
    "tests/pages/test_pages.py",
    "tests/browser/test_clusters.py",
    "tests/browser/test_intake.py",
    "tests/browser/test_first_lab.py",
    "tests/browser/test_journey.py",
    "tests/browser/test_panel.py",
    "tests/projections/test_libraries.py",
    "tests/browser/test_bytes.py",
    "tests/test_cluster.py",
    "tests/browser/test_latency.py",
    "tests/browser/test_library.py",
    "tests/browser/test_importing.py",
    "tests/pages/test_warm_pages.py",
    "tests/pages/test_retrieval_page.py",
    "tests/browser/test_tradeoffs.py",
    "tests/browser/test_bringing.py",
    "tests/browser/test_hosted.py",
    "tests/pages/test_decision_page.py",
    "tests/browser/test_maps.py",
    "tests/providers/test_conversion.py",
    "tests/test_alone.py",
    "tests/browser/test_matrix.py",
)
KEPT = ("VECASSAY_TEST_POSTGRES", "VECASSAY_WARM", "VECASSAY_BACKEND")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {str(ROOT / file): number for number, file in enumerate(LONG)}
    items.sort(key=lambda item: place.get(str(item.path), len(place)))


def _forget() -> None:
    settings.cache_clear()
    pipeline._opened.cache_clear()
    encoders.unload()


@pytest.fixture(scope="session")
def made_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the distilled and the converted model, made once (about 30 s) for every test and every process.

    Beside it is a store with the vectors of the sample's sentences under the three models.
    """
    together = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        together = together.parent
    home = together / "made"
    with FileLock(together / "made.lock"):
        if not (home / "models").exists():
            code = (
                "from core import pipeline\n"
                "for key in ('static', 'minilm', 'lsa'):\n"
                "    pipeline.answer('profile', pipeline.study('sentences', [key]))\n"
                "pipeline.store().close()"
            )
            env = {**os.environ, "VECASSAY_HOME": str(home), "VECASSAY_BACKEND": "auto"}
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True)
    return home / "models"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty VECASSAY_HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("VECASSAY_") and name not in KEPT]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VECASSAY_HOME", str(folder))
    _forget()
    yield folder
    pipeline.store().close()
    _forget()


@pytest.fixture
def home_with_static(home: Path, made_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty VECASSAY_HOME in which the distilled and the converted model are there already."""
    monkeypatch.delenv("VECASSAY_BACKEND")
    settings.cache_clear()
    (home / "models").symlink_to(made_models)
    return home


@pytest.fixture
def home_with_vectors(home_with_static: Path, made_models: Path) -> Path:
    """A VECASSAY_HOME in which the sample's sentences are embedded by all three models, too."""
    for file in made_models.parent.glob("store.sqlite*"):
        shutil.copy(file, home_with_static)
    return home_with_static


def shared(*parts: str) -> Path:
    """A path in ../shared; skips the test, saying so, where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return path
