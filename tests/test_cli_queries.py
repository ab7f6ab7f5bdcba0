"""Texts, queries and judgements as the command line names them."""

from pathlib import Path

import pytest

from core import corpora, pipeline
from core.cli.arguments import Reader
from core.errors import VecassayError
from core.types import Corpus, Judgement, Query

TEXTS = Corpus("fruit", ("red apple", "green pear"), ids=("a", "b"))
ASKED = (Query("q1", "red ?"), Query("q2", "green ?"))
WHOLE = corpora.with_judgements(TEXTS, ASKED, [Judgement("q1", "a", 2), Judgement("q2", "b", 1)])


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def reader(**named: Path) -> Reader:
    return Reader(text=None, label=None, sample=None, seed=0, **named)


def test_a_zip_is_read_as_its_folder_is(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = reader().read(str(write(tmp_path / "fruit.zip", corpora.to_beir(WHOLE))))
    assert found.fingerprint == WHOLE.fingerprint
    assert "2 queries; 2 judgements from qrels/test.tsv." in capsys.readouterr().err
    assert pipeline.store().corpora.get(found.fingerprint, "command line") is not None


def test_queries_and_judgements_come_from_files_of_their_own(home: Path, tmp_path: Path) -> None:
    texts = write(tmp_path / "fruit.zip", corpora.to_beir(TEXTS))
    queries = write(tmp_path / "queries.csv", "id,text\nq1,red ?\nq2,green ?\n")
    qrels = write(tmp_path / "test.qrels", "q1 0 a 2\nq2 0 b 1\n")
    assert reader(queries=queries, qrels=qrels).read(str(texts)).fingerprint == WHOLE.fingerprint
    whole = write(tmp_path / "whole.zip", corpora.to_beir(WHOLE))
    other = write(tmp_path / "other.qrels", "q2 0 a 3\n")
    assert reader(qrels=other).read(str(whole)).judgements == (Judgement("q2", "a", 3),)
    with pytest.raises(VecassayError, match="have none yet"):
        reader(qrels=qrels).read(str(texts))
    with pytest.raises(VecassayError, match=r"bad\.qrels, line 1: expected"):
        reader(qrels=write(tmp_path / "bad.qrels", "q2 b\n")).read(str(whole))


def test_a_table_of_pairs_judges_given_texts_or_brings_its_own(home: Path, tmp_path: Path) -> None:
    texts = write(tmp_path / "fruit.txt", "red apple\ngreen pear\nblue plum\n")
    pairs = write(tmp_path / "pairs.csv", "query,relevant\nred ?,red apple\nsweet ?,\n")
    given = reader(queries=pairs).read(str(texts))
    assert (len(given), given.judgements) == (3, (Judgement("q1", "1", 1), Judgement("q2", "1", 0)))
    alone = reader(queries=pairs).read(str(tmp_path / "." / "pairs.csv"))
    assert (alone.texts, alone.judgements) == (("red apple",), given.judgements)


def test_a_sample_is_drawn_of_a_folder_too(home: Path, tmp_path: Path) -> None:
    texts = Corpus("many", tuple(f"text {i}" for i in range(50)))
    path = write(tmp_path / "many.zip", corpora.to_beir(texts))
    drawn = Reader(None, None, 10, 1).read(str(path))
    assert len(drawn) == 10
    assert drawn.texts != texts.texts[:10]


def test_a_table_of_texts_with_ids_and_a_table_of_queries_that_name_them(home: Path, tmp_path: Path) -> None:
    texts = write(tmp_path / "texts.csv", "id,text\na,red apple\nb,green pear\n")
    queries = write(tmp_path / "queries.csv", "query,relevant,grade\nred ?,a,2\ngreen ?,b,1\n")
    found = reader(queries=queries).read(str(texts))
    assert found.ids == ("a", "b")
    assert [(judgement.text_id, judgement.grade) for judgement in found.judgements] == [("a", 2), ("b", 1)]
    assert reader().read(str(texts)).ids is None
