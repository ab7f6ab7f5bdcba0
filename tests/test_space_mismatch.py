"""Vectors of two models never meet in one formula, and no score depends on how long vectors are."""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core import embedding, importing, pipeline, vectordb
from core.errors import SpaceMismatch
from core.importing.table import Table
from core.questions.serving import Served
from core.types import Answer, Corpus, Embeddings, Floats, Model, Role, Study
from core.work import Work
from tests.decisions import corpus

QUESTIONS = Path(embedding.__file__).parent / "questions"
SCORED = {"rel": 1, "copies": True, "seed": 0}
ASKED: dict[str, dict[str, Any]] = {
    "search": {"query": "typed", "k": 3},
    "likeness": {"query": "typed"},
    "arrivals": {"texts": "typed", "k": 3},
    "place": {"texts": "typed", "method": "pca", "dims": 2, "seed": 0, "settings": {}},
    "pool": {"candidates": ["lsa"], "rerankers": {}, "query": "typed", "depth": 5},
    "ranking": {"candidate": "lsa", "rerankers": {}, "depth": 10},
    "quality": {"candidate": "lsa", "rerankers": {}, **SCORED},
    "tradeoffs": SCORED,
    "lost": {"form": "", "row": -1, "query": 0, "copies": True},
    "indexes": {"run": "r", "owner": "me", "seed": 0},
}


@pytest.fixture
def study(home: Path) -> Study:
    return pipeline.study(corpus(20), ["lsa"])


@pytest.fixture
def typed(study: Study) -> str:
    new = Corpus("typed", ("w1 w2 w3",))
    return pipeline.store().corpora.add(new, {}, kind="typed", owner=None)


@pytest.fixture
def mixed(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is asked comes from another model than the corpus' own texts."""
    right = embedding.embed

    def wrong(store: Any, texts: Any, model: Model, role: Role, **given: Any) -> Embeddings:
        found = right(store, texts, model, role, **given)
        if tuple(texts) == study.corpus.texts:
            return found
        other = replace(found.space, weights="another", label="Other model")
        return Embeddings(other, role, found.vectors)

    monkeypatch.setattr(embedding, "embed", wrong)


@pytest.mark.parametrize("name", list(ASKED))
def test_every_question_that_holds_texts_against_the_corpus_refuses_another_space(
    name: str, study: Study, typed: str, mixed: None
) -> None:
    given = {key: typed if value == "typed" else value for key, value in ASKED[name].items()}
    with pytest.raises(SpaceMismatch, match=r"Other model and of LSA"):
        pipeline.answer(name, study, **given)


def test_moving_between_two_models_mixes_them_on_purpose_but_asks_each_in_its_own(study: Study, mixed: None) -> None:
    both = pipeline.study(study.corpus, ["lsa", "minilm"])
    with pytest.raises(SpaceMismatch, match=r"Other model and of LSA"):
        pipeline.answer("migration", both, a="lsa", b="minilm", **SCORED)


def test_no_question_goes_another_way() -> None:
    """`View.asked` checks the spaces: `work.embed` itself is for what is held against nothing, or the same model."""
    for path in sorted(QUESTIONS.glob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        embeds = [call for call in calls if ast.unparse(call.func).endswith("work.embed")]
        assert not embeds or path.stem in {"compare", "evidence", "soundness"}, (
            f"{path.stem} embeds without checking spaces"
        )


def test_a_server_takes_no_texts_of_another_model(study: Study) -> None:
    (model,) = study.models
    other = replace(model.space, weights="another", label="Other model")
    texts = Embeddings(other, Role.DOCUMENT, np.ones((3, 4), np.float32))
    with pytest.raises(SpaceMismatch, match="LSA and of Other model"):
        Served(model, object(), texts)  # type: ignore[arg-type]


def test_a_table_refuses_queries_and_writing_over_it(study: Study, tmp_path: Path) -> None:
    (model,), n = study.models, len(study.corpus)
    other = replace(model.space, weights="another", label="Other model")
    own, others = (Embeddings(space, Role.DOCUMENT, np.ones((n, 4), np.float32)) for space in (model.space, other))
    (written,) = vectordb.write(study.corpus, own, "LSA", tmp_path, key="lsa", formats=["parquet"])
    with pytest.raises(SpaceMismatch, match="LSA and of Other model"):
        vectordb.opened(written.path).search(others, 3)
    with pytest.raises(SpaceMismatch, match="vectors of LSA, and would be replaced by vectors of Other"):
        vectordb.write(study.corpus, others, "Other", tmp_path, key="lsa", formats=["parquet"])


def test_vectors_of_two_models_are_not_kept_on_one_shelf(study: Study) -> None:
    shelves = [replace(study.models[0].space, **{field: "x"}) for field in ("weights", "made", "backend", "name")]
    assert len({space.shelf(role) for space in shelves for role in Role}) == 4


# How long vectors are

N, D = 60, 24
Imported = Callable[[Floats, Floats], Study]


@pytest.fixture
def imported(home: Path) -> Imported:
    """The made-up test set with these vectors of its texts and its queries."""
    texts = replace(corpus(20), labels=tuple("ab"[row % 2] for row in range(N)))

    def study(rows: Floats, queries: Floats) -> Study:
        found = importing.check(texts, Table("t", rows), Table("q", queries))
        return pipeline.study(texts, [importing.keep(pipeline.store(), found, "Mine", "me").key])

    return study


def seen(study: Study, exact: bool = False) -> dict[str, Answer]:
    """What the pages ask about one model; with `exact` also what may jump with a last digit."""
    (model,) = study.models
    key, picked = model.spec.key, {"limit": N, "seed": 0, "around": -1, "score": "cosine"}
    said: dict[str, dict[str, Any]] = {
        "profile": {},
        "neighbors": {"k": 10},
        "ordering": {**picked, "order": "cluster"},
        "matrix": {**picked, "of": key, "by": key, "scale": "raw"},
        "closest": {"score": "cosine", "top": 10},
        "projection": {"method": "pca", "dims": 2, "seed": 0, "settings": {}},
        "ranking": {"candidate": key, "rerankers": {}, "depth": 20},
        "quality": {"candidate": key, "rerankers": {}, **SCORED},
    }
    if exact:
        said |= {"tradeoffs": SCORED, "suggest": {"seed": 0}, "separation": {"score": "cosine", "seed": 0}}
    return {name: pipeline.answer(name, study, **given) for name, given in said.items()}


def same(name: str, one: Any, other: Any, exact: bool) -> None:
    """Equal, or within what rounding of float32 moves."""
    if isinstance(one, float | list):
        one, other = np.array(one), np.array(other)
    if isinstance(one, pd.DataFrame):
        numbers = list(one.select_dtypes("number"))
        pd.testing.assert_frame_equal(one.drop(columns=numbers), other.drop(columns=numbers))
        for column in numbers:
            same(f"{name}.{column}", one[column].to_numpy(), other[column].to_numpy(), exact)
    elif isinstance(one, np.ndarray) and one.dtype.kind == "f":
        np.testing.assert_allclose(one, other, rtol=0, atol=0 if exact else 5e-6, err_msg=name)
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, err_msg=name)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key, value in one.items():
            same(f"{name}.{key}", value, other[key], exact)
    else:
        assert one == other, name


@pytest.mark.parametrize("exact", [True, False])
def test_stretching_rows_changes_no_score_of_any_page(imported: Imported, exact: bool) -> None:
    """By powers of two nothing is rounded, so that nothing may change at all; by any factors, the last digits."""
    rng = np.random.default_rng(0)
    rows, queries = (rng.normal(size=(n, D)).astype(np.float32) for n in (N, 20))

    def factors(n: int) -> Floats:
        by = rng.integers(-12, 13, (n, 1)) if exact else rng.uniform(-12, 12, (n, 1))
        stretched: Floats = np.power(2.0, by).astype(np.float32)
        return stretched

    plain = imported(rows, queries)
    stretched = imported(rows * factors(N), queries * factors(20))
    assert plain.models[0].space.digest != stretched.models[0].space.digest
    before, after = seen(plain, exact), seen(stretched, exact)
    for name, answer in before.items():
        same(name, dict(answer), dict(after[name]), exact)


def test_the_test_above_can_fail(imported: Imported) -> None:
    rng = np.random.default_rng(0)
    rows, queries = (rng.normal(size=(n, D)).astype(np.float32) for n in (N, 20))
    turned = rows.copy()
    turned[:30, 0] *= 8
    before, after = seen(imported(rows, queries)), seen(imported(turned, queries))
    for name in ("neighbors", "matrix", "ranking"):
        with pytest.raises(AssertionError):
            same(name, dict(before[name]), dict(after[name]), False)


def test_vectors_of_different_lengths_are_compared_at_length_one(imported: Imported) -> None:
    rng = np.random.default_rng(1)
    rows, queries = (rng.normal(size=(n, D)).astype(np.float32) for n in (N, 20))
    rows *= np.arange(1, N + 1, dtype=np.float32)[:, None]
    study = imported(rows, queries)
    found = pipeline.answer("ranking", study, candidate=study.models[0].spec.key, rerankers={}, depth=N)
    wide = [each.astype(np.float64) for each in (queries, rows)]
    unit = [each / np.linalg.norm(each, axis=1, keepdims=True) for each in wide]
    expected = np.argsort(-(unit[0] @ unit[1].T), axis=1)
    np.testing.assert_array_equal(found["rows"], expected)
    work = Work(pipeline.store(), pipeline.respond)
    kept = work.embed(study.corpus.texts, study.models[0], Role.DOCUMENT, fit=study.corpus)
    np.testing.assert_array_equal(kept.vectors, rows)  # nothing is changed in what was brought
