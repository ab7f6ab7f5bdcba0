"""MiniLM as the benchmarks load it, in a home folder of their own."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cases import Missing
from core import catalog
from core.providers import Encoder, backends, openvino, provider
from core.providers.sources import locate
from core.settings import features, settings
from core.types import ModelSpec

HOME = "BENCHMARKS_HOME"
"""A folder where models made or converted are kept for all cases of one run; without it, each case makes them anew."""


def minilm(backend: str = "") -> ModelSpec:
    """The bundled model; `backend` "" leaves the choice to the setting `auto`."""
    return replace(catalog.model("minilm"), backend=backend)


def wanted() -> float:
    """How many times SentenceTransformer.encode's speed is asked for, by what the processor has for bfloat16.

    AMX multiplies in it many times as fast as in float32, AVX-512 twice as fast: five times the speed of PyTorch in
    float32, which reaches more than half of what the processor can do, is then more than it can do at all.
    """
    if "amx_bf16" in features():
        return 5.0
    return 2.0 if backends.BF16 in backends.precisions() else 1.5


@contextmanager
def models_home() -> Iterator[Path]:
    """VECASSAY_HOME for this process and those it starts: the one of the run, or one that goes away."""
    with TemporaryDirectory() as own:
        home = Path(os.environ.get(HOME) or own)
        kept = os.environ.get("VECASSAY_HOME")
        os.environ["VECASSAY_HOME"] = str(home)
        settings.cache_clear()
        try:
            yield home
        finally:
            os.environ.pop("VECASSAY_HOME")
            if kept is not None:
                os.environ["VECASSAY_HOME"] = kept
            settings.cache_clear()


def encoder(texts: Sequence[str], backend: str = "") -> Encoder:
    """Our encoder: "" is what `auto` chose by its check, made on these texts unless it was made before.

    "f32" is OpenVINO in float32, whatever was chosen; raises Missing where the model does not convert.
    """
    spec, library = minilm("" if backend == backends.F32 else backend), provider("sentence_transformers")
    library.prepare(spec, texts=texts)
    if backend != backends.F32:
        return library.load(spec)
    place = backends.place(locate(spec.name, spec.revision))
    check = backends.read(place)
    if check is None or check.facts is None:
        raise Missing(f"the model is not converted here: {check.refusal if check else 'no check was made'}")
    return openvino.load(place, check.facts, backends.F32, spec)


def converted(texts: Sequence[str]) -> openvino.Encoder:
    """The encoder that `auto` chose, if it is OpenVINO's; raises Missing if not."""
    found = encoder(texts)
    if not isinstance(found, openvino.Encoder):
        raise Missing("on this machine auto does not choose OpenVINO")
    return found
