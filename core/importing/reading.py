"""A file of vectors by the end of its name."""

from pathlib import PurePath

from core.corpora.cleaning import shorten
from core.corpora.limits import Limits
from core.errors import VecassayError
from core.importing import npy, parquet
from core.importing.table import Table

ENDINGS = (".npy", ".parquet")


def read(name: str, data: bytes, limits: Limits | None = None) -> Table:
    """The vectors of a file; raises VecassayError when it is too large, damaged, or of another kind."""
    limits, name = limits or Limits.from_settings(), shorten(PurePath(name).name, 120)
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        raise VecassayError(
            f"{name} is not read: expected vectors as {' or '.join(ENDINGS)}. With numpy.save(path, vectors) a row "
            f"per text, or as Parquet with a column of vectors and one of ids or texts."
        )
    limits.check_bytes(name, len(data))
    return npy.read(name, data) if ending == ".npy" else parquet.read(name, data, limits)
