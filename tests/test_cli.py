"""The command line as a program: exit codes, files, what it says."""

import csv
import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.cli import APP, main
from tests.conftest import shared

ROOT = Path(__file__).parent.parent


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in this process: what a program of its own adds is looked at by the tests of `program`."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code: Any = main(lambda: APP(list(arguments)))
        except SystemExit as ended:
            code = ended.code or 0
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def program(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        env={**os.environ, "VECASSAY_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_waiting_threads_sleep_as_in_a_worker() -> None:
    code = """
import atexit, os, runpy, sys
atexit.register(lambda: print(os.environ["OMP_WAIT_POLICY"]))
sys.argv = ["core", "--help"]
runpy.run_module("core", run_name="__main__")
"""
    env = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    for given, expected in ({}, "passive"), ({"OMP_WAIT_POLICY": "active"}, "active"):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=env | given, capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == expected


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.csv"
    path.write_text("text,topic\n=1+1 is two,maths\ncats sleep,pets\ndogs bark,pets\ncats sleep,pets\n")
    return path


def test_embed_says_how_many_were_new_and_the_second_time_none(home: Path, texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "vectors.parquet"
    first = run(home, "embed", str(texts), "--models", "minilm", "--out", str(out))
    assert first.returncode == 0, first.stderr
    assert "3 of 4 embedded, 1 from the cache or repeated; 384 dimensions" in first.stdout
    assert "1 text repeat" in first.stderr
    table = pd.read_parquet(out)
    assert list(table.columns) == ["model", "row", "text", "vector"]
    assert np.stack(table["vector"]).shape == (4, 384)
    assert "0 of 4 embedded, 4 from the cache" in run(home, "embed", str(texts), "--models", "minilm").stdout


def test_compare_writes_json_and_csv(home: Path, texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    done = run(home, "compare", str(texts), "--label", "topic", "--models", "minilm,lsa", "--k", "2", "--out", str(out))
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text())
    assert {row["measure"] for row in found["agreement"]} == {"neighbor_overlap", "cka", "rsa"}
    assert [row["model"] for row in found["models"]] == ["minilm", "lsa"]
    assert found["texts"] == 4
    table = tmp_path / "found.csv"
    assert run(home, "compare", str(texts), "--models", "minilm,lsa", "--out", str(table)).returncode == 0
    assert len(list(csv.DictReader(table.read_text().splitlines()))) == 3


def test_compare_reads_well_on_a_terminal(home: Path) -> None:
    done = run(home, "compare", "sentences", "--models", "lsa")
    assert done.returncode == 0, done.stderr
    assert "n = 300 texts, k = 10, seed 0" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["embed", "sentences", "--models", "minilmm"], 1, "Did you mean 'minilm'?"),
        (["embed", "nowhere.csv", "--models", "lsa"], 1, "nowhere.csv"),
        (["embed", "sentences", "--models", ","], 1, "at least one model"),
        (["embed", "sentences", "--out", "x.xlsx"], 2, "expected a file ending in"),
        (["embed", "sentences", "--out", "/no/such/folder/x.json"], 2, "does not exist"),
        (["embed"], 2, "CORPUS"),
        (["embedd", "sentences"], 2, "embedd"),
        (["compare", "sentences", "--k", "0"], 2, "--k"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(home: Path, arguments: list[str], code: int, said: str) -> None:
    done = run(home, *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_help_names_every_verb(home: Path) -> None:
    done = program(home, "--help")
    assert done.returncode == 0
    assert "embed" in done.stdout
    assert "compare" in done.stdout


def test_a_program_of_its_own_ends_alike(home: Path) -> None:
    done = program(home, "embed", "sentences", "--models", "minilmm")
    assert done.returncode == 1
    assert done.stderr.startswith("vecassay: ")
    assert "Traceback" not in done.stderr


def test_a_broken_file_names_its_line_and_nothing_is_stored(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"text": "fine"}\n{"text": \n')
    done = run(home, "embed", str(path), "--models", "lsa")
    assert done.returncode == 1
    assert "line 2" in done.stderr


def test_a_model_by_provider_and_folder(home: Path) -> None:
    folder = shared("models", "potion-base-4M")
    named = f"static:{folder},sentence_transformers:{folder}"
    done = run(home, "compare", "sentences", "--models", named)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("potion-base-4m-") >= 4
    assert done.stdout.count(" 128 ") >= 2
    wrong = run(home, "compare", "sentences", "--models", "static:../../etc/passwd")
    assert wrong.returncode == 1
    assert "Traceback" not in wrong.stderr
