"""`project` on the command line, in this process, on vectors that were told."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from core import cli, pipeline
from core.errors import VecassayError
from core.types import Study
from tests.projections.blobs import blobs
from tests.questions.told import told


@pytest.fixture
def study(home: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    return told(monkeypatch)(labels=["a", "b"] * 20, one=blobs(40, 8, 2), two=blobs(40, 8, 3, seed=1))


def project(study: Study, *options: str) -> Result:
    return CliRunner().invoke(cli.APP, ["project", study.corpus.fingerprint, "--models", "one,two", *options])


def test_coordinates_per_text_and_model_with_their_trust(study: Study, tmp_path: Path) -> None:
    out = tmp_path / "map.csv"
    done = project(study, "--method", "pca", "--k", "5", "--out", str(out))
    assert done.exit_code == 0, done.output
    table = pd.read_csv(out)
    assert list(table) == ["model", "row", "text", "label", "x", "y", "trustworthiness", "continuity"]
    assert table["model"].tolist() == ["one"] * 40 + ["two"] * 40
    found = pipeline.answer("projection", study.only("two"), method="pca", dims=2, seed=0, settings={})
    np.testing.assert_allclose(table[["x", "y"]].to_numpy()[40:], found["xy"], atol=1e-5)


def test_figures_are_printed_with_what_they_rest_on(study: Study) -> None:
    done = project(study, "--method", "tsne", "--seed", "3", "--setting", "perplexity=8", "--k", "5")
    assert done.exit_code == 0, done.output
    assert "tsne, 2 dimensions, n = 40 texts, seed 3, perplexity 8" in done.output
    header = done.output.splitlines()[0].split()
    assert header == ["model", "trustworthiness", "continuity", "n", "k", "note"]
    assert done.output.splitlines()[1].split()[3:5] == ["40", "5"]


def test_json_has_everything_and_trust_can_be_left_out(study: Study, tmp_path: Path) -> None:
    out = tmp_path / "map.json"
    assert project(study, "--method", "pca", "--dims", "3", "--no-trust", "--out", str(out)).exit_code == 0
    found = json.loads(out.read_text())
    assert (found["method"], found["dims"], found["seed"], found["settings"]) == ("pca", 3, 0, {})
    assert set(found["map"][0]) == {"model", "row", "text", "label", "x", "y", "z"}
    assert set(found["figures"][0]) == {"model", "explained", "note"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--method", "pcaa"], "Did you mean 'pca'?"),
        (["--method", "umap", "--setting", "perplexity=3"], "no setting called 'perplexity'"),
        (["--method", "umap", "--setting", "n_neighbors"], "Expected --setting NAME=NUMBER"),
    ],
)
def test_what_was_mistyped_is_said(study: Study, options: list[str], said: str) -> None:
    done = project(study, *options)
    assert isinstance(done.exception, VecassayError)
    assert said in str(done.exception)


def test_a_map_has_two_or_three_dimensions(study: Study) -> None:
    assert project(study, "--dims", "4").exit_code == 2
