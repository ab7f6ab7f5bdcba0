"""What every provider promises, run over every provider there is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import providers
from core.errors import Cancelled
from core.registry import discover
from core.types import Corpus, ModelSpec, Role
from tests.providers.conftest import spec

discover("core.providers")
TEXTS = (
    "a cat sat on the mat", "dogs chase cats", "the bank raised its rates", "", "   ", "x",
    "cat " * 500, "naïve café", "\x00", "\ud800 half", "🙂🙂", "مرحبا", "<script>alert(1)</script>",
)  # fmt: skip
CORPUS = Corpus("contract", TEXTS)
TOLERANCE = 1e-5
"""How far a number may move with the other texts of a batch: float32 sums in another order, and padding."""
KINDS = ["minilm", "tiny", "chosen", "converted", "static", "lsa"]
HOMES = {"static": "home_with_static", "chosen": "home_with_static", "converted": "home_with_tiny"}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, tiny: Path) -> ModelSpec:
    request.getfixturevalue(HOMES.get(request.param, "home"))
    return {
        "minilm": spec("sentence_transformers", "bundled:all-MiniLM-L6-v2"),
        "tiny": spec("sentence_transformers", tiny),
        "chosen": spec("sentence_transformers", "bundled:all-MiniLM-L6-v2"),  # as the setting "auto" chose
        "converted": spec("sentence_transformers", tiny, backend="openvino"),
        "static": spec("static", "distill:all-MiniLM-L6-v2", dimension=256),
        "lsa": spec("lsa", "tfidf-svd"),
    }[request.param]


def _load(asked: ModelSpec) -> providers.Encoder:
    return providers.provider(asked.provider).load(asked, CORPUS)


@pytest.fixture
def encoder(kind: ModelSpec) -> providers.Encoder:
    return _load(kind)


def test_every_provider_is_here() -> None:
    hosted = {"cohere", "google", "openai", "voyage"}
    assert set(providers.REGISTRY) == {"imported", "lsa", "sentence_transformers", "static"} | hosted
    assert {key for key in providers.REGISTRY if providers.REGISTRY[key].remote} == hosted


@pytest.mark.parametrize("key", list(providers.REGISTRY))
def test_each_provider_says_what_it_is(key: str) -> None:
    provider = providers.provider(key)
    assert provider.key == key
    assert provider.label
    assert provider.help.endswith(".")
    assert provider.remote or providers.unavailable(provider) is None


def test_vectors_are_finite_float32_rows_in_the_order_asked(encoder: providers.Encoder) -> None:
    vectors = encoder.encode(TEXTS, role=Role.DOCUMENT)
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous
    assert vectors.shape[0] == len(TEXTS)
    assert np.isfinite(vectors).all()
    backwards = encoder.encode(TEXTS[::-1], role=Role.DOCUMENT)
    assert np.abs(backwards[::-1] - vectors).max() <= TOLERANCE
    assert encoder.nbytes >= 0


def test_no_texts_give_no_rows_of_the_same_width(encoder: providers.Encoder) -> None:
    assert encoder.encode([], role=Role.QUERY).shape == (0, encoder.encode(["a"], role=Role.QUERY).shape[1])


def test_the_same_twice_and_after_loading_again(kind: ModelSpec, encoder: providers.Encoder) -> None:
    first = encoder.encode(TEXTS, role=Role.DOCUMENT)
    assert (encoder.encode(TEXTS, role=Role.DOCUMENT) == first).all()
    assert np.abs(_load(kind).encode(TEXTS, role=Role.DOCUMENT) - first).max() <= TOLERANCE


def test_a_row_does_not_depend_on_its_batch(encoder: providers.Encoder) -> None:
    together = encoder.encode(TEXTS * 2, role=Role.DOCUMENT)
    alone = np.concatenate([encoder.encode([text], role=Role.DOCUMENT) for text in TEXTS])
    assert np.abs(together[: len(TEXTS)] - alone).max() <= TOLERANCE


def test_prompts_are_put_before_texts_of_their_role(kind: ModelSpec, encoder: providers.Encoder) -> None:
    if kind.provider == "lsa":
        pytest.skip("a fitted model is fitted on prompted texts, so plain ones are another model")
    prompted = _load(ModelSpec(**{**vars(kind), "query_prompt": "query: ", "document_prompt": "text: "}))
    for role, prompt in ((Role.QUERY, "query: "), (Role.DOCUMENT, "text: ")):
        expected = encoder.encode([prompt + "a cat", prompt + "b"], role=role)
        assert np.abs(prompted.encode(["a cat", "b"], role=role) - expected).max() <= TOLERANCE
    roles = [prompted.encode(["a cat"], role=role) for role in Role]
    assert np.abs(roles[0] - roles[1]).max() > 1e-3


def test_progress_grows_to_the_end(kind: ModelSpec, encoder: providers.Encoder) -> None:
    steps: list[tuple[int, int]] = []
    texts = ["a"] * (1500 if kind.provider == "lsa" else 300)
    encoder.encode(texts, role=Role.DOCUMENT, progress=lambda done, total: steps.append((done, total)))
    assert len(steps) > 1
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
    assert steps[-1] == (len(texts), len(texts))


def test_progress_can_stop_the_work(encoder: providers.Encoder) -> None:
    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        encoder.encode(["a"] * 10, role=Role.DOCUMENT, progress=stop)


def test_a_space_names_everything_that_changes_a_vector(kind: ModelSpec) -> None:
    provider = providers.provider(kind.provider)
    space = provider.space(kind, CORPUS)
    assert provider.space(kind, CORPUS) == space
    changes: dict[str, object] = {"query_prompt": "q", "document_prompt": "d", "dimension": 16}
    if kind.provider != "lsa":
        changes["max_tokens"] = 32
    for name, value in changes.items():
        assert provider.space(ModelSpec(**{**vars(kind), name: value}), CORPUS) != space, name
    same: Callable[[str], ModelSpec] = lambda field: ModelSpec(**{**vars(kind), field: "another"})  # noqa: E731
    assert provider.space(same("label"), CORPUS) == provider.space(same("key"), CORPUS) == space


def test_a_smaller_dimension_is_what_comes_out(kind: ModelSpec) -> None:
    if kind.name.startswith("distill:"):
        pytest.skip("another dimension is another distillation")
    vectors = _load(ModelSpec(**{**vars(kind), "dimension": 4})).encode(TEXTS, role=Role.DOCUMENT)
    assert vectors.shape == (len(TEXTS), 4)
