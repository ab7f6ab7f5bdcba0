"""`python -m core decide`: its exit codes, its record, and what it refuses before it works."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core import pipeline
from core.cli import APP
from core.errors import VecassayError
from core.report.record import from_json
from tests.decisions import corpus, keep

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def texts(home: Path) -> str:
    """A test set in the store with a kept run: LSA 10 ms, BM25 1 ms, both fused 11 ms."""
    study = pipeline.study(corpus(), ["lsa"])
    keep(study)
    return study.corpus.fingerprint


def decide(texts: str, *options: str) -> Result:
    return CliRunner().invoke(APP, ["decide", texts, "--models", "lsa", "--run", "kept", *options])


def test_the_exit_code_tells_the_outcome_and_the_record_holds_it(texts: str, tmp_path: Path) -> None:
    out = tmp_path / "record.json"
    done = decide(texts, "--max-p95", "5", "--title", "Search", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "BM25: the only one within the limits" in done.output
    assert "LSA: p95 of a query: 10 ms, and at most 5 ms is wanted." in done.output
    assert "When the answer would change" in done.output
    record = from_json(out.read_bytes())
    assert (record.ruling.status, record.ruling.chosen, record.title) == ("decided", "bm25", "Search")
    assert record.plan["limits"]["p95_ms"] == 5
    none = decide(texts, "--max-p95", "0.5")
    assert none.exit_code == 4
    assert "None of the 2 candidates meets the limits." in none.output
    for ending in ("html", "md"):
        page = tmp_path / f"record.{ending}"
        assert decide(texts, "--max-p95", "5", "--out", str(page)).exit_code == 0
        assert "BM25" in page.read_text()


def test_not_decided_is_3(home: Path) -> None:
    study = pipeline.study(corpus(8), ["lsa"])
    keep(study)
    done = decide(study.corpus.fingerprint)
    assert done.exit_code == 3, done.output
    assert done.output.startswith("Not decided: this test set cannot tell candidates apart.")


def test_limits_reach_the_decision_in_the_units_of_the_options(texts: str) -> None:
    done = decide(texts, "--max-memory", "5", "--licence", "MIT", "--language", "de", "--local-only")
    assert "Memory: 10 MB, and at most 5 MB is wanted." in done.output
    assert "Its licence is BSD-3-Clause, which is not among MIT." in done.output
    priced = decide(texts, "--max-money", "3", "--price", "lsa=4", "--price", "bm25=2.5", "--candidates", "bm25")
    assert "Money per million texts: 4, and at most 3 is wanted." in priced.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--order", "weight"], "Expected an order of speed"),
        (["--price", "lsa"], "CANDIDATE=MONEY"),
        (["--price", "other=1"], "none of lsa, bm25"),
        (["--candidates", "minilm"], "Name it after --models too"),
        (["--measure", "F1"], "Expected a measure"),
        (["--run", "other"], "No run 'other' with times of answers is kept"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_was_expected(texts: str, options: list[str], said: str) -> None:
    done = decide(texts, *options)
    assert isinstance(done.exception, VecassayError)
    assert said in str(done.exception)


def test_a_file_of_another_kind_is_a_wrong_command_line(texts: str, tmp_path: Path) -> None:
    assert decide(texts, "--out", str(tmp_path / "record.pdf")).exit_code == 2
