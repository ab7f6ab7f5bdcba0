"""What goes wrong outside of us, end to end: killed servers, damage, full and read-only disks, hostile texts."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from core import encoders, pipeline, providers
from core.cluster import Cluster
from core.corpora import clean
from core.digest import digest_bytes
from core.errors import VecassayError
from core.jobs import Jobs
from core.settings import settings
from core.store import StoreError
from core.types import Answer, Corpus, Model, ModelSpec, Role, Study
from core.work import Work, quiet
from tests.test_cli import run
from tests.test_jobs import ended, many, vectors, wait

ROOT = Path(__file__).parent.parent
MANY = 500
"""Texts that take a converted transformer seconds."""
HOSTILE = (
    "x" * 1_000_000,
    "word " * 200_000,
    "a NUL \0 in the middle",
    "\0",
    "half \ud800 a character",
    "\udfff\ud800",
    "שלום עולם \u202e right to left",
    "👩‍🚀👩‍🚀 🏳️‍🌈",
    "<script>alert(1)</script> **bold** [x](javascript:alert(1))",
    "\u200b\u200d\ufeff",
    "\n\t ",
    "",
)


@pytest.fixture
def jobs(home_with_static: Path) -> Iterator[Jobs]:
    running = Jobs(Cluster(""))
    yield running
    running.close()


def again(monkeypatch: pytest.MonkeyPatch, **variables: object) -> None:
    """Settings of a process started anew with these VECASSAY_ variables; the store is opened anew, too."""
    pipeline.store().close()
    for name, value in variables.items():
        monkeypatch.setenv(f"VECASSAY_{name}", str(value))
    settings.cache_clear()
    pipeline._opened.cache_clear()


def embed(study: Study, model: Model) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    work = Work(pipeline.store(), pipeline.respond, quiet)
    return work.embed(study.corpus.texts, model, Role.DOCUMENT, fit=study.corpus).vectors


def lines(folder: Path, n: int) -> Path:
    """A file of n different texts, seconds of work for a transformer."""
    path = folder / "texts.txt"
    path.write_text("\n".join(f"{word} {i} " * 12 for i in range(n // 2) for word in ("river", "guitar")))
    return path


def damage(store: Path, table: str, column: str, key: str) -> str:
    """Flip a bit in the middle of the first blob of a table, behind the store's back; the row's key."""
    with sqlite3.connect(store) as connection:
        name, raw = connection.execute(f"SELECT {key}, {column} FROM {table} ORDER BY {key} LIMIT 1").fetchone()
        bad = bytearray(raw)
        bad[len(bad) // 2] ^= 0x10
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (bytes(bad), name))
    return str(name)


# Processes that end, and processes that meet


def test_a_killed_server_goes_on_where_it_was(jobs: Jobs) -> None:
    study, question = many(250)
    code = (
        "import time; from core.jobs import jobs; from tests.test_jobs import many;"
        "jobs().submit(many(250)[1]); time.sleep(120)"
    )
    server = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    wait(lambda: vectors(study) > 0, "the first chunk")
    processes = psutil.Process(server.pid).children(recursive=True)
    for process in (server, *processes):  # all at once, as when the power goes
        process.send_signal(signal.SIGKILL)
    server.wait()
    psutil.wait_procs(processes, timeout=60)
    assert 0 < vectors(study) < 250
    jobs.submit(question)
    assert ended(jobs, question).state == "done"
    assert vectors(study) == 250
    assert pipeline.store().faults() == []
    assert embed(study, study.models[0]).shape == (250, 384)


def test_a_killed_command_goes_on_where_it_was(home_with_static: Path, tmp_path: Path) -> None:
    texts = lines(tmp_path, MANY)
    model = pipeline.study("sentences", ["minilm"]).models[0]
    shelf = model.space.shelf(Role.DOCUMENT)
    command = subprocess.Popen([sys.executable, "-m", "core", "embed", str(texts), "--models", "minilm"], cwd=ROOT)
    wait(lambda: pipeline.store().vectors.encoded(shelf) > 0, "the first chunk")
    command.kill()
    command.wait()
    kept = sum(held.n for held in pipeline.store().vectors.shelves())
    assert 0 < kept < MANY
    done = run(home_with_static, "embed", str(texts), "--models", "minilm")
    assert f"{MANY - kept} of {MANY} embedded, {kept} from the cache" in done.stdout, done.stderr
    assert sum(held.n for held in pipeline.store().vectors.shelves()) == MANY


def test_two_commands_on_one_new_store_at_once(home_with_static: Path, tmp_path: Path) -> None:
    texts, outs = lines(tmp_path, 80), [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    words = ["-m", "core", "embed", str(texts), "--models", "minilm,lsa", "--out"]
    both = [subprocess.Popen([sys.executable, *words, str(out)], cwd=ROOT, stderr=subprocess.PIPE) for out in outs]
    for command in both:
        _, said = command.communicate(timeout=200)
        assert command.returncode == 0, said.decode()
    a, b = (pd.read_parquet(out) for out in outs)
    assert a[["model", "row", "text"]].equals(b[["model", "row", "text"]])
    assert len(a) == 2 * 80
    for one, other in zip(a["vector"], b["vector"], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


# Damage


def test_a_damaged_block_is_embedded_again_and_noted(home: Path) -> None:
    study = pipeline.study("sentences", ["lsa"])
    expected = pipeline.answer("neighbors", study, k=3)
    encoded = pipeline.store().vectors.encoded()
    block = damage(home / "store.sqlite", "block_data", "vectors", "id")
    with sqlite3.connect(home / "store.sqlite") as connection:
        (n,) = connection.execute("SELECT n FROM blocks WHERE id = ?", (block,)).fetchone()
    assert 0 < n < encoded
    pipeline.store().answers.clear()
    found = pipeline.answer("neighbors", study, k=3)
    np.testing.assert_array_equal(found["ids"], expected["ids"])
    np.testing.assert_allclose(found["cosines"], expected["cosines"], atol=1e-6)
    assert pipeline.store().vectors.encoded() == encoded + n
    (fault,) = pipeline.store().faults()
    assert (fault.kind, fault.key) == ("vectors", study.models[0].space.shelf(Role.DOCUMENT))


def test_a_damaged_answer_is_computed_again_from_the_vectors(home: Path) -> None:
    study = pipeline.study("sentences", ["lsa"])
    expected = pipeline.answer("profile", study)
    encoded = pipeline.store().vectors.encoded()
    key = damage(home / "store.sqlite", "answer_data", "body", "key")
    assert pipeline.answer("profile", study) == expected
    assert pipeline.store().vectors.encoded() == encoded
    assert [(fault.kind, fault.key) for fault in pipeline.store().faults()] == [("answer", key)]


# Disks


def test_a_store_that_may_only_be_read_answers_what_it_has(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus("mine", ("cats sleep", "dogs bark", "cats and dogs"))
    expected = pipeline.answer("profile", pipeline.study(corpus, ["lsa"]))
    again(monkeypatch, STORE=f"sqlite:///file:{home / 'store.sqlite'}?mode=ro&uri=true")
    for same in (corpus, corpus.fingerprint):
        study = pipeline.study(same, ["lsa"])
        assert pipeline.answer("profile", study) == expected
        with pytest.raises(StoreError, match=r"Saving the answer to neighbors .* may only be read.*VECASSAY_STORE"):
            pipeline.answer("neighbors", study, k=1)
    done = run(home, "embed", corpus.fingerprint, "--models", "lsa")
    assert "0 of 3 embedded" in done.stdout, done.stderr
    done = run(home, "embed", corpus.fingerprint, "--models", "minilm")
    assert done.returncode == 1
    assert "may only be read" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def small_disk(tmp_path: Path, home_with_static: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of 4 MB with the store on it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    again(monkeypatch, STORE=f"sqlite:///{folder / 'store.sqlite'}")
    yield folder
    pipeline.store().close()
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_told_and_the_job_goes_on_when_there_is_room(small_disk: Path) -> None:
    jobs = Jobs(Cluster(""))
    try:
        study, question = many(6_000, "static")
        jobs.submit(question)
        status = ended(jobs, question)
        assert status.state == "failed"
        assert "disk is full. Free some space there" in status.message
        before = vectors(study)
        assert 0 < before < 6_000
        shelf, digests = study.models[0].space.shelf(Role.DOCUMENT), [digest_bytes([t]) for t in study.corpus.texts]
        found = pipeline.store().vectors.read(shelf, digests)
        assert int(found.present.sum()) == before
        subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
        jobs.submit(question)
        assert ended(jobs, question).state == "done"
        assert vectors(study) == 6_000
    finally:
        jobs.close()


@pytest.mark.parametrize("silent", [False, True])
def test_a_database_that_does_not_answer_ends_the_command(home: Path, silent: bool) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if silent:
            listening.listen()
        url = f"postgresql+psycopg://me:hunter2@127.0.0.1:{listening.getsockname()[1]}/db?connect_timeout=2"
        done = subprocess.run(
            [sys.executable, "-m", "core", "embed", "sentences", "--models", "lsa"],
            cwd=ROOT,
            env={**os.environ, "VECASSAY_STORE": url},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "the database server does not answer" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


# Models that are not what they should be


@pytest.fixture
def pickled(tmp_path: Path) -> Path:
    """A model's folder that has only pickled weights; opening them would leave a trace."""
    folder = tmp_path / "pickled"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "pytorch_model.bin").write_bytes(
        b"cposix\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR."
    )
    return folder


@pytest.mark.parametrize("provider", ["sentence_transformers", "static"])
def test_pickled_weights_are_refused(home: Path, pickled: Path, provider: str) -> None:
    pipeline.store().models.add(ModelSpec("bad", "Bad", provider, str(pickled)), "me")
    with pytest.raises(VecassayError, match=r"expected weights as \.safetensors, found only pytorch_model\.bin"):
        pipeline.study("sentences", ["bad"])
    done = run(home, "embed", "sentences", "--models", "bad")
    assert done.returncode == 1
    assert "pytorch_model.bin" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (pickled.parent / "ran").exists()


@pytest.mark.parametrize("name", ["../../etc", "..", "a/../../etc", "models--a--b", "a\0b", "bundled:../../etc", ""])
@pytest.mark.parametrize("provider", ["sentence_transformers", "static"])
def test_a_model_name_that_leaves_its_place_is_refused(home: Path, name: str, provider: str) -> None:
    pipeline.store().models.add(ModelSpec("bad", "Bad", provider, name), "me")
    with pytest.raises(VecassayError, match=r"is no model name|There is no model 'bundled:"):
        pipeline.study("sentences", ["bad"])


def test_the_command_line_refuses_such_a_name_too(home: Path) -> None:
    pipeline.store().models.add(ModelSpec("bad", "Bad", "sentence_transformers", "../../etc"), "me")
    done = run(home, "embed", "sentences", "--models", "bad")
    assert done.returncode == 1
    assert "'../../etc' is no model name" in done.stderr
    assert "Traceback" not in done.stderr


# Little room


def test_only_as_many_models_stay_loaded_as_memory_allows(
    home_with_static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(monkeypatch, MODEL_MEMORY=1)
    loads: list[str] = []
    for key in ("minilm", "static"):
        provider = providers.REGISTRY[pipeline.study("sentences", [key]).models[0].spec.provider]
        load = provider.load
        monkeypatch.setattr(
            provider, "load", lambda spec, corpus, load=load: loads.append(spec.key) or load(spec, corpus)
        )
    for turn in range(2):
        study = pipeline.study(Corpus("few", (f"turn {turn}", "of two models")), ["minilm", "static"])
        for model in study.models:
            assert embed(study, model).shape == (2, 384 if model.spec.key == "minilm" else 256)
            assert encoders.loaded() == [model.space.digest]
    assert loads == ["minilm", "static"] * 2
    again(monkeypatch, MODEL_MEMORY=4 * 1024**3)
    for turn in range(2):
        study = pipeline.study(Corpus("few", (f"again {turn}", "with room")), ["minilm", "static"])
        for model in study.models:
            embed(study, model)
    assert loads == ["minilm", "static"] * 2 + ["minilm"]
    assert encoders.loaded() == [model.space.digest for model in study.models]


def test_a_store_with_too_little_room_for_its_vectors_still_answers(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again(monkeypatch, STORE_BYTES=100_000)  # the vectors alone are 300 kB
    jobs = Jobs(Cluster(""))
    try:
        study, question = many(200)
        jobs.submit(question)
        assert ended(jobs, question).state == "done"
    finally:
        jobs.close()
    assert pipeline.store().answers.get(question.key) is not None
    assert pipeline.store().vectors.encoded() == 200  # what the job needs was not evicted while it ran
    pipeline.store().budget.trim(settings().store_bytes)
    assert pipeline.store().budget.size() <= 100_000
    assert vectors(study) < 200


def test_a_store_without_room_for_the_answer_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    again(monkeypatch, STORE_BYTES=1_000)
    jobs = Jobs(Cluster(""))
    try:
        study = pipeline.study("sentences", ["lsa"])
        question = pipeline.ask("neighbors", study, k=5)
        jobs.submit(question)
        status = ended(jobs, question)
    finally:
        jobs.close()
    assert pipeline.store().answers.get(question.key) is None
    assert status.state == "failed"  # "done" would have the page ask again, for ever
    assert "VECASSAY_STORE_BYTES" in status.message


# Texts


@pytest.mark.parametrize("treat", [clean, str], ids=["cleaned", "as they came"])
def test_hostile_texts_are_embedded_by_every_model(home_with_static: Path, treat: type[str]) -> None:
    corpus = Corpus(
        "hostile \ud800", tuple(treat(text) for text in HOSTILE), labels=tuple(HOSTILE[i] for i in range(len(HOSTILE)))
    )
    study = pipeline.study(corpus, ["minilm", "static", "lsa"])
    for model in study.models:
        found = embed(study, model)
        assert len(found) == len(HOSTILE)
        assert np.isfinite(found).all()
        assert found.any(axis=1)[8], "an ordinary text has a vector"
        assert pipeline.answer("profile", study.only(model.spec.key))["n"] == len(HOSTILE)
    assert len(pipeline.answer("agreement", study, k=3, seed=0)["agreement"]) == 9


def test_hostile_texts_do_not_end_the_worker(jobs: Jobs) -> None:
    study = pipeline.study(Corpus("hostile", HOSTILE, ids=HOSTILE, titles=HOSTILE), ["minilm", "lsa"])
    questions = [pipeline.ask("agreement", study, k=3, seed=0)]
    questions += [pipeline.ask("truncation", study.only(model.spec.key)) for model in study.models]
    for question in questions:
        jobs.submit(question)
    assert [ended(jobs, question).state for question in questions] == ["done"] * 3


def test_a_library_that_another_task_is_importing_is_waited_for(home: Path) -> None:
    pipeline.store().models.add(ModelSpec("short", "Short", "lsa", "tfidf-svd", dimension=9), "me")
    # SciPy asks any torch among the loaded modules for its Tensor, be it imported only half.
    code = """
import sys, threading, time
from importlib.machinery import PathFinder
from core import pipeline, worker

class Slowly:
    def find_spec(self, name, path, _):
        if name.startswith("torch."):
            sys.meta_path.remove(self)
            spec = PathFinder.find_spec(name, path)
            run = spec.loader.exec_module
            spec.loader.exec_module = lambda module: (time.sleep(4), run(module))
            return spec

worker.guard_torch()  # as an earlier task of the worker did
sys.meta_path.insert(0, Slowly())
worker._Report = lambda key: lambda done, total: None
worker._alone = lambda key: True
question = pipeline.ask("agreement", pipeline.study("sentences", ["lsa", "short"]), k=5, seed=0)
threading.Thread(target=__import__, args=("torch",)).start()
while "torch" not in sys.modules:
    time.sleep(0.01)
worker.run(pipeline.store().id, question, [])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-1_000:]


def _answers(study: Study) -> dict[str, Answer]:
    one = study.only("lsa")
    return {
        "profile": pipeline.answer("profile", one),
        "neighbors": pipeline.answer("neighbors", one, k=5),
        "agreement": pipeline.answer("agreement", study, k=5, seed=0),
        "drill": pipeline.answer("drill", study, row=0, k=5),
        "search": pipeline.answer("search", study, query=study.corpus.fingerprint, k=5),
    }


@pytest.mark.parametrize(
    ("texts", "zeros", "similarity"),
    [
        (("just one text",), 0, None),
        (("the same",) * 50, 0, 1.0),
        (("🎈", "🎉🎉", "🏳️‍🌈", "…"), 4, 0.0),
        (("", " "), 2, 0.0),
    ],
    ids=["one", "identical", "no words", "empty"],
)
def test_corpora_at_the_border(home: Path, texts: tuple[str, ...], zeros: int, similarity: float | None) -> None:
    found = _answers(pipeline.study(Corpus("border", texts), ["minilm", "lsa"]))
    assert found["profile"]["n"] == len(texts)
    assert found["profile"]["zeros"] == zeros
    assert found["profile"]["overall_similarity"] == pytest.approx(similarity)
    assert found["neighbors"]["ids"].shape == (len(texts), min(5, len(texts) - 1))
    assert len(found["agreement"]["agreement"]) == 3
    assert len(found["search"]["nearest"]) == 2 * min(5, len(texts))
    assert len(found["drill"]["neighbors"]) == 2 * min(5, len(texts) - 1)
