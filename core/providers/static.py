"""Static embeddings: one vector per token, a text is their mean. From model2vec, or distilled here on first use."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.errors import NotReady, VecassayError
from core.providers import REGISTRY, Encoder, distillation, facts, hub, rows
from core.providers.distillation import PREFIX
from core.providers.files import ModelFolder
from core.providers.sources import is_hub_id, locate
from core.types import Corpus, Floats, Ints, ModelCard, ModelSpec, Progress, Role, Space

SLICE = 256
NO_CUT = 1_000_000


class Static:
    """Models of the model2vec library, in its own layout or that of sentence-transformers.

    Nothing is cut off unless `max_tokens` asks for it: a mean has no limit, though model2vec's own encode stops at
    512 tokens. Tokens that the model does not know are left out of the mean, as model2vec does it;
    sentence-transformers, given the same folder, counts them as one more word.
    """

    key = "static"
    label = "Static (model2vec)"
    help = "A hub id or folder of a model2vec model; 'distill:all-MiniLM-L6-v2' makes one here in about 15 seconds."
    requires: tuple[str, ...] = ("model2vec",)
    fitted = False
    remote = False

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:  # noqa: ARG002 - not fitted
        """Identity from the files, or, for a distilled model, from how it is made; that is known beforehand."""
        distilled = spec.name.startswith(PREFIX)
        return Space(
            provider=self.key,
            name=spec.name,
            weights="" if distilled else locate(spec.name, spec.revision).weights,
            query_prompt=spec.query_prompt,
            document_prompt=spec.document_prompt,
            max_tokens=spec.max_tokens,
            dimension=spec.dimension,
            made=distillation.plan(spec).made if distilled else "",
            label=spec.label,
        )

    def ready(self, spec: ModelSpec) -> bool:
        """Whether the files are on this machine, or the distilled model is made."""
        try:
            _files(spec)
        except NotReady:
            return False
        return True

    def card(self, spec: ModelSpec) -> ModelCard:
        """The catalogue's card, completed from the model's own files where they are here."""
        try:
            card = facts.complete(spec.card, _files(spec), spec)
        except NotReady:
            return spec.card
        return replace(card, max_tokens=spec.max_tokens)

    def token_counts(self, spec: ModelSpec, texts: Sequence[str]) -> Ints | None:
        """Tokens per text before truncation, `(n,)`, document prompt included; None when nothing is cut off."""
        if spec.max_tokens is None:
            return None
        return facts.token_counts(_files(spec), texts, prompt=spec.document_prompt, special=False)

    def prepare(self, spec: ModelSpec, progress: Progress | None = None, texts: Sequence[str] = ()) -> None:  # noqa: ARG002 - nothing to check
        """Download a hub model (progress in bytes) or distil it (in tokens); a folder must be here already."""
        if not self.ready(spec):
            if spec.name.startswith(PREFIX):
                distillation.distill(distillation.plan(spec), progress)
            elif is_hub_id(spec.name):
                hub.fetch(spec.name, spec.revision, progress)
        _files(spec)

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Encoder:  # noqa: ARG002 - not fitted
        """The model in memory; raises VecassayError when it is none of model2vec or a limit asked for is too large."""
        model = _open(_files(spec), spec)
        if spec.dimension is not None and spec.dimension > model.dim:
            raise VecassayError(
                f"{spec.label} has {model.dim} dimensions: expected at most these, got {spec.dimension}."
            )
        held = (model.embedding, model.weights, model.token_mapping)
        return _Encoder(model=model, spec=spec, nbytes=sum(array.nbytes for array in held if array is not None))


def _files(spec: ModelSpec) -> ModelFolder:
    if not spec.name.startswith(PREFIX):
        return locate(spec.name, spec.revision)
    path = distillation.plan(spec).path
    if not path.is_dir():
        raise NotReady(f"{spec.label} is not made yet: distilling it takes about 15 seconds, once.")
    return ModelFolder(spec.name, path)


def _open(folder: ModelFolder, spec: ModelSpec) -> Any:
    if not {"embeddings", "embedding.weight"} & set(folder.tensors):
        raise VecassayError(
            f"{spec.label} ({spec.name}) is no static model: expected a table of one vector per token in its weights. "
            f"For a transformer choose the library Sentence Transformers."
        )
    from model2vec import StaticModel

    normalised = any(kind.endswith("Normalize") for kind, _ in folder.modules)
    normalize = None if "normalize" in folder.json("config.json") else normalised
    try:
        model = StaticModel.from_pretrained(folder.path, force_download=False, normalize=normalize)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise VecassayError(
            f"{spec.label} ({spec.name}) could not be opened by model2vec: {error}. Check that the folder holds "
            f"model.safetensors, tokenizer.json and config.json or config_sentence_transformers.json."
        ) from error
    if model.embedding.dtype == np.float16:
        # Otherwise sums would be rounded to half precision again.
        model.embedding = model.embedding.astype(np.float32)
    # With a limit, model2vec also cuts at so many characters per token; the limit here is in tokens alone.
    model.median_token_length = NO_CUT
    return model


@dataclass(eq=False)
class _Encoder:
    model: Any
    spec: ModelSpec
    nbytes: int

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        prompt = self.spec.prompt(role)

        def run(batch: list[str]) -> Floats:
            vectors = self.model.encode(
                [prompt + text for text in batch], max_length=self.spec.max_tokens, use_multiprocessing=False
            )
            return np.asarray(vectors, np.float32)

        vectors = rows.in_slices(texts, run, dimension=self.model.dim, step=SLICE, progress=progress)
        return rows.shorten(vectors, self.spec.dimension)


REGISTRY.add(Static.key, Static())
