"""A cluster started by hand on loopback: a scheduler and workers as programs of their own, sharing one store."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core import pipeline
from core.cluster import Cluster
from core.digest import digest_bytes
from core.jobs import Jobs, Status
from core.settings import settings
from core.types import Role
from tests.store.conftest import _needs_server as needs_server
from tests.store.conftest import _schema as schema
from tests.test_jobs import ended, many, state, vectors, wait

ROOT = Path(__file__).parent.parent
SAID = re.compile(r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)")


@dataclass
class ByHand:
    """Programs by name, each ended by its own process id; without their scheduler workers end by themselves."""

    folder: Path
    address: str = ""
    programs: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    def start(self, name: str, *command: str, **environment: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.programs[name] = subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), "DASK_LOGGING__DISTRIBUTED": "info", **environment},
                stdout=log,
                stderr=log,
            )

    def scheduler(self, port: str = "0", **environment: str) -> None:
        here = ("--host", "127.0.0.1", "--port", port, "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        self.start("scheduler", "scheduler", *here, "--idle-timeout", "120", **environment)
        wait(lambda: bool(SAID.search(self.log("scheduler"))), "the scheduler")
        self.address = SAID.findall(self.log("scheduler"))[-1]

    def worker(self, name: str, **environment: str) -> None:
        offer = ("--nthreads", "2", "--resources", "encode=1", "--no-nanny", "--no-dashboard", "--name", name)
        self.start(name, "worker", self.address, *offer, "--host", "127.0.0.1", "--death-timeout", "20", **environment)

    def kill(self, name: str) -> None:
        self.programs[name].kill()
        self.programs[name].wait(10)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def close(self) -> None:
        for name in self.programs:
            self.kill(name)


@pytest.fixture
def cluster(tmp_path: Path, home_with_static: Path) -> Iterator[ByHand]:
    """A scheduler; workers are added by the test, on the store of the test's home unless told otherwise."""
    by_hand = ByHand(tmp_path)
    by_hand.scheduler()
    yield by_hand
    by_hand.close()


@contextmanager
def _asking(address: str) -> Iterator[Jobs]:
    jobs = Jobs(Cluster(address))
    try:
        yield jobs
    finally:
        jobs.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, needs_server])])
def shared_store(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The store of dashboard and workers: a file both reach, or an empty schema on a PostgreSQL."""
    if request.param == "sqlite":
        yield pipeline.store().location()
        return
    with schema() as url:
        monkeypatch.setenv("VECASSAY_STORE", url)
        settings.cache_clear()
        yield pipeline.store().location()
        pipeline.store().close()


def _at_work(jobs: Jobs) -> set[str]:
    """Workers that are embedding now."""
    processing = jobs._cluster.client().processing()
    return {worker for worker, keys in processing.items() if any(key.startswith("embed-") for key in keys)}


def _failure(cluster: ByHand, n: int = 40) -> str:
    """What is said when a job fails on this cluster."""
    with _asking(cluster.address) as jobs:
        _, question = many(n)
        jobs.submit(question)
        status = ended(jobs, question)
    assert status.state == "failed"
    return status.message


def test_a_worker_killed_half_way_loses_and_doubles_no_vector(
    shared_store: str, cluster: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "SHARD_TEXTS", 60)
    for name in ("a", "b"):
        cluster.worker(name)
    with _asking(cluster.address) as jobs:
        jobs._connect().wait_for_workers(2, timeout=60)
        study, question = many(300)
        jobs.submit(question)
        wait(lambda: len(_at_work(jobs)) == 2, "both workers to embed")
        wait(lambda: len(reported(jobs)) >= 2, "a finished chunk of two shards")
        assert pipeline.store().location() == shared_store
        assert 0 < vectors(study) < 300
        cluster.kill("a")
        assert ended(jobs, question).state == "done"
    assert vectors(study) == 300
    shelf = study.models[0].space.shelf(Role.DOCUMENT)
    assert pipeline.store().vectors.present(shelf, [digest_bytes([text]) for text in study.corpus.texts]).all()
    found = pipeline.store().answers.get(question.key)
    assert found is not None
    assert found["n"] == 300


def reported(jobs: Jobs) -> list[str]:
    """Shards of which a chunk is kept, as their workers report."""
    return [key for key, event in jobs._events.items() if key.startswith("embed-") and event[2] > 0]


def test_a_worker_with_another_store_is_told(cluster: ByHand) -> None:
    cluster.worker("a", VECASSAY_HOME=str(cluster.folder / "elsewhere"))
    said = _failure(cluster)
    assert str(cluster.folder / "elsewhere") in said
    assert "Set VECASSAY_STORE to the same database" in said


def test_a_worker_that_cannot_reach_its_store_is_told_without_the_password(cluster: ByHand) -> None:
    cluster.worker("a", VECASSAY_STORE="postgresql+psycopg://me:hunter2@127.0.0.1:1/db")
    said = _failure(cluster)
    assert "127.0.0.1:1/db: the database server does not answer" in said
    assert "hunter2" not in said


def test_a_scheduler_without_the_package_is_told(tmp_path: Path, home: Path) -> None:
    bare = ByHand(tmp_path)
    bare.scheduler(PYTHONPATH="")
    try:
        assert "put this package on its Python path" in _failure(bare)
    finally:
        bare.close()


def test_no_worker_is_told_and_the_job_goes_on_when_one_comes(cluster: ByHand) -> None:
    with _asking(cluster.address) as jobs:
        study, question = many(10)
        jobs.submit(question)
        wait(lambda: "no worker is connected" in state(jobs, question).message, "the reason for waiting")
        assert cluster.address in state(jobs, question).message
        assert state(jobs, question).state in ("waiting", "running")
        cluster.worker("without the package", PYTHONPATH="")  # it ends when it is given work
        wait(lambda: "No module named 'core'" in cluster.log("without the package"), "a worker to give up")
        wait(lambda: "on its Python path" in state(jobs, question).message, "the reason for waiting")
        cluster.worker("a")
        wait(lambda: not state(jobs, question).message, "the worker to be seen")
        assert ended(jobs, question) == Status("done")
    assert vectors(study) == 10


def test_a_scheduler_that_dies_is_told_and_the_job_goes_on_with_another(
    cluster: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.worker("a")
    with _asking(cluster.address) as jobs:
        study, question = many(240)
        jobs.submit(question)
        wait(lambda: vectors(study) > 0, "the first chunk")
        cluster.kill("scheduler")
        cluster.kill("a")
        status = ended(jobs, question)
        assert status.state == "failed"
        assert f"connection to the Dask scheduler at {cluster.address} was lost" in status.message
        assert vectors(study) < 240
        cluster.scheduler(port=cluster.address.rpartition(":")[2])
        cluster.worker("b")
        told: list[dict[str, Any]] = []
        monkeypatch.setattr(jobs, "_note", lambda event: told.append(event[1]))  # a job that ended forgets its events
        jobs.submit(question)
        status = ended(jobs, question)
        assert status.state == "done", status.message
        embedding = [each for each in told if each["key"].startswith("embed-")]
        assert any(each["done"] > 0 for each in embedding), told  # progress came from the new scheduler
    assert vectors(study) == 240
    assert pipeline.store().vectors.encoded() <= 240  # what was kept before was not embedded again
