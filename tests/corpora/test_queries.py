"""Tables of query, relevant text or id, grade and kind."""

from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from core import corpora
from core.corpora import Limits, QueryColumns, preview_queries, read_queries
from core.errors import VecassayError
from core.retrieval.judged import Judged
from core.types import Corpus, Judgement, Query

TEXTS = Corpus(
    "fruit",
    ("red apple", "Pears green pear", "blue plum", "red apple"),
    ids=("a", "b", "c", "d"),
    titles=("", "Pears", "", ""),
)
LIMITS = Limits(max_bytes=100_000, max_rows=1_000, max_text_chars=100)
CSV = b"""query,relevant,grade,kind
what is red?,a,3,colour
what is red?,blue plum,1,
 which is green? ,green pear,2,
which is sweet?,,,
"""


def refused(data: bytes, corpus: Corpus | None = TEXTS, name: str = "pairs.csv", **more: object) -> str:
    with pytest.raises(VecassayError) as raised:
        read_queries(name, data, corpus, limits=LIMITS, **more)  # type: ignore[arg-type]
    return str(raised.value)


def test_ids_and_whole_texts_name_what_is_relevant() -> None:
    reading = read_queries("pairs.csv", CSV, TEXTS, limits=LIMITS)
    corpus = reading.corpus
    assert corpus.queries == (
        Query("q1", "what is red?", "colour"),
        Query("q2", "which is green?"),
        Query("q3", "which is sweet?", corpora.NO_ANSWER),
    )
    assert corpus.judgements == (
        Judgement("q1", "a", 3),
        Judgement("q1", "c", 1),
        Judgement("q2", "b", 2),  # the title left out
        Judgement("q3", "a", 0),
    )
    assert (corpus.texts, corpus.ids, corpus.titles, corpus.name) == (TEXTS.texts, TEXTS.ids, TEXTS.titles, "fruit")
    assert "3 queries: 2 with a relevant text, 1 without an answer; 3 judgements." in reading.report.notes


def test_a_query_without_an_answer_is_judged_and_stays_so_in_every_format() -> None:
    corpus = read_queries("pairs.csv", CSV, TEXTS, limits=LIMITS).corpus
    again = corpora.read_zip("x.zip", corpora.to_beir(corpus)).corpus
    qrels = corpora.read_qrels("x.qrels", corpora.to_qrels(corpus), corpus).corpus
    for found in (corpus, again, qrels):
        judged = Judged.of(found)
        assert judged.evaluated().tolist() == [0, 1]
        assert judged.unanswerable().tolist() == [2]
        assert judged.unjudged.tolist() == []


def test_a_row_without_a_relevant_text_beside_one_with_it_says_nothing() -> None:
    corpus = read_queries("pairs.csv", b"query,relevant\nred?,\nred?,b\n", TEXTS, limits=LIMITS).corpus
    assert corpus.queries == (Query("q1", "red?"),)
    assert corpus.judgements == (Judgement("q1", "b", 1),)


def test_without_texts_the_relevant_ones_are_the_texts() -> None:
    data = b"question\tpassage\nwho?\tthe red one\nwhat?\tthe green one\nwhere?\tthe red one\nwhen?\t\n"
    corpus = read_queries("some/pairs.tsv", data, limits=LIMITS).corpus
    assert (corpus.name, corpus.texts, corpus.ids) == ("pairs.tsv", ("the red one", "the green one"), None)
    assert [judgement.text_id for judgement in corpus.judgements] == ["1", "2", "1", "1"]
    assert [judgement.grade for judgement in corpus.judgements] == [1, 1, 1, 0]


def parquet(**columns: object) -> bytes:
    held = BytesIO()
    pd.DataFrame(columns).to_parquet(held)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("pairs.csv", b"query;relevant;grade\nred?;a;2\nnone?;;\n"),
        ("pairs.tsv", b"query\trelevant\tgrade\nred?\ta\t2\nnone?\t\t\n"),
        ("pairs.jsonl", b'{"query": "red?", "relevant": "a", "grade": 2.0}\n{"query": "none?", "relevant": null}\n'),
        ("pairs.jsonl", b'{"query": "red?", "relevant": "a", "grade": 2}\n{"query": "none?"}\n'),
        ("pairs.parquet", parquet(query=["red?", "none?"], relevant=["a", None], grade=[2.0, None])),
    ],
)
def test_every_format_says_the_same(name: str, data: bytes) -> None:
    corpus = read_queries(name, data, TEXTS, limits=LIMITS).corpus
    assert corpus.judgements == (Judgement("q1", "a", 2), Judgement("q2", "a", 0))


@pytest.mark.parametrize(
    ("header", "guess"),
    [
        ("query,relevant,grade,kind", QueryColumns("query", "relevant", "grade", "kind")),
        ("Question,Answer", QueryColumns("Question", "Answer")),
        ("query,id", QueryColumns("query", "id")),
        ("query-id,query,corpus-id,score", QueryColumns("query", "corpus-id", "score", None, "query-id")),
        ("ask,found", QueryColumns("ask", "found")),
        ("_id,text", QueryColumns("text", None, None, None, "_id")),
    ],
)
def test_columns_are_guessed_by_name_or_by_what_the_texts_know(header: str, guess: QueryColumns) -> None:
    values = {"query-id": "x1", "_id": "a", "grade": "1", "score": "1", "kind": "k"}
    names = header.split(",")
    asked = {names[0], "query", "text"} - {"query-id", "_id"}
    row = ["why?" if name in asked else values.get(name, "a") for name in names]
    data = f"{header}\n{','.join(row)}\n".encode()
    found = preview_queries("pairs.csv", data, TEXTS, LIMITS)
    assert found.guess == guess
    assert (found.columns, found.rows, found.total) == (tuple(names), (tuple(row),), 1)


def test_queries_alone_come_without_judgements() -> None:
    data = b"_id,text\na,red?\nb,green?\n"
    reading = read_queries("queries.csv", data, TEXTS, judged=False, limits=LIMITS)
    assert [query.id for query in reading.corpus.queries] == ["a", "b"]
    assert reading.corpus.judgements == ()
    assert "2 queries read." in reading.report.notes


def test_ids_of_ones_own_queries_are_no_ids_of_texts() -> None:
    texts = Corpus("x", ("one", "two"), ids=("q1", "q3"))
    corpus = read_queries("pairs.csv", b"query,relevant\n1?,one\n2?,two\n", texts, limits=LIMITS).corpus
    assert [query.id for query in corpus.queries] == ["q2", "q4"]
    assert Judged.of(corpus).evaluated().tolist() == [0, 1]


def test_texts_without_ids_say_by_what_they_go() -> None:
    pairs = b"query,relevant text or id\nred?,c3\n"
    with pytest.raises(VecassayError, match="brought no ids: they go by their row number from 1"):
        read_queries("pairs.csv", pairs, Corpus("x", ("one", "two")), limits=LIMITS)
    with pytest.raises(VecassayError) as told:
        read_queries("pairs.csv", pairs, Corpus("x", ("one", "two"), ids=("a", "b")), limits=LIMITS)
    assert "row number" not in str(told.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"query,relevant\nred?,a\ngreen?,nowhere\n",
            "pairs.csv, line 3: 'nowhere' is neither the id nor the whole text",
        ),
        (b"query,relevant,grade\nred?,a,1.5\n", "pairs.csv, line 2: expected a whole number as grade"),
        (b"query,relevant,grade\nred?,a,\n", "pairs.csv, line 2: there is no grade"),
        (b"query,relevant,grade\nred?,a,99999\n", "pairs.csv, line 2: the grade 99999 is too large"),
        (b"query,relevant\n,a\n,b\n", "pairs.csv has no query in column 'query' of 2 rows"),
        (b"query,relevant\nred?,a,b\n", "pairs.csv, line 2: expected 2 columns as in the header, got 3"),
        (b'query,relevant\n"red?,a\n', "pairs.csv, line 2: a quotation mark is opened"),
        (b"query,relevant\n" + b"x" * 101 + b",a\n", "pairs.csv, line 2: this text has 101 characters"),
        (b"query_id,query,relevant\n1,red?,a\n1,green?,b\n", "pairs.csv, line 3: the query id '1' stands for 'red?'"),
        (b"query_id,query,relevant\n1,red?,a\n,green?,b\n", "pairs.csv, line 3 has no query id"),
        (b"query,relevant\n", "has column names and no rows"),
        (b"\0\1\2\3" * 40, "binary data"),
        (b"query,relevant\n" + b"red?,a\n" * 1_001, "the limit is 1,000"),
    ],
    ids=range(13),
)
def test_what_is_broken_is_named_with_file_and_line(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_a_few_rows_of_texts_that_are_not_there_are_left_out_and_counted() -> None:
    rows = "".join(f"query {i},a\n" for i in range(9))
    reading = read_queries("pairs.csv", f"query,relevant\n{rows}lost?,nowhere\n".encode(), TEXTS, limits=LIMITS)
    assert "1 row of a text that is not there left out (first: pairs.csv, line 11)." in reading.report.notes
    assert Judged.of(reading.corpus).unjudged.tolist() == [9]  # not "no answer": nobody said so
    assert "the same goes for 2 of 11 rows" in refused(f"query,relevant\n{rows}lost?,nowhere\nx?,no\n".encode())


def test_without_relevant_texts_there_is_no_corpus() -> None:
    assert "brings no relevant texts" in refused(b"query,relevant\nred?,\n", None)
    assert "no column holds any" in refused(b"query,other\nred?,x\n", None)
    assert "has no column 'relevent'" in refused(CSV, columns=QueryColumns("query", "relevent"))


def test_a_real_set_as_pairs_is_the_same_set(shared: Path) -> None:
    corpus = corpora.read_folder(shared / "xquad-en").corpus
    text = {query.id: query.text for query in corpus.queries}
    pairs = [(j.query_id, text[j.query_id], j.text_id, str(j.grade)) for j in corpus.judgements]
    data = "\n".join("\t".join(row) for row in [("query_id", "query", "relevant", "grade"), *pairs]).encode()
    found = read_queries("pairs.tsv", data, corpora.bare(corpus)).corpus
    assert {query.id: query.text for query in found.queries} == text
    assert set(found.judgements) == set(corpus.judgements)
