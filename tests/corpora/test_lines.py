import pytest

from core.corpora import Limits, paste, preview, read
from core.errors import VecassayError


def test_one_text_per_line() -> None:
    reading = paste("first\r\n\n  second  \nfirst\n")
    assert reading.corpus.texts == ("first", "second", "first")
    assert reading.corpus.name == "Pasted texts"
    report = reading.report
    assert (report.rows_read, report.empty_dropped, report.duplicates, report.repaired) == (4, 1, 1, 1)
    assert report.encoding == ""


def test_a_txt_file_has_one_column() -> None:
    found = preview("a.txt", "größer\nkleiner\n".encode("latin-1"))
    assert (found.columns, found.text, found.label, found.total) == (("text",), "text", None, 2)
    assert (found.rows, found.encoding) == ((("größer",), ("kleiner",)), "Latin-1")


def test_commas_and_separators_are_text() -> None:
    assert read("a.txt", 'a,b\n"c\nd\u2028e\n'.encode()).corpus.texts == ("a,b", '"c', "d\u2028e")


def test_hostile_lines_stay_text() -> None:
    pasted = ["<script>alert(1)</script>", "=1+1", "שלום", "👩‍👩‍👧", "../../etc/passwd"]
    assert paste("\n".join(pasted)).corpus.texts == tuple(pasted)


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_nothing_pasted_says_what_to_do(text: str) -> None:
    with pytest.raises(VecassayError, match="There is no text yet"):
        paste(text)


def test_only_nul_characters_are_no_text() -> None:
    with pytest.raises(VecassayError, match="no text in column 'text' of 2 rows"):
        paste("\0\n\0")


def test_pasting_has_the_same_limits() -> None:
    limits = Limits(max_bytes=20, max_rows=2, max_text_chars=5)
    with pytest.raises(VecassayError, match="VECASSAY_MAX_FILE_BYTES"):
        paste("é" * 11, limits=limits)
    with pytest.raises(VecassayError, match="VECASSAY_MAX_ROWS"):
        paste("a\nb\nc", limits=limits)
    with pytest.raises(VecassayError, match=r"Pasted texts, line 2: this text has 6 characters; the limit is 5"):
        paste("a\nabcdef", limits=limits)
