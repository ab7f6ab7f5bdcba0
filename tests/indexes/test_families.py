"""Every index: what it finds beside faiss by hand, more with more effort, and that its bytes are those on disk."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from core.indexes import EFFORTS, REGISTRY, Built
from core.indexes.asked import Asked
from core.indexes.held import threads
from core.indexes.ivf import lists, probes
from core.linalg import nearest
from core.retrieval.forms import CONSTRUCTION
from core.types import Floats
from core.work import quiet

EVERY = ("exact", "hnsw", "hnsw_sq", "ivf", "lance")


def built(key: str, vectors: Floats, folder: Path) -> tuple[Built, int]:
    family = REGISTRY[key]
    if family.missing:
        pytest.skip(family.missing)
    width = family.widths(len(vectors))[0]
    return family.build(vectors, width=width, seed=0, folder=folder), width


def recalls(key: str, vectors: Floats, queries: Floats, folder: Path) -> list[float]:
    """Mean recall at each effort, least first."""
    index, width = built(key, vectors, folder)
    asked = Asked.of(queries, vectors, np.full(len(queries), -1), quiet)
    efforts = REGISTRY[key].efforts(len(vectors), width)
    return [float(asked.recall(vectors, index.search(queries, asked.k, effort)).mean()) for effort in efforts]


def test_the_families_are_these() -> None:
    assert tuple(REGISTRY) == EVERY


@pytest.mark.parametrize("key", EVERY)
def test_one_query_and_many_find_the_same_in_the_shape_asked_for(
    key: str, vectors: Floats, queries: Floats, tmp_path: Path
) -> None:
    index, width = built(key, vectors, tmp_path)
    effort = REGISTRY[key].efforts(len(vectors), width)[-1]
    many = index.search(queries[:20], 11, effort)
    assert many.shape == (20, 11)
    assert many.dtype == np.int64
    single = np.concatenate([index.search(queries[i : i + 1], 11, effort) for i in range(20)])
    np.testing.assert_array_equal(np.sort(many, axis=1), np.sort(single, axis=1))
    cosines = np.einsum("qkd,qd->qk", vectors[many], queries[:20])
    assert (np.diff(cosines, axis=1) <= (0.02 if key == "hnsw_sq" else 1e-5)).all()  # int8 orders by what it holds


def test_exact_search_is_what_linalg_finds(vectors: Floats, queries: Floats, tmp_path: Path) -> None:
    index, _ = built("exact", vectors, tmp_path)
    np.testing.assert_array_equal(index.search(queries, 10, 0), nearest(queries, vectors, 10)[0])


@pytest.mark.parametrize("effort", [EFFORTS[0], EFFORTS[2]])
def test_hnsw_is_what_faiss_gives_by_hand(effort: int, vectors: Floats, queries: Floats, tmp_path: Path) -> None:
    found, width = built("hnsw", vectors, tmp_path)
    hand = faiss.IndexHNSWFlat(32, width, faiss.METRIC_INNER_PRODUCT)
    hand.hnsw.efConstruction, hand.hnsw.efSearch = CONSTRUCTION, effort
    with threads(1):
        hand.add(vectors)
    np.testing.assert_array_equal(found.search(queries, 10, effort), hand.search(queries, 10)[1])


def test_ivf_is_exact_search_in_the_nearest_lists(vectors: Floats, queries: Floats, tmp_path: Path) -> None:
    found, width = built("ivf", vectors, tmp_path)
    centres = found.index.quantizer.reconstruct_n(0, width)  # type: ignore[attr-defined]
    lists_of = (vectors @ centres.T).argmax(axis=1)
    rows = found.search(queries, 5, 2)
    for query, own in zip(queries, rows, strict=True):
        searched = np.flatnonzero(np.isin(lists_of, np.argsort(-(query @ centres.T))[:2]))
        best = searched[np.argsort(-(vectors[searched] @ query), kind="stable")][:5]
        np.testing.assert_array_equal(own[: len(best)], best)


@pytest.mark.parametrize("key", ["hnsw", "ivf"])
def test_recall_grows_with_effort(key: str, vectors: Floats, queries: Floats, tmp_path: Path) -> None:
    found = recalls(key, vectors, queries, tmp_path)
    assert (np.diff(found) >= 0).all()
    assert found[0] < found[-1]
    assert found[-1] == 1.0


@pytest.mark.parametrize("key", ["hnsw_sq", "lance"])
def test_recall_over_int8_hardly_falls_with_effort(key: str, vectors: Floats, queries: Floats, tmp_path: Path) -> None:
    found = recalls(key, vectors, queries, tmp_path)
    assert (np.diff(found) >= -0.002).all()
    assert found[-1] > (0.9 if key == "hnsw_sq" else 0.98)  # LanceDB compares again in float32


@pytest.mark.parametrize("key", EVERY[:-1])
def test_bytes_are_those_that_faiss_writes(key: str, vectors: Floats, tmp_path: Path) -> None:
    index, _ = built(key, vectors, tmp_path)
    faiss.write_index(index.index, str(tmp_path / "index"))  # type: ignore[attr-defined]
    assert index.nbytes == (tmp_path / "index").stat().st_size


def test_bytes_of_lancedb_are_those_of_its_folder(vectors: Floats, tmp_path: Path) -> None:
    index, _ = built("lance", vectors, tmp_path)
    assert index.nbytes == sum(path.stat().st_size for path in tmp_path.glob("**/*") if path.is_file())
    assert index.nbytes > vectors.nbytes * 5 / 4  # the float32 numbers, and a byte a number in the index


def test_int8_saves_three_bytes_a_number_and_links_come_on_top(vectors: Floats, tmp_path: Path) -> None:
    size = {key: built(key, vectors, tmp_path)[0].nbytes for key in EVERY[:-1]}
    assert size["exact"] < size["ivf"] < size["hnsw"]
    assert size["hnsw"] - size["hnsw_sq"] == pytest.approx(3 * vectors.size, abs=2_000)  # ranges and a longer header


@pytest.mark.parametrize(("n", "expected"), [(5, 1), (300, 10), (14_400, 480), (10_000_000, 8_192)])
def test_lists_are_four_roots_and_never_near_empty(n: int, expected: int) -> None:
    assert lists(n) == (expected,)


def test_probes_double_until_they_are_all() -> None:
    assert [probes(0, width) for width in (1, 2, 8, 10)] == [(1,), (1, 2), (1, 2, 4, 8), (1, 2, 4, 8, 10)]


@pytest.mark.parametrize("key", EVERY)
def test_very_few_texts_are_all_found(key: str, vectors: Floats, tmp_path: Path) -> None:
    index, width = built(key, vectors[:3], tmp_path)
    effort = REGISTRY[key].efforts(3, width)[-1]
    for asked in (vectors[:1], vectors[:2]):
        rows = index.search(asked, 11, effort)
        assert rows.shape == (len(asked), 11)
        assert [sorted(own[own >= 0].tolist()) for own in rows] == [[0, 1, 2]] * len(asked)


def test_settings_are_told_in_words() -> None:
    assert REGISTRY["hnsw"].setting(16, 64) == "HNSW, M 16, efSearch 64"
    assert REGISTRY["exact"].setting(0, 0) == "Exact search"
    assert REGISTRY["ivf"].setting(1, 1) == "IVF, 1 list, nprobe 1"
