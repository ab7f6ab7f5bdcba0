"""A reranker by its folder, all the way: the first 50 in the order of its scores, the rest behind."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core import corpora, pipeline, rerankers
from core.cli import APP
from core.retrieval.fusion import RERANKED

QUERY = 3


@pytest.mark.parametrize("base", ["bm25", "lsa"])
def test_a_folder_stands_behind_every_candidate(home: Path, tiny_reranker: Path, tmp_path: Path, base: str) -> None:
    out = tmp_path / "out.json"
    arguments = ["retrieval", "helpdesk", "--models", "lsa", "--reranker", f"cross_encoder:{tiny_reranker}"]
    done = CliRunner().invoke(APP, [*arguments, "--out", str(out)], catch_exceptions=False)
    assert done.exit_code == 0
    figures = json.loads(out.read_text())["figures"]
    words = {row["candidate"] for row in figures}
    (key,) = {word.partition(">")[2] for word in words} - {""}
    assert words == {"lsa", "bm25", f"lsa>{key}", f"bm25>{key}"}

    spec, corpus = pipeline.named(pipeline.store(), key), corpora.sample("helpdesk").corpus
    study = pipeline.study("helpdesk", ["lsa"] if base == "lsa" else [])
    plain = pipeline.answer("ranking", study, candidate=base, rerankers={}, depth=1000)["rows"][QUERY]
    given = {key: rerankers.identity(spec)}
    again = pipeline.answer("ranking", study, candidate=f"{base}>{key}", rerankers=given, depth=1000)["rows"][QUERY]
    found = plain[plain >= 0]
    first = found[:RERANKED]
    scores = rerankers.load(spec).score(corpus.queries[QUERY].text, [corpus.texts[row] for row in first])
    by_hand = [int(row) for _, row in sorted(zip(-scores, first, strict=True))]
    assert again[: len(first)].tolist() == by_hand
    assert again[len(first) : len(found)].tolist() == found[RERANKED:].tolist()
    assert by_hand != first.tolist()


def test_a_model_is_no_reranker(home: Path) -> None:
    done = CliRunner().invoke(APP, ["retrieval", "helpdesk", "--models", "lsa", "--candidates", "lsa>minilm"])
    assert "minilm is no reranker. Known: ms-marco-minilm" in str(done.exception)


@pytest.mark.parametrize("name", ["nope", "minilm"])
def test_what_is_no_reranker_is_answered_with_rerankers(home: Path, name: str) -> None:
    done = CliRunner().invoke(APP, ["retrieval", "helpdesk", "--models", "lsa", "--reranker", name])
    assert f"{name} is no reranker. Known: ms-marco-minilm" in str(done.exception)
