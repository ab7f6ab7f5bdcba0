"""Finding digests among digests with one hash table instead of one query per text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.digest import DIGEST_BYTES, KEY, Keys
from core.types import Ints


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
    """For each wanted digest a block that holds it and the row therein, `(n,)` each; -1 where no block does."""
    starts = np.cumsum([0, *map(len, shelves)])
    place = _find(wanted, np.concatenate(shelves)) if starts[-1] else np.full(len(wanted), -1)
    block = np.searchsorted(starts, place, "right") - 1
    return block, np.where(place < 0, -1, place - starts[block])


def _find(wanted: Keys, held: Keys) -> Ints:
    """Where each wanted digest is held, `(n,)`; -1 for nowhere."""
    ours, theirs = (np.ascontiguousarray(names).view("<u8").reshape(-1, 2) for names in (wanted, held))
    first = pd.Index(theirs[:, 0])
    if first.is_unique:  # as good as always; the rest is then only compared
        place: Ints = np.asarray(first.get_indexer(pd.Index(ours[:, 0])), np.int64)
        place[theirs[place, 1] != ours[:, 1]] = -1
        return place
    rows = {name: row for row, name in enumerate(held.tolist())}
    return np.array([rows.get(name, -1) for name in wanted.tolist()], np.int64)
