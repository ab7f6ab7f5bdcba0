"""Whether texts are in a language the model was trained for; a hint, because short texts are often misread."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from core import providers
from core.preflight import GREEN, UNKNOWN, YELLOW, Found, Seen, check

MOST = 200
SHARE = 0.1
"""A tenth of short texts is often taken for a neighbouring language."""
ANY = frozenset({"any", "multilingual"})
TOLD = (
    "ar", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "nb", "nl",
    "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh",
)  # fmt: skip
"""Those that are told apart: a few dozen, so that what is loaded for it stays small."""
NORWEGIAN = {"nb": "no"}
SHORTEST = 12


@check("language", "Language of the texts")
def language(seen: Seen) -> Found:
    """The share of a random sample that seems to be in another language than the model's card names."""
    known = {name.lower().split("-")[0] for name in seen.card.languages}
    if providers.REGISTRY[seen.model.spec.provider].fitted or known & ANY:
        return Found(GREEN, "The model reads whatever language texts are in.", 0.0, "any language")
    if not known:
        return Found(UNKNOWN, "Nobody says which languages the model was trained for.")
    texts = sample(seen.corpus.texts, seen.seed)
    found = Counter(code for text in texts if (code := told(text)))
    n = sum(found.values())
    if not n:
        return Found(UNKNOWN, "No text is long enough to tell its language.")
    foreign = Counter({code: count for code, count in found.items() if not {code, NORWEGIAN.get(code)} & known})
    share = sum(foreign.values()) / n
    reads, how = ", ".join(sorted(known)), f"of {n} random texts (seed {seen.seed})"
    words = f"{share:.0%} {how}"
    if share <= SHARE:
        return Found(GREEN, f"Texts seem to be in a language the model was trained for ({reads}).", share, words)
    most = ", ".join(code for code, _ in foreign.most_common(3))
    sentence = (
        f"{share:.0%} {how} seem to be in another language ({most}) than the model was trained for ({reads}). Take a "
        f"multilingual model, or look whether they were misread."
    )
    return Found(YELLOW, sentence, share, words)


def sample(texts: Sequence[str], seed: int) -> list[str]:
    """At most 200 of the texts that are long enough, drawn at random."""
    drawn = np.random.default_rng(seed).permutation(len(texts))
    long = (texts[row] for row in drawn if len(texts[row]) >= SHORTEST or not texts[row].isascii())
    return [text for text, _ in zip(long, range(MOST), strict=False)]


def told(text: str) -> str:
    """The language a text seems to be in, as a code of two letters; empty when that cannot be told."""
    found = _detector().detect_language_of(text[:2_000])
    return "" if found is None else str(found.iso_code_639_1.name).lower()


@lru_cache(maxsize=1)
def _detector() -> Any:
    """Reads threes of letters only, which takes 30 MB instead of 500 and half a second for 200 texts."""
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in TOLD]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()
