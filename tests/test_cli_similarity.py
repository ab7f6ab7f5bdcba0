"""`python -m core similarity`: what it prints, what it writes, what it refuses."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from core.cli import APP
from tests.questions.told import circle, told
from tests.test_cli import run

TEXTS = ["=1+1 is two", "cats sleep", "dogs bark", "cats sleep"]


@pytest.fixture
def texts(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of four texts, one of them twice, and models "one" and "two" that know them."""
    told(monkeypatch)(texts=TEXTS, one=circle(0, 60, 90, 60), two=circle(0, 170, 20, 170))
    path = tmp_path / "texts.csv"
    path.write_text("\n".join(["text,topic", *(f"{text},{topic}" for text, topic in zip(TEXTS, "abbb", strict=True))]))
    return path


def _run(texts: Path, *arguments: str, models: str = "one,two") -> Result:
    return CliRunner().invoke(APP, ["similarity", str(texts), "--models", models, *arguments], catch_exceptions=False)


def test_it_writes_every_table_as_json(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    done = _run(texts, "--label", "topic", "--top", "4", "--k", "1", "--threshold", "0.5", "--out", str(out))
    assert done.exit_code == 0, done.output
    found = json.loads(out.read_text())
    assert (found["texts"], found["score"], found["scale"], found["seed"], found["k"]) == (4, "cosine", "rank", 0, 1)
    # Within b: cos 30, 0, 30; a to b: cos 60, 90, 60. At 0.5 and above: three within, two between.
    one, two = found["separation"]
    assert (one["model"], two["model"]) == ("one", "two")
    assert (one["auc"], one["pairs"], one["positives"], one["threshold"]) == (1, 6, 3, 0.5)
    assert (one["precision"], one["recall"]) == (0.6, 1)
    # Of four rows one repeats another: three pairs of different texts.
    closest = [(row["model"], row["a_text"], row["b_text"]) for row in found["closest"]]
    assert closest[0] == ("one", "cats sleep", "dogs bark")
    assert closest[3] == ("two", "=1+1 is two", "dogs bark")
    assert len(closest) == 6
    assert {(row["a"], row["b"]) for row in found["moved"]} == {("one", "two")}
    surprising = [(row["a_row"], row["b_row"], row["direction"]) for row in found["surprising"]]
    assert surprising == [(0, 1, "a"), (2, 1, "a"), (0, 2, "b")]
    assert "rows that repeat one of them: 1" in done.stderr


def test_a_chosen_table_as_csv_or_parquet(texts: Path, tmp_path: Path) -> None:
    table, parquet = tmp_path / "closest.csv", tmp_path / "moved.parquet"
    assert _run(texts, "--score", "euclidean", "--out", str(table)).exit_code == 0
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert list(rows[0]) == ["model", "a_row", "b_row", "value", "a_text", "b_text"]
    assert all(float(row["value"]) <= 0 for row in rows), "minus the distance"
    assert "'=1+1 is two" in {row["a_text"] for row in rows}, "no formula for a spreadsheet"
    assert _run(texts, "--table", "moved", "--scale", "raw", "--out", str(parquet)).exit_code == 0
    assert {"a", "b", "first", "second", "difference", "a_text"} <= set(pd.read_parquet(parquet).columns)
    assert _run(texts, "--table", "moved", "--out", str(parquet), models="one").exit_code == 0
    assert len(pd.read_parquet(parquet)) == 0


def test_it_reads_well_on_a_terminal(texts: Path) -> None:
    done = _run(texts, "--threshold", "0.502", "--seed", "7")
    assert done.exit_code == 0, done.output
    assert "n = 4 texts, score cosine, scale rank, threshold 0.502, k 10, seed 7" in done.stdout
    assert " 0.5 " in done.stdout, "the measured threshold that is nearest"
    places = [done.stdout.index(f"\n{name}\n") for name in ("separation", "closest", "moved", "surprising")]
    assert places == sorted(places)
    assert "moved" not in _run(texts, models="one").stdout, "one model: nothing to compare with"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--score", "manhattan"], "manhattan"),
        (["--top", "1"], "--top"),
        (["--out", "x.xlsx"], "expected a file ending in"),
    ],
)
def test_a_wrong_command_line_is_refused(texts: Path, arguments: list[str], said: str) -> None:
    done = _run(texts, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_single_text_is_said_as_a_program(home: Path, tmp_path: Path) -> None:
    one = tmp_path / "one.txt"
    one.write_text("a single text\n")
    done = run(home, "similarity", str(one), "--models", "lsa")
    assert done.returncode == 1, done.stderr
    assert "at least 2 texts to compare; this corpus has 1" in done.stderr
    assert "Traceback" not in done.stderr
