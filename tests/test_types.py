"""The nouns: every ingredient of an identity changes it, and nothing else does."""

from dataclasses import fields, replace
from json import dumps, loads

import numpy as np
import pytest

from core.digest import digest, digest_bytes
from core.errors import SpaceMismatch
from core.types import (
    Corpus,
    Embeddings,
    Judgement,
    Model,
    ModelCard,
    ModelSpec,
    Query,
    Question,
    Role,
    Space,
    Study,
    check_same_space,
)

CORPUS = Corpus(
    "pets",
    ("a cat", "a dog"),
    labels=("cat", "dog"),
    ids=("1", "2"),
    titles=("", "Dogs"),
    queries=(Query("q1", "which barks?", "plain"), Query("q2", "which purrs?")),
    judgements=(Judgement("q1", "2", 1), Judgement("q2", "1", 2)),
)
SPACE = Space(
    provider="static",
    name="mini",
    weights="abc",
    query_prompt="query: ",
    document_prompt="passage: ",
    max_tokens=128,
    dimension=64,
    backend="int8",
    made="distilled",
    fitted_on="def",
    label="Mini",
)


def _vectors(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, np.float32)


# Digests


def test_a_digest_is_32_hexadecimal_digits_and_the_same_tomorrow() -> None:
    # printf '\x01\0\0\0\0\0\0\0a' | b2sum -l 128 (GNU coreutils). A change would orphan every stored vector.
    assert digest(["a"]) == "fc9c942180a48b1bfa36938828a429dc"


@pytest.mark.parametrize(
    ("one", "other"),
    [(("ab", "c"), ("a", "bc")), (("a",), ("a", "")), (("a", "b"), ("b", "a")), (("",), ()), (("a\0b",), ("a", "b"))],
)
def test_where_one_text_ends_is_part_of_the_digest(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert digest(one) != digest(other)
    assert Corpus("x", one).fingerprint != Corpus("x", other).fingerprint


def test_lone_surrogates_are_digested_and_told_apart() -> None:
    first, second = Corpus("x", ("\ud800",)), Corpus("x", ("\ud801",))
    assert first.fingerprint != second.fingerprint != Corpus("x", ("?",)).fingerprint
    assert Question("q", {"text": "\ud800"}).key != Question("q", {"text": "\ud801"}).key


# Corpus

CHANGED = {
    "a text": {"texts": ("a cat", "a dog!")},
    "the order of texts": {"texts": ("a dog", "a cat")},
    "a text more": {"texts": ("a cat", "a dog", "a cow"), "labels": None, "ids": None, "titles": None},
    "a label": {"labels": ("cat", "cat")},
    "no labels": {"labels": None},
    "an id": {"ids": ("1", "3")},
    "no ids": {"ids": None},
    "a title": {"titles": ("Cats", "Dogs")},
    "no titles": {"titles": None},
    "labels as ids": {"labels": ("1", "2"), "ids": ("cat", "dog")},
    "a query's id": {"queries": (Query("q3", "which barks?", "plain"), CORPUS.queries[1])},
    "a query's text": {"queries": (Query("q1", "which bites?", "plain"), CORPUS.queries[1])},
    "a query's kind": {"queries": (Query("q1", "which barks?", "hard"), CORPUS.queries[1])},
    "the order of queries": {"queries": CORPUS.queries[::-1]},
    "a query less": {"queries": CORPUS.queries[:1]},
    "a judgement's query": {"judgements": (Judgement("q2", "2", 1), CORPUS.judgements[1])},
    "a judgement's text": {"judgements": (Judgement("q1", "1", 1), CORPUS.judgements[1])},
    "a judgement's grade": {"judgements": (Judgement("q1", "2", 0), CORPUS.judgements[1])},
    "a judgement less": {"judgements": CORPUS.judgements[:1]},
}


@pytest.mark.parametrize("what", CHANGED)
def test_every_ingredient_changes_the_fingerprint(what: str) -> None:
    assert replace(CORPUS, **CHANGED[what]).fingerprint != CORPUS.fingerprint


def test_fingerprints_of_all_changes_differ_from_each_other() -> None:
    prints = {replace(CORPUS, **changes).fingerprint for changes in CHANGED.values()}
    assert len(prints) == len(CHANGED)


def test_every_field_but_the_name_has_a_change_above() -> None:
    touched = {name for changes in CHANGED.values() for name in changes}
    assert touched == {field.name for field in fields(Corpus)} - {"name"}


def test_the_name_is_no_part_of_the_fingerprint() -> None:
    assert replace(CORPUS, name="animals").fingerprint == CORPUS.fingerprint


def test_the_texts_digest_is_of_the_texts_alone() -> None:
    bare = Corpus("bare", CORPUS.texts)
    assert bare.texts_digest == CORPUS.texts_digest
    assert bare.fingerprint != CORPUS.fingerprint


@pytest.mark.parametrize("column", ["labels", "ids", "titles"])
@pytest.mark.parametrize("values", [(), ("x",), ("x", "y", "z")])
def test_a_column_has_one_value_per_text(column: str, values: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=f"expected 2 {column}, one per text; got {len(values)}"):
        Corpus("x", ("a", "b"), **{column: values})


def test_a_corpus_may_be_empty() -> None:
    assert len(Corpus("none", ())) == 0
    assert len(Corpus("none", (), labels=())) == 0


# Space

OTHER = {"max_tokens": 129, "dimension": None}


@pytest.mark.parametrize("name", [field.name for field in fields(Space) if field.name != "label"])
def test_every_field_of_a_space_changes_its_digest(name: str) -> None:
    other = replace(SPACE, **{name: OTHER.get(name, "something else")})
    assert other.digest != SPACE.digest
    assert other != SPACE
    for role in Role:
        assert other.shelf(role) != SPACE.shelf(role)
    with pytest.raises(SpaceMismatch):
        check_same_space(SPACE, other)


def test_the_label_is_no_part_of_a_space() -> None:
    renamed = replace(SPACE, label="Renamed")
    assert renamed.digest == SPACE.digest
    assert renamed == SPACE
    check_same_space(SPACE, renamed)


def test_prompts_may_not_run_into_each_other() -> None:
    one = Space("p", "n", "w", query_prompt="ab", document_prompt="c")
    other = Space("p", "n", "w", query_prompt="a", document_prompt="bc")
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("query", "document", "one_shelf"),
    [("", "", True), ("text: ", "text: ", True), ("query: ", "", False), ("", "passage: ", False), ("q", "d", False)],
)
def test_roles_share_a_shelf_only_if_their_prompts_agree(query: str, document: str, one_shelf: bool) -> None:
    space = Space("p", "n", "w", query_prompt=query, document_prompt=document)
    assert (space.shelf(Role.QUERY) == space.shelf(Role.DOCUMENT)) == one_shelf


def test_a_mismatch_names_both_models() -> None:
    with pytest.raises(SpaceMismatch, match=r"Mini .*org/maxi"):
        check_same_space(SPACE, Space("static", "org/maxi", "abc"))


# Embeddings


@pytest.mark.parametrize(
    "vectors",
    [
        np.zeros((2, 3)),
        np.zeros((2, 3), np.float16),
        np.zeros((2, 3), np.int64),
        np.zeros(3, np.float32),
        np.zeros((1, 2, 3), np.float32),
    ],
    ids=lambda vectors: f"{vectors.dtype}{vectors.shape}",
)
def test_embeddings_are_a_float32_table(vectors: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"Expected float32 \(n, d\); got"):
        Embeddings(SPACE, Role.DOCUMENT, vectors)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_embeddings_are_finite_and_say_for_how_many_texts_not(bad: float) -> None:
    with pytest.raises(ValueError, match="Mini gave NaN or infinity for 2 texts"):
        Embeddings(SPACE, Role.DOCUMENT, _vectors((bad, bad), (1, 1), (0, bad)))


def test_embeddings_are_read_only() -> None:
    embeddings = Embeddings(SPACE, Role.DOCUMENT, _vectors((3, 4)))
    for array in (embeddings.vectors, embeddings.unit):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


def test_unit_rows_have_length_one_and_a_zero_row_stays_zero() -> None:
    unit = Embeddings(SPACE, Role.DOCUMENT, _vectors((3, 4), (0, 0), (-2, 0))).unit
    np.testing.assert_allclose(unit, [[0.6, 0.8], [0, 0], [-1, 0]], rtol=1e-6)
    assert unit.dtype == np.float32


@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1e20, 1e30])
def test_a_very_short_or_long_vector_is_not_taken_for_zero(scale: float) -> None:
    # 3, 4, 5 triangle; the squares of these lengths are outside float32.
    unit = Embeddings(SPACE, Role.DOCUMENT, _vectors((3 * scale, 4 * scale))).unit
    np.testing.assert_allclose(unit, [[0.6, 0.8]], rtol=1e-6)


def test_no_texts_have_no_vectors() -> None:
    embeddings = Embeddings(SPACE, Role.DOCUMENT, np.empty((0, 5), np.float32))
    assert len(embeddings) == 0
    assert embeddings.unit.shape == (0, 5)


# ModelSpec, Study, Question


def test_a_spec_survives_json() -> None:
    card = ModelCard(384, 22_000_000, 90_000_000, 256, ("en", "de"), "apache-2.0", (64, 128), "hub", "small")
    spec = ModelSpec("mini", "Mini", "static", "org/mini", "abc", "query: ", "passage: ", 256, 128, "int8", card)
    assert ModelSpec.from_json(loads(dumps(spec.to_json()))) == spec
    bare = ModelSpec("k", "l", "p", "n")
    assert ModelSpec.from_json(loads(dumps(bare.to_json()))) == bare
    assert ModelSpec.from_json({"key": "k", "label": "l", "provider": "p", "name": "n"}) == bare


def test_each_role_has_its_prompt() -> None:
    spec = ModelSpec("k", "l", "p", "n", query_prompt="query: ", document_prompt="passage: ")
    assert spec.prompt(Role.QUERY) == "query: "
    assert spec.prompt(Role.DOCUMENT) == "passage: "


def test_only_keeps_the_order_asked_for() -> None:
    models = tuple(Model(ModelSpec(key, key.upper(), "p", key), SPACE) for key in ("a", "b", "c"))
    study = Study(CORPUS, models)
    assert [model.label for model in study.only("c", "a").models] == ["C", "A"]
    assert study.only("c").corpus is CORPUS


ARGUMENTS = {"corpus": "f00", "models": {"a": "1", "b": "2"}, "k": 10, "seed": 0}
QUESTION = Question("agreement", ARGUMENTS)


def test_the_order_of_arguments_is_no_part_of_a_key() -> None:
    turned = {"seed": 0, "k": 10, "models": {"b": "2", "a": "1"}, "corpus": "f00"}
    assert Question("agreement", turned).key == QUESTION.key


@pytest.mark.parametrize(
    "other",
    [
        Question("score", ARGUMENTS),
        Question("agreement", ARGUMENTS, version=2),
        Question("agreement", {**ARGUMENTS, "corpus": "f01"}),
        Question("agreement", {**ARGUMENTS, "models": {"a": "1", "b": "3"}}),
        Question("agreement", {**ARGUMENTS, "models": {"a": "2", "b": "1"}}),
        Question("agreement", {**ARGUMENTS, "models": {"a": "1"}}),
        Question("agreement", {**ARGUMENTS, "k": 11}),
        Question("agreement", {**ARGUMENTS, "k": "10"}),
        Question("agreement", {**ARGUMENTS, "seed": 1}),
        Question("agreement", {**ARGUMENTS, "more": None}),
        Question("agreement", {name: value for name, value in ARGUMENTS.items() if name != "seed"}),
    ],
)
def test_name_version_and_every_argument_change_a_key(other: Question) -> None:
    assert other.key.split("-")[1] != QUESTION.key.split("-")[1]


def test_a_key_begins_with_the_question() -> None:
    assert QUESTION.key.startswith("agreement-")


def test_a_corpus_knows_the_digest_of_each_text() -> None:
    texts = ("", "a", "ä", "\ud800", "a\0", "a" * 5_000)
    assert Corpus("c", texts).digests.tolist() == [digest_bytes([text]) for text in texts]


def test_large_numbers_whose_squares_overflow_are_finite() -> None:
    vectors = np.full((2, 3), 3e38, np.float32)
    assert len(Embeddings(Space("p", "n", "w"), Role.DOCUMENT, vectors)) == 2
