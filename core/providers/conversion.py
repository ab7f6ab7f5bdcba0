"""PyTorch to OpenVINO, once: convert the whole pipeline, check it against PyTorch on the user's texts, keep both."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from errno import ENOSPC
from functools import partial
from pathlib import Path
from shutil import disk_usage, rmtree
from tempfile import TemporaryDirectory
from time import perf_counter, time
from typing import Any

import numpy as np

from core.errors import VecassayError
from core.linalg import sameness
from core.providers import attention, backends, openvino
from core.providers.backends import F32, FILES, OPENVINO, TORCH, Check, Facts, Trial
from core.providers.files import ModelFolder
from core.types import Floats, ModelSpec, Progress, Role

Encode = Callable[[list[str]], Floats]
MOST = 32
TURNS, FEWEST = 3, 2
PATIENCE = 5.0
BEYOND = 6_000
ROOM = 16 * 1024**2
MAKING, DAY = ".making-", 24 * 3600
SEED = 0
NO_LIMIT = 1_000_000
TENSORS = ("input_ids", "attention_mask", "token_type_ids")
EXAMPLES = ("one", "one that is a little longer than the others, so that they are padded", "a few words of text")
SAMPLES = (
    "How do I reset my password?",
    "The cat sat on the mat.",
    "Ein kurzer Satz über die Stadt Köln und ihren Dom.",
    "No.",
    "Shipping took nine days instead of two, and nobody answered my e-mails; I would like my 49.90 back, please.",
    "In an incompressible boundary layer the velocity profile depends on the pressure gradient along the wall.",
    "def mean(values): return sum(values) / len(values)",
    "La biblioteca abre a las nueve y cierra a las ocho, menos los domingos.",
    "Invoices are sent on the first working day of each month. " * 12,
    "The committee discussed the budget, the schedule, the risks and what is left to do before the summer. " * 40,
)
"""Texts of many lengths, for a check that is made before anybody brought their own."""


class Refused(Exception):
    """The model is not converted; the message says why, in the user's words."""


def make(
    folder: ModelFolder, spec: ModelSpec, model: Any, torch: Encode, texts: Sequence[str], progress: Progress | None
) -> None:
    """Convert a loaded SentenceTransformer, check it, and keep the result; who makes it meanwhile gets the same.

    `torch` gives PyTorch's vectors for texts. Raises VecassayError when there is no room to keep it.
    """
    place, tell = backends.place(folder), progress or _nobody
    checked = sample(texts) or list(SAMPLES)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _sweep(place.parent)
        with TemporaryDirectory(dir=place.parent, prefix=MAKING) as scratch:
            made = Path(scratch) / place.name
            made.mkdir()
            try:
                check = _converted(made, spec, model, torch, checked, own=bool(texts), tell=tell)
            except Refused as reason:
                check = Check((), 0, own=False, refusal=str(reason))
                for file in FILES:
                    (made / file).unlink(missing_ok=True)
            check.write(made)
            _keep(made, place)
    except OSError as error:
        raise VecassayError(
            f"{spec.label}, converted for OpenVINO, could not be kept in {place.parent} ({error.strerror or error}). "
            f"Make room or allow writing there, choose another place with VECASSAY_HOME, or run it with PyTorch: "
            f"VECASSAY_BACKEND=torch."
        ) from error


def _sweep(folder: Path) -> None:
    """Take away what processes that were killed in the middle left behind, a day ago or more."""
    for left in folder.glob(f"{MAKING}*"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time() - DAY:
                rmtree(left, ignore_errors=True)


def _nobody(done: int, total: int) -> None:
    """Report progress to nobody."""


def discard(place: Path) -> None:
    """Take a damaged conversion away, whole."""
    if not place.is_dir():
        return
    with TemporaryDirectory(dir=place.parent, prefix=".damaged-") as scratch, suppress(FileNotFoundError):
        place.rename(Path(scratch) / place.name)


def sample(texts: Sequence[str]) -> list[str]:
    """At most 32 different texts, drawn at random, seed 0, with the longest among them; in a stable order."""
    different = sorted(dict.fromkeys(text for text in texts if text.strip()), key=len)
    if len(different) <= MOST:
        return different
    drawn = np.random.default_rng(SEED).choice(len(different) - 1, MOST - 1, replace=False)
    return [different[i] for i in sorted(drawn.tolist())] + different[-1:]


def _keep(made: Path, place: Path) -> None:
    """Move a finished folder to its place in one step; one that is there already is as good, unless it is damaged."""
    try:
        made.rename(place)
    except OSError:
        if backends.read(place) is not None:
            return
        if not place.is_dir():
            raise
        discard(place)
        made.rename(place)


def _converted(
    made: Path, spec: ModelSpec, model: Any, torch: Encode, texts: list[str], *, own: bool, tell: Progress
) -> Check:
    tell(0, 100)
    facts = _facts(model)
    _save(made, model, facts)
    tell(55, 100)
    sizes = tuple((made / file).stat().st_size for file in FILES)
    trials = _trials(made, facts, spec, torch, texts, tell)
    return Check(tuple(trials), len(texts), own, SEED, "", facts, sizes)


def _facts(model: Any) -> Facts:
    """What encoding needs to know; raises Refused for what is not plain text in, one vector out."""
    if model.device.type != "cpu":
        raise Refused(f"there is a GPU here ({model.device.type})")
    first = model[0]
    tokenizer = getattr(first, "tokenizer", None)
    if tokenizer is None or not getattr(tokenizer, "is_fast", False):
        raise Refused("its tokenizer exists in Python alone, which is not converted")
    if set(getattr(first, "modality_config", {"text": {}})) != {"text"} or getattr(first, "processing_kwargs", None):
        raise Refused("it puts texts into a conversation, or has rules of its own for reading them")
    features = model.preprocess(list(EXAMPLES))
    types = features.get("token_type_ids")
    unknown = {name for name, value in features.items() if hasattr(value, "shape")} - set(TENSORS)
    if unknown or (types is not None and bool(types.any())):
        raise Refused("it reads more than token numbers and a mask")
    limit = model.max_seq_length
    return Facts(
        width=int(model.encode([""]).shape[1]),
        max_tokens=int(limit) if limit and limit < NO_LIMIT else None,
        normalised=type(model[-1]).__name__ == "Normalize",
        pad=int(tokenizer.pad_token_id or 0),
        left=tokenizer.padding_side == "left",
    )


def _save(made: Path, model: Any, facts: Facts) -> None:
    """Write the model in OpenVINO's format, float32, with its tokenizer; raises Refused with the first reason."""
    import torch

    library = backends.library()

    class Pipeline(torch.nn.Module):
        """Everything from token numbers to the vector, as one module."""

        def __init__(self, types: bool) -> None:
            super().__init__()
            self.model, self.types = model, types

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask, "modality": "text"}
            if self.types:
                # One for all: their rows are then a constant, not looked up and added for each token.
                features["token_type_ids"] = torch.zeros(1, 1, dtype=input_ids.dtype)
            return self.model(features)["sentence_embedding"]

    given = model.preprocess(list(EXAMPLES))
    example = {name: given[name] for name in TENSORS[:2]}
    try:
        with warnings.catch_warnings(action="ignore"), torch.no_grad():
            found = library.convert_model(Pipeline("token_type_ids" in given).eval(), example_input=example)
    except Exception as error:  # tracing runs the model's own code, which may raise anything
        raise Refused(f"it could not be converted ({_first_line(error)})") from error
    size = sum(4 * parameter.numel() for parameter in model.parameters())
    if disk_usage(made).free < size + ROOM:
        raise OSError(ENOSPC, f"it takes {size:,} bytes, and there is no room for them")
    attention.simplify(found, facts.max_tokens)
    library.save_model(found, str(made / FILES[0]), compress_to_fp16=False)
    (made / FILES[2]).write_text(model[0].tokenizer.backend_tokenizer.to_str(), encoding="utf-8")


def _trials(
    made: Path, facts: Facts, spec: ModelSpec, torch: Encode, texts: list[str], tell: Progress
) -> Iterator[Trial]:
    """Each engine against PyTorch: the lowest cosine of any text, and seconds of its fastest turn.

    What else runs on the machine can only slow a turn down, and the check is made while much begins.
    """
    engines: dict[tuple[str, str], Encode] = {(TORCH, F32): torch}
    # One text beyond most limits goes with them: what is cut must be cut alike. It is not timed, for PyTorch would pad
    # all the others to its length.
    both = [*texts, (" ".join(texts) * BEYOND)[:BEYOND]]
    vectors, trouble = {(TORCH, F32): torch(both)}, ""
    for precision in backends.precisions():
        try:
            encoder = openvino.load(made, facts, precision, replace(spec, dimension=None, max_tokens=None))
            vectors[OPENVINO, precision] = encoder.encode(both, role=Role.DOCUMENT)
        except (openvino.Damaged, RuntimeError) as error:
            trouble = _first_line(error)
        else:
            engines[OPENVINO, precision] = partial(encoder.encode, role=Role.DOCUMENT)
    if len(engines) == 1:
        raise Refused(f"OpenVINO could not run it ({trouble})")
    tell(80, 100)
    seconds: dict[tuple[str, str], list[float]] = {engine: [] for engine in engines}
    spent, turn = 0.0, 0
    while turn < FEWEST or (turn < TURNS and spent < PATIENCE):
        for engine, encode in engines.items():
            began = perf_counter()
            encode(texts)
            seconds[engine].append(perf_counter() - began)
            spent += seconds[engine][-1]
        turn += 1
        tell(80 + 20 * turn // TURNS - 1, 100)
    for (backend, precision), found in vectors.items():
        cosine = lowest(vectors[TORCH, F32], found)
        yield Trial(backend, precision, cosine, min(seconds[backend, precision]))


def lowest(expected: Floats, came: Floats) -> float:
    """The lowest cosine of two rows that belong together, -1 to 1; -1 when a vector is not finite."""
    if expected.shape != came.shape or not np.isfinite(came).all():
        return -1.0
    return float(sameness(expected, came).min())


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:160]
