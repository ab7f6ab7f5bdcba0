"""`python -m core tradeoffs`: the answer, the table, the file; a form as a candidate of other verbs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli import APP
from core.errors import VecassayError


def run(*arguments: str) -> str:
    done = CliRunner().invoke(APP, list(arguments), catch_exceptions=False)
    assert done.exit_code in (0, 3), done.output
    return done.stdout


def test_it_prints_the_answer_first_and_the_fronts(home: Path) -> None:
    said = run("tradeoffs", "sentences", "--models", "lsa", "--within", "0.02").splitlines()
    assert said[0].startswith(("Decided: LSA", "Not decided: LSA"))
    assert "bytes_per_vector" in said[2]
    assert "n = 300, 300 texts; 95 % intervals" in said[-1]
    assert "may lose 2 %; seed 0" in said[-1]


def test_it_writes_every_form_as_json(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    run("tradeoffs", "helpdesk", "--models", "lsa", "--out", str(out))
    found = json.loads(out.read_text())
    assert found["measure"] == "nDCG@10"
    assert {row["candidate"] for row in found["forms"]} >= {"lsa", "lsa:int8", "lsa@64:binary*4"}
    assert found["choices"][0]["best"] == "lsa"


def test_a_form_is_a_candidate_of_retrieval_and_decide(home: Path) -> None:
    said = run("retrieval", "helpdesk", "--models", "lsa", "--candidates", "lsa@64:int8,bm25")
    assert [line.split()[0] for line in said.splitlines()[1:4]] == ["lsa", "lsa@64:int8", "bm25"]
    assert "vectors: form @64:int8, precision int8" in said
    decided = run("decide", "helpdesk", "--models", "lsa", "--candidates", "lsa@64:int8,bm25", "--margin", "0.2")
    assert "64 dimensions, int8" in decided


def test_a_measure_these_texts_do_not_allow_says_so(home: Path) -> None:
    with pytest.raises(VecassayError, match="needs judged queries"):
        run("tradeoffs", "sentences", "--models", "lsa", "--measure", "R@10")
