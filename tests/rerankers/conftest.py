"""A tiny cross-encoder with random weights."""

from pathlib import Path

import pytest

from core.types import ModelSpec


def make(folder: Path, outputs: int = 1, head: bool = True) -> Path:
    """A folder as transformers saves it: one layer, one token per letter."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz"]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=48, **special).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=48, num_labels=outputs, initializer_range=0.5,
    )  # fmt: skip
    (BertForSequenceClassification(config) if head else BertModel(config)).save_pretrained(folder)
    return folder


def spec(folder: Path | str, **more: object) -> ModelSpec:
    return ModelSpec(**{"key": "ce", "label": "Tiny", "provider": "cross_encoder", "name": str(folder), **more})


@pytest.fixture(scope="session")
def tiny_reranker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("reranker"))
