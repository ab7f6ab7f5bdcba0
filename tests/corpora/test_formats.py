import pickle

import pytest

from core.corpora import REGISTRY, Limits, preview, read
from core.corpora.formats import base
from core.errors import VecassayError


def test_every_format_is_registered_by_importing_the_package() -> None:
    assert set(REGISTRY) >= {".csv", ".tsv", ".jsonl", ".parquet", ".txt"}


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".txt", ".parquet"])
@pytest.mark.parametrize(
    "data", [b"", b"\0" * 50, b"\xff" * 3, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(256)) * 8]
)
def test_no_format_reads_what_is_no_text(suffix: str, data: bytes, limits: Limits) -> None:
    if (suffix, data) != (".txt", b"\xff" * 3):  # three letters of Latin-1
        for look in (preview, read):
            with pytest.raises(VecassayError):
                look("a" + suffix, data, limits=limits)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.xlsx", "Save the sheet as CSV"),
        ("a.pdf", "Copy its texts"),
        ("a.PKL", "A pickle can run code"),
        ("a.csv.gz", "Unpack it"),
        ("a.json", "one JSON object per line"),
        ("a.exe", r"Files that are: \.csv, \.jsonl, \.ndjson, \.parquet, \.tsv, \.txt"),
        ("a", "a file without an ending"),
        ("", "a file without an ending"),
    ],
)
def test_other_kinds_are_refused_with_what_to_do_instead(name: str, said: str) -> None:
    with pytest.raises(VecassayError, match=said):
        read(name, b"anything")


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("a pickle was opened",))


@pytest.mark.parametrize("name", ["a.pkl", "a.csv", "a.parquet", "a.jsonl", "a.txt"])
def test_a_pickle_is_never_opened(name: str) -> None:
    with pytest.raises(VecassayError):
        read(name, pickle.dumps(Bomb()))


def test_the_ending_counts_in_any_case() -> None:
    assert read("A.TXT", b"one").corpus.texts == ("one",)


def test_an_unknown_column_gets_a_hint() -> None:
    with pytest.raises(VecassayError, match=r"has no column 'txt'\. Did you mean 'text'\? Its columns: text, label\."):
        read("a.csv", b"text,label\na,b\n", text="txt")
    with pytest.raises(VecassayError, match="has no column 'lable'"):
        read("a.csv", b"text,label\na,b\n", text="text", label="lable")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.csv", "a.csv"), ("/x/../y/a.csv", "a.csv"), ("C:\\x\\a.csv", "a.csv"), ("\ud800.csv", "\ufffd.csv")],
)
def test_a_files_name_is_only_its_name(name: str, expected: str) -> None:
    assert base(name) == expected
