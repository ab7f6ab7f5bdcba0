"""Names for clusters from their own words: c-TF-IDF, in any script."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, count, groupby
from typing import Any

import numpy as np

from core.types import Floats, Ints

SHOWN, MORE = 3, 12
MOST_TEXTS, MOST_CHARS = 500, 5_000
COMMON = 0.4
SHORTEST, LONGEST = 2, 4
PART = 0.75
WORDLESS = "texts without words"
# Scripts written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han.
RUN_ON = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def names(texts: Sequence[str], cluster: Ints, seed: int) -> list[str]:
    """A name for each cluster 0, 1, ...: the words that set it apart, no two names the same.

    Words are weighed by c-TF-IDF: frequency in the cluster x log(1 + average words per cluster / frequency in all;
    Grootendorst 2022), times the logarithm of how many times as many texts of the cluster have the word as of the
    others; words that English uses everywhere weigh less. Large clusters are read by a random sample of 500 texts.
    """
    k = int(cluster.max(initial=-1)) + 1
    rows = _sample(cluster, k, seed)
    counted = _counts([texts[row][:MOST_CHARS].lower() for row in rows], cluster[rows], k)
    return _unlike([_ranked(number, counted) for number in range(k)])


def tokens(text: str) -> Iterator[str]:
    """Words of at least two characters that hold a letter; of scripts without spaces, pieces of 2 to 4 characters."""
    for word in _word().findall(text):
        for run_on, letters in groupby(word, lambda letter: bool(RUN_ON.match(letter))):
            piece = "".join(letters)
            if run_on:
                for size in range(SHORTEST, LONGEST + 1):
                    yield from (piece[at : at + size] for at in range(len(piece) - size + 1))
            elif len(piece) > 1 and any(letter.isalpha() for letter in piece):
                yield piece.strip("'’")


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """Letters, digits and the marks written on them: Python's own `\\w` breaks Hindi or Thai words at their vowels."""
    marks = "".join(chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code))[0] == "M")
    letter = f"[^\\W_{marks}][{marks}\u200c\u200d]*"
    return re.compile(f"(?:{letter})+(?:['’](?:{letter})+)*")


def _sample(cluster: Ints, k: int, seed: int) -> Ints:
    random = np.random.default_rng(seed)
    order = random.permutation(np.flatnonzero(cluster >= 0))
    order = order[np.argsort(cluster[order], kind="stable")]
    starts = np.searchsorted(cluster[order], np.arange(k))
    place = np.arange(len(order)) - starts[cluster[order]]
    rows: Ints = np.sort(order[place < MOST_TEXTS])
    return rows


@dataclass(frozen=True, eq=False)
class _Counts:
    """Words `(w,)`, how often each stands in each cluster and how many texts have it, both sparse `(k, w)`."""

    words: list[str]
    counts: Any
    texts: Any
    sizes: Ints

    @cached_property
    def frequency(self) -> Floats:
        """How often each word stands in all clusters, `(w,)`."""
        total: Floats = np.asarray(self.counts.sum(axis=0), np.float32)[0]
        return total

    @cached_property
    def having(self) -> Floats:
        """How many texts of all clusters have each word, `(w,)`."""
        total: Floats = np.asarray(self.texts.sum(axis=0), np.float32)[0]
        return total


def _counts(texts: list[str], cluster: Ints, k: int) -> _Counts:
    import scipy.sparse
    from sklearn.feature_extraction.text import CountVectorizer

    sizes = np.bincount(cluster, minlength=k)
    counter = CountVectorizer(analyzer=tokens, dtype=np.int32)
    try:
        found = counter.fit_transform(texts)
    except ValueError:
        # Not one word in any of the texts.
        none = scipy.sparse.csr_matrix((k, 0))
        return _Counts([], none, none, sizes)
    ones = np.ones(len(texts), np.int32)
    member = scipy.sparse.csr_matrix((ones, (cluster, np.arange(len(texts)))), shape=(k, len(texts)))
    words = list(counter.get_feature_names_out())
    return _Counts(words, member @ found, member @ (found > 0).astype(np.int32), sizes)


def _ranked(number: int, counted: _Counts) -> list[str]:
    """The words of one cluster, best first; those of one text alone come last."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    row = counted.counts[number]
    at = np.sort(row.indices)
    if not len(at):
        return []
    times = np.asarray(row[:, at].todense(), np.float64)[0]
    frequency = counted.frequency[at]
    weight = times / times.sum() * np.log1p(counted.frequency.sum() / len(counted.sizes) / frequency)
    inside = np.asarray(counted.texts[number][:, at].todense(), np.float64)[0]
    outside, others = counted.having[at] - inside, counted.sizes.sum() - counted.sizes[number]
    if others:
        weight *= np.log(np.maximum((inside + 0.5) / (counted.sizes[number] + 1) / ((outside + 0.5) / (others + 1)), 1))
    weight[[counted.words[i] in ENGLISH_STOP_WORDS for i in at]] *= COMMON
    order = np.lexsort((at, -weight, inside < 2))[: 8 * MORE]
    return _whole([(counted.words[at[i]], int(inside[i])) for i in order])[:MORE]


def _whole(found: list[tuple[str, int]]) -> list[str]:
    """Pieces of one word give way to the longest that nearly as many texts have; a piece of one already there too."""
    kept: list[str] = []
    for word, texts in found:
        best = word
        if RUN_ON.search(word):
            longer = [other for other, having in found if word in other and having >= PART * texts]
            best = max(longer, key=len)
            if any(_overlap(best, other) for other in kept):
                continue
        if best not in kept:
            kept.append(best)
    return kept


def _overlap(word: str, other: str) -> bool:
    return word in other or other in word or any(
        word[-size:] == other[:size] or other[-size:] == word[:size]
        for size in range(SHORTEST, min(len(word), len(other)))
    )  # fmt: skip


def _unlike(ranked: list[list[str]]) -> list[str]:
    """Three words each; a name that is taken gets a further word, and a number when there is none."""
    names: dict[str, None] = {}
    for words in ranked:
        longer = (", ".join(words[:size]) for size in range(min(SHOWN, len(words)), len(words) + 1) if words)
        base = ", ".join(words[:SHOWN]) or WORDLESS
        numbered = (base if number == 1 else f"{base} ({number})" for number in count(1))
        names[next(name for name in chain(longer, numbered) if name not in names)] = None
    return list(names)
