"""Tables written so that nothing half remains: beside their place first, then moved there."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from core.errors import SpaceMismatch, VecassayError
from core.types import Corpus, Embeddings
from core.vectordb import lance, parquet
from core.vectordb.opening import opened
from core.vectordb.tables import FORMATS, table, table_name

_FORMATS: dict[str, Any] = {"parquet": parquet, "lance": lance}


@dataclass(frozen=True)
class Written:
    """A table on disk: its format, where it is, and the bytes of all its files."""

    format: str
    path: Path
    nbytes: int


def write(
    corpus: Corpus, embeddings: Embeddings, model: str, folder: Path, *, key: str, formats: Sequence[str] = FORMATS
) -> list[Written]:
    """Write a corpus with the vectors of one model into a folder, once per format; `model` is its label, `key` its key.

    What is there under the same name is replaced if it is of the same space. Raises SpaceMismatch if it is of another,
    VecassayError if it is something else, the format is unknown, or the disk is full: nothing half is left then.
    """
    unknown = [each for each in formats if each not in _FORMATS]
    if unknown or not formats:
        raise VecassayError(f"Expected formats out of {', '.join(_FORMATS)}; got {', '.join(unknown) or 'none'}.")
    name = table_name(corpus.name, key)
    places = {each: folder / f"{name}{_FORMATS[each].ENDING}" for each in formats}
    for place in places.values():
        _free(place, embeddings, model)
    made = table(corpus, embeddings, model)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as beside:
            for each, place in places.items():
                _FORMATS[each].write(made, Path(beside) / place.name)
            for place in places.values():
                _moved(Path(beside) / place.name, place, Path(beside))
    except OSError as error:
        raise VecassayError(
            f"The table could not be written: {error.strerror or error}. Nothing was changed; make room or choose "
            f"another folder."
        ) from error
    return [Written(each, place, _nbytes(place)) for each, place in places.items()]


def zipped(folder: Path) -> bytes:
    """A folder as a ZIP, not compressed further; paths in it begin with its name."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, Path(folder.name) / path.relative_to(folder))
    return buffer.getvalue()


def _free(place: Path, embeddings: Embeddings, model: str) -> None:
    """Refuse a place where something else is than a table of the same space."""
    if not place.exists() and not place.is_symlink():
        return
    there = opened(place).facts
    if there.digest != embeddings.space.digest:
        raise SpaceMismatch(
            f"{place.name} holds vectors of {there.model}, and would be replaced by vectors of {model}, which live in "
            f"another space. Choose another folder, or delete it first."
        )


def _moved(new: Path, place: Path, beside: Path) -> None:
    """Put a finished table in its place; the old one goes aside first, and comes back if that fails."""
    old = beside / f"old-{place.name}"
    if new.is_file():
        new.replace(place)
        return
    if place.exists():
        place.rename(old)
    try:
        new.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _nbytes(place: Path) -> int:
    files = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files)
