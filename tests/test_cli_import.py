"""`python -m core import`: MiniLM's vectors taken away and brought back are MiniLM again; what is refused."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from core import pipeline
from core.cli import APP
from core.errors import VecassayError
from core.types import Role
from core.work import Work


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(APP, list(arguments), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def bring(*arguments: str) -> str:
    """Import, and the key it is kept under."""
    said = run("import", *arguments)
    found = re.search(r"^Kept as (\S+):", said, re.MULTILINE)
    assert found is not None, said
    return found[1]


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, home_with_static: Path, tmp_path: Path) -> Path:
    """A model's vectors of the help desk, as `embed` writes them; LSA's, which are made in a moment."""
    path = tmp_path / "x.parquet"
    run("embed", "helpdesk", "--models", getattr(request, "param", "lsa"), "--out", str(path))
    return path


@pytest.fixture
def queries(elsewhere: Path, tmp_path: Path) -> Path:
    """And MiniLM's of its queries, in their order."""
    study = pipeline.study("helpdesk", ["minilm"])
    texts = [query.text for query in study.corpus.queries]
    work = Work(pipeline.store(), pipeline.respond)
    np.save(tmp_path / "q.npy", work.embed(texts, study.models[0], Role.QUERY, fit=study.corpus).vectors)
    return tmp_path / "q.npy"


@pytest.mark.parametrize("elsewhere", ["minilm"], indirect=True)
def test_what_was_taken_away_and_brought_back_is_the_same_model(elsewhere: Path, queries: Path) -> None:
    key = bring("helpdesk", "--vectors", str(elsewhere), "--queries", str(queries), "--name", "MiniLM elsewhere")
    study = pipeline.study("helpdesk", ["minilm", key])
    agreement = pipeline.answer("agreement", study, k=10, seed=0)["agreement"].set_index("measure")["value"]
    assert agreement["neighbor_overlap"] == 1.0
    assert agreement["cka"] == pytest.approx(1)
    assert agreement["rsa"] == pytest.approx(1)
    scored = {"rerankers": {}, "rel": 1, "copies": True, "seed": 0}
    found = {own: pipeline.answer("quality", study.only(own), candidate=own, **scored) for own in ("minilm", key)}
    pd.testing.assert_frame_equal(found["minilm"]["per_query"], found[key]["per_query"])
    ndcg = found[key]["figures"].set_index("name").loc["nDCG@10", "mean"]
    assert ndcg > 0.6  # BM25 has 0.37 there


def test_without_queries_everything_works_but_retrieval_which_says_what_is_missing(elsewhere: Path) -> None:
    said = run("import", "helpdesk", "--vectors", str(elsewhere), "--name", "MiniLM elsewhere")
    assert "252 texts × 252 dimensions, float32, matched by text; all of length 1." in said
    assert "The test set's 100 queries have no vectors" in said
    key = bring("helpdesk", "--vectors", str(elsewhere), "--name", "MiniLM elsewhere")
    assert "neighbor_overlap" in run("compare", "helpdesk", "--models", f"lsa,{key}")
    with pytest.raises(VecassayError, match=r"MiniLM elsewhere was brought .* without vectors for queries"):
        run("retrieval", "helpdesk", "--models", key)


def test_what_export_writes_is_read_too(elsewhere: Path, tmp_path: Path) -> None:
    run("export", "helpdesk", "--model", "lsa", "--to", str(tmp_path), "--format", "parquet")
    (path,) = tmp_path.glob("help*.parquet")
    assert "matched by id" in run("import", "helpdesk", "--vectors", str(path), "--name", "M", "--check")


def test_a_look_keeps_nothing(elsewhere: Path, home: Path) -> None:
    said = run("import", "helpdesk", "--vectors", str(elsewhere), "--name", "M", "--check")
    assert "252 texts × 252 dimensions" in said
    assert "Kept as" not in said
    assert not (home / "imported").exists()
    assert pipeline.store().models.listed("command line") == []


def test_a_table_s_own_ids_tell_whose_vectors_they_are(home: Path, tmp_path: Path) -> None:
    texts, given = tmp_path / "texts.csv", np.arange(8, dtype=np.float32).reshape(4, 2) + 1
    texts.write_text("id,text\nx1,cats sleep\nx2,dogs bark\nx3,birds sing\nx4,fish swim\n")
    frame = pd.DataFrame({"id": ["x4", "x2", "x1", "x3"], "vector": list(given[[3, 1, 0, 2]])})
    frame.to_parquet(tmp_path / "v.parquet")
    key = bring(str(texts), "--vectors", str(tmp_path / "v.parquet"), "--name", "Mine")
    out = tmp_path / "out.parquet"
    run("embed", str(texts), "--models", key, "--out", str(out))
    np.testing.assert_array_equal(np.stack(pd.read_parquet(out)["vector"].to_list()), given)


def test_what_does_not_fit_is_refused_in_a_sentence(home: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.ones((3, 2), np.float32))
    with pytest.raises(VecassayError, match="3 vectors for 252 texts"):
        run("import", "helpdesk", "--vectors", str(tmp_path / "v.npy"), "--name", "M")
    with pytest.raises(VecassayError, match=r"\.npy or \.parquet"):
        (tmp_path / "v.bin").write_bytes(b"x")
        run("import", "helpdesk", "--vectors", str(tmp_path / "v.bin"), "--name", "M")
    run("import", "helpdesk", "--vectors", str(tmp_path / "absent.npy"), "--name", "M", code=2)
    run("import", "helpdesk", "--vectors", str(tmp_path / "v.npy"), code=2)
