"""Attention is rewritten where its mask says no more than what is padding, and gives the same there."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.providers import Provider, attention, backends
from core.providers.files import ModelFolder
from core.types import Role
from tests.providers.conftest import spec

HEADS, WIDE, LIMIT, WINDOW = 2, 4, 64, 32
IDS = np.array([[3, 1, 4, 1, 5, 9], [2, 6, 5, 3, 5, 8], [9, 7, 9, 3, 2, 3]], np.int64)
MASKS = {
    "right": [[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0]],
    "left": [[1, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 1]],
    "none": [[1] * 6] * 3,
}


def _model(kind: str) -> Any:
    """One attention over made-up vectors of tokens, `(b, width)` twice in, `(b, heads, width, wide)` out."""
    library = backends.library()
    ops, rng = library.opset13, np.random.default_rng(0)
    ids, mask = (ops.parameter([-1, -1], np.int64) for _ in range(2))
    vectors = ops.gather(rng.normal(size=(10, HEADS * WIDE)).astype(np.float32), ids, 0)
    split = ops.reshape(vectors, np.array([0, 0, HEADS, WIDE], np.int64), True)
    each = ops.transpose(split, np.array([0, 2, 1, 3], np.int64))
    width = ops.gather(ops.shape_of(ids), np.int64(1), np.int64(0))
    places = ops.range(np.int64(0), width, np.int64(1), "i64")
    query, key = ops.unsqueeze(places, np.int64(1)), ops.unsqueeze(places, np.int64(0))
    lets = ops.unsqueeze(ops.convert(mask, "boolean"), np.array([1, 2], np.int64))
    if kind == "causal":
        lets = ops.logical_and(lets, ops.less_equal(key, query))
    if kind == "window":
        lets = ops.logical_and(lets, ops.less(ops.absolute(ops.subtract(key, query)), np.int64(WINDOW)))
    if kind in ("added", "position"):
        lets = ops.select(lets, np.float32(0), np.float32(np.finfo(np.float32).min))
    if kind == "position":
        lets = ops.subtract(lets, ops.convert(ops.absolute(ops.subtract(key, query)), "f32"))
    if kind == "ids":
        lets = ops.logical_and(lets, ops.unsqueeze(ops.greater(ids, np.int64(0)), np.array([1, 2], np.int64)))
    given = [each, each, each] if kind == "without" else [each, each, each, lets]
    found = ops.scaled_dot_product_attention(*given, causal=kind == "flag")
    return library.Model([ops.result(found)], [ids, mask], kind)


def _left(model: Any) -> int:
    return sum(op.get_type_name() == attention.ATTENTION for op in model.get_ordered_ops())


def _run(model: Any, mask: list[list[int]]) -> Any:
    compiled = backends.library().Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled([IDS, np.array(mask, np.int64)])[0]


@pytest.mark.parametrize("kind", ["bool", "added"])
def test_under_a_padding_mask_it_gives_the_same(kind: str) -> None:
    model = _model(kind)
    assert attention.simplify(model, LIMIT) == 1
    assert _left(model) == 0
    for mask in MASKS.values():
        np.testing.assert_allclose(_run(model, mask), _run(_model(kind), mask), atol=1e-5)


@pytest.mark.parametrize("kind", ["causal", "flag", "window", "position", "ids", "without"])
def test_any_other_attention_stays_as_it_is(kind: str) -> None:
    model = _model(kind)
    assert attention.simplify(model, LIMIT) == 0
    assert _left(model) == 1


@pytest.mark.parametrize("limit", [None, attention.WIDEST + 1])
def test_where_the_longest_text_cannot_be_tried_it_stays_too(limit: int | None) -> None:
    assert attention.simplify(_model("bool"), limit) == 0


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_converted_model_has_none_left_and_gives_pytorchs_vectors(
    st: Provider, tiny_copy: Path, home: Path, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "precisions", lambda: ("f32",))
    file = next(tiny_copy.rglob("tokenizer_config.json"))
    file.write_text(file.read_text().replace("{", f'{{"padding_side": "{side}",', 1))
    asked = spec("sentence_transformers", tiny_copy, backend="openvino")
    texts = ["a cat sat on the mat", "dogs", "", "the bank raised its rates 3 times"]
    st.prepare(asked, texts=texts)
    place = backends.place(ModelFolder(asked.name, Path(asked.name)))
    check = backends.read(place)
    assert check is not None and check.facts is not None
    assert check.facts.left == (side == "left")
    assert _left(backends.library().Core().read_model(str(place / "model.xml"))) == 0
    plain = spec("sentence_transformers", tiny_copy, backend="torch")
    ours, torch = (st.load(each).encode(texts, role=Role.DOCUMENT) for each in (asked, plain))
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(torch, axis=1)
    assert ((ours * torch).sum(axis=1) / lengths).min() >= backends.LOWEST
