"""`python -m core cluster`, in this process."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from core.cli.arguments import APP
from core.registry import UnknownName
from tests.questions.told import circle, told

TEXTS = [
    "cats sleep",
    "my cat sleeps",
    "the cat eats",
    "dogs bark",
    "a dog barks",
    "the dog eats",
    "banks fail",
    "my bank",
]


@pytest.fixture
def texts(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "texts.csv"
    labels = ["pets"] * 6 + ["money"] * 2
    path.write_text("text,topic\n" + "".join(f"{text},{label}\n" for text, label in zip(TEXTS, labels, strict=True)))
    return path


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, ["cluster", *map(str, arguments)])


def test_it_reads_well_on_a_terminal(texts: Path) -> None:
    done = _run(texts, "--label", "topic", "--models", "lsa", "--k", 3)
    assert done.exit_code == 0, done.output
    for said in ("V-measure", "ARI", "NMI", "silhouette", "n = 8 texts, seed 0", "Spherical k-means", "label_share"):
        assert said in done.output
    assert "takes apart" not in done.output, "one model has no other"


def test_two_models_are_compared_both_ways_and_written(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch)(texts=TEXTS, one=circle(0, 1, 2, 3, 4, 5, 180, 181), two=circle(0, 1, 180, 181, 182, 2, 3, 4))
    out = tmp_path / "found.json"
    done = _run(texts, "--models", "one,two", "--k", 2, "--out", out)
    assert done.exit_code == 0, done.output
    found = json.loads(out.read_text())
    assert [row["model"] for row in found["models"]] == ["one", "two"]
    assert "V-measure" not in found["models"][0], "no labels, no scores"
    assert {(row["a"], row["b"]) for row in found["splits"]} == {("one", "two"), ("two", "one")}
    assert found["assigned"] == {"one": [0] * 6 + [1] * 2, "two": [0, 0, 1, 1, 1, 0, 0, 0]}
    assert found["settings"] == {"k": 2.0}
    table = tmp_path / "found.csv"
    assert _run(texts, "--models", "lsa", "--k", 2, "--out", table).exit_code == 0
    written = pd.read_csv(table)
    assert list(written.columns) == ["model", "cluster", "size", "name", "silhouette"]
    assert written["size"].sum() == 8


def test_too_few_texts_for_dense_groups(texts: Path) -> None:
    done = _run(texts, "--models", "lsa", "--method", "hdbscan")
    assert done.exit_code == 0, done.output
    assert "8 texts cannot form two such clusters" in done.output


def test_a_method_there_is_not(texts: Path) -> None:
    done = _run(texts, "--method", "kmean")
    assert isinstance(done.exception, UnknownName)
    assert "Did you mean 'kmeans'?" in str(done.exception)
