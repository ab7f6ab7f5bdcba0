"""Static models in both layouts, and the one distilled here."""

import json
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import numpy as np
import pytest

from core.errors import Cancelled, NotReady, VecassayError
from core.providers import Provider, distillation, provider
from core.settings import settings
from core.types import Role
from tests.conftest import shared
from tests.providers.conftest import spec

DISTILLED = spec("static", "distill:all-MiniLM-L6-v2", dimension=256)
TEXTS = ["hello world", "a cat sat on the mat", "", "🙂"]


@pytest.fixture
def static() -> Provider:
    return provider("static")


def _words(folder: Path, dtype: type = np.float32, **config: Any) -> Path:
    """A model2vec folder by hand: a = (3, 0, 0), b = (0, 4, 0), c = (0, 0, 5)."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder.mkdir()
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1, "b": 2, "c": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.array([[9, 9, 9], [3, 0, 0], [0, 4, 0], [0, 0, 5]], dtype)
    save_file({"embeddings": table}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": False, **config}))
    return folder


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int8])
def test_a_text_is_the_mean_of_its_known_tokens(static: Provider, tmp_path: Path, dtype: type) -> None:
    asked = spec("static", _words(tmp_path / "words", dtype))
    vectors = static.load(asked).encode(["a", "a b", "a b b zzz", "zzz", ""], role=Role.QUERY)
    np.testing.assert_allclose(vectors, [[3, 0, 0], [1.5, 2, 0], [1, 8 / 3, 0], [0, 0, 0], [0, 0, 0]], atol=1e-6)
    assert static.card(asked).dimension == 3
    assert static.card(asked).parameters == 12


def test_normalising_is_as_the_model_says(static: Provider, tmp_path: Path) -> None:
    asked = spec("static", _words(tmp_path / "words", normalize=True))
    np.testing.assert_allclose(
        static.load(asked).encode(["a b", "zzz"], role=Role.QUERY), [[0.6, 0.8, 0], [0, 0, 0]], atol=1e-6
    )


def test_no_text_is_cut_unless_asked_and_then_by_tokens(static: Provider, tmp_path: Path) -> None:
    asked = spec("static", _words(tmp_path / "words", max_length=2))
    long = "a " * 600 + "b " * 600
    np.testing.assert_allclose(static.load(asked).encode([long], role=Role.QUERY), [[1.5, 2, 0]], atol=1e-5)
    assert static.token_counts(asked, [long]) is None
    cut = replace(asked, max_tokens=3)
    np.testing.assert_allclose(static.load(cut).encode(["a a b c c"], role=Role.QUERY), [[2, 4 / 3, 0]], atol=1e-6)
    assert static.token_counts(cut, ["a a b c c", ""]).tolist() == [5, 0]  # type: ignore[union-attr]
    assert static.space(cut) != static.space(asked)


def test_cutting_dimensions(static: Provider, tmp_path: Path) -> None:
    asked = spec("static", _words(tmp_path / "words"), dimension=2)
    np.testing.assert_allclose(
        static.load(asked).encode(["a b", "c"], role=Role.QUERY), [[0.6, 0.8], [0, 0]], atol=1e-6
    )
    with pytest.raises(VecassayError, match=r"3 dimensions.*got 4"):
        static.load(replace(asked, dimension=4))


def test_a_transformer_is_no_static_model(static: Provider, tiny: Path) -> None:
    with pytest.raises(VecassayError, match="no static model"):
        static.load(spec("static", tiny))


def test_pickled_weights_are_refused(static: Provider, tmp_path: Path) -> None:
    folder = _words(tmp_path / "words")
    (folder / "model.safetensors").rename(folder / "model.pkl")
    with pytest.raises(VecassayError, match="any code"):
        static.load(spec("static", folder))


@pytest.mark.parametrize(
    ("name", "width"), [("potion-base-4M", 128), ("potion-base-4M-model2vec", 128), ("m2v-bge-base-64d", 64)]
)
def test_published_models_equal_sentence_transformers(static: Provider, name: str, width: int) -> None:
    from sentence_transformers import SentenceTransformer

    asked = spec("static", shared("models", name))
    known = [*TEXTS[:3], "the quick brown fox jumps over the lazy dog"]
    ours = static.load(asked).encode(known, role=Role.DOCUMENT)
    assert ours.shape == (len(known), width)
    assert static.card(asked).dimension == width
    if name != "potion-base-4M-model2vec":  # int8, whose rows sentence-transformers does not average
        np.testing.assert_allclose(ours, SentenceTransformer(asked.name, device="cpu").encode(known), atol=1e-5)


def test_int8_is_close_to_the_float_model_it_was_made_from(static: Provider) -> None:
    full, small = (
        static.load(spec("static", shared("models", name))).encode(TEXTS[:2], role=Role.DOCUMENT)
        for name in ("potion-base-4M", "potion-base-4M-model2vec")
    )
    assert (full * small).sum(axis=1).min() > 0.99


def test_the_distilled_model_equals_model2vec(static: Provider, home_with_static: Path) -> None:
    from model2vec import StaticModel

    assert static.ready(DISTILLED)
    plain = StaticModel.from_pretrained(distillation.plan(DISTILLED).path, force_download=False).encode(TEXTS[:2])
    ours = static.load(DISTILLED).encode(TEXTS, role=Role.DOCUMENT)
    assert ours.shape == (4, 256)
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), [1, 1, 0, 0], atol=1e-6)
    assert (ours[:2] * plain.astype(np.float32)).sum(axis=1).min() > 0.999


def test_the_distilled_model_means_something(static: Provider, home_with_static: Path) -> None:
    cat, kitten, tax = static.load(DISTILLED).encode(["a cat", "a kitten", "income tax"], role=Role.DOCUMENT)
    assert cat @ kitten > 0.5 > cat @ tax


def test_nothing_is_made_twice(static: Provider, home_with_static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distillation, "distill", lambda *_: pytest.fail("made again"))
    static.prepare(DISTILLED)


def test_its_space_is_known_before_it_is_made(static: Provider, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not static.ready(DISTILLED)
    with pytest.raises(NotReady, match="not made yet"):
        static.load(DISTILLED)
    before = static.space(DISTILLED)
    made = json.loads(before.made)
    assert made["from"] == "bundled:all-MiniLM-L6-v2"
    assert {"weights", "dimension", "sif_coefficient", "pooling", "model2vec"} <= set(made)
    where = distillation.plan(DISTILLED).path
    monkeypatch.setattr(distillation, "version", lambda package: "99")
    assert static.space(DISTILLED) != before
    assert distillation.plan(DISTILLED).path != where


@pytest.mark.parametrize(("name", "dimension"), [("distill:unknown", 8), ("distill:", 8), (DISTILLED.name, 385)])
def test_what_cannot_be_distilled_is_said(static: Provider, home: Path, name: str, dimension: int) -> None:
    with pytest.raises(VecassayError, match=r"cannot be distilled|1 to 384 dimensions"):
        static.prepare(spec("static", name, dimension=dimension))


class _Made:
    """Stands for a distilled model that takes a moment to save, as another process would."""

    def __init__(self, barrier: Barrier | None = None) -> None:
        self.barrier = barrier

    def save_pretrained(self, folder: Path) -> None:
        _words(folder)
        if self.barrier:
            self.barrier.wait(10)


def test_two_at_once_do_not_break_each_other(static: Provider, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _Made(Barrier(2))
    monkeypatch.setattr(distillation, "_made", lambda *_: made)
    with ThreadPoolExecutor(2) as both:
        list(both.map(static.prepare, [DISTILLED, DISTILLED]))
    assert [path.name for path in settings().models_folder.iterdir()] == [distillation.plan(DISTILLED).path.name]
    assert static.ready(DISTILLED)


def test_a_cancelled_distillation_leaves_nothing(static: Provider, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cancelled(*_: object) -> None:
        raise Cancelled("enough")

    monkeypatch.setattr(distillation, "_made", cancelled)
    with pytest.raises(Cancelled):
        static.prepare(DISTILLED)
    assert list(settings().models_folder.iterdir()) == []
    assert not static.ready(DISTILLED)


def test_a_home_that_cannot_be_written_says_what_to_do(
    static: Provider, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "models").write_text("a file where a folder should be")
    with pytest.raises(VecassayError, match="VECASSAY_HOME"):
        static.prepare(DISTILLED)


def test_distilling_tells_progress_in_tokens() -> None:
    steps: list[tuple[int, int]] = []
    count = distillation._counter(lambda done, total: steps.append((done, total)), 5)
    for batch in ([1, 2], [3, 4], [5]):
        count(None, (), {"input_ids": batch}, None)
    assert steps == [(2, 5), (4, 5), (5, 5)]


def test_encoding_starts_no_process(static: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing.Process, "start", lambda self: pytest.fail("a process was started"))
    encoder = static.load(spec("static", _words(tmp_path / "words")))
    assert encoder.encode(["a b c"] * 12_000, role=Role.DOCUMENT).shape == (12_000, 3)
