"""`python -m core retrieval`: what it prints, what it writes, what it refuses."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from core.cli import APP
from core.errors import VecassayError

COUNT = 24


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    """A test set of 24 texts and as many queries; every second query has a word of its text."""
    texts = [f"word{place} word{place + 100} shared{place % 5}" for place in range(COUNT)]
    queries = [f"word{place}" if place % 2 else f"shared{place % 5}" for place in range(COUNT)]
    (tmp_path / "set" / "qrels").mkdir(parents=True)
    for name, lines, prefix in (("corpus", texts, "t"), ("queries", queries, "q")):
        rows = [json.dumps({"_id": f"{prefix}{place}", "text": text}) for place, text in enumerate(lines)]
        (tmp_path / "set" / f"{name}.jsonl").write_text("\n".join(rows))
    qrels = ["query-id\tcorpus-id\tscore", *(f"q{place}\tt{place}\t1" for place in range(COUNT))]
    (tmp_path / "set" / "qrels" / "test.tsv").write_text("\n".join(qrels))
    return tmp_path / "set"


def _run(corpus: Path, *arguments: str, models: str = "lsa") -> Result:
    return CliRunner().invoke(APP, ["retrieval", str(corpus), "--models", models, *arguments], catch_exceptions=False)


def test_it_prints_figures_with_intervals_and_verdicts(folder: Path) -> None:
    done = _run(folder, "--candidates", "bm25, lsa+bm25", "--seed", "3")
    assert done.exit_code == 0, done.output
    assert "n = 24 of 24 queries, 24 texts; relevant from grade 1" in done.stdout
    assert "seed 3" in done.stdout
    assert "k1 1.5, b 0.75" in done.stdout
    assert "rrf: k 60, depth 1000" in done.stdout
    rows = [line.split()[0] for line in done.stdout.splitlines()[1:4]]
    assert rows == ["lsa", "bm25", "lsa+bm25"]
    assert "[" in done.stdout.splitlines()[1]
    assert "win/tie/loss" in done.stdout


def test_it_writes_everything_as_json(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    assert _run(folder, "--measure", "R@100", "--margin", "0.05", "--out", str(out)).exit_code == 0
    found = json.loads(out.read_text())
    assert (found["n"], found["queries"], found["texts"], found["measure"], found["margin"]) == (
        24,
        24,
        24,
        "R@100",
        0.05,
    )
    assert (found["rel"], found["copies"], found["seed"]) == (1, True, 0)
    assert {row["candidate"] for row in found["figures"]} == {"lsa", "bm25"}
    assert len(found["figures"]) == 2 * 31
    assert {"mean", "low", "high"} <= set(found["figures"][0])
    # Texts that share nothing with the query are found by no word: both find all that is relevant.
    (pair,) = found["pairs"]
    assert (pair["difference"], pair["verdict"], pair["tie"]) == (0, "equal", 24)
    assert found["able"]["refuse"] is True
    assert found["settings"]["bm25"]["bm25"]["k1"] == 1.5
    assert found["models"]["lsa"]


def test_the_figures_as_csv_or_parquet(folder: Path, tmp_path: Path) -> None:
    table, parquet = tmp_path / "figures.csv", tmp_path / "figures.parquet"
    assert _run(folder, "--out", str(table)).exit_code == 0
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert list(rows[0]) == ["candidate", "name", "family", "k", "mean", "low", "high"]
    assert _run(folder, "--out", str(parquet)).exit_code == 0
    assert len(pd.read_parquet(parquet)) == len(rows) == 2 * 31


def test_without_grounds_for_a_verdict_there_is_none(folder: Path) -> None:
    done = _run(folder, "--measure", "R@100")
    assert "No verdicts: The candidates differ on 0 of 24 queries" in done.stdout
    assert "practically equal" not in done.stdout


def test_what_was_noticed_is_said_once(folder: Path) -> None:
    qrels = folder / "qrels" / "test.tsv"
    qrels.write_text(qrels.read_text().replace("q3\tt3\t1", "q3\tt3\t0"))
    queries = folder / "queries.jsonl"
    queries.write_text(queries.read_text().replace('"word5"', '"unheard"'))
    lines = _run(folder, "--candidates", "bm25, lsa+bm25").stdout.splitlines()
    assert lines.count("Queries left out of every mean: judged without a text of grade 1 or more: 1.") == 1
    assert "bm25: Queries that found nothing: 1 of 24; no text has any of their words." in lines
    assert sum("left out" in line for line in lines) == 1


def test_bm25_alone(folder: Path) -> None:
    done = _run(folder, "--candidates", "", models="lsa")
    assert "One candidate: no pairs." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--candidates", "minilm+bm25"], "--candidates names minilm, which is not among the models lsa"),
        (["--candidates", "lsa bm25"], "Expected a candidate such as minilm"),
        (["--candidates", "lsa>nobody"], "nobody"),
        (["--measure", "nDCG@7"], "Expected a measure such as nDCG@10"),
        (["--rel", "4"], "has a text of grade 4 or more: the highest grade is 1"),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, arguments: list[str], said: str) -> None:
    with pytest.raises(VecassayError, match=said.replace("+", r"\+")):
        _run(folder, *arguments)


def test_a_corpus_without_queries_is_refused(home: Path) -> None:
    with pytest.raises(VecassayError, match="has no queries"):
        CliRunner().invoke(APP, ["retrieval", "sentences", "--models", "lsa"], catch_exceptions=False)
