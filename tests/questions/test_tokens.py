"""Tokens per text: by the model's own tokenizer, before anything is cut off, else by a rule of thumb that says so."""

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from core import catalog, pipeline, providers
from core.errors import VecassayError
from core.providers.sources import locate
from core.types import Corpus, Study

TEXTS = ("a cat", "the dog sat on the mat", " ".join(["word"] * 400))


@pytest.fixture(autouse=True)
def _store(home: Path) -> None:
    """Each test has a store of its own."""


def test_counted_by_the_models_own_tokenizer_beyond_its_limit() -> None:
    found = pipeline.answer("tokens", pipeline.study(Corpus("c", TEXTS), ["minilm"]))
    folder = locate(catalog.model("minilm").name, None)
    tokenizer = Tokenizer.from_file(str(next(Path(folder.path).rglob("tokenizer.json"))))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    lengths = [len(tokenizer.encode(text).ids) for text in TEXTS]
    assert lengths == [4, 8, 402]  # a word each, and one token before and one behind
    assert found == {"tokens_per_text": pytest.approx(sum(lengths) / 3), "counted_by": "tokenizer", "n": 3}


def test_without_a_tokenizer_four_characters_are_a_token() -> None:
    found = pipeline.answer("tokens", pipeline.study(Corpus("c", ("12345678", "1234")), ["lsa"]))
    assert found == {"tokens_per_text": 1.5, "counted_by": "characters", "n": 2}


def test_a_folder_without_a_readable_tokenizer_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise StopIteration

    monkeypatch.setattr(type(providers.REGISTRY["lsa"]), "token_counts", missing)
    assert providers.tokens(catalog.model("lsa"), ["a"]) is None


def test_no_texts_are_refused() -> None:
    corpus = Corpus("c", ())
    pipeline.store().corpora.add(corpus, {}, kind="typed", owner=None)
    model = pipeline.study(Corpus("d", ("a", "b")), ["minilm"]).models[0]
    with pytest.raises(VecassayError, match="Expected texts"):
        pipeline.answer("tokens", Study(corpus, (model,)))
