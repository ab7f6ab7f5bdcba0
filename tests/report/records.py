"""A decision record made by hand: four candidates, one struck out, one chosen."""

from dataclasses import replace
from typing import Any

from core.report import listing
from core.report.record import Data, Flip, Measured, Pair, Record, Ruling, Used, Way
from core.types import Corpus, Judgement, Query

CORPUS = Corpus(
    "Help centre",
    ("Reset your password", "Change the address", "Cancel an order", "Pay by card"),
    ids=("t1", "t2", "t3", "t4"),
    queries=(Query("q1", "I forgot it", "paraphrase"), Query("q2", "card", "keyword")),
    judgements=(Judgement("q1", "t1", 2), Judgement("q1", "t2", 0), Judgement("q2", "t4", 3)),
)
MEANS = {
    "mpnet": ("MPNet-base", 0.731, 0.684, 0.772, 61.0),
    "minilm": ("MiniLM-L6", 0.724, 0.676, 0.766, 12.4),
    "static": ("Static MiniLM", 0.588, 0.531, 0.640, 0.41),
    "bm25": ("BM25", 0.541, 0.480, 0.600, 0.62),
}


def record(**changes: Any) -> Record:
    """The record, with some fields changed."""
    known = Record(
        title="Search for the help centre",
        question="Which model answers our customers' questions best within 50 ms?",
        made="2026-11-21T10:00:00+00:00",
        signed=("Ada Lovelace, search team",),
        ruling=Ruling(
            status="decided",
            answer="Take MiniLM-L6.",
            chosen="minilm",
            best="minilm",
            tie_group=("minilm",),
            struck={"mpnet": ("p95 of a query: 61 ms, and at most 50 ms is wanted.",)},
            why=("MiniLM-L6 has the highest nDCG@10 of those within the limits.",),
            would_decide=(),
        ),
        data=data(CORPUS),
        candidates=tuple(Way(key, MEANS[key][0], () if key == "bm25" else (key,)) for key in MEANS),
        models=tuple(_used(key) for key in MEANS if key != "bm25"),
        rerankers=(),
        plan={
            "candidates": list(MEANS), "measure": "nDCG@10", "rel": 1, "copies": True, "margin": 0.01, "seed": 0,
            "limits": {"p95_ms": 50.0, "licences": [], "local": False}, "order": ["speed", "memory"], "tolerance": 0.1,
        },
        facts=tuple(
            {"candidate": key, "label": told[0], "p95_ms": told[4], "texts_per_s": 900.0, "memory_bytes": 9.1e7,
             "bytes_per_vector": 1536.0, "dimension": 384, "licence": "Apache-2.0", "languages": ["en"]}
            for key, told in MEANS.items()
        ),
        figures=tuple(
            Measured(key, name, told[1] + more, told[2] + more, told[3] + more)
            for key, told in MEANS.items()
            for name, more in (("nDCG@10", 0.0), ("R@100", 0.2), ("AP", -0.1))
        ),
        pairs=(
            Pair("minilm", "static", 0.136, 0.09, 0.18, 0.0006, "a", 61, 10, 19),
            Pair("minilm", "bm25", 0.183, 0.12, 0.24, 0.0004, "a", 66, 9, 15),
            Pair("static", "bm25", 0.047, -0.01, 0.10, 0.11, "undecided", 45, 11, 34, 140.0),
        ),
        flips=(Flip("p95_ms", 61.0, "minilm", "mpnet", "At a limit of 61 ms or more, MPNet-base would be chosen."),),
        able={"n": 90, "refuse": False, "reasons": []},
        settings={"bootstrap": 9999, "bm25": {"method": "lucene", "k1": 1.5, "b": 0.75}},
        run={"date": "2026-11-21", "calls": 200},
        machine={"processor": "A processor", "cores": 2, "memory": 16_000_000_000},
        versions={"numpy": "2.4.6", "vecassay": "0.1.0"},
        untested=("Other languages than English.", "More than 4 texts."),
        evidence={"rows": [0, 2], "texts": ["aa", "bb"], "vectors": {}},
    )  # fmt: skip
    return replace(known, **changes)


def data(corpus: Corpus) -> Data:
    return Data(
        corpus.name, corpus.fingerprint, listing.texts(corpus), listing.queries(corpus), listing.judgements(corpus),
        judged=len(corpus.judgements), evaluated=2, unanswerable=0, unjudged=0, copied=0,
    )  # fmt: skip


def _used(key: str) -> Used:
    spec = {"key": key, "name": f"somebody/{key}", "query_prompt": "query: ", "card": {"licence": "Apache-2.0"}}
    return Used(key, MEANS[key][0], spec, {"weights": "a" * 40}, "0" * 32, 384, {"limit": 256, "share": 0.03})
