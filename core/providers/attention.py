"""Attention under a padding mask, written in the converted model as the few operations that it needs.

The general form makes an engine compare, choose and add for each pair of tokens. Where the mask says only which tokens
are padding, one large negative number for each token does the same, and the scale is part of the product before it.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from core.providers import backends
from core.types import Ints

ATTENTION = "ScaledDotProductAttention"
AWAY = -1e9
"""Added to a score, it leaves nothing of the token's weight; bfloat16 holds it."""
CLEARLY = -1e4
WIDEST = 8192
SHORT = 9


def simplify(model: Any, limit: int | None) -> int:
    """Rewrite each attention under a padding mask, in place; how many there were. All others stay as they are.

    The model takes token numbers and a mask, both `(b, width)`; texts of up to `limit` tokens are what it is asked for.
    """
    if limit is None or limit > WIDEST or len(model.inputs) != 2:
        return 0
    known: dict[tuple[str, int], bool] = {}
    chosen = []
    for op in model.get_ordered_ops():
        scale = _scale(op) if op.get_type_name() == ATTENTION and _plain(op) else None
        if scale is None:
            continue
        mask = op.input_value(3)
        name = (mask.get_node().get_friendly_name(), mask.get_index())
        if name not in known:
            known[name] = _is_padding(model, mask, limit)
        if known[name]:
            chosen.append((op, scale))
    if chosen:
        _rewrite(model, chosen)
    return len(chosen)


def _plain(op: Any) -> bool:
    """Whether it is attention of as many heads for keys as for queries, under a mask."""
    shapes = [op.input_value(place).get_partial_shape() for place in range(3)]
    if op.get_attributes()["causal"] or op.get_input_size() not in (4, 5) or any(len(shape) != 4 for shape in shapes):
        return False
    heads = {shape[1].get_length() if shape[1].is_static else None for shape in shapes}
    return len(heads) == 1 and None not in heads


def _scale(op: Any) -> float | None:
    """What scores are multiplied by; None when it is not the same for all."""
    if op.get_input_size() == 4:
        wide = op.input_value(0).get_partial_shape()[3]
        return 1 / math.sqrt(wide.get_length()) if wide.is_static else None
    given = op.input_value(4).get_node()
    if given.get_type_name() != "Constant" or given.data.size != 1:
        return None
    return float(given.data.reshape(-1)[0])


def _is_padding(model: Any, mask: Any, limit: int) -> bool:
    """Whether a mask is the model's own for every query and head: tried, for its making has as many forms as models."""
    library = backends.library()
    part = library.Model([library.opset13.result(mask)], model.get_parameters(), "mask")
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    try:
        request = library.Core().compile_model(part, "CPU", options).create_infer_request()
        return all(_same(request.infer({0: ids, 1: given})[0], given) for ids, given in _examples(limit))
    except RuntimeError:
        return False


def _examples(limit: int) -> Iterator[tuple[Ints, Ints]]:
    """Token numbers and masks: padding on either side, none, gaps, and the longest text, where a window would show."""
    width = min(SHORT, limit)
    places = np.arange(width)
    masks = [places < max(1, width // 2), places >= width // 2, places >= 0, places % 3 == 0]
    for given in (np.array(masks), np.array([masks[2]]), np.arange(limit)[None] < max(1, limit - 1)):
        yield (np.arange(given.size).reshape(given.shape) % 2).astype(np.int64), given.astype(np.int64)


def _same(found: Any, given: Ints) -> bool:
    """Whether a mask `(b, heads, queries, keys)`, true or added to scores, lets exactly the given tokens through."""
    lets = found if found.dtype == np.bool_ else found == 0
    if found.ndim != 4 or found.shape[3] not in (1, given.shape[1]):
        return False
    away = True if found.dtype == np.bool_ else bool(np.all(lets | (found < CLEARLY)))
    return away and bool((lets == (given[:, None, None, :] != 0)).all())


def _rewrite(model: Any, chosen: list[tuple[Any, float]]) -> None:
    ops, one = backends.library().opset13, np.float32(1)
    given = ops.convert(model.get_parameters()[1], "f32")
    away = ops.multiply(ops.subtract(one, given), np.float32(AWAY))
    added = ops.unsqueeze(away, np.array([1, 2], np.int64))
    for op, scale in chosen:
        query, key, value = (op.input_value(place) for place in range(3))
        scores = ops.multiply(ops.matmul(query, key, False, True), np.float32(scale))
        weights = ops.softmax(ops.add(scores, added), -1)
        found = ops.matmul(weights, value, False, False)
        op.output(0).replace(found.output(0))
    model.validate_nodes_and_infer_types()
