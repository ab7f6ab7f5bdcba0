"""Vectors computed elsewhere: what is read, whose they are, what is refused, and how they answer as a model."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core import catalog, embedding, importing, pipeline, providers
from core.corpora import Limits
from core.errors import NotReady, VecassayError
from core.providers import finished
from core.settings import settings
from core.types import Corpus, ModelSpec, Query, Role
from core.work import Work, quiet

TEXTS = ("cats sleep", "dogs bark", "naïve café 🙂", "cats sleep", "birds sing")
IDS = ("a", "b", "ünï-ид", "d", "e")
QUERIES = (Query("q1", "who sleeps"), Query("q2", "who barks"))
CORPUS = Corpus("animals", TEXTS, ids=IDS, queries=QUERIES)
PLAIN = Corpus("animals", TEXTS)
LIMITS = Limits(1_000_000, 1_000, 1_000)


def vectors(n: int = 5, d: int = 4, seed: int = 0) -> "np.ndarray[Any, Any]":
    """Rows of different lengths; the fourth text is the first again, and so is its row."""
    made = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    if n == len(TEXTS):
        made[3] = made[0]
    return made


def npy(array: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def parquet(**columns: Any) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def check(data: bytes, corpus: Corpus = CORPUS, name: str = "v.npy", **more: Any) -> importing.Brought:
    return importing.check(corpus, importing.read(name, data, LIMITS), **more)


def by_text(found: importing.Brought, corpus: Corpus = CORPUS) -> "np.ndarray[Any, Any]":
    """The kept vector of each text of a corpus."""
    rows = {name: row for row, name in enumerate(found.finished.names.tolist())}
    return found.finished.vectors[[rows[name] for name in corpus.digests.tolist()]]


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8", ">f2", ">f4", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_float_in_every_order_of_bytes_and_axes(dtype: str, order: str) -> None:
    given = np.asarray(vectors().astype(dtype), order=order)
    found = check(npy(given))
    np.testing.assert_array_equal(by_text(found), given.astype(np.float32))
    assert (found.texts.n, found.texts.dimension) == (5, 4)
    assert found.texts.dtype == f"float{8 * np.dtype(dtype).itemsize}"
    assert "in the order of the file" in found.sentences()[0]


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (vectors(4), "4 vectors for 5 texts"),
        (vectors(6), "6 vectors for 5 texts"),
        (vectors()[0], r"shape \(4,\)"),
        (vectors()[None], "expected two dimensions"),
        (np.empty((5, 0), np.float32), "expected two dimensions"),
        (np.ones((5, 4), np.int8), "int8 numbers"),
        (np.ones((5, 4), np.bool_), "bool numbers"),
        (np.ones((5, 4), np.complex64), "complex64 numbers"),
        (np.ones((5, 4), "<f4,<f4"), "expected float32"),
        (np.array([["a"] * 4] * 5), "expected float32"),
    ],
)
def test_what_is_no_matrix_of_floats_is_refused(array: Any, said: str) -> None:
    with pytest.raises(VecassayError, match=said):
        check(npy(array))


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "opened",))

    with pytest.raises(VecassayError, match="pickle"):
        check(npy(np.array([[Bomb()] * 4] * 5, object), allow_pickle=True))
    assert not (tmp_path / "opened").exists()


def header(shape: str, descr: str = "<f4", more: bytes = b"") -> bytes:
    said = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(said).to_bytes(2, "little") + said + more


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (npy(vectors())[:-1], "cut off or damaged"),
        (npy(vectors()) + b"x", "cut off or damaged"),
        (npy(vectors())[:40], "cannot be read as a NumPy file"),
        (b"", "cannot be read as a NumPy file"),
        (b"\x93NUMPY", "cannot be read"),
        (b"\x93NUMPY\x09\x00" + b"\0" * 200, "cannot be read"),
        (header("(1000000000000, 1000000)"), "1,000,000,000,000 vectors of 1,000,000 numbers"),
        (header(f"({10**30}, 4)"), "it has 0"),
        (header("(-5, 4)"), "expected two dimensions"),
        (header("(5, 4)", "|O"), "pickle"),
        (header("__import__('os').getcwd()"), "cannot be read as a NumPy file"),
        (header("(" * 90), "cannot be read as a NumPy file"),
    ],
)
def test_a_damaged_or_hostile_file_is_refused_before_memory_is_taken(data: bytes, said: str) -> None:
    with pytest.raises(VecassayError, match=said):
        check(data)


def test_a_file_beyond_the_limit_or_of_another_kind_is_refused() -> None:
    with pytest.raises(VecassayError, match="VECASSAY_MAX_FILE_BYTES"):
        importing.read("v.npy", npy(vectors()), replace(LIMITS, max_bytes=100))
    with pytest.raises(VecassayError, match="VECASSAY_MAX_ROWS"):
        importing.read("v.parquet", parquet(vector=list(vectors())), replace(LIMITS, max_rows=4))
    for name in ("v.pkl", "v.npz", "v"):
        with pytest.raises(VecassayError, match=r"\.npy or \.parquet"):
            importing.read(name, npy(vectors()), LIMITS)


def test_many_equal_numbers_in_few_bytes_are_refused_by_the_footer() -> None:
    rows = pa.FixedSizeListArray.from_arrays(pa.array(np.zeros(900 * 1_000, np.float32)), 1_000)
    data = parquet(vector=rows)
    assert len(data) < 100_000  # zeros, as one entry of a dictionary
    with pytest.raises(VecassayError, match="unpacks to"):
        importing.read("v.parquet", data, LIMITS)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_rows_that_are_not_finite_are_counted(bad: float) -> None:
    given = vectors()
    given[1, 2] = given[4, 0] = bad
    with pytest.raises(VecassayError, match=r"2 of 5 rows hold NaN.*the first is row 2"):
        check(npy(given))


def test_what_float32_cannot_hold_is_not_finite() -> None:
    given = vectors().astype(np.float64)
    given[0, 0] = given[3, 0] = 1e300
    with pytest.raises(VecassayError, match="2 of 5 rows"):
        check(npy(given))


def test_lengths_and_zero_rows_are_told() -> None:
    given = np.eye(5, 4, dtype=np.float32) * [[3], [1], [0], [3], [0.5]]
    found = check(npy(given))
    assert (found.texts.shortest, found.texts.longest, found.texts.zeros) == (1, 3, 2)  # row 5 of eye(5, 4) is zero
    assert "lengths 1 to 3" in found.sentences()[0]
    assert "2 of them are zero" in found.sentences()[1]
    assert "all of length 1" in check(npy(np.ones((5, 4), np.float32) / 2)).sentences()[0]


SHUFFLED = [3, 1, 4, 0, 2]


@pytest.mark.parametrize("kind", ["list", "fixed", "large", "half", "double"])
def test_parquet_is_matched_by_id_in_any_order(kind: str) -> None:
    given = vectors()[SHUFFLED]
    types = {
        "list": pa.list_(pa.float32()),
        "fixed": pa.list_(pa.float32(), 4),
        "large": pa.large_list(pa.float32()),
        "half": pa.list_(pa.float16()),
        "double": pa.list_(pa.float64()),
    }
    numbers = [list(row) for row in (given.astype(np.float16) if kind == "half" else given)]
    data = parquet(id=[IDS[row] for row in SHUFFLED], embedding=pa.array(numbers, types[kind]))
    found = check(data, name="v.parquet")
    np.testing.assert_allclose(by_text(found), vectors(), rtol=1e-2 if kind == "half" else 1e-6)
    assert found.texts.how == "matched by id"


def test_parquet_is_matched_by_text_else_by_order() -> None:
    given = vectors()
    shuffled = parquet(text=[TEXTS[row] for row in SHUFFLED], vector=list(given[SHUFFLED]))
    for corpus in (PLAIN, CORPUS):
        found = check(shuffled, corpus, "v.parquet")
        np.testing.assert_array_equal(by_text(found), given)
        assert found.texts.how == "matched by text"
    once = parquet(text=[*TEXTS[:3], TEXTS[4]], vector=list(given[[0, 1, 2, 4]]))
    np.testing.assert_array_equal(by_text(check(once, PLAIN, "v.parquet")), given)
    assert check(parquet(vector=list(given)), PLAIN, "v.parquet").texts.how == "in the order of the file"


def test_without_ids_of_their_own_texts_go_by_text_before_row_numbers() -> None:
    others = [str(row) for row in range(5)]  # counted from 0: no id of a corpus without ids
    data = parquet(id=others, text=list(TEXTS), vector=list(vectors()))
    assert check(data, PLAIN, "v.parquet").texts.how == "matched by text"
    with pytest.raises(VecassayError, match=r"1 missing \(such as '5'\); 1 unknown \(such as '0'\)"):
        check(parquet(id=others, vector=list(vectors())), PLAIN, "v.parquet")
    counted = parquet(id=list(range(1, 6)), vector=list(vectors()))
    assert check(counted, PLAIN, "v.parquet").texts.how == "matched by id"


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (("a", "b", "ünï-ид", "d"), r"1 missing \(such as 'e'\)"),
        (("a", "b", "ünï-ид", "d", "x"), r"1 missing .*'e'.*; 1 unknown .*'x'"),
        ((*IDS, "y", "z"), r"2 unknown \(such as 'y', 'z'\)"),
        ((*IDS, "a", "a", "b"), r"2 more than once \(such as 'a', 'b'\)"),
        (("A", *IDS[1:]), r"1 missing .*'a'.*; 1 unknown .*'A'"),
        ((None, *IDS[1:]), r"1 missing .*'a'"),
    ],
)
def test_ids_must_match_exactly_and_it_is_said_how_they_do_not(ids: tuple[str, ...], said: str) -> None:
    data = parquet(id=list(ids), vector=list(vectors(len(ids))))
    with pytest.raises(VecassayError, match=said):
        check(data, name="v.parquet")


def test_several_models_in_one_file_are_refused() -> None:
    data = parquet(text=list(TEXTS * 2), vector=list(vectors(10)))
    with pytest.raises(VecassayError, match=r"4 more than once.*bring the rows of one"):
        check(data, PLAIN, "v.parquet")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"vector": pa.array([[1.0, 2.0], [1.0]] * 2 + [[1.0, 2.0]])}, "different lengths, 1 to 2"),
        ({"vector": pa.array([[1.0, 2.0], None, [1.0, 2.0], None, [1.0, 2.0]])}, "2 rows have no vector"),
        ({"vector": pa.array([[1.0, None]] * 5)}, "5 numbers are missing"),
        ({"vector": pa.array([[]] * 5, pa.list_(pa.float32()))}, "expected two dimensions"),
        ({"vector": pa.array([[1, 2]] * 5, pa.list_(pa.int8()))}, "int8 numbers"),
        ({"text": list(TEXTS)}, "no column of vectors"),
        ({"x": [1.0] * 5}, "no column of vectors"),
        ({"left": [[1.0]] * 5, "right": [[1.0]] * 5}, "several: left, right"),
    ],
)
def test_columns_that_are_no_vectors_are_refused(columns: dict[str, Any], said: str) -> None:
    with pytest.raises(VecassayError, match=said):
        check(parquet(**columns), PLAIN, "v.parquet")


def test_no_rows_and_damage_are_refused() -> None:
    empty = parquet(vector=pa.array([], pa.list_(pa.float32())))
    with pytest.raises(VecassayError, match="no rows"):
        check(empty, name="v.parquet")
    whole = parquet(vector=list(vectors()))
    for data in (b"PAR1", whole[:-20], whole[: len(whole) // 2] + b"PAR1", b"PAR1" + b"\xff" * 100 + b"PAR1"):
        with pytest.raises(VecassayError, match=r"damaged Parquet|is damaged"):
            check(data, name="v.parquet")


def test_copies_of_a_text_have_the_first_row_and_it_is_said_when_they_differ() -> None:
    given = vectors()
    assert check(npy(given)).texts.differing == 0
    given[3] += 1e-6
    assert check(npy(given)).texts.differing == 0
    given[3] = -given[0]
    found = check(npy(given))
    assert found.texts.differing == 1
    assert "the first one's counts" in " ".join(found.sentences())
    np.testing.assert_array_equal(by_text(found)[3], given[0])


def test_queries_are_matched_likewise_and_must_be_of_the_same_width() -> None:
    texts, asked = importing.read("v.npy", npy(vectors()), LIMITS), vectors(2)
    for data, name in (
        (npy(asked), "q.npy"),
        (parquet(query_id=["q2", "q1"], vector=list(asked[::-1])), "q.parquet"),
        (parquet(text=["who barks", "who sleeps"], vector=list(asked[::-1])), "q.parquet"),
    ):
        found = importing.check(CORPUS, texts, importing.read(name, data, LIMITS))
        assert found.lacking == 0
        np.testing.assert_array_equal(found.finished.query_vectors, asked)
    with pytest.raises(VecassayError, match="of two models"):
        importing.check(CORPUS, texts, importing.read("q.npy", npy(vectors(2, 3)), LIMITS))
    with pytest.raises(VecassayError, match="3 vectors for 2 queries"):
        importing.check(CORPUS, texts, importing.read("q.npy", npy(vectors(3)), LIMITS))
    with pytest.raises(VecassayError, match="has no queries"):
        importing.check(PLAIN, texts, importing.read("q.npy", npy(asked), LIMITS))
    assert "2 queries have no vectors" in " ".join(importing.check(CORPUS, texts).sentences())


Keep = Callable[..., ModelSpec]


@pytest.fixture
def keep(home: Path) -> Keep:
    def made(given: Any = None, queries: Any = None, corpus: Corpus = CORPUS, **more: Any) -> ModelSpec:
        tables = [
            importing.read("v.npy", npy(each), LIMITS)
            for each in (vectors() if given is None else given, queries)
            if each is not None
        ]
        return importing.keep(pipeline.store(), importing.check(corpus, *tables), "Elsewhere", "me", **more)

    return made


def test_they_answer_as_a_model_by_text(keep: Keep) -> None:
    asked = vectors(2)
    spec = keep(queries=asked)
    assert pipeline.store().models.listed("me") == [spec]
    assert catalog.keyed(spec).key == spec.key
    study = pipeline.study(CORPUS, [spec.key])
    work = Work(pipeline.store(), pipeline.respond)
    found = work.embed(CORPUS.texts, study.models[0], Role.DOCUMENT, fit=CORPUS)
    np.testing.assert_array_equal(found.vectors, vectors())
    said = work.embed([query.text for query in QUERIES][::-1], study.models[0], Role.QUERY, fit=CORPUS)
    np.testing.assert_array_equal(said.vectors, asked[::-1])
    assert providers.provider("imported").card(spec).dimension == 4
    assert pipeline.answer("profile", study)["zeros"] == 0


def test_they_come_back_from_their_file_when_the_store_lost_them_and_no_speed_is_told(keep: Keep) -> None:
    study = pipeline.study(CORPUS, [keep().key])
    (model,), store = study.models, pipeline.store()
    shelf = model.space.shelf(Role.DOCUMENT)
    for _ in range(2):
        found = embedding.embed(store, TEXTS, model, Role.DOCUMENT, fit=CORPUS, progress=quiet)
        np.testing.assert_array_equal(found.vectors, vectors())
        store.vectors.remove(shelf)
    assert store.vectors.runs(shelf) == []


def test_a_text_that_was_not_brought_says_what_to_do(keep: Keep) -> None:
    study = pipeline.study(CORPUS, [keep().key])
    work = Work(pipeline.store(), pipeline.respond)
    said = r"finished vectors.*texts of its own cannot be embedded.*\('new'\)\. Name the model it came from"
    with pytest.raises(VecassayError, match=said):
        work.embed(["cats sleep", "new"], study.models[0], Role.DOCUMENT, fit=CORPUS)
    with pytest.raises(VecassayError, match=r"without vectors for queries.*import the vectors again with a file"):
        work.embed(["who sleeps"], study.models[0], Role.QUERY, fit=CORPUS)
    study = pipeline.study(CORPUS, [keep(queries=vectors(2)).key])
    with pytest.raises(VecassayError, match="none is of this query"):
        work.embed(["cats sleep"], study.models[0], Role.QUERY, fit=CORPUS)


def test_a_space_is_every_number_and_the_roles_never_share_a_shelf(keep: Keep) -> None:
    one, other, asked = keep(), keep(given=vectors(seed=1)), keep(queries=vectors(2))
    assert len({one.key, other.key, asked.key}) == 3
    spaces = [pipeline.study(CORPUS, [spec.key]).models[0].space for spec in (one, other, asked)]
    assert len({space.digest for space in spaces}) == 3
    assert spaces[0].shelf(Role.DOCUMENT) != spaces[0].shelf(Role.QUERY)
    assert keep() == one  # the same again is the same


def test_they_are_of_one_corpus(keep: Keep) -> None:
    spec = keep()
    with pytest.raises(VecassayError, match=r"of other texts \(animals\)"):
        pipeline.study(Corpus("others", TEXTS[:4]), [spec.key])
    same = Corpus("the same, with queries", TEXTS)
    assert pipeline.study(same, [spec.key]).models[0].space == pipeline.study(CORPUS, [spec.key]).models[0].space


def test_a_file_that_is_gone_or_damaged_is_told(keep: Keep) -> None:
    spec, provider = keep(), providers.provider("imported")
    path = finished.place(str(spec.revision))
    raw = path.read_bytes()
    assert provider.ready(spec)
    path.write_bytes(raw[:-4] + b"\0\0\0\1")
    with pytest.raises(VecassayError, match="damaged: its numbers"):
        provider.load(spec)
    path.write_bytes(raw[:20])
    with pytest.raises(VecassayError, match="damaged"):
        provider.load(spec)
    path.unlink()
    assert not provider.ready(spec)
    with pytest.raises(NotReady, match=r"Elsewhere are not on this machine.*Import them again"):
        provider.prepare(spec)
    for revision in (None, "", "../../etc/passwd", "f" * 31):
        assert not provider.ready(replace(spec, revision=revision))


def test_nothing_is_listed_when_there_is_no_room_or_no_name(
    keep: Keep, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(VecassayError, match="Expected the name of the model"):
        importing.keep(pipeline.store(), check(npy(vectors())), " \0 ", "me")
    monkeypatch.setenv("VECASSAY_STORE_BYTES", "100")
    settings.cache_clear()
    with pytest.raises(VecassayError, match="VECASSAY_STORE_BYTES"):
        keep()
    assert pipeline.store().models.listed("me") == []
    assert not list((home / "imported").glob("*"))


def test_nothing_half_is_left_when_writing_fails(keep: Keep, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import safetensors.numpy

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.numpy, "save_file", full)
    with pytest.raises(VecassayError, match="No space left"):
        keep()
    assert not list((home / "imported").glob("*"))


def test_they_are_never_timed(keep: Keep) -> None:
    study = pipeline.study(CORPUS, [keep(queries=vectors(2)).key])
    (model,) = study.models
    asked = {"run": "r", "owner": "me", "seed": 0}
    with pytest.raises(VecassayError, match="nothing to time"):
        pipeline.answer("latency", study, setting="quick", reference="", **asked)
    with pytest.raises(VecassayError, match="nothing to time"):
        pipeline.answer("answering", study, candidates=[model.spec.key], rerankers={}, **asked)


def test_a_frame_of_pandas_is_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": list(IDS), "embedding": list(vectors())})
    frame.to_parquet(tmp_path / "v.parquet")
    found = check((tmp_path / "v.parquet").read_bytes(), name="v.parquet")
    np.testing.assert_array_equal(by_text(found), vectors())
