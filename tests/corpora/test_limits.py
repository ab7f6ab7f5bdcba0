import pytest

from core.corpora import Limits, read
from core.errors import VecassayError
from core.settings import settings


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl", "a.parquet"])
def test_a_file_over_the_limit_is_refused_unread(name: str) -> None:
    with pytest.raises(VecassayError, match=rf"{name} is 2\.0 KiB; the limit is 1\.0 KiB\..*VECASSAY_MAX_FILE_BYTES"):
        read(name, b"x" * 2048, limits=Limits(1024, 10, 10_000))


def test_a_text_as_long_as_the_limit_is_read_and_one_longer_is_named() -> None:
    limits = Limits(1_000, 10, 5)
    assert read("a.txt", b"  12345  ", limits=limits).corpus.texts == ("12345",)
    with pytest.raises(
        VecassayError, match=r"a\.txt, line 3: .* 6 characters; the limit is 5.*VECASSAY_MAX_TEXT_CHARS"
    ):
        read("a.txt", b"1\n\n123456\n", limits=limits)


def test_a_text_of_a_million_characters_needs_a_raised_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"text\n" + b"a" * 1_000_000 + b"\n"
    with pytest.raises(
        VecassayError, match=r"a\.csv, line 2: this text has 1,000,000 characters; the limit is 100,000"
    ):
        read("a.csv", data)
    monkeypatch.setenv("VECASSAY_MAX_TEXT_CHARS", "1000000")
    settings.cache_clear()
    try:
        assert read("a.csv", data).report.longest == 1_000_000
    finally:
        settings.cache_clear()


def test_more_rows_than_the_limit_are_refused_never_cut() -> None:
    limits = Limits(1_000, 3, 100)
    assert len(read("a.txt", b"1\n2\n3", limits=limits).corpus) == 3
    with pytest.raises(VecassayError, match=r"has 4 rows .* limit is 3\. .*random sample .*VECASSAY_MAX_ROWS"):
        read("a.txt", b"1\n2\n3\n4", limits=limits)
    with pytest.raises(VecassayError, match="VECASSAY_MAX_ROWS"):
        read("a.txt", b"1\n2\n3\n4\n5", sample=4, limits=limits)
    assert len(read("a.txt", b"1\n2\n3\n4", sample=3, limits=limits).corpus) == 3
