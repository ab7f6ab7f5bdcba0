"""A real model behind OpenAI's protocol on loopback: the same vectors, and a killed run that sends nothing twice."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Lock
from time import sleep
from typing import Any

import numpy as np
import pytest

from core import catalog, pipeline, providers
from core.types import Corpus, Model, Role, Study
from core.work import Work
from tests.providers import fake_openai as fake
from tests.providers.fake_openai import Server
from tests.test_cli import ROOT, run
from tests.test_jobs import wait

TEXTS = 300
REQUEST = 32
"""Texts in one request to an endpoint."""
ANSWERED, UNDER_WAY = 6, 2


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as served:
        yield served


@pytest.fixture
def minilm(home: Path, server: Server) -> Server:
    """MiniLM of the installation, served."""
    spec, lock = catalog.model("minilm"), Lock()
    encoder = providers.provider(spec.provider).load(spec)

    def embed(texts: list[str]) -> list[list[float]]:
        with lock:
            rows: list[list[float]] = encoder.encode(texts, role=Role.DOCUMENT).tolist()
        return rows

    server.embed = embed
    return server


def vectors(study: Study, model: Model) -> Any:
    work = Work(pipeline.store(), pipeline.respond)
    return work.embed(study.corpus.texts, model, Role.DOCUMENT, fit=study.corpus).vectors


def test_an_endpoint_and_the_model_itself_give_the_same_vectors(minilm: Server) -> None:
    study = pipeline.study("sentences", ["minilm", f"openai:all-MiniLM-L6-v2@{minilm.url}"])
    here, there = (vectors(study, model) for model in study.models)
    np.testing.assert_allclose(there, here, atol=1e-3)
    assert not np.allclose(there[1:], here[:-1], atol=1e-1)  # in this order and in no other
    assert minilm.counted == dict.fromkeys(study.corpus.texts, 1)
    assert {body["model"] for body in minilm.asked} == {"all-MiniLM-L6-v2"}


def test_the_checks_say_that_an_endpoint_runs_the_same_model(minilm: Server) -> None:
    texts = tuple(f"The {animal} sat on the {place}." for animal in ("cat", "dog") for place in ("mat", "roof", "hill"))
    study = pipeline.study(Corpus("few", texts), [f"openai:sentence-transformers/all-MiniLM-L6-v2@{minilm.url}"])
    found = pipeline.answer("soundness", study, seed=0)
    checks = found["checks"].set_index("key")
    assert (found["failed"], checks.loc["parity", "level"]) == ("", "green")
    assert checks.loc["parity", "figure"] > 1 - 1e-6
    assert "Lowest cosine to MiniLM-L6 on this machine" in checks.loc["parity", "sentence"]
    assert checks.loc["dimension", "figure"] == 384
    assert not set(checks["level"]) & {"red", "yellow"}


def test_the_checks_say_that_an_endpoint_runs_another_model(minilm: Server) -> None:
    right = minilm.embed
    minilm.embed = lambda texts: [row[::-1] for row in right(texts)]
    study = pipeline.study(Corpus("two", ("A cat sat.", "A dog ran.")), [f"openai:all-MiniLM-L6-v2@{minilm.url}"])
    checks = pipeline.answer("soundness", study, seed=0)["checks"].set_index("key")
    assert checks.loc["parity", "level"] == "red"
    assert "not the model of this name" in checks.loc["parity", "sentence"]


def test_two_processes_at_once_send_each_text_once(home: Path, server: Server, tmp_path: Path) -> None:
    texts = [f"text number {n}" for n in range(TEXTS)]
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(texts))
    server.hold = Event()  # the first holds its requests until the second waits for its turn, or sends, too
    command = [sys.executable, "-m", "core", "embed", str(path), "--models", f"openai:m@{server.url}"]
    both = [subprocess.Popen(command, cwd=ROOT, env={**os.environ, "VECASSAY_HOME": str(home)}) for _ in range(2)]
    try:
        wait(lambda: len(server.asked) >= UNDER_WAY, "requests that are held")
        sleep(1)
        server.hold.set()
        assert [each.wait(60) for each in both] == [0, 0]
    finally:
        for each in both:
            each.kill()
            each.wait()
    assert server.counted == dict.fromkeys(texts, 1)


def test_a_killed_run_goes_on_and_no_text_is_sent_twice(home: Path, server: Server, tmp_path: Path) -> None:
    texts = [f"text number {n}" for n in range(TEXTS)]
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(texts))
    arguments = ["embed", str(path), "--models", f"openai:m@{server.url}"]
    server.tricks = deque([None] * ANSWERED)
    server.always = fake.waits  # it holds what it was asked: these were never answered
    environment = {**os.environ, "VECASSAY_HOME": str(home)}
    command = subprocess.Popen([sys.executable, "-m", "core", *arguments], cwd=ROOT, env=environment)
    try:
        # The next is asked only after what came before it is in the store.
        wait(lambda: len(server.asked) == ANSWERED + UNDER_WAY, "requests that are held")
    finally:
        command.kill()
        command.wait()
    kept = ANSWERED * REQUEST
    assert sum(server.counted.values()) == kept
    server.always = None
    done = run(home, *arguments)
    assert f"{TEXTS - kept} of {TEXTS} embedded, {kept} from the cache or repeated; 3 dimensions" in done.stdout
    assert server.counted == dict.fromkeys(texts, 1)
    assert f"0 of {TEXTS} embedded, {TEXTS} from the cache" in run(home, *arguments).stdout
    assert server.counted == dict.fromkeys(texts, 1)
