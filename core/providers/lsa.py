"""Latent semantic analysis: TF-IDF and truncated SVD fitted on the corpus. The honest baseline: words, no meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from json import dumps
from typing import Any

import numpy as np

from core.errors import VecassayError
from core.providers import REGISTRY, Encoder, rows
from core.types import Corpus, Floats, Ints, ModelCard, ModelSpec, Progress, Role, Space

DIMENSION = 256
SEED = 0
LARGE = 1000
MOST_TEXTS = 50_000
SLICE = 1024
NOISE = 1e-6
WORDS = {
    "lowercase": True,
    "strip_accents": "unicode",
    "token_pattern": r"(?u)\b\w+\b",
    "ngram_range": (1, 2),
    "sublinear_tf": True,
    "max_features": 50_000,
}


class Lsa:
    """Words and pairs of words, weighted by how rare they are, brought to a few hundred dimensions.

    Fitted on the corpus' different texts, or on a random sample of `MOST_TEXTS` of them. In a corpus of more than
    `LARGE` texts, words of one text alone are left out.
    """

    key = "lsa"
    label = "LSA (scikit-learn)"
    help = "TF-IDF and truncated SVD, fitted on your texts: what shared words alone can do. Nothing to download."
    requires: tuple[str, ...] = ("sklearn",)
    fitted = True
    remote = False

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:
        """Identity from the settings and the texts it is fitted on; raises VecassayError without a corpus."""
        limits = {"large": LARGE, "most_texts": MOST_TEXTS, "noise": NOISE, "seed": SEED}
        made = {"how": "tfidf-svd", **WORDS, **limits, "scikit-learn": version("scikit-learn")}
        return Space(
            provider=self.key,
            name=spec.name,
            weights="",
            query_prompt=spec.query_prompt,
            document_prompt=spec.document_prompt,
            dimension=spec.dimension,
            made=dumps(made, sort_keys=True),
            fitted_on=_needed(spec, corpus).texts_digest,
            label=spec.label,
        )

    def ready(self, spec: ModelSpec) -> bool:  # noqa: ARG002 - the same for all
        """Always: there are no files."""
        return True

    def card(self, spec: ModelSpec) -> ModelCard:
        """The catalogue's card; dimension and size depend on the corpus."""
        return spec.card

    def token_counts(self, spec: ModelSpec, texts: Sequence[str]) -> Ints | None:  # noqa: ARG002 - the same for all
        """None: every word of a text is read."""
        return None

    def prepare(self, spec: ModelSpec, progress: Progress | None = None, texts: Sequence[str] = ()) -> None:
        """Nothing: there are no files."""

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Encoder:
        """Fit on the corpus; the same corpus gives the same encoder. Raises VecassayError without a corpus."""
        texts = _sample(list(dict.fromkeys(_needed(spec, corpus).texts)))
        return _fit([spec.document_prompt + rows.readable(text) for text in texts], spec)


def _needed(spec: ModelSpec, corpus: Corpus | None) -> Corpus:
    if corpus is None or len(corpus) == 0:
        raise VecassayError(f"{spec.label} is fitted on the texts it describes: load a corpus with at least one text.")
    return corpus


def _sample(texts: list[str]) -> list[str]:
    """All texts, or a random sample of `MOST_TEXTS` in their order."""
    if len(texts) <= MOST_TEXTS:
        return texts
    chosen = np.random.default_rng(SEED).choice(len(texts), MOST_TEXTS, replace=False)
    return [texts[i] for i in np.sort(chosen)]


def _fit(texts: list[str], spec: ModelSpec) -> "_Encoder":
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.utils.extmath import randomized_svd
    from threadpoolctl import threadpool_limits

    words = TfidfVectorizer(**WORDS, min_df=2 if len(texts) > LARGE else 1)
    try:
        table = words.fit_transform(texts)
    except ValueError:
        # Not one word, or in a large corpus none that two texts share: every vector is zero.
        return _Encoder(None, np.zeros((0, 1), np.float32), spec, nbytes=0)
    size = min(spec.dimension or DIMENSION, *table.shape)
    # The matrices in between are narrow: threads wait for each other longer than they work.
    with threadpool_limits(1, "blas"):
        _, strengths, directions = randomized_svd(table, size, n_iter=5, random_state=SEED)
    # Directions that the texts do not have are rounding noise; a new text must not be described by them.
    real = strengths > NOISE * strengths.max()
    components = np.ascontiguousarray(directions[real].T, np.float32)
    return _Encoder(words, components, spec, nbytes=components.nbytes + 200 * len(words.vocabulary_))


@dataclass(eq=False)
class _Encoder:
    words: Any
    components: Floats
    """(words, d)."""
    spec: ModelSpec
    nbytes: int

    def encode(self, texts: Sequence[str], *, role: Role, progress: Progress | None = None) -> Floats:
        prompt, dimension = self.spec.prompt(role), self.components.shape[1]

        def run(batch: list[str]) -> Floats:
            if self.words is None:
                return np.zeros((len(batch), dimension), np.float32)
            found = self.words.transform([prompt + text for text in batch]) @ self.components
            return np.asarray(found, np.float32)

        return rows.in_slices(texts, run, dimension=dimension, step=SLICE, progress=progress)


REGISTRY.add(Lsa.key, Lsa())
