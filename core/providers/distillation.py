"""A static model made from a transformer that is here: one vector per token of its vocabulary (model2vec)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from json import dumps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.digest import digest
from core.errors import VecassayError
from core.providers import facts
from core.providers.files import ModelFolder
from core.providers.sources import BUNDLES, locate
from core.registry import missing
from core.settings import settings
from core.types import ModelSpec, Progress

PREFIX = "distill:"
REQUIRES = ("torch", "transformers", "skeletoken", "sklearn")
DIMENSION = 256
SETTINGS = {
    "sif_coefficient": 1e-4,
    "pooling": "mean",
    "quantize_to": "float16",
    "token_remove_pattern": r"\[unused\d+\]",
}


@dataclass(frozen=True)
class Distillation:
    """What is distilled from what; the folder's name depends on all of it, so nothing stale is ever read."""

    name: str
    source: ModelFolder
    dimension: int

    @cached_property
    def made(self) -> str:
        """How the model is made, as JSON: source, its weights, settings, library; known before it is made."""
        libraries = {package: version(package) for package in ("model2vec", "skeletoken")}
        origin = {"from": self.source.name, "weights": self.source.weights, "dimension": self.dimension}
        return dumps({"how": "distilled", **origin, **SETTINGS, **libraries}, sort_keys=True)

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return settings().models_folder / f"{self.name}-{self.dimension}d-{digest([self.made])[:12]}"


def plan(spec: ModelSpec) -> Distillation:
    """The distillation that "distill:NAME" stands for; NAME is a bundled model. Raises VecassayError for others."""
    source = f"bundled:{spec.name.removeprefix(PREFIX)}"
    if source not in BUNDLES:
        known = ", ".join(name.replace("bundled:", PREFIX) for name in BUNDLES)
        raise VecassayError(f"{spec.name!r} cannot be distilled here. Known: {known}.")
    folder, wanted = locate(source), spec.dimension or DIMENSION
    largest = facts.dimension(folder) or wanted
    if not 1 <= wanted <= largest:
        raise VecassayError(f"{spec.label} can have 1 to {largest} dimensions, as its source has; got {wanted}.")
    return Distillation(spec.name.removeprefix(PREFIX), folder, wanted)


def distill(what: Distillation, progress: Progress | None = None) -> None:
    """Make the model (about 15 s on two cores) and keep it; whoever makes it at the same time gets the same.

    Progress is in tokens of the vocabulary. Raises VecassayError when a library or the room to keep it is lacking.
    """
    absent = missing(REQUIRES)
    if absent:
        raise VecassayError(f"Distilling needs {', '.join(absent)}. Install with: pip install -r requirements.txt")
    folder = what.path
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".making-") as scratch:
            _made(what, progress).save_pretrained(Path(scratch) / folder.name)
            _keep(Path(scratch) / folder.name, folder)
    except OSError as error:
        raise VecassayError(
            f"The model distilled from {what.name} could not be kept in {folder.parent} ({error.strerror or error}). "
            f"Make room or allow writing there, or choose another place with VECASSAY_HOME."
        ) from error


def _keep(made: Path, folder: Path) -> None:
    """Move a finished folder to its place in one step; one that is there already is as good."""
    try:
        made.rename(folder)
    except OSError:
        if not (folder / "model.safetensors").is_file():
            raise


def _made(what: Distillation, progress: Progress | None) -> Any:
    from model2vec.distill import distill_from_model, inference
    from model2vec.persistence.utils import SilentTqdm
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    # The library offers no switch for its bar, which would go to the worker's log.
    inference.tqdm = SilentTqdm
    tokenizer = AutoTokenizer.from_pretrained(what.source.path, local_files_only=True)
    model = AutoModel.from_pretrained(what.source.path, local_files_only=True, use_safetensors=True)
    if progress is not None:
        model.register_forward_hook(_counter(progress, len(tokenizer)), with_kwargs=True)
    made = distill_from_model(model=model, tokenizer=tokenizer, device="cpu", pca_dims=what.dimension, **SETTINGS)
    if progress is not None:
        progress(len(tokenizer), len(tokenizer))  # tokens that stand for nothing were left out
    return made


def _counter(progress: Progress, total: int) -> Callable[..., None]:
    """A hook that counts the tokens that went through the model."""
    done = 0

    def count(_model: Any, _args: Any, given: dict[str, Any], _output: Any) -> None:
        nonlocal done
        done += len(given["input_ids"])
        progress(min(done, total), total)

    return count
