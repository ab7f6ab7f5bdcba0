"""Vectors that somebody computed elsewhere, as one file: digests of the texts and of the queries, a row for each."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

from core.digest import DIGEST_BYTES, KEY, Keys
from core.errors import NotReady, VecassayError
from core.settings import settings
from core.types import Floats, Role

ENDING = ".safetensors"


@dataclass(frozen=True, eq=False)
class Finished:
    """Float32 vectors `(n, d)` of different texts, and `(q, d)` of queries, each by its text's digest.

    `texts` is the digest of the corpus they were brought for, `corpus` what that is called.
    """

    texts: str
    corpus: str
    names: Keys
    vectors: Floats
    query_names: Keys
    query_vectors: Floats

    @cached_property
    def digest(self) -> str:
        """Identity as 32 hexadecimal digits: every number, and which text it is of."""
        state = blake2b(digest_size=DIGEST_BYTES)
        for array in self._arrays.values():
            raw = np.ascontiguousarray(array)
            state.update(f"{raw.dtype.str}{raw.shape}".encode())
            state.update(raw.data)
        return state.hexdigest()

    @property
    def _arrays(self) -> dict[str, Any]:
        raw = {"names": self.names, "query_names": self.query_names}
        names = {what: held.view(np.uint8).reshape(-1, DIGEST_BYTES) for what, held in raw.items()}
        return {**names, "vectors": self.vectors, "query_vectors": self.query_vectors}

    @property
    def nbytes(self) -> int:
        """Bytes of all vectors and names."""
        return sum(int(array.nbytes) for array in self._arrays.values())

    def write(self) -> None:
        """Put it into its place, whole or not at all. Raises VecassayError when there is no room."""
        from safetensors.numpy import save_file

        path = place(self.digest)
        if path.is_file():
            return
        told = {"texts": self.texts, "corpus": self.corpus, "queries": str(len(self.query_names))}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _check_room(path.parent, self.nbytes)
            with NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as beside:
                written = Path(beside.name)
            try:
                save_file(self._arrays, written, told)
                written.replace(path)
            finally:
                written.unlink(missing_ok=True)
        except OSError as error:
            raise VecassayError(
                f"The vectors could not be kept in {path.parent} ({error.strerror or error}). Make room or allow "
                f"writing there, or choose another place with VECASSAY_HOME."
            ) from error


def place(digest: str) -> Path:
    """Where vectors with this digest are kept."""
    return settings().home / "imported" / f"{digest}{ENDING}"


def told(label: str, digest: str | None) -> Mapping[str, str]:
    """What a file says of itself, without reading its vectors; raises NotReady when it is not here."""
    with _opened(label, digest) as file:
        found: Mapping[str, str] = file.metadata() or {}
        return found


def read(label: str, digest: str | None) -> Finished:
    """A file's vectors; raises NotReady when it is not here, VecassayError when it is damaged."""
    with _opened(label, digest) as file, suppress(KeyError, TypeError, ValueError):
        facts = file.metadata()
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
        names = {what: arrays.pop(what).reshape(-1).view(KEY) for what in ("names", "query_names")}
        found = Finished(facts["texts"], facts["corpus"], **names, **arrays)
        if found.digest == digest:
            return found
    raise _damaged(label)


def names(label: str, digest: str | None, role: Role) -> Keys:
    """The digests of the texts whose vectors in a role a file holds, `(n,)`; raises NotReady when it is not here."""
    with _opened(label, digest) as file:
        held: Keys = file.get_tensor("query_names" if role is Role.QUERY else "names").reshape(-1).view(KEY)
        return held


def _opened(label: str, digest: str | None) -> Any:
    from safetensors import SafetensorError, safe_open

    path = place(digest or "")
    if not re.fullmatch(f"[0-9a-f]{{{2 * DIGEST_BYTES}}}", digest or "") or not path.is_file():
        raise NotReady(
            f"The vectors of {label} are not on this machine: they were brought as a file, which is gone from "
            f"{path.parent}, or this worker has another VECASSAY_HOME. Import them again."
        )
    try:
        return safe_open(path, framework="numpy")
    except SafetensorError as error:
        raise _damaged(label) from error


def _damaged(label: str) -> VecassayError:
    return VecassayError(
        f"The file with the vectors of {label} is damaged: its numbers are not those that were brought. Remove the "
        f"file from the folder “imported” of VECASSAY_HOME, and import them again."
    )


def _check_room(folder: Path, more: int) -> None:
    """Vectors that were brought cannot be made again, so that none leaves by itself: the limit is the store's."""
    held = sum(path.stat().st_size for path in folder.glob(f"*{ENDING}"))
    if held + more > settings().store_bytes:
        raise VecassayError(
            f"There is no room for {more:,} bytes of vectors: {held:,} are kept already, and the limit is "
            f"{settings().store_bytes:,} (VECASSAY_STORE_BYTES). Remove files that nobody needs from {folder}."
        )
