import json
import os
from pathlib import Path

import pytest

from core.corpora import Limits, read_folder
from core.errors import VecassayError
from core.types import Judgement, Query

CORPUS = [
    {"_id": "d1", "title": "Wings", "text": "lift and drag"},
    {"_id": "d2", "title": "", "text": "boundary layers", "metadata": {}},
    {"_id": "d3", "title": "", "text": ""},
    {"_id": 4, "text": "heat"},
]
QUERIES = [
    {"_id": "q1", "text": "what is lift"},
    {"_id": "q2", "text": "heat ?", "metadata": {}},
    {"_id": "q3", "text": " "},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td3\t1\nq2\t4\t1\nq2\tnowhere\t1\nq9\td1\t1\n"


def folder(path: Path, corpus: object = CORPUS, queries: object = QUERIES, **qrels: str) -> Path:
    for name, rows in (("corpus", corpus), ("queries", queries)):
        if rows is not None:
            text = rows if isinstance(rows, str) else "\n".join(json.dumps(row) for row in rows)  # type: ignore[attr-defined]
            (path / f"{name}.jsonl").write_text(text, "utf-8")
    if qrels:
        (path / "qrels").mkdir()
    for name, text in qrels.items():
        (path / "qrels" / f"{name}.tsv").write_text(text, "utf-8")
    return path


def test_texts_queries_and_judgements_are_read(tmp_path: Path) -> None:
    reading = read_folder(folder(tmp_path, test=QRELS))
    corpus, report = reading.corpus, reading.report
    assert corpus.name == tmp_path.name
    assert corpus.texts == ("Wings lift and drag", "boundary layers", "heat")
    assert corpus.ids == ("d1", "d2", "4")
    assert corpus.titles == ("Wings", "", "")
    assert corpus.queries == (Query("q1", "what is lift"), Query("q2", "heat ?"))
    assert corpus.judgements == (Judgement("q1", "d1", 2), Judgement("q2", "4", 1))
    assert (report.rows_read, report.empty_dropped) == (4, 1)
    assert report.notes == (
        "1 query without text left out.",
        "2 queries; 2 judgements from qrels/test.tsv.",
        "1 judgement of a query that is not there left out (first: qrels/test.tsv, line 6, query 'q9', text 'd1').",
        "2 judgements of a text that is not there (empty, not drawn or unknown) left out (first: qrels/test.tsv, "
        "line 3, query 'q1', text 'd3').",
    )


@pytest.mark.parametrize(
    "qrels",
    [
        "q1\td1\t2\nq2\td2\t-1\n",
        "q1 0 d1 2\nq2 0 d2 -1\n",
        "q1\t0\td1\t2\r\n\r\nq2\t0\td2\t-1.0",
        "a\tb\tc\nq1\td1\t2\nq2\td2\t-1",
    ],
)
def test_judgements_with_or_without_header_and_of_trec(qrels: str, tmp_path: Path) -> None:
    corpus = read_folder(folder(tmp_path, test=qrels)).corpus
    assert corpus.judgements == (Judgement("q1", "d1", 2), Judgement("q2", "d2", -1))


def test_the_test_split_comes_first_then_the_alphabet(tmp_path: Path) -> None:
    path = folder(tmp_path, train="q1\td1\t1\n", dev="q1\td1\t2\n", test="q1\td1\t3\n")
    assert read_folder(path).corpus.judgements[0].grade == 3
    (path / "qrels" / "test.tsv").unlink()
    reading = read_folder(path)
    assert reading.corpus.judgements[0].grade == 2
    assert "2 queries; 1 judgement from qrels/dev.tsv." in reading.report.notes


def test_a_pair_judged_twice_counts_once(tmp_path: Path) -> None:
    reading = read_folder(folder(tmp_path, test="q1\td1\t1\nq1\td1\t3\n"))
    assert reading.corpus.judgements == (Judgement("q1", "d1", 3),)
    said = "1 judgement repeated for the same query and text: the last one stands (first: qrels/test.tsv, line 2, "
    assert any(note.startswith(said) for note in reading.report.notes)


def test_texts_alone_are_enough(tmp_path: Path) -> None:
    reading = read_folder(folder(tmp_path, queries=None))
    assert (reading.corpus.queries, reading.corpus.judgements) == ((), ())
    assert any("no queries.jsonl" in note for note in reading.report.notes)


def test_a_sample_keeps_the_judgements_of_what_was_drawn(tmp_path: Path) -> None:
    corpus = [{"_id": str(i), "text": f"text {i}"} for i in range(100)]
    qrels = "".join(f"q1\t{i}\t1\n" for i in range(100))
    reading = read_folder(folder(tmp_path, corpus, test=qrels), sample=10, seed=1, limits=Limits(10**6, 50, 100))
    assert {judgement.text_id for judgement in reading.corpus.judgements} == set(reading.corpus.ids or ())
    assert reading.report.sampled_from == 100
    with pytest.raises(VecassayError, match="VECASSAY_MAX_ROWS"):
        read_folder(tmp_path, limits=Limits(10**6, 50, 100))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"corpus": None}, r"There is no corpus\.jsonl in"),
        ({"corpus": ""}, r"corpus\.jsonl is empty"),
        ({"corpus": '{"_id": "a", "text": "x"}\n{oops'}, r"corpus\.jsonl, line 2 is not JSON"),
        ({"corpus": '{"id": "a", "text": "x"}'}, r"corpus\.jsonl has no column '_id'\. Did you mean 'id'"),
        ({"corpus": '{"_id": "a", "text": "x"}\n{"_id": "a", "text": "y"}'}, r"corpus\.jsonl, line 2: the id 'a'"),
        ({"corpus": '{"_id": "a", "text": "x"}\n{"text": "y"}'}, r"corpus\.jsonl, line 2 has no id"),
        ({"queries": '{"_id": "q"}'}, r"queries\.jsonl has no column 'text'"),
        ({"queries": "[]"}, r"queries\.jsonl, line 1 is JSON but no object"),
        ({"test": "q1\td1\t1\nq1\td1\tmany\n"}, r"qrels/test\.tsv, line 2: expected a whole number .* got 'many'"),
        ({"test": "q1\td1\t1\nq1\td1\t0.5\n"}, r"qrels/test\.tsv, line 2"),
        ({"test": "q1\td1\nq2\td1\n"}, r"qrels/test\.tsv, line 1"),
        ({"test": "\x89PNG\0\0\0\1\2"}, r"qrels/test\.tsv is not text"),
    ],
)
def test_what_is_missing_or_broken_is_named(files: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(VecassayError, match=said):
        read_folder(folder(tmp_path, **files))


def test_each_file_has_the_limit(tmp_path: Path) -> None:
    with pytest.raises(VecassayError, match=r"test\.tsv is 534 bytes; the limit is 500 bytes"):
        read_folder(folder(tmp_path, test="q1\td1\t1\n" * 66 + "q1 d 1"), limits=Limits(500, 100, 100))


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "nowhere", tmp_path / "file", tmp_path / ("x" * 300)):
        with pytest.raises(VecassayError, match=r"corpus\.jsonl"):
            read_folder(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "corpus.jsonl")
    with pytest.raises(VecassayError, match=r"There is no corpus\.jsonl"):
        read_folder(tmp_path)
    (tmp_path / "corpus.jsonl").unlink()
    os.mkfifo(folder(tmp_path, test="q1\td1\t1\n") / "qrels" / "a.tsv")
    (tmp_path / "qrels" / "test.tsv").unlink()
    assert read_folder(tmp_path).corpus.judgements == ()


@pytest.mark.parametrize("method", ["read_bytes", "is_file", "iterdir"])
def test_an_unreadable_file_is_named(method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    folder(tmp_path, test=QRELS)
    monkeypatch.setattr(Path, method, refuse)
    with pytest.raises(VecassayError, match=r"cannot be read \(Permission denied\)"):
        read_folder(tmp_path)


def test_cranfield_is_read_whole(shared: Path) -> None:
    reading = read_folder(shared / "cranfield")
    corpus, report = reading.corpus, reading.report
    assert (report.rows_read, report.empty_dropped, len(corpus), len(corpus.queries)) == (1_400, 2, 1_398, 225)
    assert corpus.ids is not None
    assert {"471", "995"}.isdisjoint(corpus.ids)
    lines = (shared / "cranfield" / "qrels" / "test.tsv").read_text("utf-8").splitlines()[1:]
    assert len(corpus.judgements) == len(lines) - 1  # one names an empty text


def test_trec_qrels_are_found_in_the_folder_or_beside(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "README.txt").write_text("not judgements")
    (path / "qrels.txt").write_text("q1 0 d1 1\n")
    assert read_folder(path).corpus.judgements == (Judgement("q1", "d1", 1),)
    (path / "qrels").mkdir()
    (path / "qrels" / "dev.trec").write_text("q1 0 d1 2\n")
    assert read_folder(path).corpus.judgements == (Judgement("q1", "d1", 2),)
    (path / "qrels" / "TEST.QRELS").write_text("q1 0 d1 3\n")
    reading = read_folder(path)
    assert reading.corpus.judgements == (Judgement("q1", "d1", 3),)
    assert "Also there and not read: qrels/dev.trec, qrels.txt." in reading.report.notes
    assert read_folder(path, split="dev").corpus.judgements == (Judgement("q1", "d1", 2),)
    with pytest.raises(VecassayError, match=r"no judgements called 'train'. Those that are there: TEST, dev, qrels"):
        read_folder(path, split="train")


def test_judgements_that_belong_to_other_texts_are_refused(tmp_path: Path) -> None:
    said = r"None of the judgements in qrels/test\.tsv .* qrels/test\.tsv, line 1, query 'x', text 'd1'\. Check that"
    with pytest.raises(VecassayError, match=said):
        read_folder(folder(tmp_path, test="x\td1\t1\nq1\ty\t1\n"))


@pytest.mark.parametrize(
    ("name", "texts", "queries", "judgements"),
    [("medline", 1_033, 30, 696), ("xquad-en", 240, 1_187, 1_187), ("legal-summarization", 445, 290, 446)],
)
def test_real_sets_are_read_whole(shared: Path, name: str, texts: int, queries: int, judgements: int) -> None:
    reading = read_folder(shared / name)
    found = reading.corpus
    assert (len(found), len(found.queries), len(found.judgements)) == (texts, queries, judgements)
    assert reading.report.empty_dropped == 0
