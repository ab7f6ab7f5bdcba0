"""The sample "helpdesk" is neither solved nor hopeless, and tells candidates and kinds of query apart."""

import re
from pathlib import Path

import bm25s
import ir_measures
import numpy as np

from core import pipeline
from core.corpora import bare, sample
from core.types import Corpus, Floats, Role
from core.work import Work

NDCG = ir_measures.nDCG @ 10


def _cosines(corpus: Corpus, model: str) -> Floats:
    study = pipeline.study(bare(corpus), [model])
    work = Work(pipeline.store(), pipeline.respond)
    texts = work.embed(corpus.texts, study.models[0], Role.DOCUMENT, fit=study.corpus).unit
    queries = work.embed([query.text for query in corpus.queries], study.models[0], Role.QUERY, fit=study.corpus).unit
    found: Floats = queries @ texts.T
    return found


def _lexical(corpus: Corpus) -> Floats:
    index = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    index.index([_words(text) for text in corpus.texts], show_progress=False)
    return np.array([index.get_scores(_words(query.text)) for query in corpus.queries])


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _means(corpus: Corpus, scores: Floats) -> dict[str, float]:
    """nDCG@10 of all queries with an answer and of each kind, and the judged share of what was found."""
    run = [
        ir_measures.ScoredDoc(query.id, str((corpus.ids or ())[row]), float(-rank))
        for query, line in zip(corpus.queries, scores, strict=True)
        for rank, row in enumerate(np.argsort(-line, kind="stable")[:10])
        if line[row] > 0
    ]
    grades = [ir_measures.Qrel(each.query_id, each.text_id, each.grade) for each in corpus.judgements]
    gained = {found.query_id: found.value for found in ir_measures.iter_calc([NDCG], grades, run)}
    pairs = {(grade.query_id, grade.doc_id) for grade in grades}
    values: dict[str, list[float]] = {"judged": [(found.query_id, found.doc_id) in pairs for found in run]}
    for query in corpus.queries:
        if query.kind != "no answer":
            for name in ("all", query.kind):
                values.setdefault(name, []).append(gained.get(query.id, 0.0))
    return {name: float(np.mean(each)) for name, each in values.items()}


def test_helpdesk_tells_models_and_kinds_apart(home_with_static: Path) -> None:
    corpus = sample("helpdesk").corpus
    minilm, static, lsa = (_means(corpus, _cosines(corpus, model)) for model in ("minilm", "static", "lsa"))
    bm25 = _means(corpus, _lexical(corpus))

    assert 0.55 <= minilm["all"] <= 0.85
    assert minilm["all"] - static["all"] > 0.15
    assert static["all"] - lsa["all"] > 0.02
    assert lsa["all"] > bm25["all"] > 0.25

    assert bm25["paraphrase"] < 0.1, "no word is shared with the answer ..."
    assert minilm["paraphrase"] > 0.5, "... only its meaning"
    assert bm25["typo"] < 0.25 < minilm["typo"] < minilm["all"], "unknown words hurt all, the lexical ones most"
    assert bm25["keyword"] > minilm["keyword"] > static["keyword"], "a code is found by its letters"
    assert minilm["negation"] < minilm["numbers and versions"]

    assert min(found["judged"] for found in (minilm, static, lsa, bm25)) > 0.99
