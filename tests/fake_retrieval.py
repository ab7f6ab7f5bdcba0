"""Made-up answers about retrieval, in the shape the questions give them, for charts and pages."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from core import pipeline, stats
from core.retrieval import candidates, figures
from core.types import Answer, Corpus, Judgement, Query, Study

OPENED = 5
"""Queries whose results are made up: nobody opens more of them."""


def per_query(n: int, seed: int, skill: float) -> pd.DataFrame:
    """Values of every measure for n evaluated queries; the higher the skill, the higher they are."""
    rng = np.random.default_rng(seed)
    value = np.clip(rng.normal(skill, 0.25, n), 0, 1)
    first = np.where(value > 0, np.maximum(1, np.round(10 ** (2 * (1 - value)))), 0).astype(int)
    names = dict.fromkeys(figures.names(), value)
    return pd.DataFrame({"query": np.arange(n), "first": first, "judged": np.full(n, 0.4), **names})


def quality(n: int = 40, seed: int = 0, skill: float = 0.6, kinds: Sequence[str] = ("easy", "hard")) -> Answer:
    """What `quality` says of one candidate."""
    table = per_query(n, seed, skill)
    value = table[figures.MAIN]
    low, high = (value.mean() - 0.05, value.mean() + 0.05) if n > 1 else (np.nan, np.nan)
    k = np.arange(1, 101)
    recall = skill * k / (k + 5)
    curve = {"k": k, "recall": recall, "precision": skill / k**0.5}
    for name in ("recall", "precision"):
        curve |= {f"{name}_low": curve[name] * 0.9, f"{name}_high": np.minimum(1, curve[name] * 1.1)}
    levels = np.linspace(0, 1, 11)
    return {
        "per_query": table,
        "figures": pd.DataFrame(
            [
                {
                    "name": name,
                    "family": figures.family(name).name,
                    "k": int(name.partition("@")[2] or 0),
                    "mean": value.mean(),
                    "low": low,
                    "high": high,
                }
                for name in figures.names()
            ]
        ),
        "curve": pd.DataFrame(curve),
        "pr": pd.DataFrame({"recall": levels, "precision": skill * (1 - levels / 2)}),
        "n": n,
        "judged10": 0.4,
        "ndcg10_judged": float(value.mean()) + 0.1,
        "copied": 0,
        "kinds": pd.DataFrame(
            [{"kind": kind, "n": n // 2, "mean": value.mean(), "low": low, "high": high} for kind in kinds],
            columns=["kind", "n", "mean", "low", "high"],
        ),
        "answerable": {"auc": 0.8, "n": 3},
        "note": "",
    }


def comparison(found: dict[str, Answer], measure: str = figures.MAIN, refuse: bool = False) -> Answer:
    """What `comparison` says of these candidates."""
    values = {word: answer["per_query"][measure].to_numpy(float) for word, answer in found.items()}
    n = len(next(iter(values.values())))
    able: dict[str, Any] = {
        "n": n,
        "solved_by_all": 0.1,
        "solved_by_none": 0.2,
        "informative": n // 2,
        "gap_bm25": 0.1 if "bm25" in found else None,
        "refuse": refuse,
        "reasons": ["Only 3 queries have a relevant text; 20 is the least."] if refuse else [],
    }
    rows = [
        {"candidate": word, **answer["figures"].set_index("name").loc[measure, ["mean", "low", "high"]].to_dict()}
        for word, answer in found.items()
    ]
    means = pd.DataFrame(rows).sort_values("mean", ascending=False, kind="stable", ignore_index=True)
    return {
        "means": means,
        "pairs": stats.pairwise({word: values[word] for word in means["candidate"]}, 0),
        "able": able,
        "propose": pd.DataFrame({"query": [0, 1], "spread": [0.9, 0.5], "telling": [0.7, 0.2]}),
        "n": n,
        "note": "",
    }


def cutoffs(words: Sequence[str], left_out: Sequence[str] = ()) -> Answer:
    """What `cutoffs` says; the score of candidate i is i + 1 times that of the first at equal results per query."""
    bins, curves, rows = [], [], []
    for number, word in enumerate(words):
        scale = number + 1.0
        edges = np.linspace(0, scale, 21)
        middle = np.arange(20)
        bins.append(
            pd.DataFrame(
                {
                    "candidate": word,
                    "low": edges[:-1],
                    "high": edges[1:],
                    "relevant": middle,
                    "irrelevant": 20 - middle,
                    "unjudged": 50,
                }
            )
        )
        share = np.linspace(0, 1, 201)
        curves.append(
            pd.DataFrame(
                {
                    "candidate": word,
                    "cutoff": share * scale,
                    "precision": np.where(share < 1, share, np.nan),
                    "recall": 1 - share,
                    "per_query": 100 * (1 - share),
                }
            )
        )
        rows.append(
            {
                "candidate": word,
                "cutoff": 0.9 * scale,
                "precision": 0.9,
                "precision_low": 0.85,
                "precision_high": 0.95,
                "recall": 0.1,
                "recall_low": 0.05,
                "recall_high": 0.2,
                "kept": 10.0,
                "floor": 0.6,
                "unjudged": 0.25,
                "reached": number != 1,
            }
        )
    return {
        "histogram": pd.concat(bins, ignore_index=True),
        "cutoffs": pd.DataFrame(rows),
        "curve": pd.concat(curves, ignore_index=True),
        "n": 40,
        "assumed": False,
        "left_out": list(left_out),
        "note": "",
    }


def corpus(n: int = 40, texts: int = 60, words: Sequence[str] = ("easy", "hard")) -> Corpus:
    """Made-up texts with n queries of two kinds, each with a relevant text, and two queries that have none."""
    queries = [Query(f"q{i}", f"question number {i} about thing{i % texts}", words[i % len(words)]) for i in range(n)]
    judgements = [Judgement(f"q{i}", str(i % texts + 1), 1 + i % 3) for i in range(n)]
    judgements += [Judgement(f"q{i}", str((i + 1) % texts + 1), 0) for i in range(n)]
    queries += [Query("none", "a question that has no answer", words[-1]), Query("new", "nobody judged this", "")]
    judgements.append(Judgement("none", "1", 0))
    sentences = tuple(f"Text {i} tells of thing{i} and of much else." for i in range(texts))
    return Corpus("made up", sentences, queries=tuple(queries), judgements=tuple(judgements))


def results(words: Sequence[str], texts: int, k: int = 10) -> Answer:
    """What `results` says of one query: the first k rows for everybody, the first relevant, the second a copy."""
    rows = [
        {
            "candidate": word,
            "rank": rank + 1,
            "row": (rank + shift) % texts,
            "score": 1 - 0.05 * rank,
            "grade": {0: 3.0, 1: 1.0, 2: 0.0}.get(rank, np.nan),
            "copy": rank == 1,
        }
        for shift, word in enumerate(words)
        for rank in range(k)
    ]
    relevant = {"row": [0, 1], "grade": [3, 1], **{f"rank:{word}": [shift, 0] for shift, word in enumerate(words)}}
    return {"results": pd.DataFrame(rows), "relevant": pd.DataFrame(relevant)}


def keep(study: Study, skills: Mapping[str, float], measure: str = figures.MAIN, refuse: bool = False) -> None:
    """Put made-up answers about these candidates (by how good they are) into the store, as if computed."""
    n = len({judgement.query_id for judgement in study.corpus.judgements if judgement.grade > 0})
    scored = {"rerankers": {}, "rel": 1, "copies": True}
    found = {word: quality(n, seed, skill) for seed, (word, skill) in enumerate(skills.items())}

    def put(name: str, words: Sequence[str], answer: Answer, **arguments: Any) -> None:
        question = pipeline.ask(name, study.only(*candidates.models(words)), **scored, **arguments)
        pipeline.store().answers.put(question, answer, 1.0)

    words = list(skills)
    for word, answer in found.items():
        put("quality", [word], answer, candidate=word, seed=0)
    put("comparison", words, comparison(found, measure, refuse), candidates=words, measure=measure, seed=0)
    comparable = [word for word in words if not candidates.parse(word).lexical]
    calibrated = cutoffs(comparable, [word for word in words if word not in comparable])
    put("cutoffs", words, calibrated, candidates=words, precision=0.9, seed=0)
    for query in range(min(OPENED, len(study.corpus.queries))):
        put("results", words, results(words, len(study.corpus)), candidates=words, query=query, k=10)
