"""Bytes to text, with the encoding that was found."""

import codecs
import re
from collections.abc import Iterator

from core.errors import VecassayError

_MARKS = (  # UTF-32's mark begins with UTF-16's, so it stands first
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_KINDS = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF89a": "a GIF picture",
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"\x1f\x8b": "a gzip archive",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a SQLite database",
    b"\x80\x04\x95": "a Python pickle, which is never opened",
}
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_CONTROLS = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_NON_ASCII_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*[\r\n]?")
_EVIDENCE = 100_000


def decode(name: str, data: bytes) -> tuple[str, str]:
    """The text and the encoding found; raises VecassayError for binary data, no text or mixed encodings."""
    for magic, kind in _KINDS.items():
        if data.startswith(magic):
            raise VecassayError(f"{name} is not text: it looks like {kind}. Choose a text file, or rename it.")
    text, encoding = _marked(name, data) or _unmarked(name, data)
    if not text.strip():
        raise VecassayError(f"{name} is empty. Choose a file with at least one text.")
    head = text[:_EVIDENCE]
    # A stray NUL in a text is repaired later; control characters all over mean that this never was text.
    if len(_CONTROLS.findall(head)) > min(3 + len(head) // 50, len(head) // 3):
        raise _binary(name)
    return text, encoding


def lines(text: str) -> Iterator[str]:
    r"""Lines with their ends (`\n`, `\r\n` or `\r`); other characters that Python calls line breaks are text."""
    return (found.group() for found in _LINE.finditer(text))


def _marked(name: str, data: bytes) -> tuple[str, str] | None:
    """Text whose first bytes name its encoding."""
    for mark, codec, encoding in _MARKS:
        if data.startswith(mark):
            body = data[len(mark) :]
            try:
                return body.decode(codec), encoding
            except UnicodeDecodeError as error:
                line = _line_of(body[: error.start].decode(codec))
                raise VecassayError(
                    f"{name} begins as {encoding} but line {line:,} is not. Save the file again as UTF-8."
                ) from None
    return None


def _unmarked(name: str, data: bytes) -> tuple[str, str]:
    """UTF-8 if it is, then UTF-16 if plausible, then what charset-normalizer finds."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if 0 not in data:
            return _legacy(name, data, error.start)
    else:
        if text.count("\0") * 5 < len(text):
            return text, "UTF-8"
    wide = _utf16(data)
    if wide is None:
        raise _binary(name)
    return wide, "UTF-16"


def _utf16(data: bytes) -> str | None:
    """Text in UTF-16 without a mark: its zero bytes are on one side, and what it decodes to can be printed."""
    codec = "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    head = text[:_EVIDENCE]
    odd = sum(1 for character in head if not (character.isprintable() or character.isspace()))
    return text if odd * 50 <= len(head) else None


def _legacy(name: str, data: bytes, broken: int) -> tuple[str, str]:
    """One byte, or one of the older multi-byte encodings; Western European unless that is implausible."""
    loose = data.decode("utf-8", "replace")
    wide = len(loose) - len(loose.encode("ascii", "ignore"))
    if wide >= 2 * loose.count("�"):
        line = _line_of(data[:broken].decode("utf-8"))
        raise VecassayError(
            f"{name} is UTF-8 for the most part, but line {line:,} is not. Save the file again as UTF-8."
        )
    codec = _guess(data)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        codec, text = "latin_1", data.decode("latin_1")
    names = {"cp1252": "Windows-1252", "latin_1": "Latin-1"}
    if codec == "cp1252" and not re.search(rb"[\x80-\x9f]", data):
        codec = "latin_1"  # the two differ in these 32 bytes alone
    return text, names.get(codec, codec)


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    evidence = b""
    for line in _NON_ASCII_LINE.finditer(data):
        evidence += line.group()[:_EVIDENCE]
        if len(evidence) >= _EVIDENCE:
            break
    western = from_bytes(evidence, cp_isolation=["cp1252", "latin_1"]).best()
    found = western or from_bytes(evidence).best()
    return found.encoding if found else "latin_1"


def _line_of(before: str) -> int:
    """Number of the line in which the next character stands."""
    return sum(1 for _ in lines(before + "x"))


def _binary(name: str) -> VecassayError:
    return VecassayError(f"{name} is not text: it holds binary data. Choose a text file in UTF-8, UTF-16 or Latin-1.")
