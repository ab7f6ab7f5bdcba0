import codecs
import struct
import zlib

import pytest

from core.corpora.decoding import decode, lines
from core.errors import VecassayError

ENGLISH = "Where is my card?\nIt has not come yet.\n"
FRENCH = "Un café très agréable\nDéjà vu\n"
CHINESE = "我的卡在哪里？\n上周就应该到了。\n"
RUSSIAN = "Где моя карта? Она должна была прийти на прошлой неделе.\n" * 3


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (ENGLISH.encode(), ENGLISH, "UTF-8"),
        (CHINESE.encode(), CHINESE, "UTF-8"),
        (codecs.BOM_UTF8 + FRENCH.encode(), FRENCH, "UTF-8"),
        (codecs.BOM_UTF16_LE + FRENCH.encode("utf-16-le"), FRENCH, "UTF-16"),
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), CHINESE, "UTF-16"),
        (ENGLISH.encode("utf-16-le"), ENGLISH, "UTF-16"),
        (ENGLISH.encode("utf-16-be"), ENGLISH, "UTF-16"),
        (FRENCH.encode("utf-16-le"), FRENCH, "UTF-16"),
        (CHINESE.encode("utf-16-le"), CHINESE, "UTF-16"),
        (CHINESE.encode("utf-16-be"), CHINESE, "UTF-16"),
        (codecs.BOM_UTF32_LE + FRENCH.encode("utf-32-le"), FRENCH, "UTF-32"),
        (FRENCH.encode("latin-1"), FRENCH, "Latin-1"),
        ("café".encode("latin-1"), "café", "Latin-1"),
        ("“quoted” – that is 5 €".encode("cp1252"), "“quoted” – that is 5 €", "Windows-1252"),
        (RUSSIAN.encode("cp1251"), RUSSIAN, "cp1251"),
        (b"a stray \0 in a longer text", "a stray \0 in a longer text", "UTF-8"),
    ],
)
def test_encoding_is_found(data: bytes, text: str, encoding: str) -> None:
    assert decode("a.txt", data) == (text, encoding)


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (_png(), "a PNG picture"),
        (b"PAR1....PAR1", "a Parquet file"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"\x80\x04\x95pickle", "never opened"),
        (b"%PDF-1.7\n", "a PDF"),
        (_png()[4:], "binary data"),
        (bytes(range(256)) * 40, "binary data"),
        (b"\x01\x02\x03\x04\x05\x06", "binary data"),
        (struct.pack("<200i", *range(-100, 100)), "binary data"),
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (codecs.BOM_UTF16_LE, "empty"),
    ],
)
def test_what_is_not_text_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(VecassayError, match=r"^a\.txt is .*" + said):
        decode("a.txt", data)


def test_one_foreign_line_in_utf8_is_named() -> None:
    data = "schön\ngrün\nüber\n".encode() + "größe\n".encode("latin-1")
    with pytest.raises(VecassayError, match=r"line 4 is not\. Save the file again as UTF-8"):
        decode("a.txt", data)


def test_a_file_cut_off_after_its_mark_is_named() -> None:
    data = codecs.BOM_UTF16_LE + "one\ntwo\nthree".encode("utf-16-le")[:-1]
    with pytest.raises(VecassayError, match=r"begins as UTF-16 but line 3 is not"):
        decode("a.txt", data)


def test_lines_end_at_line_ends_only() -> None:
    text = "a\r\nb\rc\n\nd\u2028e\x0bf\x85g"
    assert list(lines(text)) == ["a\r\n", "b\r", "c\n", "\n", "d\u2028e\x0bf\x85g"]
    assert "".join(lines(text)) == text
    assert list(lines("")) == []
