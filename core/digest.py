"""Digests: the names of texts, corpora, spaces and questions."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

DIGEST_BYTES = 16
Keys: TypeAlias = npt.NDArray[np.void]
"""Digests `(n,)` as 16 raw bytes each. Not numpy's `S16`, which drops zero bytes at the end."""
KEY = np.dtype(f"V{DIGEST_BYTES}")


def digest_bytes(parts: Iterable[str]) -> bytes:
    """Digest a sequence of strings, each preceded by its length, so that ("ab", "c") and ("a", "bc") differ."""
    state = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        state.update(len(raw).to_bytes(8, "little") + raw)
    return state.digest()


def digest_each(texts: Iterable[str]) -> Keys:
    """`digest_bytes` of each text alone, `(n,)`."""
    raw = (text.encode("utf-8", "surrogatepass") for text in texts)
    each = (blake2b(len(one).to_bytes(8, "little") + one, digest_size=DIGEST_BYTES).digest() for one in raw)
    return np.frombuffer(b"".join(each), KEY)


def digest(parts: Iterable[str]) -> str:
    """The same digest as 32 lower-case hexadecimal digits."""
    return digest_bytes(parts).hex()
