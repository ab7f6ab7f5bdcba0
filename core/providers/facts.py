"""What a model's own files say about it, read without loading it: dimension, tokens, parameters, bytes."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from core.providers.files import ModelFolder
from core.providers.rows import readable
from core.types import Ints, ModelCard, ModelSpec

FLOATING = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "I8")
NO_LIMIT = 1_000_000
SLICE = 1024


def complete(card: ModelCard, folder: ModelFolder, spec: ModelSpec) -> ModelCard:
    """The card with what the files say: they win over the catalogue; `dimension` is what comes out after cutting."""
    return replace(
        card,
        dimension=spec.dimension or dimension(folder) or card.dimension,
        max_tokens=spec.max_tokens or max_tokens(folder),
        parameters=parameters(folder),
        download_bytes=folder.nbytes,
    )


def dimension(folder: ModelFolder) -> int | None:
    """Numbers in one vector of the whole model; None when the files do not say."""
    for kind, path in reversed(folder.modules):
        config = folder.json(f"{path}/config.json".lstrip("/"))
        if kind.endswith("Dense") and "out_features" in config:
            return int(config["out_features"])
        if kind.endswith("Pooling"):
            modes = [on for name, on in config.items() if name.startswith("pooling_mode_")]
            named = config.get("pooling_mode", "mean")
            parts = sum(map(bool, modes)) if modes else 1 if isinstance(named, str) else len(named)
            size = config.get("word_embedding_dimension") or config.get("embedding_dimension")
            return int(size) * parts if size else None
    table = folder.tensors.get("embeddings") or folder.tensors.get("embedding.weight")
    size = table["shape"][1] if table else folder.json("config.json").get("hidden_size")
    return int(size) if size else None


def max_tokens(folder: ModelFolder) -> int | None:
    """Tokens of a text that the model reads, prompt and special tokens included; None: all of them."""
    if any(kind.endswith("StaticEmbedding") for kind, _ in folder.modules):
        return None
    first = folder.modules[0][1] if folder.modules else ""
    config, tokenizer, own = (
        folder.json(f"{first}/{file}".lstrip("/"))
        for file in ("config.json", "tokenizer_config.json", "sentence_bert_config.json")
    )
    limits = [own.get("max_seq_length") or tokenizer.get("model_max_length"), positions(config)]
    known = [int(limit) for limit in limits if limit and limit < NO_LIMIT]
    return min(known) if known else None


def positions(config: dict[str, Any]) -> int | None:
    """Tokens for which a transformer has positions; None when it has no such limit."""
    size = config.get("max_position_embeddings")
    # This family counts positions from the padding token's number on: 514 places hold 512 tokens.
    shifted = any(name in str(config.get("model_type")) for name in ("roberta", "mpnet", "camembert"))
    return int(size) - (int(config.get("pad_token_id", 1)) + 1 if shifted else 0) if size and size > 0 else None


def parameters(folder: ModelFolder) -> int:
    """How many trained numbers the weights hold."""
    return sum(prod(entry["shape"]) for entry in folder.tensors.values() if entry["dtype"] in FLOATING)


def token_counts(folder: ModelFolder, texts: Sequence[str], *, prompt: str, special: bool = True) -> Ints:
    """Tokens of prompt and text before truncation, `(n,)`."""
    tokenizer = _tokenizer(folder)
    counts = [
        len(encoding.ids)
        for start in range(0, len(texts), SLICE)
        for encoding in tokenizer.encode_batch_fast(
            [prompt + readable(text) for text in texts[start : start + SLICE]], add_special_tokens=special
        )
    ]
    return np.array(counts, np.int64)


def _tokenizer(folder: ModelFolder) -> Any:
    first = folder.modules[0][1] if folder.modules else ""
    file = next(p for p in (folder.path / first / "tokenizer.json", folder.path / "tokenizer.json") if p.is_file())
    lower = bool(folder.json(f"{first}/sentence_bert_config.json".lstrip("/")).get("do_lower_case"))
    return _open_tokenizer(file, file.stat().st_mtime_ns, lower)


@lru_cache(maxsize=8)
def _open_tokenizer(file: Path, _mtime_ns: int, lower: bool) -> Any:
    from tokenizers import Tokenizer, normalizers

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    if lower:
        steps = [normalizers.Lowercase(), *([tokenizer.normalizer] if tokenizer.normalizer else [])]
        tokenizer.normalizer = normalizers.Sequence(steps)
    return tokenizer
