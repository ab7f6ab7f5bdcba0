"""Cross-encoders that sentence-transformers loads: from the hub or a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from json import dumps
from typing import Any

import numpy as np

from core.digest import digest
from core.errors import VecassayError
from core.providers import local
from core.providers.rows import readable
from core.providers.sources import locate
from core.rerankers import REGISTRY, Reranker
from core.types import Floats, ModelCard, ModelSpec, Progress

BATCH = 32


class CrossEncoders:
    """Cross-encoders of the sentence-transformers library."""

    key = "cross_encoder"
    label = "Cross-encoder"
    help = "A hub id, or a folder of a cross-encoder with one output, with safetensors weights."
    requires: tuple[str, ...] = ("sentence_transformers",)

    def identity(self, spec: ModelSpec) -> str:
        """From the files themselves, wherever they came from, and the token limit."""
        weights = locate(spec.name, spec.revision).weights
        return digest(["reranker", dumps([self.key, weights, spec.max_tokens])])

    def ready(self, spec: ModelSpec) -> bool:
        """Whether the files are on this machine."""
        return local.here(spec)

    def card(self, spec: ModelSpec) -> ModelCard:
        """The catalogue's card, completed from the model's own files where they are here."""
        return local.card(spec)

    def prepare(self, spec: ModelSpec, progress: Progress | None = None) -> None:
        """Download the needed files of a hub model, progress in bytes; a folder must be here already."""
        local.bring(spec, progress)

    def load(self, spec: ModelSpec) -> Reranker:
        """The model in float32; the last one that was asked for stays loaded."""
        return _open(spec, self.identity(spec))


@lru_cache(maxsize=1)
def _open(spec: ModelSpec, _identity: str) -> Reranker:
    import torch
    from sentence_transformers import CrossEncoder
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    folder = locate(spec.name, spec.revision)
    _check(spec, folder.json("config.json"))
    try:
        model = CrossEncoder(
            str(folder.path),
            local_files_only=True,
            max_length=spec.max_tokens,
            trust_remote_code=folder.own_code,
            # The bare output: a sigmoid would make ties of all that fits well.
            activation_fn=torch.nn.Identity(),
            model_kwargs={"use_safetensors": True, "dtype": torch.float32},
        )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise VecassayError(
            f"{spec.label} ({spec.name}) could not be opened by sentence-transformers: {error}. Check that the folder "
            f"holds a whole cross-encoder, and that the installed libraries are those of requirements.txt."
        ) from error
    return _Loaded(model, sum(p.numel() * p.element_size() for p in model.parameters()))


def _check(spec: ModelSpec, config: dict[str, Any]) -> None:
    """Refuse what has no head that scores pairs: the library would put a random one on it, and say nothing."""
    kinds = [str(kind) for kind in config.get("architectures") or ()]
    if not any(kind.endswith("ForSequenceClassification") for kind in kinds):
        raise VecassayError(
            f"{spec.label} ({spec.name}) is no cross-encoder: expected an architecture that ends in "
            f"ForSequenceClassification, got {', '.join(kinds) or 'none'}. Choose a model made for ranking, such as "
            f"cross-encoder/ms-marco-MiniLM-L6-v2."
        )
    outputs = len(config.get("id2label") or {"0": "", "1": ""})
    if outputs != 1:
        raise VecassayError(
            f"{spec.label} ({spec.name}) gives {outputs} numbers for a pair: expected a reranker, which gives one. "
            f"Choose a model made for ranking, such as cross-encoder/ms-marco-MiniLM-L6-v2."
        )


@dataclass(eq=False)
class _Loaded:
    model: Any
    nbytes: int

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.empty(0, np.float32)
        pairs = [(readable(query), readable(text)) for text in texts]
        scores = self.model.predict(pairs, batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
        found = np.asarray(scores, np.float32).reshape(-1)
        if not np.isfinite(found).all():
            bad = int((~np.isfinite(found)).sum())
            raise VecassayError(f"Expected finite scores; the reranker gave NaN or infinity for {bad} pairs.")
        return found


REGISTRY.add(CrossEncoders.key, CrossEncoders())
