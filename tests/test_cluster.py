"""A cluster started by hand on loopback: a scheduler and workers as programs of their own, sharing one store."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.cluster import Cluster
from core.jobs import Jobs
from tests.test_jobs import many, wait

ROOT = Path(__file__).parent.parent


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
                env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
                stdout=log,
                stderr=log,
            )

    def scheduler(self, port: str = "0") -> None:
        here = ("--host", "127.0.0.1", "--port", port, "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        self.start("scheduler", "scheduler", *here, "--idle-timeout", "120")
        wait(lambda: bool(re.search(r"Scheduler at:", self.log("scheduler"))), "the scheduler")
        self.address = re.findall(r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)", self.log("scheduler"))[-1]

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
def cluster(tmp_path: Path, home: Path) -> Iterator[ByHand]:
    by_hand = ByHand(tmp_path)
    by_hand.scheduler()
    yield by_hand
    by_hand.close()


@contextmanager
def _asking(address: str) -> Iterator[Jobs]:
    jobs = Jobs(Cluster(address))
    yield jobs
    jobs.close()


def test_x(cluster: ByHand) -> None:
    mode = os.environ["MODE"]
    if mode == "nopath":
        cluster.kill("scheduler")
        cluster.start(
            "scheduler",
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--dashboard-address",
            "127.0.0.1:0",
            PYTHONPATH="",
        )
        wait(lambda: "Scheduler at:" in cluster.log("scheduler"), "s")
        cluster.address = re.findall(r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)", cluster.log("scheduler"))[-1]
        cluster.worker("a")
    if mode == "nopathworker":
        cluster.worker("a", PYTHONPATH="")
    if mode == "otherstore":
        cluster.worker("a", VECASSAY_HOME=str(cluster.folder / "other"))
    if mode == "badstore":
        cluster.worker("a", VECASSAY_STORE="postgresql+psycopg://me:hunter2@127.0.0.1:1/db")
    with _asking(cluster.address) as jobs:
        study, question = many(40)
        t = time.time()
        jobs.submit(question)
        for _ in range(24):
            print(round(time.time() - t, 2), jobs.status(question.key))
            time.sleep(0.5)
            if jobs.status(question.key).state == "failed":
                break
        print("FINAL", jobs.status(question.key))
        print("LOG", cluster.log("a")[-1500:] if mode != "none" else "")
