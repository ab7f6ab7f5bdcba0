"""A ZIP as named files: read in memory, never unpacked to the disk, nothing but what is asked for."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from struct import error as StructError  # noqa: N812 - the struct module calls it so
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from core.corpora.cleaning import shorten
from core.corpora.limits import Limits
from core.errors import VecassayError

MOST_FILES = 10_000
_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 1


@dataclass(frozen=True)
class Files:
    """Files of one data set, by their path below its folder. `read` raises VecassayError for one that is no good."""

    name: str
    paths: tuple[str, ...]
    read: Callable[[str], bytes]


def open_zip(name: str, data: bytes, limits: Limits, wanted: str) -> Files:
    """The files beside (and below) the file `wanted`, wherever in the archive it stands.

    Raises VecassayError when the archive is damaged, encrypted or too large, or has no such file or several. Paths that
    would lead out of the archive are ignored. What is read may unpack to `limits.max_bytes` in all.
    """
    limits.check_bytes(name, len(data))
    if data.count(_ENTRY) > MOST_FILES:  # each would take memory before anything is read
        raise VecassayError(f"{name} holds more than {MOST_FILES:,} files. Pack the data set's own files alone.")
    with _damage_named(name):
        archive = ZipFile(BytesIO(data))
        held = {path: info for info in archive.infolist() if (path := _path(info))}
    folder = _folder(name, held, wanted)
    files = {path.removeprefix(folder): info for path, info in held.items() if path.startswith(folder)}
    left = [limits.max_bytes]

    def read(path: str) -> bytes:
        info = files[path]
        _check(f"{name}: {path}", info)
        limits.check_bytes(name, limits.max_bytes - left[0] + info.file_size, "unpacks to")
        with _damage_named(f"{name}: {path}"), archive.open(info) as file:
            unpacked = file.read(left[0] + 1)  # what the archive says of its sizes may be a lie
        limits.check_bytes(name, limits.max_bytes - left[0] + len(unpacked), "unpacks to")
        left[0] -= len(unpacked)
        return unpacked

    return Files(name, tuple(files), read)


def _path(info: ZipInfo) -> str:
    """Where an entry stands; "" for folders, and for what would lead out of the archive."""
    path = PurePosixPath(info.filename.replace("\\", "/"))
    strange = path.is_absolute() or ".." in path.parts or "__MACOSX" in path.parts
    return "" if strange or info.is_dir() else str(path)


def _folder(name: str, paths: dict[str, ZipInfo], wanted: str) -> str:
    """The folder of the wanted file, with a slash behind it; the uppermost if there are several."""
    found = sorted((PurePosixPath(path) for path in paths if PurePosixPath(path).name == wanted), key=_depth)
    if not found:
        some = ", ".join(shorten(path) for path in sorted(paths)[:5]) or "nothing"
        raise VecassayError(
            f"There is no {wanted} in {name}. Expected a ZIP of a BEIR folder: corpus.jsonl, and optionally "
            f"queries.jsonl and qrels/test.tsv. It holds {some}."
        )
    if len(found) > 1 and _depth(found[1]) == _depth(found[0]):
        folders = " and ".join(shorten(str(path.parent)) for path in found[:2])
        raise VecassayError(f"{name} holds several data sets ({folders}). Pack one of them into a ZIP of its own.")
    return "" if str(found[0].parent) == "." else f"{found[0].parent}/"


def _depth(path: PurePosixPath) -> int:
    return len(path.parts)


def _check(where: str, info: ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise VecassayError(f"{where} is encrypted. Pack the files without a password.")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise VecassayError(f"{where} is packed in an unusual way. Pack the files as an ordinary ZIP (deflate).")


@contextmanager
def _damage_named(what: str) -> Iterator[None]:
    """Turns what zipfile raises for a damaged archive into one sentence."""
    damaged = (BadZipFile, zlib.error, StructError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
    try:
        yield
    except damaged as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:100]
        raise VecassayError(
            f"{what} is a damaged ZIP, or none ({reason}). Pack the files again and load the new archive."
        ) from None
