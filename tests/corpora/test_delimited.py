import pytest

from core.corpora import Limits, preview, read
from core.errors import VecassayError


def texts(data: str, name: str = "a.csv", **columns: str) -> tuple[str, ...]:
    return read(name, data.encode(), limits=Limits(10**7, 10**4, 10**4), **columns).corpus.texts  # type: ignore[arg-type]


def test_values_stay_the_strings_they_are() -> None:
    data = "text,label\n007,NA\nnull,1.0\n=cmd|'/C calc'!A0,-\n+1,nan\n"
    corpus = read("a.csv", data.encode(), text="text", label="label").corpus
    assert corpus.texts == ("007", "null", "=cmd|'/C calc'!A0", "+1")
    assert corpus.labels == ("NA", "1.0", "-", "nan")


def test_quoted_texts_hold_commas_quotes_and_lines() -> None:
    assert texts('text,label\n"a, ""b""\r\nc",x\r\nd,y\n', text="text") == ('a, "b"\nc', "d")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end: str) -> None:
    assert texts(end.join(["text,label", "a,x", "b,y", ""]), text="text") == ("a", "b")


@pytest.mark.parametrize(("delimiter", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_in_the_header_is_believed_and_noted(delimiter: str, word: str) -> None:
    data = delimiter.join(["text", '"label, or so"']) + "\n" + delimiter.join(["a, b, c", "x"]) + "\n"
    reading = read("a.csv", data.encode(), text="text", label="label, or so")
    assert reading.corpus.texts == ("a, b, c",)
    assert any(word in note for note in reading.report.notes)


def test_a_comma_in_the_header_is_no_semicolon_file() -> None:
    reading = read("a.csv", b"text,label\na;b,x\n", text="text")
    assert reading.corpus.texts == ("a;b",)
    assert reading.report.notes == ()


def test_blank_lines_are_no_rows_and_columns_without_a_name_get_one() -> None:
    found = preview("a.csv", b"\n,text\n\n0,one\n1,two\n\n")
    assert (found.columns, found.total) == (("(column 1)", "text"), 2)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('text,label\n"a\nb",x\nc,y,z\n', "line 4: expected 2 columns as in the header, got 3"),
        ("text,label\na,x\nb\n", "line 3: expected 2 columns as in the header, got 1"),
        ('text,label\na,x\n"open,y\nc,z\n', "line 3: a quotation mark is opened and not closed"),
        ('text,label\n"a\nb",x\n"c" d,y\n', "line 4: a quotation mark"),
        ('text,label\n"a,x\nb,"y"\n', r"line 2: .*noticed on line 3"),
        ("text,label, text\na,b,c\n", "two columns called 'text'"),
        ("text,label\n", "column names and no rows"),
        ("", "is empty"),
        ("text\n \n\t\n", "no text in column 'text' of 2 rows"),
    ],
)
def test_a_broken_file_gets_one_sentence_with_its_line(data: str, said: str) -> None:
    with pytest.raises(VecassayError, match=said) as caught:
        texts(data, text="text")
    assert "\n" not in str(caught.value)


def test_a_field_over_the_csv_modules_own_limit_is_read() -> None:
    long = "word " * 100_000
    reading = read("a.csv", f"text\n{long}\n".encode(), text="text", limits=Limits(10**7, 10, 10**6))
    assert reading.report.longest == len(long) - 1


def test_tsv_without_quoting_keeps_its_quotation_marks() -> None:
    data = 'a\tb\n"Hello, he said\tx\nhe said "hello"\ty\n"Yes"\tz\n'
    assert texts(data, "a.tsv", text="a") == ('"Hello, he said', 'he said "hello"', '"Yes"')


def test_tsv_quotes_that_would_swallow_rows_are_text() -> None:
    # Read as quoting, lines 2 and 3 are one record of two columns, and nothing looks wrong.
    data = 'a\tb\n"one\tx\ntwo"\ty\nthree\tz\n'
    assert texts(data, "a.tsv", text="a") == ('"one', 'two"', "three")


def test_tsv_with_quoting_is_read_as_such() -> None:
    assert texts('a\tb\n"He said ""hi"""\tx\n', "a.tsv", text="a") == ('He said "hi"',)
    assert texts('a\tb\n"one\ttwo"\tx\nthree\ty\n', "a.tsv", text="a") == ("one\ttwo", "three")
