"""What an index finds of the exact neighbours, and how fast: each run is measured anew, and kept for good."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from core import stats
from core.errors import VecassayError
from core.indexes import REGISTRY
from core.indexes.asked import Asked
from core.indexes.turns import BATCH, ROUNDS, Point, Rates, rates
from core.indexes.words import LIBRARIES
from core.latency import machine
from core.latency.watch import Watch
from core.questions import recipe
from core.registry import discover, missing
from core.retrieval.forms import RESULTS, SEED
from core.retrieval.judged import Judged
from core.types import Answer, Floats, Ints, Role
from core.work import View, Work

KIND = "indexes"
"""How a run of this kind is told from other timings, in the summary it is listed with."""
MOST, FEW = 1_000, 1_000

discover("core.indexes")


@dataclass(frozen=True, eq=False)
class _Built:
    """Every setting that could be built, seconds it took by family and width, and why others could not."""

    points: list[Point]
    seconds: dict[tuple[str, int], float]
    notes: list[str]


@recipe("Timing indexes", kept=False, unit="", alone=True, corpus=Role.DOCUMENT)
def indexes(work: Work, *, corpus: str, models: dict[str, str], run: str, owner: str, seed: int) -> Answer:
    """Build every index over one model's vectors and time it; the run is kept under the key `run`.

    `points` has a row per setting: family, setting (words), width, effort, recall of the exact ten with its 95 %
    interval (low, high), qps (one query at a time, one thread) and batch_qps (256 at once, all threads), each the
    median of five turns with `_low` and `_high` the lowest and highest, bytes on disk and build_s. `facts` tells where
    and how. At most 1,000 of the corpus' queries are asked, drawn at random; without any, texts, which must not find
    themselves. Raises VecassayError where fewer than two texts have a vector.
    """
    kept = work.store.timings.get(run)
    if kept is not None:  # asked twice, or by a worker that took over: a run is measured once
        return kept
    (view,) = work.views(corpus, models)
    rows = np.flatnonzero(view.unit.any(axis=1))
    if len(rows) < 2:
        raise VecassayError(f"Expected two texts or more with a vector under {view.model.label}; got {len(rows)}.")
    texts = np.ascontiguousarray(view.unit[rows])
    asked, of = _asked(work, view, texts, rows, seed)
    with Watch() as watch, TemporaryDirectory(prefix="vecassay-") as folder:
        built = _built(texts, Path(folder), work)
        steps = _Steps(work.progress, ROUNDS * len(built.points))
        found = rates(built.points, asked.queries, asked.k, _cores(), steps.tick)
        table = _table(built, found, asked, texts, seed)
    facts: dict[str, Any] = {
        "run": run,
        "seed": seed,
        "alone": work.alone,
        "model": view.model.label,
        "space": view.model.space.digest,
    }
    facts |= {"texts": len(texts), "dimension": texts.shape[1], "queries": len(asked.queries), "asked": of}
    facts |= {"rounds": ROUNDS, "batch": BATCH, "cores": _cores(), **watch.facts}
    facts["notes"] = [*_notes(len(texts), len(view.unit)), *built.notes]
    there = [package for module, package in LIBRARIES.items() if not missing((module,))]
    facts["machine"]["libraries"] |= {package: version(package) for package in there}
    answer = {"facts": facts, "points": table}
    summary = {"kind": KIND, "space": view.model.space.digest, "machine": facts["machine"]["processor"]}
    work.store.timings.put(run, corpus, owner, summary, answer)
    return answer


@dataclass(eq=False)
class _Steps:
    """How many of the points were timed."""

    progress: Callable[[int, int], None]
    total: int
    done: int = 0

    def tick(self) -> None:
        self.done += 1
        self.progress(self.done, self.total)


def _cores() -> int:
    return int(machine.facts()["cores"] or 1)


def _asked(work: Work, view: View, texts: Floats, rows: Ints, seed: int) -> tuple[Asked, str]:
    """The queries drawn, and what they are in words."""
    corpus, drawn = work.corpus(view.corpus), np.random.default_rng(seed)
    at = np.full(len(view.unit), -1, np.int64)
    at[rows] = np.arange(len(rows))
    if corpus.queries:
        picked = np.sort(drawn.choice(len(corpus.queries), min(MOST, len(corpus.queries)), replace=False))
        said = view.asked([corpus.queries[i].text for i in picked]).unit
        out = Judged.of(corpus, copies=False).excluded[picked]
        there = said.any(axis=1)
        if there.any():
            places = np.where(out >= 0, at[out], -1)
            return Asked.of(said[there], texts, places[there], work.progress), "of the queries of these texts"
    picked = np.sort(drawn.choice(len(texts), min(MOST, len(texts)), replace=False)).astype(np.int64)
    return Asked.of(texts[picked], texts, picked, work.progress), "random texts, which must not find themselves"


def _built(texts: Floats, folder: Path, work: Work) -> _Built:
    """Every family in every width, and every effort of each; what is not installed or fails is told instead."""
    found = _Built([], {}, [])
    planned = [(family, width) for family in REGISTRY.values() for width in family.widths(len(texts))]
    for place, (family, width) in enumerate(planned):
        work.progress(place, len(planned))
        if family.missing:
            found.notes.append(f"{family.missing}.")
            continue
        own = folder / f"{family.key}-{width}"
        own.mkdir()
        for module in family.needs:
            import_module(module)  # loading a library is no part of building
        started = perf_counter()
        try:
            built = family.build(texts, width=width, seed=SEED, folder=own)
        except VecassayError as error:
            found.notes.append(f"{family.line(width)} is missing: {error}")
            continue
        found.seconds[family.key, width] = perf_counter() - started
        found.points.extend(Point(family, width, effort, built) for effort in family.efforts(len(texts), width))
    return found


def _table(built: _Built, found: Rates, asked: Asked, texts: Floats, seed: int) -> pd.DataFrame:
    recalled = [asked.recall(texts, point.built.search(asked.queries, asked.k, point.effort)) for point in built.points]
    values = np.stack(recalled, axis=1)
    low, high = stats.mean_interval(values, seed)
    rows: list[dict[str, Any]] = [
        {
            "family": point.family.key,
            "line": point.family.line(point.width),
            "setting": point.words,
            "width": point.width,
            "effort": point.effort,
            "bytes": point.built.nbytes,
            "build_s": built.seconds[point.family.key, point.width],
        }
        for point in built.points
    ]
    columns = {"recall": values.mean(axis=0), "low": low, "high": high}
    for name, each in (("qps", found.single), ("batch_qps", found.batched)):
        columns |= {name: np.median(each, axis=0), f"{name}_low": each.min(axis=0), f"{name}_high": each.max(axis=0)}
    return pd.DataFrame(rows).assign(**columns)


def _notes(n: int, all_texts: int) -> Sequence[str]:
    """What a reader should know before trusting the curves."""
    said = []
    if n < FEW:
        said.append(f"With {n:,} texts exact search is so fast that an index brings nothing: look again with more.")
    if n < all_texts:
        said.append(f"Texts without a vector, in no index: {all_texts - n:,}.")
    if n <= RESULTS:
        said.append(f"There are fewer than {RESULTS + 1} texts, so every search finds all of them.")
    said.append(
        "LanceDB uses as many threads as it likes, for single queries too and in building; faiss builds HNSW with one "
        "thread, so that the graph is always the same. Build times compare within a library only."
    )
    return said
