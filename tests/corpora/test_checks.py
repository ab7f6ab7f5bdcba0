import numpy as np
import pytest

from core.corpora import Limits, read
from core.corpora.checks import draw
from core.errors import VecassayError

NUMBERS = "\n".join(map(str, range(1_000))).encode()


def test_empty_duplicate_and_repaired_rows_are_counted() -> None:
    data = b"text,label\nsame,x\n,x\nsame,y\n  same  ,\nother, \n"
    reading = read("a.csv", data, text="text", label="label")
    assert reading.corpus.texts == ("same", "same", "same", "other")
    assert reading.corpus.labels == ("x", "y", "(none)", "(none)")
    report = reading.report
    assert (report.rows_read, report.empty_dropped, report.duplicates, report.repaired) == (5, 1, 2, 1)
    assert (report.labels, report.longest, report.encoding, report.sampled_from) == (2, 5, "UTF-8", None)
    assert report.notes == ("2 of 4 texts have no label; they are shown as (none).",)


def test_without_other_columns_there_are_only_texts() -> None:
    corpus = read("a.csv", b"text,label\na,x\n", text="text").corpus
    assert (corpus.labels, corpus.ids, corpus.titles, corpus.queries) == (None, None, None, ())


def test_a_title_stands_before_its_text() -> None:
    data = b"id,title,text\n1, Title ,body\n2,,bare\n3,only,\n4,,\n"
    corpus = read("a.csv", data, text="text", title="title", id="id").corpus
    assert corpus.texts == ("Title  body", "bare", "only")
    assert (corpus.ids, corpus.titles) == (("1", "2", "3"), ("Title", "", "only"))


def test_ids_are_used_once() -> None:
    with pytest.raises(VecassayError, match=r"line 5: the id 'a' was used on line 2 already"):
        read("a.csv", b'text,id\none,a\n"two\nlines",b\nthree,a\n', text="text", id="id")
    with pytest.raises(VecassayError, match=r"line 3 has no id"):
        read("a.csv", b"text,id\none,a\ntwo, \n", text="text", id="id")


def test_a_sample_keeps_the_files_order_and_is_stated() -> None:
    reading = read("a.txt", NUMBERS, sample=50, seed=3)
    rows = [int(text) for text in reading.corpus.texts]
    assert rows == sorted(set(rows))
    assert len(rows) == 50
    assert (reading.report.rows_read, reading.report.sampled_from, reading.report.seed) == (50, 1_000, 3)
    assert any("random sample of the 1,000 rows" in said and "seed 3" in said for said in reading.report.sentences())


def test_a_sample_is_the_same_for_the_same_seed_only() -> None:
    once, again, other = (read("a.txt", NUMBERS, sample=50, seed=seed).corpus for seed in (1, 1, 2))
    assert once.fingerprint == again.fingerprint != other.fingerprint


def test_a_sample_is_drawn_from_everywhere() -> None:
    seeds, total, sample = 400, 100, 10
    drawn = np.array([sorted(draw(total, sample, seed)) for seed in range(seeds)])
    # The mean of 4,000 row numbers below 100 is 49.5, with a standard error under 28.9 / sqrt(4,000) = 0.46.
    assert abs(drawn.mean() - 49.5) < 2
    # Each row is drawn 40 times on average, with a standard deviation of 6: none is left out, none preferred.
    counts = np.bincount(drawn.ravel(), minlength=total)
    assert counts.min() > 10
    assert counts.max() < 75


def test_a_sample_as_large_as_the_file_is_the_file() -> None:
    reading = read("a.txt", b"1\n2\n3", sample=3)
    assert (reading.corpus.texts, reading.report.sampled_from) == (("1", "2", "3"), None)
    assert len(read("a.txt", b"1\n2\n3", sample=99).corpus) == 3


@pytest.mark.parametrize("sample", [0, -1])
def test_a_sample_of_nothing_is_refused(sample: int) -> None:
    with pytest.raises(VecassayError, match="at least 1 row"):
        read("a.txt", NUMBERS, sample=sample)


def test_a_broken_row_is_found_even_where_it_is_not_drawn() -> None:
    data = b"text,label\n" + b"a,b\n" * 50 + b"a,b,c\n"
    for seed in range(3):
        with pytest.raises(VecassayError, match="line 52"):
            read("a.csv", data, text="text", sample=1, seed=seed, limits=Limits(10**6, 10, 100))
