"""Transformers and anything else that sentence-transformers loads: from the hub, a folder, or the bundled default."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import NotReady, VecassayError
from core.providers import REGISTRY, Encoder, facts, hub, rows
from core.providers.files import ModelFolder
from core.providers.sources import is_hub_id, locate
from core.types import Corpus, Floats, Ints, ModelCard, ModelSpec, Progress, Role, Space

BATCH = 32
SLICE = 256


class SentenceTransformers:
    """Models of the sentence-transformers library."""

    key = "sentence_transformers"
    label = "Sentence Transformers"
    help = "A hub id, or a folder of a model saved by sentence-transformers or transformers, with safetensors weights."
    requires: tuple[str, ...] = ("sentence_transformers",)
    fitted = False
    remote = False

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:  # noqa: ARG002 - not fitted
        """Identity from the files themselves: the same files give the same weights, wherever they came from."""
        return Space(
            provider=self.key,
            name=spec.name,
            weights=locate(spec.name, spec.revision).weights,
            query_prompt=spec.query_prompt,
            document_prompt=spec.document_prompt,
            max_tokens=spec.max_tokens,
            dimension=spec.dimension,
            label=spec.label,
        )

    def ready(self, spec: ModelSpec) -> bool:
        """Whether the files are on this machine."""
        try:
            locate(spec.name, spec.revision)
        except NotReady:
            return False
        return True

    def card(self, spec: ModelSpec) -> ModelCard:
        """The catalogue's card, completed from the model's own files where they are here."""
        try:
            return facts.complete(spec.card, locate(spec.name, spec.revision), spec)
        except NotReady:
            return spec.card

    def token_counts(self, spec: ModelSpec, texts: Sequence[str]) -> Ints | None:
        """Tokens per text before truncation, `(n,)`, document prompt and special tokens included; None: no limit."""
        folder = locate(spec.name, spec.revision)
        if (spec.max_tokens or facts.max_tokens(folder)) is None:
            return None
        return facts.token_counts(folder, texts, prompt=spec.document_prompt)

    def prepare(self, spec: ModelSpec, progress: Progress | None = None) -> None:
        """Download the needed files of a hub model, progress in bytes; a folder or a package must be here already."""
        if is_hub_id(spec.name) and not self.ready(spec):
            hub.fetch(spec.name, spec.revision, progress)
        locate(spec.name, spec.revision)

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Encoder:  # noqa: ARG002 - not fitted
        """The model in float32, on a GPU where there is one; raises VecassayError when it cannot be had as asked."""
        folder = locate(spec.name, spec.revision)
        model = _open(folder, spec)
        width = int(model.get_embedding_dimension() or len(model.encode("")))
        if spec.dimension is not None and spec.dimension > width:
            raise VecassayError(f"{spec.label} has {width} dimensions: expected at most these, got {spec.dimension}.")
        nbytes = sum(p.numel() * p.element_size() for p in model.parameters())
        return _Encoder(model=model, spec=spec, width=width, nbytes=nbytes)


def _open(folder: ModelFolder, spec: ModelSpec) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(
            str(folder.path),
            local_files_only=True,
            trust_remote_code=folder.own_code,
            # Half precision, where a model was saved so, is slow on a CPU and lets a row depend on its batch.
            model_kwargs={"use_safetensors": True, "dtype": torch.float32},
        )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise VecassayError(
            f"{spec.label} ({spec.name}) could not be opened by sentence-transformers: {error}. Check that the folder "
            f"holds a whole embedding model, and that the installed libraries are those of requirements.txt."
        ) from error
    if spec.max_tokens is not None:
        limit = facts.positions(folder.json("config.json"))
        if limit is not None and spec.max_tokens > limit:
            raise VecassayError(
                f"{spec.label} reads at most {limit} tokens: expected that or less, got {spec.max_tokens}."
            )
        model.max_seq_length = spec.max_tokens
    return model


@dataclass(eq=False)
class _Encoder:
    model: Any
    spec: ModelSpec
    width: int
    nbytes: int

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        prompt = self.spec.prompt(role)

        def run(batch: list[str]) -> Floats:
            # The prompt goes in apart from the text: some models leave its tokens out of the mean. An empty one must
            # be said, or the model's own default prompt would be put before every text.
            vectors: Floats = self.model.encode(batch, prompt=prompt, batch_size=BATCH, show_progress_bar=False)
            return vectors

        vectors = rows.in_slices(texts, run, dimension=self.width, step=SLICE, progress=progress)
        return rows.shorten(vectors, self.spec.dimension)


REGISTRY.add(SentenceTransformers.key, SentenceTransformers())
