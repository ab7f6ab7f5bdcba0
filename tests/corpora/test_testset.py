import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from core import corpora
from core.errors import VecassayError
from core.retrieval.judged import Judged
from core.types import Corpus, Judgement, Query

TEXTS = Corpus(
    "fruit",
    ("red apple", "Pears green pear", "Title\n text after a line end", "Alone", "line one\nline two \u2028 \U0001f34e"),
    labels=("a", "(none)", "b", "b", "a, b"),
    ids=("d1", "d 2", "3", "däta", "x/y"),
    titles=("", "Pears", "Title", "Alone", ""),
)
ASKED = (
    Query("q1", "what is red ?"),
    Query("q2", 'a "quoted"\nquery', "odd kind"),
    Query("d1", "nothing", "no answer"),
)
JUDGED = (Judgement("q1", "d1", 3), Judgement("q1", "d 2", 0), Judgement("q2", "däta", 1), Judgement("d1", "x/y", -1))
WHOLE = corpora.with_judgements(TEXTS, ASKED, JUDGED)


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def test_a_test_set_can_be_taken_apart_and_put_together() -> None:
    alone = corpora.bare(WHOLE)
    assert (alone.queries, alone.judgements, alone.texts) == ((), (), WHOLE.texts)
    assert alone.fingerprint == TEXTS.fingerprint
    assert corpora.with_judgements(alone, ASKED, JUDGED).fingerprint == WHOLE.fingerprint


def test_the_later_of_two_stands_in_the_earliers_place() -> None:
    again = [Query("q1", "what is green?"), *ASKED[1:], ASKED[0]]
    found = corpora.with_judgements(TEXTS, again, [*JUDGED, Judgement("q1", "d1", 1)])
    assert found.queries == ASKED
    assert found.judgements == (Judgement("q1", "d1", 1), *JUDGED[1:])


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    data = corpora.to_beir(WHOLE)
    for found in (corpora.read_folder(unpacked(data, tmp_path)).corpus, corpora.read_zip("fruit.zip", data).corpus):
        assert found.fingerprint == WHOLE.fingerprint
    assert data == corpora.to_beir(WHOLE)  # byte for byte, whenever it is written
    assert zipfile.ZipFile(BytesIO(data)).namelist() == ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"]


def test_texts_without_ids_go_by_their_row_and_are_judged_the_same() -> None:
    corpus = corpora.with_judgements(Corpus("x", ("a", "b", "a")), ASKED[:1], [Judgement("q1", "2", 1)])
    found = corpora.read_zip("x.zip", corpora.to_beir(corpus)).corpus
    assert found.ids == ("1", "2", "3")
    assert Judged.of(found).grades == Judged.of(corpus).grades == ({1: 1},)
    assert (found.labels, found.titles) == (None, None)


def test_texts_alone_are_a_test_set_without_queries() -> None:
    found = corpora.read_zip("x.zip", corpora.to_beir(corpora.bare(WHOLE)))
    assert found.corpus.fingerprint == TEXTS.fingerprint


def test_qrels_are_as_trec_eval_reads_them() -> None:
    corpus = corpora.with_judgements(
        Corpus("x", ("a", "b")), ASKED[:2], [Judgement("q1", "2", 1), Judgement("q2", "1", 0)]
    )
    assert corpora.to_qrels(corpus) == b"q1 0 2 1\nq2 0 1 0\n"
    read = corpora.read_qrels("x.qrels", corpora.to_qrels(corpus), corpus).corpus
    assert read.fingerprint == corpus.fingerprint


@pytest.mark.parametrize(
    ("text_id", "writer"), [("d 2", corpora.to_qrels), ("d\t2", corpora.to_beir), ("", corpora.to_beir)]
)
def test_ids_that_a_format_cannot_hold_are_refused(text_id: str, writer: object) -> None:
    corpus = corpora.with_judgements(Corpus("x", ("a",), ids=(text_id,)), ASKED[:1], [Judgement("q1", text_id, 1)])
    with pytest.raises(VecassayError, match="which this file cannot hold"):
        writer(corpus)  # type: ignore[operator]


@pytest.mark.parametrize("name", ["cranfield", "medline", "xquad-en", "legal-summarization"])
def test_real_sets_survive(shared: Path, name: str) -> None:
    corpus = corpora.read_folder(shared / name).corpus
    assert corpora.read_zip(f"{name}.zip", corpora.to_beir(corpus)).corpus.fingerprint == corpus.fingerprint
