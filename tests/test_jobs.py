"""Jobs on a real Dask worker process: single flight, progress, cancel, and a worker that dies."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from core import pipeline
from core.cluster import Cluster
from core.jobs import Jobs, explain
from core.progress import Status
from core.types import Corpus, Question, Role, Study

ROOT = Path(__file__).parent.parent
PATIENCE = 120


@pytest.fixture
def jobs(home_with_static: Path) -> Iterator[Jobs]:
    running = Jobs(Cluster(""))
    yield running
    running.close()


def wait(until: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < deadline, f"waited {PATIENCE} s for {what}"
        time.sleep(0.05)


def ended(jobs: Jobs, question: Question) -> Status:
    wait(lambda: state(jobs, question).state in ("done", "failed", "cancelled"), "the job to end")
    return state(jobs, question)


def state(jobs: Jobs, question: Question) -> Status:
    status = jobs.status(question.key)
    assert status is not None
    return status


def many(n: int, model: str = "minilm") -> tuple[Study, Question]:
    """A question that needs n different texts embedded: seconds of work for a transformer."""
    words = ["river", "bank", "money", "guitar", "doctor", "garden", "planet", "referee", "contract", "kernel"]
    texts = tuple(f"{words[i % 10]} {i} {words[i // 10 % 10]} " * 12 for i in range(n))
    study = pipeline.study(Corpus("many", texts), [model])
    return study, pipeline.ask("profile", study)


def vectors(study: Study) -> int:
    shelf = study.models[0].space.shelf(Role.DOCUMENT)
    return sum(held.n for held in pipeline.store().vectors.shelves() if held.shelf == shelf)


def worker_pid(jobs: Jobs) -> int:
    pids = jobs._cluster.client().run(os.getpid)
    assert len(pids) == 1
    return int(next(iter(pids.values())))


def test_the_same_question_from_many_visitors_runs_once(jobs: Jobs) -> None:
    study = pipeline.study("sentences", ["lsa"])
    question = pipeline.ask("profile", study)
    visitors = [threading.Thread(target=jobs.submit, args=(question,)) for _ in range(50)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert ended(jobs, question).state == "done"
    assert jobs.started == 1
    assert pipeline.store().vectors.encoded() == len(set(study.corpus.texts))
    found = pipeline.store().answers.get(question.key)
    assert found is not None
    assert found["n"] == len(study.corpus)


def test_two_questions_share_their_embedding(jobs: Jobs) -> None:
    study = pipeline.study("sentences", ["lsa"])
    both = [pipeline.ask("profile", study), pipeline.ask("neighbors", study, k=5)]
    for question in both:
        jobs.submit(question)
    assert [ended(jobs, question).state for question in both] == ["done", "done"]
    assert pipeline.store().vectors.encoded() == len(set(study.corpus.texts))


def test_cancel_stops_soon_and_keeps_what_is_finished(jobs: Jobs) -> None:
    study, question = many(800)
    jobs.submit(question)
    wait(lambda: any(part.done for part in state(jobs, question).parts), "progress")
    part = next(part for part in state(jobs, question).parts if part.done)
    assert 0 < part.done <= part.total <= 800
    assert "MiniLM" in part.label
    jobs.cancel(question.key)
    assert state(jobs, question).state == "cancelled"
    wait(lambda: not jobs._cluster.client().processing().values() or not any(
        jobs._cluster.client().processing().values()), "the worker to notice")  # fmt: skip
    time.sleep(4)  # a chunk in flight may still be written
    kept = vectors(study)
    assert 0 < kept < 800
    time.sleep(3)
    assert vectors(study) == kept, "the worker went on after the cancel"
    jobs.submit(question)
    assert ended(jobs, question).state == "done"
    assert vectors(study) == 800
    assert pipeline.store().vectors.encoded() == 800  # nothing was embedded twice


def test_a_killed_worker_is_replaced_and_no_vector_is_lost_or_doubled(jobs: Jobs) -> None:
    study, question = many(400)
    jobs.submit(question)
    wait(lambda: vectors(study) > 0, "the first chunk")
    os.kill(worker_pid(jobs), signal.SIGKILL)
    assert ended(jobs, question).state == "done"
    assert vectors(study) == 400


def test_a_worker_that_dies_twice_is_explained(jobs: Jobs) -> None:
    study, question = many(3_000)
    jobs.submit(question)
    for _ in range(2):
        before = vectors(study)
        wait(lambda before=before: vectors(study) > before, "a chunk")
        os.kill(worker_pid(jobs), signal.SIGKILL)
    status = ended(jobs, question)
    assert status.state == "failed"
    assert "ended twice" in status.message
    assert "VECASSAY_WORKER_MEMORY" in status.message
    assert vectors(study) > 0


def test_a_dead_keeper_is_replaced_and_the_job_goes_on(jobs: Jobs) -> None:
    study, question = many(300)
    jobs.submit(question)
    wait(lambda: vectors(study) > 0, "the first chunk")
    keeper = next(iter(jobs._cluster._local.workers.values())).process.pid
    os.kill(keeper, signal.SIGKILL)
    assert ended(jobs, question).state == "done"
    assert vectors(study) == 300


def test_an_error_is_told_in_its_own_words_and_may_be_tried_again(jobs: Jobs) -> None:
    study = pipeline.study("sentences", ["lsa"])
    question = pipeline.ask("pairs", study, sentences=study.corpus.fingerprint)
    one = Corpus("typed", ("only one",))
    pipeline.store().corpora.add(one, {}, kind="typed", owner=None)
    wrong = pipeline.ask("pairs", study, sentences=one.fingerprint)
    jobs.submit(wrong)
    status = ended(jobs, wrong)
    assert status.state == "failed"
    assert "at least 2 different sentences" in status.message
    jobs.submit(wrong)
    assert state(jobs, wrong).state in ("waiting", "running", "failed")
    assert ended(jobs, wrong).state == "failed"
    jobs.submit(question)
    assert ended(jobs, question).state == "done"


def test_an_unexpected_error_shows_no_internals(caplog: pytest.LogCaptureFixture) -> None:
    message = explain(ZeroDivisionError("/secret/path"), Question("profile", {}))
    assert "/secret/path" not in message
    assert "ZeroDivisionError" in message
    assert "/secret/path" in caplog.text


def test_a_scheduler_that_is_not_there_is_said_so(home: Path) -> None:
    jobs = Jobs(Cluster("tcp://127.0.0.1:9"))
    _, question = many(10, "lsa")
    jobs.submit(question)
    status = ended(jobs, question)
    assert status.state == "failed"
    assert "VECASSAY_SCHEDULER" in status.message
    jobs.close()


def test_no_process_outlives_a_killed_server(home: Path) -> None:
    code = (
        "import sys, time; from core import jobs; jobs.jobs()._connect().wait_for_workers(1);"
        "print('up', flush=True); time.sleep(600)"
    )
    server = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert server.stdout.readline().strip() == "up"
    children = psutil.Process(server.pid).children(recursive=True)
    assert children
    server.kill()
    server.wait()
    wait(lambda: not [child for child in children if child.is_running() and child.status() != "zombie"], "children")


def test_those_who_wait_sleep_until_the_job_ends_and_no_longer(jobs: Jobs) -> None:
    study, question = many(600)
    assert jobs.wait(["of no job"], 0)
    jobs.submit(question)
    assert not jobs.wait([question.key], 0.01)
    woken: list[bool] = []
    visitors = [
        threading.Thread(target=lambda: woken.append(jobs.wait([question.key], PATIENCE)), daemon=True)
        for _ in range(20)
    ]
    for visitor in visitors:
        visitor.start()
    jobs.cancel(question.key)
    for visitor in visitors:
        visitor.join(PATIENCE / 4)
    assert woken == [True] * 20
    assert study.models
