"""Each kind of broken qrels has its sentence, with file and line."""

import pytest

from core.corpora import Limits, read_qrels, read_queries
from core.errors import VecassayError
from core.types import Corpus, Judgement, Query

TEXTS = Corpus(
    "fruit", ("red apple", "green pear"), ids=("d1", "d2"), queries=(Query("q1", "red ?"), Query("q2", "green ?"))
)
LIMITS = Limits(max_bytes=10_000, max_rows=10, max_text_chars=100)


def refused(data: bytes, corpus: Corpus = TEXTS, limits: Limits = LIMITS) -> str:
    with pytest.raises(VecassayError) as raised:
        read_qrels("some/test.qrels", data, corpus, limits)
    return str(raised.value)


@pytest.mark.parametrize(
    "data",
    [
        b"q1 0 d1 2\nq2 0 d2 0\n",
        b"q1\td1\t2\nq2\td2\t0\n",
        b"\xef\xbb\xbfquery-id\tcorpus-id\tscore\r\nq1\td1\t2.0\r\nq2\td2\t0\r\n",
        b"\n\nq1  Q0   d1   +2\n\nq2 Q0 d2 0",
        "q1\td1\t2\nq2\td2\t0\n".encode("utf-16"),
    ],
)
def test_both_formats_are_read(data: bytes) -> None:
    found = read_qrels("x.qrels", data, TEXTS, LIMITS).corpus
    assert found.judgements == (Judgement("q1", "d1", 2), Judgement("q2", "d2", 0))
    assert (found.queries, found.texts, found.name) == (TEXTS.queries, TEXTS.texts, "fruit")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"q1 0 d1 1\nq1 d1\n", "test.qrels, line 2: expected query id, text id and a whole number"),
        (b"q1 0 d1 1\nq1 Q0 d1 1 0.93 run\n", "test.qrels, line 2: expected query id"),
        (b"q1 0 d1 1\nq1 Q0 d1 1 0.93 run\n", "It looks like a run"),
        (b"q1,d1,1\n", "test.qrels, line 1: expected query id, text id and a whole number as grade, separated by tabs"),
        (
            b"q1 0 d1 1\nq1 0 d2 0.5\n",
            "test.qrels, line 2: expected a whole number as grade, 0 for not relevant; got '0.5'",
        ),
        (b"q1 0 d1 1\nq1 0 d2 relevant\n", "test.qrels, line 2: expected a whole number"),
        (b"q1 0 d1 relevant\n", "test.qrels, line 1: expected a whole number"),
        (b"q1\td1\t1\nq1\td2\t\n", "test.qrels, line 2: there is no grade"),
        (b"q1\td1\t1\n\n\td2\t1\n", "test.qrels, line 3: there is no query id"),
        (b"q1\td1\t1\nq1\t\t1\n", "test.qrels, line 2: there is no text id"),
        (b"q1 0 d1 1\nq1 d2 1\n", "test.qrels, line 2: expected 4 columns as in the lines before, got 3"),
        (b"q1 0 d1 1\nq1 0 d2 1e3\n", "test.qrels, line 2: expected a whole number"),
        (b"q1 0 d1 1\nq1 0 d2 nan\n", "test.qrels, line 2: expected a whole number"),
        (b"q1 0 d1 1\nq1 0 d2 1_0\n", "test.qrels, line 2: expected a whole number"),
        (b"q1 0 d1 1\nq1 0 d2 5000\n", "test.qrels, line 2: the grade 5000 is too large"),
        (b"q1 0 x 1\nq9 0 d1 1\n", "None of the judgements in test.qrels"),
        (b"q1 0 x 1\nq9 0 d1 1\n", "test.qrels, line 2, query 'q9', text 'd1'"),
        (b"query\ttext\tgrade\n", "test.qrels has no judgement"),
        (b" \n", "test.qrels is empty"),
        (b"\x89PNG\0\0\1\2", "test.qrels is not text: it looks like a PNG picture"),
        (b"PK\3\4rest", "test.qrels is not text: it looks like a ZIP"),
        (b"\0\1\2\3" * 50, "test.qrels is not text: it holds binary data"),
        ("q1 0 dä 1\nü\n".encode() + b"\xff\xfe\n", "is UTF-8 for the most part, but line 3 is not"),
        (b"q1 0 d1 1\n" * 1_001, "VECASSAY_MAX_FILE_BYTES"),
    ],
    ids=range(24),
)
def test_what_is_broken_is_named_with_file_and_line(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_what_is_left_out_is_counted_and_the_first_is_named() -> None:
    data = b"q1 0 d1 1\nq9 0 d1 1\nq1 0 d7 1\nq8 0 d1 1\nq1 0 d1 3\n"
    reading = read_qrels("x.qrels", data, TEXTS, LIMITS)
    assert reading.corpus.judgements == (Judgement("q1", "d1", 3),)
    assert reading.report.notes == (
        "1 judgement of 2 queries.",
        "2 judgements of a query that is not there left out (first: x.qrels, line 2, query 'q9', text 'd1').",
        "1 judgement of a text that is not there (empty, not drawn or unknown) left out (first: x.qrels, line 3, query "
        "'q1', text 'd7').",
        "1 judgement repeated for the same query and text: the last one stands (first: x.qrels, line 5, query 'q1', "
        "text 'd1').",
    )


def test_texts_without_queries_cannot_be_judged() -> None:
    assert "have none yet. Load a file of queries" in refused(b"q1 0 d1 1\n", Corpus("bare", ("a",)))


def test_more_judgements_than_are_read_are_refused() -> None:
    many = Corpus("x", tuple(str(i) for i in range(200)), queries=TEXTS.queries)
    data = "".join(f"q1 0 {row} 1\n" for row in range(1, 102)).encode()
    assert "more judgements of these texts than are read at most, 100" in refused(data, many)


def test_a_file_of_queries_and_one_of_judgements_for_given_texts() -> None:
    queries = b'{"_id": "a", "text": "red ?", "kind": "colour"}\n{"_id": "b", "text": "green ?"}\n'
    reading = read_queries("queries.jsonl", queries, TEXTS, qrels=("x.qrels", b"a 0 d1 2\nb 0 d2 1\n"), limits=LIMITS)
    assert reading.corpus.queries == (Query("a", "red ?", "colour"), Query("b", "green ?"))
    assert reading.corpus.judgements == (Judgement("a", "d1", 2), Judgement("b", "d2", 1))
    assert "Left out: 2 queries these texts came with." in reading.report.notes
    table = read_queries("queries.tsv", b"id\ttext\na\tred ?\n", TEXTS, qrels=("x.tsv", b"a\td1\t2\n"), limits=LIMITS)
    assert table.corpus.judgements == (Judgement("a", "d1", 2),)
