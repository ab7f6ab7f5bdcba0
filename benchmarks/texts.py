"""Made-up texts that are the same on every machine: words that MiniLM knows, as often and as many as in real texts."""

import json
from functools import cache

import numpy as np

from core.providers.sources import locate

BUNDLED = "bundled:all-MiniLM-L6-v2"
SENTENCE = 14
MEDIAN_WORDS, SPREAD = 46, 0.65
FEWEST, MOST = 4, 240


@cache
def words() -> tuple[str, ...]:
    """Whole English-looking words of MiniLM's vocabulary, each one token, in an order that says nothing."""
    vocabulary = json.loads((locate(BUNDLED).path / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    found = sorted(
        word for word in vocabulary if word.isascii() and word.isalpha() and word.islower() and len(word) > 1
    )
    return tuple(np.random.default_rng(0).permutation(found).tolist())


def made(n: int, seed: int = 0) -> list[str]:
    """Texts of different lengths, 62 tokens on average, a few of them near 256; no two alike but by chance."""
    rng = np.random.default_rng(seed)
    known = np.array(words(), dtype=object)
    chance = 1 / (np.arange(len(known)) + 10)  # Zipf: a few words are everywhere, most are rare
    counts = np.clip(rng.lognormal(np.log(MEDIAN_WORDS), SPREAD, n), FEWEST, MOST).astype(int)
    ends = np.cumsum(counts)
    drawn = known[rng.choice(len(known), size=int(ends[-1]), p=chance / chance.sum())]
    return [_text(drawn[end - count : end].tolist()) for end, count in zip(ends, counts, strict=True)]


def _text(said: list[str]) -> str:
    sentences = [" ".join(said[start : start + SENTENCE]) for start in range(0, len(said), SENTENCE)]
    return " ".join(f"{sentence.capitalize()}." for sentence in sentences)
