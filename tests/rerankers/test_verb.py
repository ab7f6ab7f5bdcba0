"""A reranker by its folder, all the way: the first 50 in the order of its scores, the rest behind."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core import corpora, pipeline, rerankers
from core.cli import APP
from core.retrieval.fusion import RERANKED

QUERY, QUERIES = 3, 12


def test_a_folder_stands_behind_every_candidate(home: Path, tiny_reranker: Path, tmp_path: Path) -> None:
    out, queries = tmp_path / "out.json", tmp_path / "few.zip"
    whole = corpora.sample("helpdesk").corpus
    judged = {judgement.query_id for judgement in whole.judgements}
    few = tuple(query for query in whole.queries if query.id in judged)[:QUERIES]
    kept = tuple(judgement for judgement in whole.judgements if judgement.query_id in {query.id for query in few})
    corpus = replace(whole, queries=few, judgements=kept)
    queries.write_bytes(corpora.to_beir(corpus))
    arguments = ["retrieval", str(queries), "--models", "lsa", "--reranker", f"cross_encoder:{tiny_reranker}"]
    done = CliRunner().invoke(APP, [*arguments, "--out", str(out)], catch_exceptions=False)
    assert done.exit_code == 0
    figures = json.loads(out.read_text())["figures"]
    words = {row["candidate"] for row in figures}
    (key,) = {word.partition(">")[2] for word in words} - {""}
    assert words == {"lsa", "bm25", f"lsa>{key}", f"bm25>{key}"}

    spec = pipeline.named(pipeline.store(), key)
    for base in ("bm25", "lsa"):
        study = pipeline.study(corpus, ["lsa"] if base == "lsa" else [])
        plain = pipeline.answer("ranking", study, candidate=base, rerankers={}, depth=1000)["rows"][QUERY]
        given = {key: rerankers.identity(spec)}
        again = pipeline.answer("ranking", study, candidate=f"{base}>{key}", rerankers=given, depth=1000)["rows"][QUERY]
        found = plain[plain >= 0]
        first = found[:RERANKED]
        asked = corpus.queries[QUERY].text
        scores = rerankers.load(spec).score(asked, [corpus.texts[row] for row in first])
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
