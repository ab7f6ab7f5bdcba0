"""The words of forms: read and written, refused, and the grid that is compared."""

import pytest

from core.errors import VecassayError
from core.retrieval import candidates
from core.retrieval.forms import PCA, Form, grid, parse, sizes

WORDS = ["", "@128", "@pca64", ":float16", ":int8", ":binary", ":binary*4", "@256:pq", "@pca32:binary*10",
         "/hnsw16-64", ":int8/hnsw32-128", "/ivf100-8", "@128/hnsw16-64"]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_read_and_written(word: str) -> None:
    assert parse(word).word == word
    assert parse(word).plain == (word == "")


@pytest.mark.parametrize(
    "word", ["@0", "@", "128", ":int4", ":int8*4", "/hnsw", ":binary/hnsw16-64", ":int8/ivf8-2", "@-3", "x"]
)
def test_anything_else_is_refused(word: str) -> None:
    with pytest.raises(VecassayError, match="Expected"):
        parse(word)


def test_a_form_in_words() -> None:
    assert parse("@128:int8").label == "128 dimensions, int8"
    assert parse("@pca64:binary*4").label == "64 by PCA, binary rescored ×4"
    assert parse("/hnsw16-64").label == "HNSW M 16, efSearch 64"
    assert parse("/ivf100-8").label == "IVF 100 lists, nprobe 8"


def test_the_grid_has_each_size_in_each_precision_once_the_plain_one_first() -> None:
    forms = grid(100, 1_000, (48,))
    assert forms[0] == Form()
    assert len(set(forms)) == len(forms)
    assert {form.dimension for form in forms} == {0, 32, 48, 64}
    assert {form.word for form in forms if form.dimension == 64 and not form.reduction} == {
        "@64", "@64:float16", "@64:int8", "@64:binary", "@64:binary*2", "@64:binary*4", "@64:binary*10", "@64:pq",
    }  # fmt: skip
    # 100 dimensions are no whole number of bytes of eight dimensions each.
    assert ":pq" not in {form.word for form in forms}


def test_pca_gives_no_more_than_there_are_texts_and_pq_needs_256() -> None:
    assert sizes(384, 100)[PCA] == (32, 64)
    assert not any(form.precision == "pq" for form in grid(384, 255))


def test_candidates_carry_their_form() -> None:
    candidate = candidates.parse("minilm@128:int8+bm25>judge")
    assert (candidate.model, candidate.held, candidate.fused, candidate.reranker) == (
        "minilm",
        "@128:int8",
        True,
        "judge",
    )
    assert candidate.key == "minilm@128:int8+bm25>judge"
    assert candidate.label({"minilm": "MiniLM", "judge": "Judge"}) == "MiniLM (128 dimensions, int8) + BM25 > Judge"
    assert candidates.models(["minilm@128:int8", "minilm"]) == ("minilm",)


@pytest.mark.parametrize("word", ["bm25@128", "bm25:int8", "minilm:int8*4"])
def test_words_have_no_smaller_vectors(word: str) -> None:
    with pytest.raises(VecassayError, match="Expected"):
        candidates.parse(word)
