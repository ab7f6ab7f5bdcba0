"""The lexical baseline: fitted on the corpus, sensible on tiny and on wordless ones."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import VecassayError
from core.providers import Provider, lsa, provider
from core.types import Corpus, Role
from tests.providers.conftest import spec

SPEC = spec("lsa", "tfidf-svd")
ANIMALS = ("the cat sat", "the cat ran", "a dog barked", "a dog ran", "stock prices fell", "stock markets fell")


@pytest.fixture
def fitted() -> Provider:
    return provider("lsa")


def _vectors(texts: tuple[str, ...], asked: tuple[str, ...] | None = None) -> np.ndarray:
    encoder = provider("lsa").load(SPEC, Corpus("c", texts))
    return encoder.encode(asked or texts, role=Role.DOCUMENT)


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize(
    "texts",
    [("one",), ("one", "one"), ("one two",), ("one", "two"), ("🙂",), ("🙂", "🎉"), ("",), ("", "word"), ("\ud800",)],
)
def test_tiny_and_wordless_corpora_work(texts: tuple[str, ...]) -> None:
    vectors = _vectors(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == len(texts)
    assert vectors.shape[1] >= 1
    assert np.isfinite(vectors).all()
    for text, row in zip(texts, vectors, strict=True):
        assert row.any() == any(letter.isalnum() for letter in text)


def test_shared_words_bring_texts_together() -> None:
    vectors = _vectors(ANIMALS)
    assert _cosine(vectors[4], vectors[5]) > 0.3
    assert abs(_cosine(vectors[0], vectors[4])) < 1e-6


def test_all_dimensions_keep_the_cosines_of_tf_idf() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    table = TfidfVectorizer(**lsa.WORDS).fit_transform(ANIMALS)
    vectors = _vectors(ANIMALS)
    np.testing.assert_allclose(vectors @ vectors.T, (table @ table.T).toarray(), atol=1e-5)


def test_a_text_without_a_known_word_is_zero() -> None:
    vectors = _vectors(ANIMALS, ("quantum physics", "", "CAT!"))
    assert not vectors[:2].any()
    assert vectors[2].any()


def test_directions_that_the_texts_do_not_have_are_left_out() -> None:
    # Three different strings, one bag of words: one direction, not three of which two are rounding noise.
    assert _vectors(("one two", "One, two!", "one -- TWO")).shape == (3, 1)
    assert _vectors(("one two", "One, two!", "three")).shape == (3, 2)


def test_the_fit_depends_on_the_different_texts_alone(fitted: Provider) -> None:
    twice = _vectors(ANIMALS + ANIMALS[:1] * 50, ANIMALS)
    np.testing.assert_allclose(np.abs(twice), np.abs(_vectors(ANIMALS)), atol=1e-6)


def test_the_space_names_the_corpus_and_the_settings(fitted: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = Corpus("c", ANIMALS)
    space = fitted.space(SPEC, corpus)
    assert space.fitted_on == corpus.texts_digest
    assert '"scikit-learn"' in space.made
    assert fitted.space(SPEC, Corpus("other name", ANIMALS)) == space
    assert fitted.space(SPEC, Corpus("c", ANIMALS[::-1])) != space
    monkeypatch.setattr(lsa, "SEED", 1)
    assert fitted.space(SPEC, corpus) != space


@pytest.mark.parametrize("corpus", [None, Corpus("empty", ())])
def test_without_texts_it_says_what_it_needs(fitted: Provider, corpus: Corpus | None) -> None:
    for ask in (fitted.space, fitted.load):
        with pytest.raises(VecassayError, match="load a corpus"):
            ask(SPEC, corpus)


def test_nothing_is_cut_and_nothing_is_fetched(fitted: Provider) -> None:
    assert fitted.fitted
    assert fitted.ready(SPEC)
    assert fitted.token_counts(SPEC, ["a"]) is None
    assert fitted.card(SPEC) == SPEC.card
    assert fitted.load(replace(SPEC, dimension=2), Corpus("c", ANIMALS)).encode(["cat"], role=Role.QUERY).shape == (
        1,
        2,
    )


def test_a_large_corpus_is_fitted_on_a_sample_and_leaves_out_words_of_one_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = tuple(f"common word{i % 40} only{i}" for i in range(600))
    monkeypatch.setattr(lsa, "LARGE", 100)
    assert not _vectors(texts, ("only5",)).any()
    assert _vectors(texts, ("word5",)).any()
    monkeypatch.setattr(lsa, "MOST_TEXTS", 200)
    sample = lsa._sample(list(texts))
    assert len(sample) == 200
    assert sample == [text for text in texts if text in set(sample)], "in their order"
    assert sample != list(texts[:200]), "not the first ones"
    assert sample == lsa._sample(list(texts)), "the same each time"
    assert np.isfinite(_vectors(texts)).all()
