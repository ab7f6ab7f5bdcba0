"""The worker's process: what it may use of the machine, and one task importing torch while another uses SciPy."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dask.system import CPU_COUNT

from core.cluster import LIBRARY_THREADS, NICENESS, Cluster

ROOT = Path(__file__).parent.parent

# SciPy remembers what it found of a class, so that only a class it has not seen looks at torch again.
RACE = """
import sys, threading
import numpy as np
from scipy.special import logsumexp
if sys.argv[1] == "guarded":
    from core.worker import guard_torch
    guard_torch()
    guard_torch()
logsumexp(np.arange(3.0))
importing = threading.Thread(target=__import__, args=("torch",))
importing.start()
inside = 0
while importing.is_alive():
    half = "torch" in sys.modules
    logsumexp(np.arange(3.0).view(type("Fresh", (np.ndarray,), {})))
    inside += half and importing.is_alive()
assert inside > 0, "nothing was computed while torch was half imported"
import torch
assert torch.Tensor.__module__.startswith("torch"), torch.Tensor
assert "Tensor" in torch.__spec__.loader.get_source("torch")
assert sum(type(finder).__name__ == "_HalfTorch" for finder in sys.meta_path) <= 1
print("fine", inside)
"""
SLOW_TORCH = """
import time
time.sleep(0.5)
class Tensor: pass
"""


def _race(how: str, path: Path | None) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [*filter(None, [path]), ROOT]))}
    command = [sys.executable, "-W", "ignore", "-c", RACE, how]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def slow_torch(tmp_path: Path) -> Path:
    """A folder with a torch whose import takes half a second before it has a `Tensor`."""
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text(SLOW_TORCH)
    return tmp_path


def test_scipy_falls_over_a_half_imported_torch(slow_torch: Path) -> None:
    found = _race("bare", slow_torch)
    assert found.returncode != 0
    assert "has no attribute 'Tensor'" in found.stderr


def test_guarded_it_does_not(slow_torch: Path) -> None:
    found = _race("guarded", slow_torch)
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("fine")


def test_guarded_the_real_torch_is_imported_whole() -> None:
    found = _race("guarded", None)
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("fine")


@pytest.fixture
def ask(home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Calls a function in a fresh local worker, whose operator wants one thread for OpenBLAS."""
    for name in LIBRARY_THREADS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    cluster = Cluster("")

    def call(function: Callable[[], Any]) -> Any:
        client = cluster.client()
        client.wait_for_workers(1, timeout=120)
        (found,) = client.run(function).values()
        return found

    yield call
    cluster.close()


def test_a_worker_uses_the_cores_it_has_behind_the_dashboard(ask: Callable[..., Any]) -> None:
    def facts() -> dict[str, Any]:
        import os
        import sys

        loaded = "core.worker" in sys.modules, "torch" in sys.modules
        import torch

        threads = {name: os.environ[name] for name in os.environ if name.endswith("_NUM_THREADS")}
        return {"loaded": loaded, "torch": torch.get_num_threads(), "nice": os.nice(0), "threads": threads}

    before = os.nice(0)
    found = ask(facts)
    assert found["loaded"] == (True, False)
    assert found["torch"] == CPU_COUNT
    assert {name: found["threads"][name] for name in LIBRARY_THREADS} == {
        **dict.fromkeys(LIBRARY_THREADS, str(CPU_COUNT)),
        "OPENBLAS_NUM_THREADS": "1",
    }
    assert found["nice"] == max(before, NICENESS)
    assert os.nice(0) == before, "the dashboard itself must not yield"


def test_an_operator_who_made_it_nicer_still_is_obeyed() -> None:
    code = (
        "import os; os.nice(15)\n"
        "from types import SimpleNamespace\n"
        "from core.cluster import dask_setup\n"
        "dask_setup(SimpleNamespace(pre_spawn_env={}, env={}))\n"
        "print(os.nice(0))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(found.stdout) == min(19, os.nice(0) + 15)
