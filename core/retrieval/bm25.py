"""BM25 over one corpus: how texts are cut into words, and how well each answers a query."""

import re
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from cachetools import LRUCache

from core.linalg import blocks
from core.retrieval.search import Found, best, nowhere
from core.types import Corpus, Floats, Ints, Progress

K1, B = 1.5, 0.75
SETTINGS = {
    "k1": K1,
    "b": B,
    "formula": "Lucene",
    "words": "NFKC, lower case; letters, digits and marks; points and commas inside numbers stay; Chinese, Japanese, "
    "Korean, Thai, Lao, Khmer and Burmese in pairs of characters; no stemming, no stop words",
}
# Scripts written without spaces (and Korean, whose endings stick to the word): as Lucene's CJK analyser does.
UNSPACED = (
    "\u0e01-\u0e4e\u0e81-\u0ecd\u1000-\u109f\u1100-\u11ff\u1780-\u17d3\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"[{UNSPACED}]")
# The same as `_pattern` for a text without other characters, several times as fast.
_ASCII = re.compile(r"[a-z0-9]+(?:(?<=\d)[.,](?=\d)[a-z0-9]+)*")


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """A word, or a run of an unspaced script."""
    # Vowel signs of Indic scripts and accents are marks, which Python does not count as letters.
    marks = "".join(chr(i) for i in range(sys.maxunicode + 1) if unicodedata.category(chr(i)) in {"Mn", "Mc"})
    word = rf"[^\W_{UNSPACED}]+(?:[{marks}][^\W_{UNSPACED}]*)*"
    return re.compile(rf"[{UNSPACED}]+|{word}(?:(?<=\d)[.,](?=\d){word})*")


def words(text: str) -> list[str]:
    """The words of a text as BM25 counts them.

    >>> words("Don't update to v3.2.1!")
    ['don', 't', 'update', 'to', 'v3.2.1']
    >>> words("東京都へ")
    ['東京', '京都', '都へ']
    """
    if text.isascii():
        return _ASCII.findall(text.lower())
    cut = _pattern().findall(unicodedata.normalize("NFKC", text).lower())
    return [part for word in cut for part in (_pairs(word) if _RUN.match(word) else [word])]


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


@dataclass(frozen=True, eq=False)
class Index:
    """Every text's share of the score for every word, by `bm25s`; `nbytes` is what it holds in memory."""

    texts: int
    scorer: Any
    nbytes: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Index":
        """Index texts: method "lucene" (always positive), k1 = 1.5, b = 0.75."""
        import bm25s

        cut = [words(text) for text in texts]
        if not any(cut):
            return cls(len(texts), None, 0)
        scorer = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numpy")
        scorer.index(cut, show_progress=False)
        arrays = sum(int(scorer.scores[name].nbytes) for name in ("data", "indices", "indptr"))
        return cls(len(texts), scorer, arrays + sum(sys.getsizeof(word) for word in scorer.vocab_dict))

    def scores(self, query: str) -> Floats:
        """Every text's score for one query, float32 `(n,)`: 0 where it has none of the query's words."""
        known = [] if self.scorer is None else [word for word in words(query) if word in self.scorer.vocab_dict]
        if not known:
            return np.zeros(self.texts, np.float32)
        scores: Floats = self.scorer.get_scores(known)
        return scores

    def search(self, queries: Sequence[str], depth: int, excluded: Ints, progress: Progress) -> Found:
        """The texts of highest score above 0 for each query: `(q, min(depth, n))`, ties by lower row."""
        found = nowhere(len(queries), min(depth, self.texts))
        for part in blocks(len(queries), 8 * max(1, self.texts)):
            block = best(np.stack([self.scores(query) for query in queries[part]]), depth, excluded[part])
            found.rows[part], found.scores[part] = block.rows, block.scores
            progress(part.stop, len(queries))
        return found


_indexes: LRUCache[str, Index] = LRUCache(maxsize=2)
_guard = Lock()


def index(corpus: Corpus) -> Index:
    """The corpus' index; those of the last two corpora stay in this process."""
    with _guard:
        if corpus.texts_digest not in _indexes:
            _indexes[corpus.texts_digest] = Index.of(corpus.texts)
        return _indexes[corpus.texts_digest]
