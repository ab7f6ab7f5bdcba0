"""Digests: the names of texts, corpora, spaces and questions."""

from collections.abc import Iterable
from hashlib import blake2b

DIGEST_BYTES = 16


def digest_bytes(parts: Iterable[str]) -> bytes:
    """Digest a sequence of strings, each preceded by its length, so that ("ab", "c") and ("a", "bc") differ."""
    state = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        state.update(len(raw).to_bytes(8, "little"))
        state.update(raw)
    return state.digest()


def digest(parts: Iterable[str]) -> str:
    """The same digest as 32 lower-case hexadecimal digits."""
    return digest_bytes(parts).hex()
