"""Texts to vectors with MiniLM: our way against SentenceTransformer.encode, fastembed and bare OpenVINO.

Everything runs on the processor, with as many threads on both sides as there are cores.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

import numpy as np

from benchmarks import FOLDER
from benchmarks.cases import Case, Figures, Missing, Sides
from benchmarks.models import converted, encoder, models_home, wanted
from benchmarks.texts import BUNDLED, made
from core.providers.sources import locate
from core.settings import cores
from core.types import Floats, Role

N, QUICK_N = 1_500, 64
COSINES = {"lowest cosine": (0.9999, 1.000001)}
ST = "SentenceTransformer.encode"
OURS = "Vecassay"


def cases() -> Iterator[Case]:
    yield Case(
        key="embedding",
        title="Embedding 1,500 texts",
        ours=f"{OURS} (backend auto)",
        theirs=f"{ST} (defaults)",
        floor=wanted(),
        make=partial(_against_defaults, "", N),
        quick=partial(_against_defaults, "", QUICK_N),
        quick_floor=min(1.5, wanted() / 2),
        limits=COSINES,
    )
    yield Case(
        key="embedding-f32",
        title="Embedding 1,500 texts, all in float32",
        ours=f"{OURS} (OpenVINO, float32)",
        theirs=f"{ST} (defaults)",
        floor=1.5,
        make=partial(_against_defaults, "f32", N),
        limits=COSINES,
    )
    yield Case(
        key="embedding-torch",
        title="Embedding 1,500 texts, all in PyTorch",
        ours=f"{OURS} (backend torch)",
        theirs=f"{ST} (defaults)",
        floor=0,
        make=partial(_against_defaults, "torch", N),
        limits=COSINES,
    )
    yield Case(
        key="embedding-bare",
        title="Embedding 1,500 texts, what we add to OpenVINO",
        ours=f"{OURS} (texts to vectors)",
        theirs="bare OpenVINO infer requests (the same batches, tokenised before)",
        floor=0.9,
        make=partial(_against_bare, N),
        rounds=7,
        quick=partial(_against_bare, 2 * QUICK_N),
        quick_floor=0.5,
        quick_rounds=3,
    )
    yield Case(
        key="embedding-fastembed",
        title="Embedding 1,500 texts, against ONNX Runtime",
        ours=f"{OURS} (backend auto)",
        theirs="fastembed (the same weights as ONNX)",
        floor=1,
        make=partial(_against_fastembed, "", N),
        limits=COSINES,
    )
    yield Case(
        key="embedding-fastembed-f32",
        title="Embedding 1,500 texts, against ONNX Runtime, all in float32",
        ours=f"{OURS} (OpenVINO, float32)",
        theirs="fastembed (the same weights as ONNX)",
        floor=0,
        make=partial(_against_fastembed, "f32", N),
        limits=COSINES,
    )
    yield Case(
        key="first-vector",
        title="First vector of a fresh process",
        ours=f"{OURS} (what a worker imports, load, encode)",
        theirs="import sentence_transformers, load, encode",
        floor=3,
        make=_first_vectors,
        quick=_first_vectors,
        quick_floor=1.3,
        quick_rounds=1,
        cold=True,
    )


@dataclass(eq=False)
class _Pair:
    """Two ways to the same vectors, and the last vectors of each."""

    ours: Callable[[], Floats]
    theirs: Callable[[], Floats]
    found: dict[str, Floats] = field(default_factory=dict)

    def sides(self) -> Sides:
        return Sides(partial(self._run, "ours"), partial(self._run, "theirs"), self._figures)

    def _run(self, side: str) -> None:
        self.found[side] = getattr(self, side)()

    def _figures(self) -> Figures:
        a, b = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in self.found.values())
        return {"lowest cosine": float(np.einsum("ij,ij->i", a, b, dtype=float).min())}


@contextmanager
def _against_defaults(backend: str, n: int) -> Iterator[Sides]:
    texts = made(n)
    with models_home():
        ours = encoder(texts, backend)
        model = _sentence_transformer()
        yield _Pair(
            lambda: ours.encode(texts, role=Role.DOCUMENT), lambda: model.encode(texts, show_progress_bar=False)
        ).sides()


def _sentence_transformer() -> Any:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(cores())
    return SentenceTransformer(str(locate(BUNDLED).path), device="cpu", local_files_only=True)


@contextmanager
def _against_bare(n: int) -> Iterator[Sides]:
    """Theirs sends OpenVINO the very batches that our encoder sends; reading, sorting and padding texts is left out."""
    import openvino

    texts = made(n)
    with models_home():
        ours = converted(texts)
        batches = [inputs for _, inputs in ours._inputs(texts, "")]
        queue = openvino.AsyncInferQueue(ours.requests[0].get_compiled_model(), len(ours.requests))

        def bare() -> None:
            for inputs in batches:
                queue.start_async(inputs, share_inputs=True)
            queue.wait_all()

        yield Sides(lambda: _discard(ours.encode(texts, role=Role.DOCUMENT)), bare)


def _discard(vectors: Floats) -> None:
    """Nothing to keep."""


@contextmanager
def _against_fastembed(backend: str, n: int) -> Iterator[Sides]:
    for package in ("fastembed", "onnx"):
        if find_spec(package) is None:
            raise Missing(f"{package} is not installed: pip install --no-deps -r benchmarks/requirements.txt")
    texts = made(n)
    with models_home() as home:
        ours, folder = encoder(texts, backend), home / "onnx"
        if not (folder / "model.onnx").exists():
            _export(folder)
        model = _fastembed(folder)
        yield _Pair(
            lambda: ours.encode(texts, role=Role.DOCUMENT), lambda: np.array(list(model.embed(texts)), np.float32)
        ).sides()


def _export(folder: Path) -> None:
    """MiniLM's transformer as ONNX, float32, beside its tokenizer's files; fastembed pools and normalises itself.

    It is told where texts are cut, which it would otherwise do at the model's positions, twice as far.
    """
    import shutil

    import torch

    source = locate(BUNDLED).path
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "tokenizer.json", "special_tokens_map.json"):
        shutil.copy(source / name, folder / name)
    transformer = _sentence_transformer()[0]
    told = json.loads((source / "tokenizer_config.json").read_text(encoding="utf-8"))
    told["max_length"] = transformer.max_seq_length
    (folder / "tokenizer_config.json").write_text(json.dumps(told), encoding="utf-8")
    names = ["input_ids", "attention_mask", "token_type_ids"]

    class Hidden(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = transformer.auto_model

        def forward(self, ids: Any, mask: Any, kinds: Any) -> Any:
            return self.inner(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state

    example = transformer.tokenizer(["two texts", "of different lengths here"], padding=True, return_tensors="pt")
    free = {0: "texts", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(
            Hidden().eval(),
            tuple(example[name] for name in names),
            str(folder / "model.onnx"),
            input_names=names,
            output_names=["last_hidden_state"],
            dynamic_axes=dict.fromkeys([*names, "last_hidden_state"], free),
            dynamo=False,
        )


def _fastembed(folder: Path) -> Any:
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    name = f"benchmark/{uuid4().hex}"
    TextEmbedding.add_custom_model(
        model=name,
        pooling=PoolingType.MEAN,
        normalization=True,
        sources=ModelSource(url="http://localhost"),
        dim=384,
        model_file="model.onnx",
    )
    return TextEmbedding(name, specific_model_path=str(folder), threads=cores(), providers=["CPUExecutionProvider"])


@contextmanager
def _first_vectors() -> Iterator[Sides]:
    with models_home():
        encoder(made(64))
        yield Sides(partial(_fresh, "ours"), partial(_fresh, "theirs"))


def _fresh(side: str) -> float:
    """Seconds from starting a process until it has its first vector."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.first", side, str(locate(BUNDLED).path)]
    began = time()
    done = subprocess.run(command, cwd=FOLDER.parent, env=dict(os.environ), check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1]) - began
