"""A latency run has its worker to itself: it waits for what runs, what comes later waits for it, and nobody starves."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from core import pipeline
from core.cluster import OFFER, Cluster
from core.jobs import Jobs
from core.progress import WAITS_FOR_ALONE, waits_alone
from core.types import Corpus, Question, Study
from tests.test_jobs import ended, state, wait

TEXTS = ("cats sleep", "dogs bark", "birds sing", "fish swim")


def stay(folder: str, name: str) -> None:
    """Say that this began, stay until let go, say that it ended; runs in the worker."""
    here = Path(folder)
    with (here / "log").open("a") as log:
        log.write(f"{name} begins\n")
    until = monotonic() + 60
    while not (here / f"let {name} go").exists() and monotonic() < until:
        sleep(0.02)
    with (here / "log").open("a") as log:
        log.write(f"{name} ends\n")


@dataclass
class Stage:
    """One local worker, and tasks on it that stay until they are let go."""

    jobs: Jobs
    folder: Path

    def enter(self, name: str, priority: int = 5, **claims: bool) -> Any:
        claimed = self.jobs._cluster.claims(**claims)
        client = self.jobs._connect()
        always = {"pure": False, "fifo_timeout": 0}
        return client.submit(stay, str(self.folder), name, key=name, priority=priority, resources=claimed, **always)

    def leave(self, name: str) -> None:
        (self.folder / f"let {name} go").touch()

    def log(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []

    def arrived(self, key: str) -> None:
        """Wait until a task has reached the worker, whether it runs or not."""
        client = self.jobs._connect()
        wait(lambda: any(key in tasks for tasks in client.run(_known).values()), f"{key} to reach the worker")


def _known(dask_worker: Any) -> list[str]:
    return list(dask_worker.state.tasks)


@pytest.fixture
def stage(home: Path, tmp_path: Path) -> Iterator[Stage]:
    jobs = Jobs(Cluster(""))
    yield Stage(jobs, tmp_path)
    jobs.close()


def speed(study: Study, run: str = "r1") -> Question:
    return pipeline.ask("latency", study, run=run, owner="me", setting="quick", reference="lsa", seed=0)


def test_alone_waits_for_what_runs_and_what_comes_later_waits_for_it(stage: Stage) -> None:
    first = stage.enter("first")
    wait(lambda: stage.log() == ["first begins"], "the first task")
    alone = stage.enter("alone", alone=True)
    stage.arrived("alone")
    later = [stage.enter("later"), stage.enter("embedding", priority=0, encode=True)]
    stage.arrived("embedding")
    for name in ("later", "embedding", "alone", "first"):  # all may end as soon as they begin
        stage.leave(name)
    for future in (first, alone, *later):
        future.result(timeout=60)
    log = stage.log()
    assert log[:4] == ["first begins", "first ends", "alone begins", "alone ends"]
    assert sorted(log[4:]) == sorted(f"{name} {what}" for name in ("later", "embedding") for what in ("begins", "ends"))


def test_quick_questions_pass_embeddings_that_wait(stage: Stage) -> None:
    embedding = stage.enter("embedding", priority=0, encode=True)
    wait(lambda: stage.log() == ["embedding begins"], "the embedding to begin")
    waiting = stage.enter("waiting", priority=-1, encode=True)
    stage.arrived("waiting")
    question = stage.enter("question")
    stage.leave("question")
    question.result(timeout=60)
    assert stage.log() == ["embedding begins", "question begins", "question ends"]
    for name in ("embedding", "waiting"):
        stage.leave(name)
    for future in (embedding, waiting):
        future.result(timeout=60)


def test_a_latency_job_says_for_what_it_waits_and_the_others_do_too(stage: Stage) -> None:
    jobs, study = stage.jobs, pipeline.study(Corpus("animals", TEXTS), ["lsa"])
    pipeline.answer("profile", study)  # embedded: the questions below are one task each
    before, after = (pipeline.ask("neighbors", study, k=k) for k in (1, 2))
    held = stage.enter("held", alone=True)
    wait(lambda: stage.log() == ["held begins"], "the worker to be taken")
    run = speed(study)
    for question in (before, run, after):
        jobs.submit(question)
        stage.arrived(question.key)
    assert state(jobs, run).message == waits_alone(1)
    assert "Waiting for 1 other job to end: timing beside them would be wrong." in state(jobs, run).message
    assert state(jobs, after).message == WAITS_FOR_ALONE
    assert state(jobs, before).message == ""
    assert jobs.asked("latency") == [run]
    stage.leave("held")
    held.result(timeout=60)
    for question in (before, run, after):
        assert ended(jobs, question).state == "done"
    made = {entry.key: entry.created for entry in pipeline.store().answers.list()}
    (timing,) = pipeline.store().timings.list(study.corpus.fingerprint)
    assert made[before.key] < timing.created < made[after.key]
    found = pipeline.store().timings.get("r1")
    assert found is not None
    assert found["facts"]["alone"] is True
    assert not jobs.asked("latency")


def test_a_cancelled_run_stores_nothing_and_frees_the_worker(stage: Stage) -> None:
    jobs, study = stage.jobs, pipeline.study(Corpus("animals", TEXTS), ["lsa"])
    run, after = speed(study), pipeline.ask("neighbors", study, k=1)
    jobs.submit(run)
    wait(lambda: any(part.done for part in state(jobs, run).parts), "the first figures")
    jobs.submit(after)
    jobs.cancel(run.key)
    assert state(jobs, run).message == "Stopped. A run that is not finished is not kept."
    assert ended(jobs, after).state == "done"
    assert not pipeline.store().timings.list(study.corpus.fingerprint)


class _Elsewhere:
    """A client of a cluster that is not ours, whose workers announce this."""

    status = "running"

    def __init__(self, *resources: dict[str, float]) -> None:
        self.workers = {f"w{i}": {"resources": each} for i, each in enumerate(resources)}

    def scheduler_info(self, **_: Any) -> dict[str, Any]:
        return {"workers": self.workers}


@pytest.mark.parametrize(
    ("workers", "alone", "embed", "plain"),
    [
        ([], {}, {}, {}),
        ([{}], {}, {}, {}),
        ([{"encode": 1}], {"encode": 1}, {"encode": 1}, {}),
        ([{"encode": 1, "seat": 2}, {"encode": 1}], {"encode": 1}, {"encode": 1}, {}),
        ([dict(OFFER)], OFFER, {"encode": 1, "seat": 1}, {"seat": 1}),
        ([{"encode": 1, "seat": 2}, {"encode": 1, "seat": 8}], {"encode": 1, "seat": 8}, {"encode": 1, "seat": 1}, {"seat": 1}),  # noqa: E501
    ],
)  # fmt: skip
def test_on_a_cluster_only_what_every_worker_announces_is_claimed(
    workers: list[dict[str, float]], alone: dict[str, float], embed: dict[str, float], plain: dict[str, float]
) -> None:
    cluster = Cluster("tcp://127.0.0.1:9")
    cluster._client = _Elsewhere(*workers)
    assert cluster.claims(alone=True) == alone
    assert cluster.claims(encode=True) == embed
    assert cluster.claims() == plain
