"""Corpora at hand: those this process has read of late, so that the tasks of a page do not each unpack the same one."""

from itertools import chain
from sys import getsizeof
from threading import Lock

from cachetools import LRUCache

from core.types import Corpus

MOST_BYTES = 256 * 1024**2


class Unpacked:
    """Corpora by fingerprint, in memory, the least recently used leaving first. Threads may share one."""

    def __init__(self) -> None:
        self._held: LRUCache[str, Corpus] = LRUCache(MOST_BYTES, getsizeof=_size)
        self._guard = Lock()

    def get(self, fingerprint: str) -> Corpus | None:
        """The corpus if it is at hand; whether the store still has it is for the caller to see."""
        with self._guard:
            return self._held.get(fingerprint)

    def keep(self, fingerprint: str, corpus: Corpus) -> None:
        """Have a corpus at hand, unless it alone is too large."""
        with self._guard:
            if self._held.get(fingerprint) is not corpus and _size(corpus) <= MOST_BYTES:
                self._held[fingerprint] = corpus


def _size(corpus: Corpus) -> int:
    """About how many bytes a corpus takes."""
    columns = (corpus.texts, corpus.labels or (), corpus.ids or (), corpus.titles or ())
    asked = (text for query in corpus.queries for text in (query.id, query.text))
    judged = (text for each in corpus.judgements for text in (each.query_id, each.text_id))
    return sum(map(getsizeof, chain(*columns, asked, judged)))
