"""How long a query takes from end to end, and what answering it costs: each run is measured anew, and kept for good."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from time import perf_counter_ns
from typing import Any

import numpy as np
import pandas as pd

from core import providers
from core import rerankers as reranking
from core.compression.holding import hold
from core.errors import VecassayError
from core.latency import QUICK, Deck, Pool, draw, memory, percentile, quantile_interval
from core.latency.plan import LEAST_CALLS
from core.latency.sweeps import Steps
from core.latency.timing import SECOND, Repeat, elapsed, interleaved, single_calls, sweep_point
from core.latency.watch import Watch
from core.questions import recipe
from core.questions.finding import check
from core.questions.serving import TOP, Served, Service
from core.retrieval import bm25
from core.retrieval import candidates as words
from core.retrieval.candidates import Candidate
from core.retrieval.forms import SEED
from core.retrieval.settings import DEPTH, settings
from core.types import Answer, Corpus, Model, Role
from core.work import View, Work

KIND = "answering"
"""How a run of this kind is told from a latency run, in the summary it is listed with."""
PLAN = replace(QUICK, calls_seconds=3.0, calls_most=1000, calls_limit=40.0, rounds=5, repeats=3, repeat_seconds=0.2)
BATCH, INDEXED = 64, 2_000
LIBRARIES = ("bm25s",)


@recipe("Timing answers", kept=False, unit="", alone=True, corpus=Role.DOCUMENT)
def answering(
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    candidates: list[str],
    rerankers: dict[str, str],
    run: str,
    owner: str,
    seed: int,
) -> Answer:
    """Time single queries of every candidate from text to the best ten, in turns; the run is kept under the key `run`.

    `candidates` has a row each: p50_ms, p95_ms (low and high: 95 % interval), p99_ms (NaN under 100 calls), calls;
    texts_per_s (lowest and highest repeat) of making texts searchable; memory_bytes, bytes_per_vector, index_bytes per
    text, dimension. `calls` and `indexing` hold what was measured, `facts` where and how. Queries are embedded afresh
    by models loaded for this alone; only the texts' vectors, which a server keeps, come from the store.
    """
    kept = work.store.timings.get(run)
    if kept is not None:  # asked twice, or by a worker that took over: a run is measured once
        return kept
    parsed = [words.parse(word) for word in candidates]
    for candidate in parsed:
        check(candidate, models, rerankers)
    texts, steps = work.corpus(corpus), Steps(work.progress, 10 * len(parsed) + 5 * (len(models) + 1))
    steps.step(0)
    queries = draw([query.text for query in texts.queries] or texts.texts, seed)
    views = work.views(corpus, models)
    with work.timing(texts, [view.model for view in views]) as load, Watch() as watch:
        service = _service(work, texts, views, rerankers, parsed, load)
        calls, working = _timed(service, parsed, queries, steps)
        indexing = _indexing(service, draw(texts.texts, seed), steps)
    table = _table(service, parsed, calls, working, indexing)
    facts = _facts(texts, queries, parsed, table) | {"run": run, "seed": seed, "alone": work.alone}
    facts |= {"models": models, "rerankers": rerankers, **_run_by(service), **watch.facts}
    facts["machine"]["libraries"] |= {name: version(name) for name in LIBRARIES if service.index is not None}
    answer = {"facts": facts, "candidates": table, "calls": calls, "indexing": indexing}
    where = f"{facts['machine']['processor']}, {facts['machine']['cores']} cores, {facts['machine']['device']}"
    work.store.timings.put(run, corpus, owner, {"kind": KIND, "candidates": candidates, "machine": where}, answer)
    return answer


def _run_by(service: Service) -> dict[str, Any]:
    """What ran the models, and which of them did not run here."""
    specs = [served.model.spec for served in service.models.values()]
    hosted = [spec.label for spec in specs if providers.REGISTRY[spec.provider].remote]
    return {"run_by": {spec.label: providers.backend(spec) for spec in specs}, "hosted": hosted}


def _service(
    work: Work,
    texts: Corpus,
    views: Sequence[View],
    digests: dict[str, str],
    parsed: Sequence[Candidate],
    load: Callable[[Model], providers.Encoder],
) -> Service:
    """Everything loaded, nothing from what other jobs have loaded."""
    served = {}
    for view in views:
        providers.check_timed(view.model.spec)
        served[view.model.spec.key] = Served(view.model, load(view.model), view.embeddings)
    loaded = {}
    for key, digest in digests.items():
        spec = work.spec(key)
        if reranking.identity(spec) != digest:
            raise VecassayError(f"{spec.label} is not the reranker this was asked about: its files changed since.")
        loaded[key] = reranking.load(spec)
    index = bm25.Index.of(texts.texts) if any(candidate.lexical for candidate in parsed) else None
    shelves = {
        each.model + each.held: hold(served[each.model].vectors, each.form, SEED) for each in parsed if each.held
    }
    return Service(texts, served, loaded, index, DEPTH, shelves)


def _timed(
    service: Service, parsed: Sequence[Candidate], queries: Pool, steps: Steps
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Single calls of all candidates in turns, and by how much memory grew while each warmed up."""
    deck = Deck(queries.texts, np.zeros(len(queries.texts), np.int64))
    answers = [service.answering(candidate) for candidate in parsed]
    working, counts = {}, []
    for candidate, answer in zip(parsed, answers, strict=True):

        def warm(answer: Any = answer) -> list[int]:
            single_calls(answer, deck.fresh(), 2, perf_counter_ns, steps.tick)
            return single_calls(answer, deck.fresh(), PLAN.warmup, perf_counter_ns, steps.tick)

        before, peak, _, spent = memory.watched(warm, memory.resident)
        working[candidate.key] = max(0, peak - before)
        counts.append(PLAN.calls(float(np.median(spent)) / SECOND))
        steps.step(2)
    found = interleaved(answers, deck, counts, PLAN.rounds, perf_counter_ns, steps.tick)
    steps.step(8 * len(parsed))
    rows = [
        (candidate.key, turn, spent)
        for candidate, turns in zip(parsed, found, strict=True)
        for turn, each in enumerate(turns)
        for spent in each
    ]
    return pd.DataFrame(rows, columns=["candidate", "round", "nanoseconds"]).astype({"candidate": "str"}), working


def _indexing(service: Service, pool: Pool, steps: Steps) -> pd.DataFrame:
    """How fast a random sample of the texts is embedded by each model, and indexed by BM25 (its key, "bm25")."""
    rows = []
    parts: dict[str, tuple[Callable[[Sequence[str]], Any], int]] = {
        key: (partial(served.encode, role=Role.DOCUMENT), BATCH) for key, served in service.models.items()
    }
    if service.index is not None:
        parts[words.BM25] = (bm25.Index.of, INDEXED)
    for key, (index, batch) in parts.items():
        for repeat in _repeats(index, pool, batch, steps):
            rows.append((key, batch, repeat.texts, repeat.nanoseconds))
        steps.step(5)
    return pd.DataFrame(rows, columns=["part", "batch", "texts", "nanoseconds"]).astype({"part": "str"})


def _repeats(index: Any, pool: Pool, batch: int, steps: Steps) -> list[Repeat]:
    deck, size = Deck(pool.texts, np.zeros(len(pool.texts), np.int64)), min(batch, len(pool.texts))
    expected, _ = elapsed(perf_counter_ns, index, deck.fresh().deal(size)[0])
    return sweep_point(index, deck, size, PLAN, expected / SECOND, perf_counter_ns, steps.tick)


def _table(
    service: Service, parsed: Sequence[Candidate], calls: pd.DataFrame, working: dict[str, int], indexing: pd.DataFrame
) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for candidate in parsed:
        own = calls.loc[calls["candidate"] == candidate.key, "nanoseconds"].to_numpy()
        ends = (np.nan if end is None else end / 1e6 for end in quantile_interval(own, 95))
        held, dimension = _size(service, candidate)
        index = service.index.nbytes / max(1, len(service.corpus)) if candidate.lexical and service.index else 0.0
        rows.append(
            {
                "candidate": candidate.key,
                "p50_ms": percentile(own, 50) / 1e6,
                "p95_ms": percentile(own, 95) / 1e6,
                **dict(zip(("p95_low", "p95_high"), ends, strict=True)),
                "p99_ms": percentile(own, 99) / 1e6 if len(own) >= LEAST_CALLS else np.nan,
                "calls": len(own),
                **_rate(candidate, indexing),
                "memory_bytes": service.held(candidate) + _growth(candidate, working),
                "bytes_per_vector": held,
                "index_bytes": index,
                "dimension": dimension,
            }
        )
    return pd.DataFrame(rows).astype({"candidate": "str"})


def _size(service: Service, candidate: Candidate) -> tuple[float, int]:
    """Bytes a text's vector takes as it is held, and its dimensions; nothing where there are no vectors."""
    if not candidate.embeds:
        return 0, 0
    vectors = service.models[candidate.model].vectors
    if candidate.held:
        shelf = service.shelves[candidate.model + candidate.held]
        return shelf.bytes_per_vector, candidate.form.dimension or vectors.shape[1]
    return vectors.shape[1] * vectors.itemsize, vectors.shape[1]


def _growth(candidate: Candidate, working: dict[str, int]) -> int:
    """The most that memory grew while the candidate, or one made of parts of it, warmed up.

    What one of them has taken the next one takes over, so a single figure would depend on who came first.
    """
    own = _parts(candidate)
    return max(grown for word, grown in working.items() if _parts(words.parse(word)) <= own)


def _parts(candidate: Candidate) -> set[str]:
    return {candidate.model, candidate.reranker} - {""} | ({words.BM25} if candidate.lexical else set())


def _rate(candidate: Candidate, indexing: pd.DataFrame) -> dict[str, float]:
    """Texts a second when everything a candidate searches is made of them, with the slowest and fastest repeats."""
    used = ([candidate.model] if candidate.embeds else []) + ([words.BM25] if candidate.lexical else [])
    total = {"texts_per_s": 0.0, "texts_low": 0.0, "texts_high": 0.0}
    for part in used:
        own = indexing[indexing["part"] == part]
        seconds, texts = own["nanoseconds"].clip(lower=1) / SECOND, own["texts"]
        each = (seconds.sum() / texts.sum(), (seconds / texts).max(), (seconds / texts).min())
        total = {name: total[name] + value for name, value in zip(total, each, strict=True)}
    return {name: float(1 / seconds) for name, seconds in total.items()}


def _facts(texts: Corpus, queries: Pool, parsed: Sequence[Candidate], table: pd.DataFrame) -> dict[str, Any]:
    few = table[table["calls"] < LEAST_CALLS]
    notes = [
        f"{row.candidate}: {row.calls} calls instead of {LEAST_CALLS}, because more would take over "
        f"{PLAN.calls_limit:.0f} s; there is no p99 in so few."
        for row in few.itertuples()
    ]
    if not texts.queries:
        notes.append("There are no queries, so texts were asked as queries.")
    return {
        "corpus": {"name": texts.name, "texts": len(texts), "queries": len(queries.texts)},
        "results": TOP,
        "batch": BATCH,
        "settings": {candidate.key: settings(candidate, DEPTH) for candidate in parsed},
        "notes": notes,
    }
