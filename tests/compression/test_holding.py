"""Texts held in fewer dimensions and bits: against sentence-transformers, faiss and by hand."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from core.compression.holding import hold
from core.compression.making import serialised
from core.compression.reducing import Reducer, normalised
from core.errors import VecassayError
from core.retrieval.forms import Form, parse
from core.retrieval.search import dense
from core.types import Floats, Ints
from core.work import quiet

N, D = 2_000, 64
NOBODY = np.full(50, -1, np.int64)


def made(n: int, d: int, decay: float = 0.0, seed: int = 0) -> Floats:
    """Unit rows whose spread falls by `decay` from dimension to dimension."""
    drawn = np.random.default_rng(seed).normal(size=(n, d)) * np.exp(-decay * np.arange(d))
    return normalised(drawn.astype(np.float32))


@pytest.fixture(scope="module")
def texts() -> Floats:
    return made(N, D)


@pytest.fixture(scope="module")
def queries() -> Floats:
    return made(50, D, seed=1)


def recall(found: Ints, exact: Ints, k: int = 10) -> float:
    return float(
        np.mean([len(set(a[:k]) & set(b[:k])) / k for a, b in zip(found.tolist(), exact.tolist(), strict=True)])
    )


def measured(texts: Floats, queries: Floats, word: str) -> float:
    exact = dense(queries, texts, 10, np.full(len(queries), -1), quiet).rows
    return recall(hold(texts, parse(word), 0).search(queries, 10, np.full(len(queries), -1), quiet).rows, exact)


def test_int8_codes_are_those_of_sentence_transformers(texts: Floats) -> None:
    from sentence_transformers.util import quantize_embeddings

    ours = hold(texts, parse(":int8"), 0).codes
    theirs = quantize_embeddings(texts, "uint8", calibration_embeddings=texts)
    # A number on the border of two steps may fall to either side by rounding.
    assert np.abs(ours.astype(int) - theirs.astype(int)).max() <= 1
    assert (ours != theirs).mean() < 0.001


def test_binary_codes_are_those_of_sentence_transformers(texts: Floats) -> None:
    from sentence_transformers.util import quantize_embeddings

    np.testing.assert_array_equal(hold(texts, parse(":binary"), 0).codes, quantize_embeddings(texts, "ubinary"))


def test_binary_search_is_hamming_distance_by_hand() -> None:
    texts = normalised(np.array([[1, 1, 1, 1], [1, 1, 1, -1], [1, -1, -1, -1], [-1, -1, -1, -1]], np.float32))
    query = normalised(np.array([[3, 2, 1, -1]], np.float32))
    found = hold(texts, parse(":binary"), 0).search(query, 4, np.array([-1]), quiet)
    # Bits that differ from 1110: one, none, two, three.
    assert found.rows.tolist() == [[1, 0, 2, 3]]
    np.testing.assert_allclose(found.scores, [[1.0, 0.5, 0.0, -0.5]])


def test_rescoring_orders_equal_bits_by_the_float_query() -> None:
    texts = normalised(np.array([[1, 1, -1, 1], [1, 1, 1, -1]], np.float32))
    query = normalised(np.array([[1, 1, 2, 0.5]], np.float32))
    # The bits of both texts differ in one place; the third number of the query is the larger one.
    assert hold(texts, parse(":binary"), 0).search(query, 2, np.array([-1]), quiet).rows.tolist() == [[0, 1]]
    assert hold(texts, parse(":binary*2"), 0).search(query, 2, np.array([-1]), quiet).rows.tolist() == [[1, 0]]


def test_truncation_is_that_of_sentence_transformers(texts: Floats) -> None:
    from sentence_transformers.util import truncate_embeddings

    theirs = normalised(np.asarray(truncate_embeddings(texts, 16)))
    np.testing.assert_allclose(hold(texts, parse("@16"), 0).vectors, theirs, atol=1e-7)


def test_pca_is_that_of_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    texts = made(N, D, 0.2).astype(np.float32)
    ours = hold(texts, parse("@pca8"), 0).vectors
    theirs = normalised(PCA(8, svd_solver="full").fit_transform(texts).astype(np.float32))
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=1e-4)


def test_the_plain_form_is_exact_search(texts: Floats, queries: Floats) -> None:
    ours, exact = hold(texts, Form(), 0).search(queries, 20, NOBODY, quiet), dense(queries, texts, 20, NOBODY, quiet)
    np.testing.assert_array_equal(ours.rows, exact.rows)
    np.testing.assert_array_equal(ours.scores, exact.scores)


def test_float16_finds_what_float32_finds(texts: Floats, queries: Floats) -> None:
    assert measured(texts, queries, ":float16") > 0.99


def test_int8_search_is_faiss_by_hand(texts: Floats, queries: Floats) -> None:
    index = faiss.IndexScalarQuantizer(D, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    index.train(texts)
    index.add(texts)
    np.testing.assert_array_equal(
        hold(texts, parse(":int8"), 0).search(queries, 10, NOBODY, quiet).rows, index.search(queries, 10)[1]
    )


@pytest.mark.parametrize("word", [":int8", ":float16", ":binary", ":pq", "/hnsw16-64", ":int8/hnsw16-64", "/ivf16-4"])
def test_bytes_are_those_on_disk(texts: Floats, word: str, tmp_path: Path) -> None:
    held = hold(texts, parse(word), 0)
    path = str(tmp_path / "index")
    (faiss.write_index_binary if word == ":binary" else faiss.write_index)(held.index, path)
    assert held.stored == Path(path).stat().st_size == len(serialised(held.index))
    assert held.stored == pytest.approx(held.bytes_per_vector * N + held.fixed_bytes)


@pytest.mark.parametrize(("word", "size"), [("", 256), (":float16", 128), (":int8", 64), (":binary", 8), (":pq", 8),
                                            ("@16", 64), ("@16:binary", 2)])  # fmt: skip
def test_bytes_of_a_vector_by_hand(texts: Floats, word: str, size: int) -> None:
    held = hold(texts, parse(word), 0)
    assert held.bytes_per_vector == size
    assert 0 <= held.fixed_bytes < 80_000


def test_decaying_variance_keeps_more_under_truncation_than_an_isotropic_set() -> None:
    kept = [measured(made(N, D, decay), made(100, D, decay, 1), "@16") for decay in (0.0, 0.1)]
    assert kept[0] < 0.5
    assert kept[1] > 0.8


def test_pca_finds_the_directions_that_truncation_loses() -> None:
    drawn = np.random.default_rng(3).normal(size=(D, D))
    turn = np.linalg.qr(drawn)[0].astype(np.float32)
    texts, queries = made(N, D, 0.1) @ turn, made(100, D, 0.1, 1) @ turn
    assert measured(texts, queries, "@pca16") > measured(texts, queries, "@16") + 0.3


@pytest.mark.parametrize("seed", range(3))
def test_rescoring_never_finds_less_and_more_of_it_finds_more(seed: int) -> None:
    texts, queries = made(N, D, 0.02, seed), made(200, D, 0.02, seed + 10)
    kept = [measured(texts, queries, word) for word in (":binary", ":binary*2", ":binary*10")]
    assert kept == sorted(kept) and kept[2] > kept[0]


def test_recall_grows_with_ef_search(queries: Floats) -> None:
    texts = made(5_000, D)
    kept = [measured(texts, queries, f"/hnsw8-{effort}") for effort in (10, 40, 160, 640)]
    assert kept == sorted(kept)
    assert kept[0] < 0.95
    assert kept[3] > 0.99


def test_ivf_that_looks_at_every_list_is_exact(texts: Floats, queries: Floats) -> None:
    assert measured(texts, queries, "/ivf16-16") == 1.0
    assert measured(texts, queries, "/ivf16-1") < 0.9


def test_hnsw_is_the_same_twice(texts: Floats, queries: Floats) -> None:
    first, second = (hold(texts, parse("/hnsw16-32"), 0).search(queries, 10, NOBODY, quiet).rows for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    "word", ["", "@16", ":int8", ":float16", ":binary", ":binary*4", ":pq", "/hnsw16-64", "/ivf16-16"]
)
def test_contract_of_every_form(texts: Floats, word: str) -> None:
    some = texts[:400].copy()
    some[7] = 0
    queries = some[:60].copy()
    queries[3] = 0
    excluded = np.arange(60)
    excluded[0] = -1
    found = hold(some, parse(word), 0).search(queries, 15, excluded, quiet)
    assert found.rows.shape == found.scores.shape == (60, 15)
    assert (found.rows[3] == -1).all() and (found.rows[7] == -1).all()
    assert not (found.rows == 7).any()
    for query in set(range(60)) - {3, 7}:
        row = found.rows[query][found.rows[query] >= 0].tolist()
        assert len(row) == len(set(row)) >= 10
        assert query not in row or query == 0
        scores = found.scores[query][: len(row)]
        assert (np.diff(scores) <= 1e-6).all()
    assert found.rows[0, 0] == 0


def test_fewer_texts_than_results_are_all_found() -> None:
    found = hold(made(3, D), parse(":binary*4"), 0).search(made(2, D, seed=5), 10, np.array([-1, -1]), quiet)
    assert sorted(found.rows[0].tolist()) == [0, 1, 2]


@pytest.mark.parametrize("size", ["", "@16", "@pca16"])
def test_texts_held_already_in_the_same_dimensions_are_not_reduced_again(
    texts: Floats, queries: Floats, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, other = hold(texts, parse(f"{size}:int8"), 0), hold(texts, parse("@pca8"), 0)
    words = [size, f"{size}:float16", f"{size}:binary*4", f"{size}:pq"]
    expected = [hold(texts, parse(word), 0) for word in words]
    different = hold(texts, parse(size), 0, like=other)
    monkeypatch.delattr(Reducer, "of")
    for word, one in zip(words, expected, strict=True):
        again = hold(texts, parse(word), 0, like=before)
        a, b = (held.search(queries, 10, NOBODY, quiet) for held in (again, one))
        np.testing.assert_array_equal(a.rows, b.rows)
        np.testing.assert_array_equal(a.scores, b.scores)
        assert again.stored == one.stored
    np.testing.assert_array_equal(different.vectors, before.vectors)


REFUSED = [
    ("@pca32", 20, "at least 32 texts"), (":pq", 100, "256 texts"), ("@65", 300, "at most the model's 64"),
    ("/ivf500-3", 300, "as texts"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "n", "said"), REFUSED)
def test_what_cannot_be_made_says_so(word: str, n: int, said: str) -> None:
    with pytest.raises(VecassayError, match=said):
        hold(made(n, D), parse(word), 0)


def test_a_reducer_leaves_a_zero_row_zero(texts: Floats) -> None:
    reducer = Reducer.of(texts, parse("@pca8"), 0)
    assert not reducer(np.zeros((1, D), np.float32)).any()
