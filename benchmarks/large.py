"""100,000 texts of 768 dimensions on the Trade-offs page: what each of its questions takes, in a fresh process each.

Not against a peer but against a limit: none may take more than 8 GiB, its libraries and the texts included. It takes
about half an hour and a few GB of disk, so that it runs only when asked: python -m benchmarks --only large --long
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from benchmarks import runner, steps, tables, vectors
from core import pipeline, vectordb
from core.latency import machine
from core.settings import GIB
from core.types import Answer, Role, Study
from core.work import Work

N, D, LIMIT = 100_000, 768, 8 * GIB
SCORED: dict[str, Any] = {"rel": 1, "copies": True, "seed": 0}
HEAD = ["question", "over", "asked", "peak memory", "of 8 GiB", "time", "processor time"]
NOTE = (
    f"{N:,} made-up texts and two models' vectors of {D} dimensions (seeded by their number); {vectors.QUERIES} judged "
    f"queries, or texts drawn at random in their place (seed 0). Memory is the highest that the process took, its "
    f"libraries and the texts included. Times are from stored vectors to the answer; processor time is of all threads."
)


def _one(study: Study, name: str, **arguments: Any) -> Answer:
    return pipeline.answer(name, study.only(study.models[0].spec.key), **arguments)


def _kept(study: Study, seed: int = 0) -> str:
    found = _one(study, "tradeoffs", **{**SCORED, "seed": seed})
    return f"{len(found['queries'])} queries, {len(found['probes']):,} texts, {found['pairs']:,} pairs"


def _together(study: Study) -> str:
    """Both models at once, as threads of one worker answer them when the page opens; by a seed not yet asked with."""
    with ThreadPoolExecutor() as pool:
        said = list(pool.map(lambda model: _kept(study.only(model.spec.key), seed=1), study.models))
    return f"{said[0]}, of each model"


def _compared(study: Study) -> str:
    measure = "nDCG@10" if study.corpus.queries else "recall"
    return f"{_one(study, 'frontier', measure=measure, within=0.01, **SCORED)['n']:,} x {measure}"


def _lost(study: Study) -> str:
    _one(study, "lost", form="@pca256:pq", row=7, query=-1, copies=True)
    return "1 text"


def _timed(study: Study) -> str:
    facts = _one(study, "indexes", run=study.corpus.fingerprint, owner="benchmark", seed=0)["facts"]
    return f"{facts['queries']:,} {'queries' if study.corpus.queries else 'texts'}"


def _moved(study: Study) -> str:
    a, b = (model.spec.key for model in study.models)
    found = pipeline.answer("migration", study, a=a, b=b, **SCORED)
    return f"{found['n']:,} {found['asked']}"


def _exported(study: Study) -> str:
    """Both formats, and the folder as the ZIP that the page offers."""
    corpus, (model, *_) = study.corpus, study.models
    found = Work(pipeline.store(), pipeline.respond).embed(corpus.texts, model, Role.DOCUMENT, fit=corpus)
    with TemporaryDirectory() as folder:
        written = vectordb.write(corpus, found, model.label, Path(folder), key=model.spec.key)
        vectordb.zipped(written[-1].path)
    return f"{len(found):,} texts"


ASKED: dict[str, Callable[[Study], str]] = {
    "tradeoffs": _kept,
    "frontier": _compared,
    "lost": _lost,
    "indexes": _timed,
    "migration": _moved,
    "export": _exported,
    "tradeoffs of both models at once": _together,
}
ORDER = (
    *((what, over) for over in ("judged", "unjudged") for what in ("tradeoffs", "frontier", "lost", "migration")),
    ("indexes", "unjudged"),
    ("export", "judged"),
    ("tradeoffs of both models at once", "judged"),
)
"""A question that finds another's answer in its store does not compute it again: `frontier` stands on `tradeoffs`."""


def measure(file: Path) -> list[str]:
    """Ask every question, keep the table, and say in words what failed or took more than 8 GiB."""
    before = runner.usage()
    failed: list[str] = []
    with TemporaryDirectory() as home:
        rows = list(_rows(home, failed))
    beside = machine.others(before, runner.usage())
    now = datetime.now(UTC).date().isoformat()
    table = {"head": HEAD, "rows": rows}
    tables.save(file, {"date": now, "machine": runner.where(), "beside": beside, "note": NOTE, "tables": [table]})
    return failed


def _rows(home: str, failed: list[str]) -> Iterator[list[str]]:
    made = _step(home, ["made", str(N), str(D)])
    if "error" in made:
        failed.append(f"texts and vectors could not be made: {made['error']}")
        return
    for what, over in ORDER:
        found = _step(home, [what, made[over], *made["models"]])
        if "error" in found:
            failed.append(f"{what}, {over}: {found['error']}")
            yield [what, over, f"failed: {failed[-1]}", *[""] * 4]
            continue
        if found["peak"] > LIMIT:
            failed.append(f"{what}, {over}: {found['peak']:,} bytes of memory, more than {LIMIT:,}")
        line = [what, over, found["n"], f"{found['peak'] / GIB:.2f} GiB", f"{found['peak'] / LIMIT:.0%}"]
        line += [tables.quantity(found[name], "s") for name in ("seconds", "cpu")]
        print(f"large: {', '.join(line)}", flush=True)
        yield line


def _step(home: str, arguments: list[str]) -> dict[str, Any]:
    """Threads that wait sleep, as in a worker and on the command line."""
    return steps.step("benchmarks.large", home, "large", arguments, OMP_WAIT_POLICY="passive")


def asked(what: str, corpus: str, *models: str) -> dict[str, Any]:
    """Answer one question of the page, from stored vectors: seconds by the clock, and of all processors together."""
    study = pipeline.study(corpus, models)
    began, used = perf_counter(), process_time()
    n = ASKED[what](study)
    return {"n": n, "seconds": perf_counter() - began, "cpu": process_time() - used}


if __name__ == "__main__":
    named, *rest = sys.argv[1:]
    steps.tell(vectors.kept(int(rest[0]), int(rest[1])) if named == "made" else asked(named, *rest))
