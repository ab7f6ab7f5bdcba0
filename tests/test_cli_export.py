"""`python -m core export`: what it writes and prints, what it refuses."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from core import pipeline, vectordb
from core.cli import APP
from core.errors import SpaceMismatch, VecassayError
from core.registry import missing
from core.types import Embeddings, Role
from core.work import Work


def run(*arguments: str) -> str:
    done = CliRunner().invoke(APP, ["export", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def query(text: str) -> Embeddings:
    study = pipeline.study("sentences", ["lsa"])
    return Work(pipeline.store(), pipeline.respond).embed([text], study.models[0], Role.QUERY, fit=study.corpus)


def test_it_writes_what_can_be_searched_and_says_how_much(home: Path, tmp_path: Path) -> None:
    if missing(("lancedb",)):
        pytest.skip("lancedb is not installed")
    to = tmp_path / "new" / "folder"
    said = run("sentences", "--model", "lsa", "--to", str(to)).splitlines()
    paths = sorted(to.iterdir())
    assert [path.suffix for path in paths] == [".lance", ".parquet"]
    assert said[0] == f"{paths[1]}: {paths[1].stat().st_size:,} bytes"
    assert said[1].startswith(f"{paths[0]}: ")
    assert said[2].startswith("300 texts, 256 dimensions, LSA, space ")
    text = pipeline.study("sentences", ["lsa"]).corpus.texts[7]
    for path in paths:
        (found,) = vectordb.opened(path).search(query(text), 3)
        assert found[0]["text"] == text
        assert found[0]["score"] == pytest.approx(1)


def test_one_format_alone_and_the_space_is_kept(home: Path, tmp_path: Path) -> None:
    run("sentences", "--model", "lsa", "--to", str(tmp_path), "--format", "parquet")
    (path,) = tmp_path.glob("sentences*")
    study = pipeline.study("helpdesk", ["lsa"])
    other = Embeddings(study.models[0].space, Role.QUERY, np.ones((1, 256), np.float32))
    with pytest.raises(SpaceMismatch):  # LSA fitted on other texts is another space
        vectordb.opened(path).search(other, 3)


@pytest.mark.parametrize(
    ("arguments", "said"), [(("--format", "csv"), "formats out of"), (("--model", "lsa,lsa"), "one model after")]
)
def test_what_it_cannot_do_it_says(home: Path, tmp_path: Path, arguments: tuple[str, str], said: str) -> None:
    with pytest.raises(VecassayError, match=said):
        run("sentences", "--model", "lsa", "--to", str(tmp_path), *arguments)
