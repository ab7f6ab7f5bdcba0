"""What is sent to the browser is what was meant, and what comes back is checked."""

import json
from typing import Any

import numpy as np
import pytest

from core.components.matrix import BANDS, NO_VALUE, Cell, MatrixPanel, checked, pack, quantised
from core.errors import VecassayError


def read_back(levels: np.ndarray, low: float, high: float) -> np.ndarray:
    """As matrix.js does."""
    return low + np.clip((levels.astype(float) - 1) / 252, 0, 1) * (high - low)


def packed(*panels: MatrixPanel, texts: Any = ("a", "b"), bands: Any = None, colours: Any = None) -> tuple[Any, bytes]:
    payload, digest = pack(panels, texts=texts, bands=bands, band_colours=colours, height=420, alt="alt")
    length = int.from_bytes(payload[:4], "little")
    header = json.loads(payload[4 : 4 + length])
    assert header["digest"] == digest
    return header, payload[4 + length :]


def panel(values: Any, low: float = -1.0, high: float = 1.0, **more: Any) -> MatrixPanel:
    return MatrixPanel("panel", np.asarray(values, dtype=np.float32), low, high, **more)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.12, 0.97), (-40.0, 3.5), (0.99, 0.9901)])
def test_a_value_read_back_is_off_by_at_most_half_a_level(low: float, high: float) -> None:
    values = np.random.default_rng(7).uniform(low, high, (130, 130)).astype(np.float32)
    levels = quantised(panel(values, low, high))
    assert levels.min() >= 1 and levels.max() <= 253
    rounding = 1e-6 * max(abs(low), abs(high))  # of float32
    assert np.abs(read_back(levels, low, high) - values).max() <= (high - low) / 504 + rounding


def test_zero_is_exactly_zero_where_colours_diverge() -> None:
    assert read_back(quantised(panel(np.zeros((2, 2)), -0.37, 0.37)), -0.37, 0.37).tolist() == [[0, 0], [0, 0]]


def test_no_value_below_and_above_each_say_so() -> None:
    levels = quantised(panel([[np.nan, np.inf, -np.inf], [0.0, 0.5, 1.0], [-0.2, 1.2, 1e30]], 0.0, 1.0))
    assert levels.tolist() == [[NO_VALUE] * 3, [1, 127, 253], [0, 254, 254]]


def test_a_constant_matrix_and_low_equal_to_high() -> None:
    assert quantised(panel(np.full((2, 2), 0.5), 0.5, 0.5)).tolist() == [[127, 127], [127, 127]]
    assert quantised(panel([[0.4, 0.6], [np.nan, 0.5]], 0.5, 0.5)).tolist() == [[0, 254], [NO_VALUE, 127]]
    assert quantised(panel(np.full((2, 2), 0.5), 0.0, 1.0)).tolist() == [[127, 127], [127, 127]]


def test_the_bytes_of_all_panels_follow_the_header_row_by_row() -> None:
    header, body = packed(panel([[-1, 0], [0, 1]]), panel([[1, 1], [0, np.nan]], diverging=True, unit="difference"))
    assert list(body) == [1, 127, 127, 253, 253, 253, 127, 255]
    assert [one["unit"] for one in header["panels"]] == ["cosine", "difference"]
    assert header["panels"][0]["colours"] != header["panels"][1]["colours"]


@pytest.mark.parametrize(
    ("low", "high", "decimals"), [(-1, 1, 2), (0.2, 0.7, 2), (-30, 0, 1), (0, 300, 0), (0.5, 0.501, 4), (0.3, 0.3, 2)]
)
def test_no_decimals_the_levels_do_not_know(low: float, high: float, decimals: int) -> None:
    header, _ = packed(panel(np.full((2, 2), low), low, high))
    assert header["panels"][0]["decimals"] == decimals
    assert (high - low) / 504 <= 10**-decimals


def test_texts_are_cut_to_one_short_line_and_any_character_travels() -> None:
    header, _ = packed(panel(np.zeros((2, 2))), texts=["a\n\tb " + "x" * 500, "</script>\ud800 \u202e“ü”"])
    assert header["texts"][0].startswith("a b x") and len(header["texts"][0]) == 160
    assert header["texts"][1] == "</script>\ud800 \u202e“ü”"


def test_a_label_keeps_its_colour_whatever_the_order() -> None:
    header, _ = packed(panel(np.zeros((3, 3))), texts="abc", bands=["pin", "", "card"], colours={"pin": "#010203"})
    assert (header["labels"], header["bands"]) == (["card", "pin"], [1, -1, 0])
    assert header["label_colours"] == [BANDS[0], "#010203"]
    other, _ = packed(panel(np.zeros((3, 3))), texts="abc", bands=["card", "pin", ""], colours={"pin": "#010203"})
    assert other["label_colours"] == header["label_colours"]


def test_the_same_picture_has_the_same_digest_and_another_another() -> None:
    def of(value: float, **more: Any) -> str:
        header, _ = packed(panel(np.full((2, 2), value)), **more)
        return str(header["digest"])

    assert of(0.5) == of(0.5)
    assert len({of(0.5), of(0.6), of(0.5, texts=["b", "a"]), of(0.5, bands=["x", "y"])}) == 4


@pytest.mark.parametrize(
    ("panels", "texts", "bands", "colours", "words"),
    [
        ([panel(np.zeros((2, 3)))], "ab", None, None, r"2 rows and 2 columns.*shape is \(2, 3\)"),
        ([panel(np.zeros((3, 3)))], "ab", None, None, r"2 rows and 2 columns.*\(3, 3\)"),
        ([panel(np.zeros(4))], "ab", None, None, r"\(4,\)"),
        ([], "ab", None, None, "at least one matrix"),
        ([panel(np.zeros((0, 0)))], "", None, None, "1 to 2,000 texts"),
        ([panel(np.zeros((1, 1)))], ["a"] * 2001, None, None, "2,001 texts"),
        ([panel(np.zeros((2, 2)), 1.0, -1.0)], "ab", None, None, "low to a high"),
        ([panel(np.zeros((2, 2)), float("nan"), 1.0)], "ab", None, None, "low to a high"),
        ([panel(np.zeros((2, 2)), -0.5, 1.0, diverging=True)], "ab", None, None, "zero in the middle"),
        ([panel(np.zeros((2, 2)))], "ab", ["x"], None, "One label for each"),
        ([panel(np.zeros((2, 2)))], "ab", ["x", "y"], {"x": "red;}"}, "#2F81C7"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_sentence(
    panels: Any, texts: Any, bands: Any, colours: Any, words: str
) -> None:
    with pytest.raises(VecassayError, match=words):
        packed(*panels, texts=texts, bands=bands, colours=colours)


GOOD = {"panel": 1, "row": 0, "column": 9, "digest": "d", "at": 1}


def test_a_cell_of_this_picture_is_the_answer() -> None:
    assert checked(GOOD, "d", panels=2, size=10) == Cell(panel=1, row=0, column=9)


@pytest.mark.parametrize(
    "sent",
    [
        None, 1, "cell", b"cell", True, [], [1, 0, 9], {}, [GOOD],
        {**GOOD, "digest": "another picture"}, {**GOOD, "digest": None}, {**GOOD, "digest": ["d"]},
        {**GOOD, "panel": 2}, {**GOOD, "panel": -1}, {**GOOD, "row": 10}, {**GOOD, "column": -1},
        {**GOOD, "row": 10**400}, {**GOOD, "row": 1.0}, {**GOOD, "row": float("nan")}, {**GOOD, "row": "1"},
        {**GOOD, "row": True}, {**GOOD, "row": None}, {**GOOD, "column": [[[{}]]]}, {**GOOD, "column": {"row": 1}},
        {key: value for key, value in GOOD.items() if key != "row"},
    ],
    ids=repr,
)  # fmt: skip
def test_anything_else_is_no_cell(sent: object) -> None:
    assert checked(sent, "d", panels=2, size=10) is None
