"""A tiny transformer with random weights, a model hub on loopback, and specs for each provider."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import providers
from core.types import ModelSpec
from tests.providers.loopback import Hub

TINY_DIMENSION = 32


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder: two layers, 32 dimensions, 64 positions, one token per letter."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from sentence_transformers.sentence_transformer.modules import Transformer as Module
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    letters = "abcdefghijklmnopqrstuvwxyz0123456789:"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)]
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **special).save_pretrained(folder / "raw")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=TINY_DIMENSION, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder / "raw")
    modules = [Module(str(folder / "raw")), Pooling(TINY_DIMENSION)]
    SentenceTransformer(modules=modules, device="cpu").save_pretrained(str(folder / "model"), create_model_card=False)
    return folder / "model"


@pytest.fixture
def tiny_copy(tiny: Path, tmp_path: Path) -> Path:
    """The tiny model, to be altered."""
    return Path(shutil.copytree(tiny, tmp_path / "copy"))


@pytest.fixture(scope="session")
def _converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("converted")


@pytest.fixture
def home_with_tiny(home: Path, tiny: Path, _converted: Path) -> Path:
    """An empty VECASSAY_HOME in which the tiny model is converted already; made once for all tests."""
    (home / "models").symlink_to(_converted)
    providers.provider("sentence_transformers").prepare(spec("sentence_transformers", tiny, backend="openvino"))
    return home


def spec(provider: str, name: str | Path, **more: object) -> ModelSpec:
    """A spec with what matters here."""
    return ModelSpec(**{"key": "m", "label": "The model", "provider": provider, "name": str(name), **more})


@pytest.fixture
def st() -> providers.Provider:
    return providers.provider("sentence_transformers")


@pytest.fixture
def hub(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on loopback that this process asks, with an empty cache."""
    from huggingface_hub import constants, file_download

    with Hub() as served:
        monkeypatch.setattr(constants, "ENDPOINT", served.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        template = served.url + "/{repo_id}/resolve/{revision}/{filename}"
        for module in (constants, file_download):
            monkeypatch.setattr(module, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
        yield served
