"""Which engine runs a transformer, PyTorch or OpenVINO, and the check that says so; read without either of them."""

import json
import os
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

import numpy as np
from pydantic import Field, TypeAdapter

from core.digest import digest
from core.errors import VecassayError
from core.providers.files import ModelFolder
from core.settings import features, settings
from core.types import ModelSpec

TORCH, OPENVINO = "torch", "openvino"
WISHES = ("auto", TORCH, OPENVINO)
LABELS = {TORCH: "PyTorch", OPENVINO: "OpenVINO"}
F32, BF16 = "f32", "bf16"
SPOKEN = {F32: "float32", BF16: "bfloat16"}
LOWEST = 0.9999
"""A lower cosine to PyTorch's vector, of any text of the check, rules an engine out."""
CONVERTED = ("Transformer", "Pooling", "Dense", "Normalize", "LayerNorm", "Dropout")
LIBRARIES = ("openvino", "torch", "transformers", "sentence-transformers", "tokenizers")
FLAGS = {"amx_bf16", "avx512_bf16", "bf16"}
GPUS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
FORMAT = 2
FILES = ("model.xml", "model.bin", "tokenizer.json")
VERDICT = "verdict.json"
LONGEST, MOST_WIDE = 2**16, 2**16
"""Bytes of that file, and dimensions: what is beyond was not written here."""
_FIRST_USE = Lock()


@dataclass(frozen=True)
class Trial:
    """One engine in the check: lowest cosine to PyTorch in float32, seconds for all its texts (its fastest turn)."""

    backend: Annotated[str, Field(pattern="^(torch|openvino)$")]
    precision: Annotated[str, Field(pattern="^(f32|bf16)$")]
    cosine: Annotated[float, Field(ge=-1, le=1.001, allow_inf_nan=False)]
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True)
class Facts:
    """What encoding needs to know of a converted model, as PyTorch's had it."""

    width: Annotated[int, Field(ge=1, le=MOST_WIDE)]
    max_tokens: Annotated[int, Field(ge=1)] | None
    normalised: bool
    pad: Annotated[int, Field(ge=0)]
    left: bool


@dataclass(frozen=True)
class Verdict:
    """The engine that runs a model, and why; `n` texts were compared, the user's `own` or some that come with this."""

    backend: str
    precision: str = F32
    cosine: float | None = None
    faster: float | None = None
    n: int = 0
    own: bool = False
    reason: str = ""

    @property
    def space(self) -> str:
        """What it adds to the identity of a space: float32 gives the same vectors whatever engine runs it."""
        return "" if self.precision == F32 else self.precision

    @property
    def words(self) -> str:
        """The verdict as people read it."""
        if self.backend == TORCH:
            return f"PyTorch, float32: {self.reason}" if self.reason else "PyTorch, float32"
        whose = "of your" if self.own else "sample"
        said = (
            f"OpenVINO, {SPOKEN[self.precision]}: lowest cosine to PyTorch {self.cosine:.5f} on {self.n} {whose} texts"
        )
        return f"{said}, {self.faster:.1f}x as fast there" if self.faster else said


@dataclass(frozen=True)
class Check:
    """What the check found, as it is kept beside the converted model; `refusal` says why there is none."""

    trials: tuple[Trial, ...]
    n: int
    own: bool
    seed: int = 0
    refusal: str = ""
    facts: Facts | None = None
    sizes: tuple[int, ...] = ()

    def verdict(self, wish: str) -> Verdict:
        """The fastest engine that passed; with `wish` "openvino" PyTorch only where nothing else passed."""
        if self.refusal:
            return Verdict(TORCH, reason=self.refusal)
        torch = next(trial for trial in self.trials if trial.backend == TORCH)
        others = [trial for trial in self.trials if trial.backend != TORCH]
        passed = [trial for trial in others if trial.cosine >= LOWEST]
        whose = "of your" if self.own else "sample"
        if not passed:
            best = max(trial.cosine for trial in others)
            said = f"with OpenVINO the lowest cosine to it is {best:.5f} on {self.n} {whose} texts, under {LOWEST}"
            return Verdict(TORCH, n=self.n, own=self.own, reason=said)
        best_one = min(passed, key=lambda trial: trial.seconds)
        if wish == "auto" and best_one.seconds >= torch.seconds:
            return Verdict(
                TORCH, n=self.n, own=self.own, reason=f"faster here than OpenVINO, on {self.n} {whose} texts"
            )
        faster = torch.seconds / best_one.seconds if best_one.seconds else None
        return Verdict(OPENVINO, best_one.precision, best_one.cosine, faster, self.n, self.own)

    def write(self, folder: Path) -> None:
        """Keep it in a folder."""
        (folder / VERDICT).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


_READER = TypeAdapter(Check)


def _checked(raw: bytes) -> Check:
    """What `Check.write` wrote; raises ValueError for anything else."""
    found = _READER.validate_json(raw, strict=True)
    complete = len(found.sizes) == len(FILES) and {trial.backend for trial in found.trials} == {TORCH, OPENVINO}
    if not found.refusal and (found.facts is None or not complete):
        raise ValueError("expected facts, the size of each file and a trial of each engine")
    return found


def chosen(spec: ModelSpec, folder: ModelFolder) -> Verdict | None:
    """The engine for a model, None while the check is still to be made; raises VecassayError for an unknown wish."""
    wish = wished(spec)
    if wish == TORCH:
        return Verdict(TORCH, reason="as chosen for this model" if spec.backend else "as VECASSAY_BACKEND says")
    refusal = next(refusals(spec, folder), "")
    if refusal:
        return Verdict(TORCH, reason=refusal)
    check = read(place(folder))
    return None if check is None else check.verdict(wish)


def wished(spec: ModelSpec) -> str:
    """What the model's own word says, else the setting: "auto", "torch" or "openvino"."""
    wish = spec.backend or settings().backend
    if wish not in WISHES:
        raise VecassayError(f"{spec.label} cannot run with {wish!r}: expected {', '.join(WISHES)}.")
    return wish


def refusals(spec: ModelSpec, folder: ModelFolder) -> Iterator[str]:
    """Why a model stays with PyTorch, as far as its files tell."""
    if find_spec("openvino") is None:
        yield "openvino is not installed (pip install -r requirements.txt)"
    if folder.own_code:
        yield "it runs Python code of its own, which is not converted"
    for kind, path in folder.modules:
        name = kind.rpartition(".")[2]
        if name not in CONVERTED:
            yield f"it has a part that is not converted ({name})"
        left_out = name == "Pooling" and folder.json(f"{path}/config.json".lstrip("/")).get("include_prompt") is False
        if left_out and (spec.query_prompt or spec.document_prompt):
            yield "it leaves its prompt out of the pooling, which the converted model cannot"


def place(folder: ModelFolder) -> Path:
    """Where the converted model and the check are kept: by weights, libraries and what this processor has."""
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", folder.name.rstrip("/:").rsplit("/", 1)[-1].rsplit(":", 1)[-1]).strip(".-")
    made = digest([folder.weights, str(FORMAT), *_libraries(), *precisions(), *(gpu for gpu in GPUS if _there(gpu))])
    return settings().models_folder / f"{name[:60] or 'model'}-openvino-{made[:12]}"


def read(folder: Path) -> Check | None:
    """The check that is kept in a folder; None when there is none, or when a file is not as it was written."""
    try:
        stat = (folder / VERDICT).stat()
        check = _read(folder, stat.st_mtime_ns, stat.st_size)
        whole = check is not None and all(
            (folder / file).stat().st_size == size for file, size in zip(FILES, check.sizes, strict=False)
        )
    except OSError:
        return None
    return check if whole else None


@lru_cache(maxsize=256)
def _read(folder: Path, _mtime_ns: int, size: int) -> Check | None:
    try:
        return _checked((folder / VERDICT).read_bytes()) if size <= LONGEST else None
    except ValueError:
        return None


@lru_cache(maxsize=1)
def precisions() -> tuple[str, ...]:
    """What this processor computes fast, best first: bfloat16 where AMX, AVX-512 or Arm's extension has it."""
    return (BF16, F32) if FLAGS & features() else (F32,)


@lru_cache(maxsize=1)
def _libraries() -> tuple[str, ...]:
    return (*(f"{name} {_version(name)}" for name in LIBRARIES), platform.machine())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@lru_cache(maxsize=8)
def _there(device: str) -> bool:
    return os.path.exists(device)  # noqa: PTH110 - of a device, whose Path.exists may raise


def library() -> Any:
    """The openvino library, safe to be used by several threads from here on; whoever uses it takes it from here.

    Its converter would otherwise tell its maker over the network that it was used.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # what makes an import fail
    import openvino

    with _FIRST_USE:
        # It makes tables of number types when they are first looked at; two threads that do so at once wait for each
        # other for ever.
        tensor = openvino.Tensor(np.zeros((1, 1), np.float32), shared_memory=True)
        np.asarray(tensor.data, tensor.element_type.to_dtype())
    return openvino
