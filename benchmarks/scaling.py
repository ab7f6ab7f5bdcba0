"""How cost and memory grow: 1,000 to 100,000 texts for each kind of model, 1 to 8 models compared.

Not against a peer but against ourselves: cost per text beside that of 1,000 texts, cost per pair beside that of one
pair. Every row is measured in a fresh process with an empty store, then once more in another fresh process that finds
all vectors and answers there. python -m benchmarks --only scaling [--long]
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks import runner, steps, tables
from benchmarks.texts import made
from core.latency import machine
from core.types import Corpus, Role

SIZES = {"static": (1_000, 10_000, 100_000), "lsa": (1_000, 10_000, 100_000), "minilm": (1_000, 10_000)}
LONG = {"minilm": (100_000,)}
COMPARED, COMPARED_TEXTS, K = (1, 2, 3, 4, 6, 8), 2_000, 10
NOTE = (
    "Made-up texts of 62 tokens on average. Time is from stored texts to stored vectors, opening (LSA: fitting) the "
    "model included; memory is the highest that the process took, its libraries included. The models compared are the "
    "static one cut to 256, 240, 224 ... dimensions, embedded beforehand."
)
GROWTH = ["model", "texts", "time", "per text", "per text / at 1,000", "peak memory", "second run", "embedded in it"]
PAIRS = ["models", "pairs", "time", "per pair", "per pair / of the first pair", "peak memory", "second run"]


def measure(file: Path, *, long: bool) -> list[str]:
    """Measure every step, keep the tables, and say in words what failed."""
    before = runner.usage()
    failed: list[str] = []
    with TemporaryDirectory() as home:
        _step(home, "models", ["ready"])
        growth = [row for key in SIZES for row in _growth(home, key, long=long, failed=failed)]
        pairs = list(_pairs(home, failed))
    tables.save(
        file,
        {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": runner.where(),
            "beside": machine.others(before, runner.usage()),
            "note": NOTE if long else f"{NOTE} MiniLM with 100,000 texts takes many minutes: only with --long.",
            "tables": [{"head": GROWTH, "rows": growth}, {"head": PAIRS, "rows": pairs}],
        },
    )
    return failed


def _growth(home: str, key: str, *, long: bool, failed: list[str]) -> Iterator[list[str]]:
    unit = 0.0
    for n in (*SIZES[key], *(LONG.get(key, ()) if long else ())):
        store = f"{key}-{n}"
        first, again = (_step(home, store, ["embed", key, str(n)]) for _ in range(2))
        if "error" in first or "error" in again:
            failed.append(f"{key}, {n:,} texts: {first.get('error') or again['error']}")
            yield [key, f"{n:,}", f"failed: {failed[-1]}", *[""] * 5]
            continue
        if again["encoded"]:
            failed.append(f"{key}, {n:,} texts: {again['encoded']:,} were embedded again")
        cost = first["seconds"] / n
        unit = unit or cost
        line = [key, f"{n:,}", _s(first["seconds"]), _s(cost), f"{cost / unit:.2f}", _b(first["peak"])]
        print(f"scaling: {', '.join(line)}, again {_s(again['seconds'])}", flush=True)
        yield [*line, _s(again["seconds"]), f"{again['encoded']:,}"]


def _pairs(home: str, failed: list[str]) -> Iterator[list[str]]:
    unit = 0.0
    for models in COMPARED:
        pairs, store = models * (models - 1) // 2, f"compared-{models}"
        first, again = (_step(home, store, ["compare", str(models)]) for _ in range(2))
        if "error" in first or "error" in again:
            failed.append(f"{models} models: {first.get('error') or again['error']}")
            yield [str(models), str(pairs), f"failed: {failed[-1]}", *[""] * 4]
            continue
        cost = first["seconds"] / pairs if pairs else 0.0
        unit = unit or cost
        of = [_s(cost), f"{cost / unit:.2f}"] if pairs else ["", ""]
        line = [str(models), str(pairs), _s(first["seconds"]), *of, _b(first["peak"]), _s(again["seconds"])]
        print(f"scaling: {', '.join(line)}", flush=True)
        yield line


def _s(seconds: float) -> str:
    return f"{seconds * 1e6:.3g} µs" if seconds < 1e-3 else tables.quantity(seconds, "s")


def _b(size: float) -> str:
    return tables.quantity(size, "bytes")


def _step(home: str, store: str, arguments: list[str]) -> dict[str, Any]:
    return steps.step("benchmarks.scaling", home, store, arguments)


def ready() -> dict[str, Any]:
    """Get the models ready, so that no step pays for distilling or converting one."""
    from core import pipeline

    pipeline.study(Corpus("made", tuple(made(40))), ["static", "minilm"])
    return {}


def embed(key: str, n: int) -> dict[str, Any]:
    """Embed n texts through the store."""
    from core import pipeline
    from core.work import Work

    corpus = Corpus("made", tuple(made(n, seed=n)))
    study = pipeline.study(corpus, [key])
    store, (model,) = pipeline.store(), study.models
    before = store.vectors.encoded()
    began = perf_counter()
    found = Work(store, pipeline.respond).embed(corpus.texts, model, Role.DOCUMENT, fit=corpus)
    seconds = perf_counter() - began
    return {"seconds": seconds, "encoded": store.vectors.encoded() - before, "n": len(found)}


def compare(models: int) -> dict[str, Any]:
    """Every agreement measure for every two of the models; one model: its neighbours."""
    from core import catalog, pipeline
    from core.work import Work

    spec = catalog.model("static")
    specs = [replace(spec, key=f"static-{256 - 16 * i}", dimension=256 - 16 * i) for i in range(models)]
    for each in specs:
        pipeline.store().models.add(each, "benchmark")
    corpus = Corpus("made", tuple(made(COMPARED_TEXTS, seed=COMPARED_TEXTS)))
    study = pipeline.study(corpus, [each.key for each in specs])
    work = Work(pipeline.store(), pipeline.respond)
    for model in study.models:
        work.embed(corpus.texts, model, Role.DOCUMENT, fit=corpus)
    began = perf_counter()
    if models == 1:
        pipeline.answer("neighbors", study, k=K)
    else:
        pipeline.answer("agreement", study, k=K, seed=0)
    return {"seconds": perf_counter() - began}


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "ready": ready,
    "embed": lambda key, n: embed(key, int(n)),
    "compare": lambda models: compare(int(models)),
}

if __name__ == "__main__":
    steps.tell(STEPS[sys.argv[1]](*sys.argv[2:]))
