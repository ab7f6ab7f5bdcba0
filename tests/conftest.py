"""Fixtures shared by all tests: a home folder of its own for each test, models made once for all."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from core import encoders, pipeline
from core.settings import settings

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# Compiled kernels are kept between runs, outside of any test's home; and no server compiles them unasked.
os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".pytest_cache" / "numba"))
os.environ.setdefault("VECASSAY_WARM", "false")
KEPT = ("VECASSAY_TEST_POSTGRES", "VECASSAY_WARM")


def _forget() -> None:
    settings.cache_clear()
    pipeline._opened.cache_clear()
    encoders.unload()


@pytest.fixture(scope="session")
def made_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the distilled model, made once (about 15 s) for every test and every process that asks for it."""
    together = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        together = together.parent
    home = together / "made"
    with FileLock(together / "made.lock"):
        if not (home / "models").exists():
            code = "from core import pipeline; pipeline.study('sentences', ['static'])"
            env = {**os.environ, "VECASSAY_HOME": str(home)}
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
def home_with_static(home: Path, made_models: Path) -> Path:
    """An empty VECASSAY_HOME in which the distilled model is there already."""
    (home / "models").symlink_to(made_models)
    return home


def shared(*parts: str) -> Path:
    """A path in ../shared; skips the test, saying so, where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return path
