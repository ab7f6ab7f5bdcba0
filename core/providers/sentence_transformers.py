"""Transformers and anything else that sentence-transformers loads: from the hub, a folder, or the bundled default."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.errors import NotMade, NotReady, VecassayError
from core.providers import REGISTRY, Encoder, backends, conversion, facts, local, openvino, rows
from core.providers.backends import TORCH, Verdict
from core.providers.files import ModelFolder
from core.providers.sources import locate
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
        """Identity from the files themselves, and from what runs them where that is lossy.

        The same files give the same weights, wherever they came from. Raises NotMade before the check of `prepare`.
        """
        folder = locate(spec.name, spec.revision)
        return Space(
            provider=self.key,
            name=spec.name,
            weights=folder.weights,
            query_prompt=spec.query_prompt,
            document_prompt=spec.document_prompt,
            max_tokens=spec.max_tokens,
            dimension=spec.dimension,
            backend=_verdict(spec, folder).space,
            label=spec.label,
        )

    def ready(self, spec: ModelSpec) -> bool:
        """Whether the files are on this machine, and it is known what runs them."""
        try:
            return backends.chosen(spec, locate(spec.name, spec.revision)) is not None
        except NotReady:
            return False

    def backend(self, spec: ModelSpec) -> str:
        """What runs the model and why, in words; raises NotReady while that is not known."""
        return _verdict(spec, locate(spec.name, spec.revision)).words

    def card(self, spec: ModelSpec) -> ModelCard:
        """The catalogue's card, completed from the model's own files where they are here."""
        return local.card(spec)

    def token_counts(self, spec: ModelSpec, texts: Sequence[str]) -> Ints | None:
        """Tokens per text before truncation, `(n,)`, document prompt and special tokens included; None: no limit."""
        folder = locate(spec.name, spec.revision)
        if (spec.max_tokens or facts.max_tokens(folder)) is None:
            return None
        return facts.token_counts(folder, texts, prompt=spec.document_prompt)

    def prepare(self, spec: ModelSpec, progress: Progress | None = None, texts: Sequence[str] = ()) -> None:
        """Download a hub model's files (progress in bytes); then, once, convert and check it on some of the texts."""
        local.bring(spec, progress)
        folder = locate(spec.name, spec.revision)
        if backends.chosen(spec, folder) is None:
            torch = _torch(folder, replace(spec, max_tokens=None, dimension=None))
            conversion.make(folder, spec, torch.model, torch.vectors, texts, progress)

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Encoder:
        """The model, run by what was chosen for it; raises VecassayError when it cannot be had as asked.

        A converted model that is damaged is made anew.
        """
        folder = locate(spec.name, spec.revision)
        verdict = _verdict(spec, folder)
        try:
            return _run_by(verdict, spec, folder)
        except openvino.Damaged as error:
            conversion.discard(backends.place(folder))
            self.prepare(spec, texts=corpus.texts if corpus else ())
            again = _verdict(spec, folder)
            if again.space != verdict.space:
                raise VecassayError(f"{error} It was made anew, and runs otherwise now: reload the page.") from error
            return _run_by(again, spec, folder)


def _run_by(verdict: Verdict, spec: ModelSpec, folder: ModelFolder) -> Encoder:
    if verdict.backend == TORCH:
        return _torch(folder, spec)
    place = backends.place(folder)
    check = backends.read(place)
    if check is None or check.facts is None:  # gone since a moment ago
        raise openvino.Damaged(f"{spec.label}, converted for OpenVINO, is not in {place} any more.")
    _fits(spec, folder, check.facts.width)
    return openvino.load(place, check.facts, verdict.precision, spec)


def _verdict(spec: ModelSpec, folder: ModelFolder) -> Verdict:
    verdict = backends.chosen(spec, folder)
    if verdict is None:
        raise NotMade(
            f"{spec.label} is not ready yet: it is converted for OpenVINO and checked against PyTorch first, once."
        )
    return verdict


def _fits(spec: ModelSpec, folder: ModelFolder, width: int) -> None:
    """Raise VecassayError for more dimensions or tokens than the model has."""
    if spec.dimension is not None and spec.dimension > width:
        raise VecassayError(f"{spec.label} has {width} dimensions: expected at most these, got {spec.dimension}.")
    limit = facts.positions(folder.json("config.json"))
    if spec.max_tokens is not None and limit is not None and spec.max_tokens > limit:
        raise VecassayError(f"{spec.label} reads at most {limit} tokens: expected that or less, got {spec.max_tokens}.")


def _torch(folder: ModelFolder, spec: ModelSpec) -> "_Encoder":
    """The model in PyTorch and float32, on a GPU where there is one."""
    model = _open(folder, spec)
    width = int(model.get_embedding_dimension() or len(model.encode("")))
    _fits(spec, folder, width)
    if spec.max_tokens is not None:
        model.max_seq_length = spec.max_tokens
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
    return model


@dataclass(eq=False)
class _Encoder:
    model: Any
    spec: ModelSpec
    width: int
    nbytes: int

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Vectors of texts as documents."""
        return self.encode(texts, role=Role.DOCUMENT)

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
