"""Published and independently measured figures, met through our own path: read, embed, store, compare."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from core import corpora, pipeline
from core.linalg import nearest
from core.types import Corpus, Role
from core.work import Work
from tests.conftest import shared

# Spearman correlation of cosine and human score on the STS-B test set; MiniLM and potion are published figures.
STSB = {"minilm": 0.820, "potion-base-4M": 0.743, "m2v-bge-base-64d": 0.512}


def _unit(corpus: Corpus, model: str, role: Role = Role.DOCUMENT, texts: list[str] | None = None) -> np.ndarray:
    study = pipeline.study(corpus, [model])
    work = Work(pipeline.store(), pipeline.respond)
    return work.embed(texts or corpus.texts, study.models[0], role, fit=corpus).unit


def _named(model: str) -> str:
    return model if model == "minilm" else f"static:{shared('models', model)}"


@pytest.mark.parametrize("model", STSB)
def test_stsb(home_with_static: object, model: str) -> None:
    lines = shared("data", "stsb", "test.tsv").read_text().splitlines()[1:]
    scores, first, second = zip(*(line.split("\t") for line in lines), strict=True)
    unit = _unit(Corpus("stsb", (*first, *second)), _named(model))
    cosine = (unit[: len(first)] * unit[len(first) :]).sum(axis=1)
    assert spearmanr(cosine, [float(score) for score in scores]).statistic == pytest.approx(STSB[model], abs=0.002)


def test_cranfield_with_a_static_model(home: object) -> None:
    corpus = corpora.read_folder(shared("data", "cranfield")).corpus
    assert corpus.ids is not None
    model = _named("potion-base-4M")
    texts, queries = _unit(corpus, model), _unit(corpus, model, Role.QUERY, [query.text for query in corpus.queries])
    grades: dict[str, dict[str, int]] = {}
    for judgement in corpus.judgements:
        grades.setdefault(judgement.query_id, {})[judgement.text_id] = judgement.grade
    ids, _ = nearest(queries, texts, 100)
    ndcg, recall = [], []
    for query, row in zip(corpus.queries, ids, strict=True):
        known = grades.get(query.id, {})
        gains = np.array([known.get(corpus.ids[i], 0) for i in row], dtype=float)
        best = np.sort(np.array(list(known.values()), dtype=float))[::-1][:10]
        discount = 1 / np.log2(np.arange(2, 12))
        ndcg.append((gains[:10] * discount).sum() / (best * discount[: len(best)]).sum())
        recall.append((gains > 0).sum() / sum(grade > 0 for grade in known.values()))
    assert np.mean(ndcg) == pytest.approx(0.284, abs=0.002)
    assert np.mean(recall) == pytest.approx(0.673, abs=0.003)
