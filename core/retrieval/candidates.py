"""What can answer a query: a model, BM25, both fused, and any of these with a reranker behind it; each as one word.

A model's vectors may be held in another form than float32: minilm@128:int8.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.errors import VecassayError
from core.retrieval import forms

BM25 = "bm25"
_WORD = re.compile(rf"(?P<base>[a-z0-9-]+)(?P<form>{forms.PATTERN})(?P<fused>\+bm25)?(>(?P<reranker>[a-z0-9-]+))?")


@dataclass(frozen=True)
class Candidate:
    """One way to answer queries: `model` is a model key or "bm25"; `fused` with BM25; `reranker` a key or "".

    `held` is the word of the form its vectors are held in, "" for float32.
    """

    model: str
    fused: bool = False
    reranker: str = ""
    held: str = ""

    @property
    def key(self) -> str:
        """The candidate as one word: minilm, bm25, minilm+bm25, minilm>reranker, minilm@128:int8+bm25>reranker."""
        return self.model + self.held + ("+bm25" if self.fused else "") + (f">{self.reranker}" if self.reranker else "")

    @property
    def form(self) -> forms.Form:
        """How the vectors are held."""
        return forms.parse(self.held)

    @property
    def embeds(self) -> bool:
        """Whether an embedding model takes part."""
        return self.model != BM25

    @property
    def lexical(self) -> bool:
        """Whether BM25 takes part."""
        return self.fused or self.model == BM25

    def label(self, labels: Mapping[str, str]) -> str:
        """What people read; `labels` names models and rerankers by key."""
        base = "BM25" if self.model == BM25 else labels.get(self.model, self.model)
        base = f"{base} ({self.form.label})" if self.held else base
        fused = f"{base} + BM25" if self.fused else base
        return f"{fused} > {labels.get(self.reranker, self.reranker)}" if self.reranker else fused


def parse(word: str) -> Candidate:
    """A candidate from its word.

    >>> parse("minilm+bm25>ms-marco")
    Candidate(model='minilm', fused=True, reranker='ms-marco', held='')
    """
    found = _WORD.fullmatch(word)
    if found is None or (found["base"] == BM25 and (found["fused"] or found["form"])):
        raise VecassayError(
            f"Expected a candidate such as minilm, bm25, minilm+bm25, minilm>reranker or minilm@128:int8; got {word!r}."
        )
    # Read once, so that what cannot be put together is refused here.
    held = forms.parse(found["form"]).word
    return Candidate(found["base"], bool(found["fused"]), found["reranker"] or "", held)


def models(words: Iterable[str]) -> tuple[str, ...]:
    """Keys of the embedding models that take part, each once, in the order they appear."""
    return tuple(dict.fromkeys(candidate.model for candidate in map(parse, words) if candidate.embeds))


def rerankers(words: Iterable[str]) -> tuple[str, ...]:
    """Keys of the rerankers that take part, each once."""
    return tuple(dict.fromkeys(candidate.reranker for candidate in map(parse, words) if candidate.reranker))


def labels(words: Iterable[str], named: Mapping[str, str]) -> dict[str, str]:
    """What people read for each candidate; two of one name get their word behind it. `named` is as in `label`."""
    found = {word: parse(word).label(named) for word in words}
    often = Counter(found.values())
    return {word: label if often[label] == 1 else f"{label} ({word})" for word, label in found.items()}
