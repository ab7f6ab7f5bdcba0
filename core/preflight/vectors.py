"""Whether vectors are what they should be: numbers, not zero, of length 1 where that is promised, none idle."""

import numpy as np

from core import providers
from core.errors import VecassayError
from core.preflight import GREEN, RED, UNKNOWN, YELLOW, Found, Seen, check, no_vectors
from core.providers.sources import locate
from core.report.words import count
from core.types import ModelSpec

UNIT = frozenset({"openai", "voyage", "mistral"})
"""Vendors whose pages say that vectors have length 1; of endpoints nobody knows."""
NEAR, OFF = 1e-2, 1e-1
"""How far from 1 a length may be by rounding to bfloat16, and from where on something is left out."""
MANY_ZEROS = 0.1
FEW_FLAT, MANY_FLAT = 0.01, 0.5
"""Some sound models have a few idle dimensions: MiniLM-L6 has 3 of 384."""
LEAST = 10


@check("finite", "Numbers that are none")
def finite(seen: Seen) -> Found:
    """NaN or infinity, in what is made anew; the store keeps none."""
    if seen.held is None:
        sentence = f"{seen.trouble} Run it in float32; if it stays so, its files are damaged: bring them again."
        return Found(RED, sentence, None, "no vectors")
    made = [] if seen.probes is None else [*seen.probes.alone, seen.probes.batch]
    bad = sum(int((~np.isfinite(each).all(axis=1)).sum()) for each in made)
    if bad:
        sentence = f"{bad} vectors made now hold NaN or infinity. Run it in float32, or bring its files again."
        return Found(RED, sentence, float(bad), f"{bad} vectors")
    return Found(GREEN, "All numbers of all vectors are numbers.", 0.0, "none")


@check("zeros", "Texts without a vector")
def zeros(seen: Seen) -> Found:
    """Texts that say something and whose vector is zero."""
    held = seen.held
    if held is None or not held.texts:
        return no_vectors(seen)
    share, words = held.zeros / held.texts, f"{held.zeros:,} of {held.texts:,}"
    if not held.zeros:
        return Found(GREEN, "Every text has a vector.", 0.0, words)
    sentence = (
        f"{count(held.zeros, 'text')} ({share:.1%}) have the vector zero, which is like nothing and never found: the "
        f"model knows no word of them. Look whether they are in its language; add BM25, or take another model."
    )
    return Found(RED if share >= MANY_ZEROS else YELLOW, sentence, share, words)


@check("constant", "Dimensions that never change")
def constant(seen: Seen) -> Found:
    """Dimensions that hold one number whatever the text says."""
    held = seen.held
    if held is None:
        return no_vectors(seen)
    if held.texts - held.zeros < LEAST:
        return Found(UNKNOWN, f"Fewer than {LEAST} different texts do not tell.")
    words = f"{held.flat:,} of {held.dimension:,}"
    share = held.flat / held.dimension
    if share < FEW_FLAT:
        said = "Every dimension tells texts apart." if not held.flat else f"{words} never change, which does no harm."
        return Found(GREEN, said, share, words)
    sentence = (
        f"{held.flat:,} of {held.dimension:,} dimensions hold the same number in all texts: they take room and say "
        f"nothing. Check that the files are whole, and that no part of the model is left out."
    )
    return Found(RED if share >= MANY_FLAT else YELLOW, sentence, share, words)


@check("unit", "Length of vectors")
def unit(seen: Seen) -> Found:
    """Whether vectors have length 1 where the model's files or the vendor say so."""
    held = seen.held
    if held is None or held.lengths[1] == 0:
        return no_vectors(seen)
    off = max(abs(end - 1) for end in held.lengths)
    words = f"{held.lengths[0]:.4g} to {held.lengths[1]:.4g}"
    if off <= NEAR:
        return Found(GREEN, "All vectors have length 1: dot product and cosine are the same.", off, words)
    if not promised(seen.model.spec):
        sentence = "Vectors have other lengths than 1, and nobody says they should not: compare them by cosine."
        return Found(GREEN, sentence, off, words)
    sentence = (
        "Vectors should have length 1 and have not. Here all are compared by cosine, so figures hold; a database "
        "that takes the dot product ranks otherwise. Check that the model's last part, Normalize, is run."
    )
    return Found(RED if off >= OFF else YELLOW, sentence, off, words)


def promised(spec: ModelSpec) -> bool:
    """Whether a model's files or its vendor say that its vectors have length 1."""
    if providers.REGISTRY[spec.provider].remote:
        return spec.provider in UNIT and not spec.url
    try:
        modules = locate(spec.name, spec.revision).modules
    except VecassayError:  # one that is made here says nothing
        return False
    return any(kind.endswith("Normalize") for kind, _ in modules)
