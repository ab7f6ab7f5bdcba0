"""`python -m core migrate`: the answer, the stopgap, the table, the file."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli import APP
from core.errors import VecassayError
from tests.questions.test_migration import many, two


def run(*arguments: str) -> str:
    done = CliRunner().invoke(APP, ["migrate", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_it_prints_the_answer_the_stopgap_and_the_table(home: Path) -> None:
    study = two(many())
    said = run(study.corpus.fingerprint, "--from", "small", "--to", "wide")
    lines = said.splitlines()
    assert lines[0].startswith("Moving from small LSA to wide LSA changes ")
    assert lines[1].startswith("Before the texts are embedded again, wide LSA's queries")
    assert "wide LSA over small LSA (ridge map)" in said
    assert "Bytes of a text: 32 now, 128 after (float32)." in said
    assert "n = 40 queries" in lines[-1]


def test_it_writes_all_of_it_as_json_and_the_queries_as_csv(home: Path, tmp_path: Path) -> None:
    study = two(many())
    pair = (study.corpus.fingerprint, "--from", "small", "--to", "wide", "--out")
    run(*pair, str(tmp_path / "found.json"))
    found = json.loads((tmp_path / "found.json").read_text())
    assert (found["a"], found["b"], found["n"], found["folds"]) == ("small", "wide", 40, 5)
    assert [row["way"] for row in found["ways"]] == ["a", "b", "orthogonal", "ridge"]
    assert {row["verdict"] for row in found["pairs"]} <= {"a", "b", "equal", "undecided"}
    run(*pair, str(tmp_path / "found.csv"))
    assert (tmp_path / "found.csv").read_text().splitlines()[0] == "place,changed,ndcg10_a,ndcg10_b,difference"


def test_the_same_model_twice_is_refused(home: Path) -> None:
    study = two(many())
    with pytest.raises(VecassayError, match="two different models"):
        run(study.corpus.fingerprint, "--from", "wide", "--to", "wide")
