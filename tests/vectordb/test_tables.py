"""A corpus written for a vector database and read back: what is in it, what it refuses, what a failure leaves."""

import io
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from core import vectordb
from core.errors import SpaceMismatch, VecassayError
from core.linalg import nearest
from core.registry import missing
from core.types import Corpus, Embeddings, Role, Space
from core.vectordb import lance, tables, writing

SPACE = Space("static", "some/model", "abc123", query_prompt="query: ", max_tokens=128, label="Some model")
OTHER = replace(SPACE, weights="def456", label="Other model")
HOSTILE = (
    "plain", "'; DROP TABLE texts; --", "=cmd()", "<script>alert(1)</script>", "../../etc/passwd", "\x00zero",
    "line\nbreak", "", "\ud800half", "🎈 مرحبا",
)  # fmt: skip
FORMATS = [
    "parquet",
    pytest.param("lance", marks=pytest.mark.skipif(bool(missing(("lancedb",))), reason="lancedb is not installed")),
]


def embedded(n: int, space: Space = SPACE, role: Role = Role.DOCUMENT, seed: int = 0) -> Embeddings:
    vectors = np.random.default_rng(seed).standard_normal((n, 12)).astype(np.float32)
    return Embeddings(space, role, 3 * vectors)


@pytest.fixture
def corpus() -> Corpus:
    ids = tuple(f"{text}#{place}" for place, text in enumerate(HOSTILE))
    return Corpus("Hostile / .. \\ corpus", HOSTILE, labels=tuple("ab" * 5), ids=ids)


def written(corpus: Corpus, folder: Path, kind: str, space: Space = SPACE) -> Path:
    found = vectordb.write(corpus, embedded(len(corpus), space), "Some model", folder, key="some", formats=[kind])
    return found[0].path


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_written_is_read_back(kind: str, corpus: Corpus, tmp_path: Path) -> None:
    path = written(corpus, tmp_path, kind)
    assert path == tmp_path / f"hostile-corpus-some.{kind}"
    assert sorted(tmp_path.iterdir()) == [path]
    facts = vectordb.opened(path).facts
    assert asdict(facts.space) == asdict(SPACE)
    assert (facts.digest, facts.model, facts.corpus) == (SPACE.digest, "Some model", corpus.name)
    assert (facts.texts, facts.dimension) == (10, 12)
    queries = embedded(4, role=Role.QUERY, seed=1)
    found = vectordb.opened(path).search(queries, 3)
    rows, cosines = nearest(queries.unit, embedded(10).unit, 3)
    assert corpus.ids is not None
    assert corpus.labels is not None
    for own, expected, values in zip(found, rows, cosines, strict=True):
        assert [each["id"] for each in own] == [corpus.ids[row].replace("\ud800", "?") for row in expected]
        assert [each["text"] for each in own] == [HOSTILE[row].replace("\ud800", "?") for row in expected]
        assert [each["label"] for each in own] == [corpus.labels[row] for row in expected]
        assert [each["title"] for each in own] == [None] * 3
        np.testing.assert_allclose([each["score"] for each in own], values, atol=1e-6)
    assert len(vectordb.opened(path).search(queries, 99)[0]) == 10


@pytest.mark.parametrize("kind", FORMATS)
def test_other_tools_see_unit_vectors_and_the_space(kind: str, corpus: Corpus, tmp_path: Path) -> None:
    path = written(corpus, tmp_path, kind)
    if kind == "parquet":
        table = pq.read_table(path)
    else:
        import lancedb

        table = lancedb.connect(tmp_path).open_table(path.stem).to_arrow()
    assert table.schema.names == ["id", "text", "label", "title", "vector"]
    assert table.schema.field("vector").type == pa.list_(pa.float32(), 12)
    np.testing.assert_array_equal(np.stack(table["vector"].to_numpy()), embedded(10).unit)
    told = json.loads(table.schema.metadata[b"vecassay"])
    assert told["normalised"] is True
    assert told["space"] == asdict(SPACE)
    assert told["digest"] == SPACE.digest


@pytest.mark.parametrize("kind", FORMATS)
def test_a_query_of_another_model_is_refused_naming_both(kind: str, corpus: Corpus, tmp_path: Path) -> None:
    table = vectordb.opened(written(corpus, tmp_path, kind))
    with pytest.raises(SpaceMismatch, match=r"Some model and of Other model"):
        table.search(embedded(1, OTHER, Role.QUERY), 3)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_table_of_another_space_is_not_overwritten_and_one_of_the_same_is(
    kind: str, corpus: Corpus, tmp_path: Path
) -> None:
    path = written(corpus, tmp_path, kind)
    with pytest.raises(SpaceMismatch, match="holds vectors of Some model"):
        written(corpus, tmp_path, kind, OTHER)
    assert vectordb.opened(path).facts.digest == SPACE.digest
    shorter = Corpus(corpus.name, ("one", "two"))
    assert written(shorter, tmp_path, kind) == path
    assert vectordb.opened(path).facts.texts == 2
    assert [each["id"] for each in vectordb.opened(path).search(embedded(1), 5)[0]] == ["1", "2"]
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_folder_on_this_machine_is_told_by_its_name_alone(corpus: Corpus, tmp_path: Path) -> None:
    space = replace(SPACE, name="/home/anna/models/potion")
    path = written(corpus, tmp_path, "parquet", space)
    assert b"anna" not in path.read_bytes()
    assert vectordb.opened(path).facts.space.name == "folder:potion"
    assert vectordb.opened(path).search(embedded(1, space, Role.QUERY), 1)
    with pytest.raises(SpaceMismatch, match="Some model and of Some model"):
        vectordb.opened(path).search(embedded(1, replace(space, name="/home/anna/other"), Role.QUERY), 1)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({}, "does not say which model"),
        ({b"vecassay": b"not json"}, "cannot be read"),
        ({b"vecassay": b"[]"}, "cannot be read"),
        ({b"vecassay": b'{"format": 99}'}, "of format 99"),
        ({b"vecassay": b'{"format": 1, "space": {"nonsense": 1}}'}, "cannot be read"),
    ],
)
def test_a_table_without_our_metadata_says_so(
    kind: str, metadata: dict[bytes, bytes], said: str, corpus: Corpus, tmp_path: Path
) -> None:
    bare = tables.table(corpus, embedded(10), "m").replace_schema_metadata(metadata)
    path = tmp_path / f"bare.{kind}"
    if kind == "parquet":
        pq.write_table(bare, path)
    else:
        lance.write(bare, path)
    with pytest.raises(VecassayError, match=said):
        vectordb.opened(path)


@pytest.mark.parametrize(
    ("name", "said"), [("x.csv", "ending in"), ("x.parquet", "nothing at"), ("x.lance", "nothing")]
)
def test_what_is_no_table_says_so(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(VecassayError, match=said):
        vectordb.opened(tmp_path / name)


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_files_say_so(kind: str, corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / f"x.{kind}"
    if kind == "parquet":
        path.write_bytes(b"PAR1 and nothing more")
    else:
        path.mkdir()
    with pytest.raises(VecassayError, match="cannot be"):
        vectordb.opened(path)


class Full:
    """A format whose disk is full half way."""

    def __init__(self, kind: str) -> None:
        self.ENDING = f".{kind}"

    def write(self, table: Any, path: Path) -> None:
        path.mkdir() if self.ENDING == ".lance" else path.write_bytes(b"half")
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_full_disk_leaves_what_was_there(
    kind: str, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(corpus, tmp_path, kind)
    monkeypatch.setitem(writing._FORMATS, kind, Full(kind))
    with pytest.raises(VecassayError, match="No space left on device"):
        written(Corpus(corpus.name, ("one",)), tmp_path, kind)
    assert sorted(tmp_path.iterdir()) == [path]
    assert vectordb.opened(path).facts.texts == 10


@pytest.mark.parametrize("kind", FORMATS[1:])
def test_a_move_that_fails_brings_the_old_table_back(
    kind: str, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(corpus, tmp_path, kind)
    moved = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if target == path and not self.name.startswith("old-"):
            raise OSError(28, "No space left on device")
        return moved(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(VecassayError, match="No space left"):
        written(Corpus(corpus.name, ("one",)), tmp_path, kind)
    assert vectordb.opened(path).facts.texts == 10


def test_a_corpus_and_vectors_that_do_not_fit_are_refused(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(VecassayError, match="a vector for each of 10 texts; got 3"):
        vectordb.write(corpus, embedded(3), "m", tmp_path, key="m")
    with pytest.raises(VecassayError, match="formats out of parquet, lance; got csv"):
        vectordb.write(corpus, embedded(10), "m", tmp_path, key="m", formats=["csv"])
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def _zip(corpus: Corpus, tmp_path: Path) -> Iterator[ZipFile]:
    if missing(("lancedb",)):
        pytest.skip("lancedb is not installed")
    with ZipFile(io.BytesIO(vectordb.zipped(written(corpus, tmp_path / "first", "lance")))) as archive:
        yield archive


def test_an_unpacked_zip_is_a_table(_zip: ZipFile, tmp_path: Path) -> None:
    _zip.extractall(tmp_path / "second")
    assert vectordb.opened(tmp_path / "second" / "hostile-corpus-some.lance").search(embedded(1), 2)


def test_bytes_are_those_on_disk(corpus: Corpus, tmp_path: Path) -> None:
    formats = ["parquet"] if missing(("lancedb",)) else ["parquet", "lance"]
    for each in vectordb.write(corpus, embedded(10), "m", tmp_path, key="m", formats=formats):
        files = [each.path] if each.path.is_file() else [path for path in each.path.glob("**/*") if path.is_file()]
        assert each.nbytes == sum(len(path.read_bytes()) for path in files)


@pytest.mark.parametrize(
    ("parts", "name"),
    [(("Help desk (2024)", "mini_lm"), "help-desk-2024-mini-lm"), (("…",), "texts"), (("../..", "a"), "a")],
)
def test_names_are_safe(parts: tuple[str, ...], name: str) -> None:
    assert vectordb.table_name(*parts) == name
    assert len(vectordb.table_name("a" * 500, "b" * 500)) < 130
