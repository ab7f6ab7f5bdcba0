"""Finding digests among digests with numpy instead of one query per text."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from core.digest import DIGEST_BYTES
from core.types import Ints

Keys: TypeAlias = npt.NDArray[np.void]
"""Digests `(n,)` as 16 raw bytes each. Not numpy's `S16`, which drops zero bytes at the end."""
KEY = np.dtype(f"V{DIGEST_BYTES}")


def keys(digests: Sequence[bytes] | npt.NDArray[Any]) -> Keys:
    """Digests as an array: from a list of 16 bytes each, or an array `(n, 16)` uint8 or `(n,)` S16 or V16."""
    if isinstance(digests, np.ndarray):
        if digests.dtype.itemsize * (digests.shape[1] if digests.ndim == 2 else 1) != DIGEST_BYTES:
            raise ValueError(f"expected {DIGEST_BYTES} bytes per digest; got {digests.dtype} {digests.shape}")
        raw = np.ascontiguousarray(digests).tobytes()
    else:
        if any(len(digest) != DIGEST_BYTES for digest in digests):
            raise ValueError(f"expected digests of {DIGEST_BYTES} bytes (core.digest.digest_bytes)")
        raw = b"".join(digests)
    return from_bytes(raw)


def from_bytes(raw: bytes) -> Keys:
    """Digests that lie one after the other; an incomplete one at the end is left out."""
    return np.frombuffer(raw, KEY, count=len(raw) // DIGEST_BYTES)


def locate(wanted: Keys, shelves: Sequence[Keys]) -> tuple[Ints, Ints]:
    """For each wanted digest the block that holds it and the row therein, `(n,)` each; -1 where no block does."""
    unique, inverse = np.unique(wanted, return_inverse=True)
    block, row = np.full((2, len(unique)), -1, np.int64)
    if len(unique):
        for number, held in enumerate(shelves):
            place = np.minimum(np.searchsorted(unique, held), len(unique) - 1)
            rows = np.flatnonzero(unique[place] == held)
            block[place[rows]], row[place[rows]] = number, rows
    return block[inverse], row[inverse]
