"""What a candidate finds for the queries of a test set, and how good that is."""

from typing import Any

import numpy as np
import pandas as pd

from core import stats
from core.errors import VecassayError
from core.questions import recipe
from core.questions.finding import Finder, asked, check, taking_part
from core.retrieval import candidates, figures, scoring
from core.retrieval.candidates import Candidate
from core.retrieval.judged import Judged
from core.retrieval.search import Found
from core.retrieval.settings import DEPTH, settings
from core.types import Answer, Corpus, Role
from core.work import Work


@recipe("Searching", corpus=(Role.DOCUMENT, Role.QUERY), unit="", version=2)
def ranking(
    work: Work, *, corpus: str, models: dict[str, str], candidate: str, rerankers: dict[str, str], depth: int
) -> Answer:
    """What one candidate finds for every query of the corpus, in their order.

    `rows` int32 `(q, min(depth, n))`, best first, -1 where there is nothing more; `scores` float32, NaN there. Equal
    scores stand by lower row; a text that is the query itself (its id and words) is left out. `note` tells which
    queries found nothing.
    """
    word, texts = candidates.parse(candidate), work.corpus(corpus)
    check(word, models, rerankers)
    queries, excluded = [query.text for query in asked(texts)], Judged.of(texts, copies=False).excluded
    notes: dict[str, str] = {}

    def part(base: str) -> Found:
        of = taking_part(candidates.parse(base), models)
        found = work.ask("ranking", corpus=corpus, models=of, candidate=base, rerankers={}, depth=depth)
        notes[base] = found["note"]
        return Found(found["rows"], found["scores"])

    found = Finder(work, corpus, models, rerankers, queries, excluded, depth).find(word, part)
    return {
        "rows": found.rows,
        "scores": found.scores,
        "note": _noted(word, notes, found),
        "settings": settings(word, depth),
    }


@recipe("Scoring what was found", corpus=(Role.DOCUMENT, Role.QUERY), unit="", version=2)
def quality(
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    candidate: str,
    rerankers: dict[str, str],
    rel: int,
    copies: bool,
    seed: int,
) -> Answer:
    """Every measure of one candidate, per query and as means with 95 % intervals over the evaluated queries.

    `per_query`: query (its place), first (rank of its first relevant text, 0 = not among the first 1000), judged (share
    of its top 10), and each measure. `figures`, `curve` (recall and precision at k = 1 ... 100), `pr` (11 points) and
    `kinds` hold means; `answerable` tells whether the best score separates queries with an answer from those without.
    """
    judged, places = _evaluated(texts := work.corpus(corpus), rel, copies)
    found = work.ask("ranking", corpus=corpus, models=models, candidate=candidate, rerankers=rerankers, depth=DEPTH)
    rows, grades = found["rows"][places], [judged.grades[place] for place in places]
    relevant = [judged.relevant(int(place), rel) for place in places]
    values, hit = scoring.scored(rows, grades, rel, work.progress), scoring.hits(rows, relevant)
    totals = np.array([len(own) for own in relevant])
    recall, precision = scoring.curves(hit, totals)
    measures, known = values[list(figures.names())], scoring.judged_share(rows, grades)
    intervals = _intervals(seed, measures.to_numpy(), recall, precision)
    best, without = found["scores"][:, 0].astype(float), judged.unanswerable(rel)
    return {
        "per_query": pd.DataFrame({"query": places, "first": scoring.first(hit), "judged": known, **measures}),
        "figures": scoring.table(measures.to_numpy().mean(axis=0), *intervals[0]),
        "curve": _curve((recall, precision), intervals[1:]),
        "pr": pd.DataFrame({"recall": scoring.RECALLS, "precision": scoring.interpolated(hit, totals).mean(axis=0)}),
        "n": len(places),
        "judged10": None if np.isnan(known).all() else float(np.nanmean(known)),
        "ndcg10_judged": float(values[scoring.JUDGED_ONLY].mean()),
        "copied": judged.copied,
        "kinds": _kinds([texts.queries[place].kind for place in places], values[figures.MAIN].to_numpy(), seed),
        "answerable": {"auc": scoring.separation(best[places], best[without]), "n": len(without)},
        "note": " ".join(filter(None, [_left_out(judged, rel), found["note"]])),
    }


def _evaluated(corpus: Corpus, rel: int, copies: bool) -> tuple[Judged, Any]:
    """The judgements and the queries that count; raises VecassayError when there are none."""
    count = len(asked(corpus))
    judged = Judged.of(corpus, copies)
    places = judged.evaluated(rel)
    if not len(places):
        highest = max((grade for own in judged.grades for grade in own.values()), default=None)
        came = "no text is judged" if highest is None else f"the highest grade is {highest}"
        raise VecassayError(
            f"None of the {count:,} queries of {corpus.name} has a text of grade {rel} or more: {came}. "
            f"Judge results as relevant under Test set, load judgements, or lower the grade from which a text counts."
        )
    return judged, places


def _noted(candidate: Candidate, parts: dict[str, str], found: Found) -> str:
    """Which queries found nothing, and why: the candidate's own, or those of what it is put together from."""
    if candidate.reranker:
        return " ".join(parts.values())
    if candidate.fused:
        return " ".join(f"{base} alone: {note}" for base, note in parts.items() if note)
    if not found.empty:
        return ""
    if candidate.embeds:
        why = "the model gives them a zero vector (no word it knows), and any order of texts would be made up"
    else:
        why = "no text has any of their words"
    return f"Queries that found nothing: {found.empty:,} of {len(found.rows):,}; {why}."


def _left_out(judged: Judged, rel: int) -> str:
    """Which queries are out of the means, and why."""
    said = []
    if len(judged.unanswerable(rel)):
        said.append(f"judged without a text of grade {rel} or more: {len(judged.unanswerable(rel)):,}")
    if len(judged.unjudged):
        said.append(f"not judged: {len(judged.unjudged):,}")
    left = f"Queries left out of every mean: {'; '.join(said)}." if said else ""
    copied = f"Copies of judged texts that share their grade: {judged.copied:,}." if judged.copied else ""
    return " ".join(filter(None, [left, copied]))


def _intervals(seed: int, *tables: scoring.Doubles) -> list[tuple[scoring.Doubles, scoring.Doubles]]:
    """Lower and upper ends of the 95 % interval of every column's mean, table by table, all from the same draws."""
    low, high = stats.mean_interval(np.concatenate(tables, axis=1), seed)
    ends = np.cumsum([table.shape[1] for table in tables])[:-1]
    return list(zip(np.split(low, ends), np.split(high, ends), strict=True))


def _curve(
    means: tuple[scoring.Doubles, scoring.Doubles], intervals: list[tuple[scoring.Doubles, scoring.Doubles]]
) -> pd.DataFrame:
    columns: dict[str, Any] = {"k": np.arange(1, scoring.FURTHEST + 1)}
    for name, values, (low, high) in zip(("recall", "precision"), means, intervals, strict=True):
        columns |= {name: values.mean(axis=0), f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame(columns)


def _kinds(kinds: list[str], values: scoring.Doubles, seed: int) -> pd.DataFrame:
    """Mean nDCG@10 of each kind of query, in the order of their names; no rows when no query carries a kind."""
    column = np.array(kinds)
    rows = []
    for kind in sorted(set(kinds)) if any(kinds) else []:
        own = values[column == kind]
        low, high = stats.mean_interval(own[:, None], seed)
        rows.append((kind, len(own), float(own.mean()), float(low[0]), float(high[0])))
    table = pd.DataFrame(rows, columns=["kind", "n", "mean", "low", "high"])
    return table.astype({"kind": "str", "n": "int64", "mean": "float64", "low": "float64", "high": "float64"})
