"""What the maps send, what they take back, and which points an outline holds."""

import json
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from streamlit.testing.v1 import AppTest

from core.components.maps import MAX_VERTICES, Colouring, MapPanel, Selection, Shown, read
from core.components.maps_sent import MAX_TEXT, payload

XY = np.array([[0, 0], [1, 0], [0.5, 0.5], [2, 2]], dtype=np.float32)
ONE_COLOUR = Colouring(None)
NAMED = Colouring(np.array([0, 1, 1, 0], np.uint16), ("a", "b"), ("#000000", "#ffffff"), title="Label")
SQUARE = [[-0.25, -0.25], [0.75, -0.25], [0.75, 0.75], [-0.25, 0.75]]
NOTHING = Shown(None, None, None)


def opened(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The header and the bytes after it from each array's place on."""
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length])
    body = data[4 + length :]
    assert (4 + length) % 4 == 0 and all(place % 4 == 0 for place, _ in header["arrays"].values())
    return header, {name: body[place:] for name, (place, _) in header["arrays"].items()}


def naive(polygon: npt.NDArray[np.float64], xy: npt.NDArray[np.float32]) -> list[int]:
    """The even-odd rule, a point and an edge at a time."""
    found = []
    for row, (x, y) in enumerate(xy.astype(float)):
        closed = [*polygon, polygon[0]]
        crossed = sum(
            (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax)
            for (ax, ay), (bx, by) in pairwise(closed)
        )
        if crossed % 2:
            found.append(row)
    return found


def rows(polygon: Any, xy: Any = XY) -> list[int]:
    selection = Selection(0, tuple((float(x), float(y)) for x, y in polygon))
    return selection.rows(np.asarray(xy, np.float32)).tolist()


def test_an_outline_holds_the_points_inside_it() -> None:
    assert rows(SQUARE) == [0, 2]
    assert rows([[0.4, -1], [3, -1], [3, 3], [0.4, 3]]) == [1, 2, 3]
    assert rows([[5, 5], [6, 5], [6, 6]]) == []
    assert rows(SQUARE, np.zeros((0, 2))) == []


def test_the_middle_of_a_star_is_outside_by_the_even_odd_rule() -> None:
    turns = np.arange(5) * 2 * 2 * np.pi / 5 + np.pi / 2
    star = np.column_stack([np.cos(turns), np.sin(turns)])
    assert rows(star, [[0, 0], [0, 0.7], [0.9, 0.9]]) == [1]


def test_any_outline_of_many_corners_agrees_with_one_point_at_a_time() -> None:
    random = np.random.default_rng(3)
    xy = random.normal(size=(400, 2)).astype(np.float32)
    xy[:5] = np.nan
    for corners in (4, 5, 17, 200):
        polygon = random.normal(size=(corners, 2))
        polygon[1] = polygon[0]
        polygon[2] = xy[7]  # an outline through a point, and points level with corners
        expected = naive(polygon, xy)
        assert expected
        assert rows(polygon, xy) == expected


def test_rows_are_those_of_duplicates_too_and_whole_numbers() -> None:
    found = Selection(0, tuple((x, y) for x, y in SQUARE)).rows(np.repeat(XY, 2, axis=0))
    assert found.dtype == np.int64
    assert found.tolist() == [0, 1, 4, 5]


@pytest.mark.parametrize("panel", [-1, 2, True, 0.0, "0", None, [0], 10**400])
def test_a_selection_in_a_panel_that_is_not_there_is_nothing(panel: object) -> None:
    sent = {"selection": {"points": "p", "panel": panel, "polygon": SQUARE}}
    assert read(sent, points="p", panels=2, n=4) == NOTHING


@pytest.mark.parametrize(
    "polygon",
    [
        None, 7, "square", {}, [], SQUARE[:2], [[0, 0]] * (MAX_VERTICES + 1), [[0, 0], [1, 1], [2]],
        [[0, 0], [1, 1], 5], [[0, 0], [1, 1], ["2", 2]], [[0, 0], [1, 1], [float("nan"), 2]],
        [[0, 0], [1, 1], [float("inf"), 2]], [[0, 0], [1, 1], [10**400, 2]], [[0, 0], [1, 1], [True, 2]],
        [[0, 0], [1, 1], [None, 2]], [[0, 0], [1, 1], [[2], 2]], [[0, 0], [1, 1], [1e300, 2]],
        [[0, 0], [1, 1], {"x": 1, "y": 2}],
    ],
)  # fmt: skip
def test_an_outline_that_is_none_is_nothing(polygon: object) -> None:
    sent = {"selection": {"points": "p", "panel": 0, "polygon": polygon}}
    assert read(sent, points="p", panels=2, n=4) == NOTHING


@pytest.mark.parametrize("raw", [None, 3, "x", [], {}, {"points": "p"}, {"points": "other", "row": 1}, [1, 2, 3]])
def test_values_of_another_shape_or_about_other_points_are_nothing(raw: object) -> None:
    sent = {"selection": raw, "hovered": raw, "clicked": raw, "more": raw}
    assert read(sent, points="p", panels=1, n=4) == NOTHING
    assert read({}, points="p", panels=1, n=4) == NOTHING


@pytest.mark.parametrize("row", [-1, 4, 10**400, 1.0, True, "1", None, [1], float("nan")])
def test_a_row_that_is_not_there_is_nothing(row: object) -> None:
    raw = {"points": "p", "row": row}
    assert read({"hovered": raw, "clicked": raw}, points="p", panels=1, n=4) == NOTHING


def test_what_a_browser_sends_about_these_points_is_read() -> None:
    sent = {
        "selection": {"points": "p", "panel": 1, "polygon": SQUARE},
        "hovered": {"points": "p", "row": 3},
        "clicked": {"points": "p", "row": 0},
    }
    shown = read(sent, points="p", panels=2, n=4)
    assert shown == Shown(Selection(1, tuple((x, y) for x, y in SQUARE)), 3, 0)


def test_everything_is_packed_in_its_place() -> None:
    strength = np.array([0, 1, np.nan, 0.5], np.float32)
    extra = np.array([[7, 8]], np.float32)
    sent = payload(
        [MapPanel("A", XY, extra, strength), MapPanel("B", XY[::-1])],
        colouring=NAMED,
        lit=np.array([True, False, False, True]),
        texts=["x" * 1000, "<b>", "ü", ""],
        key="k",
        alt="words",
    )
    header, arrays = opened(sent.points)
    content = header["content"]
    assert header["n"] == 4
    assert header["texts"] == ["x" * MAX_TEXT, "<b>", "ü", ""]
    assert np.frombuffer(arrays["xy0"], "<f4", 8).tolist() == XY.ravel().tolist()
    assert np.frombuffer(arrays["xy1"], "<f4", 8).tolist() == XY[::-1].ravel().tolist()
    header, arrays = opened(sent.look)
    assert header["of"] == content
    assert header["titles"] == ["A", "B"]
    assert header["colouring"]["names"] == ["a", "b"]
    assert np.frombuffer(arrays["extra0"], "<f4", 2).tolist() == [7, 8]
    assert np.frombuffer(arrays["strength0"], "u1", 4).tolist() == [0, 254, 255, 127]
    assert np.frombuffer(arrays["codes"], "<u2", 4).tolist() == [0, 1, 1, 0]
    assert np.frombuffer(arrays["lit"], "u1", 4).tolist() == [1, 0, 0, 1]


def test_the_same_is_the_same_and_a_new_look_sends_no_place_again() -> None:
    first, again = (payload([MapPanel("A", XY)], colouring=NAMED) for _ in range(2))
    assert first == again
    assert opened(first.points)[0]["points"] == first.digest
    values, strength = np.array([1, 2, np.nan, 3], np.float32), np.ones(4, np.float32)
    scale = Colouring(None, values=values, scale=((0, "#000000"), (1, "#ffffff")), low=1, high=3)
    lit, placed = np.array([True, False, False, True]), np.array([[7, 8]], np.float32)
    looks = [
        payload([MapPanel("A", XY)], colouring=scale),
        payload([MapPanel("A", XY)], colouring=NAMED, lit=lit),
        payload([MapPanel("A", XY, strength=strength)], colouring=NAMED),
        payload([MapPanel("A", XY, placed)], colouring=NAMED),
        payload([MapPanel("B", XY)], colouring=NAMED),
    ]
    assert {look.points for look in looks} == {first.points}
    assert len({opened(sent.look)[0]["content"] for sent in (first, *looks)}) == 6


def test_other_places_or_texts_are_sent_again_and_looked_at_as_such() -> None:
    first, moved, more, told = (
        payload([MapPanel("A", xy)], colouring=ONE_COLOUR, texts=texts)
        for xy, texts in ((XY, None), (XY + 1, None), (XY[:3], None), (XY, ["a", "b", "c", "d"]))
    )
    assert len({first.digest, moved.digest, more.digest}) == 3
    assert first.digest == told.digest  # a selection is about places
    assert len({opened(sent.look)[0]["of"] for sent in (first, moved, more, told)}) == 4


@pytest.mark.parametrize(
    ("panels", "options"),
    [
        ([], {}),
        ([MapPanel("A", XY[:, :1])], {}),
        ([MapPanel("A", XY), MapPanel("B", XY[:3])], {}),
        ([MapPanel("A", XY, strength=XY[:3, 0])], {}),
        ([MapPanel("A", XY, extra=XY[0])], {}),
        ([MapPanel("A", XY)], {"lit": np.array([True])}),
        ([MapPanel("A", XY)], {"texts": ["one"]}),
        ([MapPanel("A", XY)], {"colouring": Colouring(np.array([0, 1, 2, 0], np.uint16), ("a",), ("#000000",))}),
        ([MapPanel("A", XY)], {"colouring": Colouring(None, names=("a", "b"), colours=("#000000",))}),
        ([MapPanel("A", XY)], {"colouring": Colouring(None, names=("a",), colours=("red;x",))}),
        ([MapPanel("A", XY)], {"colouring": Colouring(None, values=XY[:2, 0])}),
    ],
)
def test_what_does_not_fit_is_refused(panels: list[MapPanel], options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        payload(panels, **{"colouring": ONE_COLOUR, **options})


def shown_in_a_page() -> None:
    import numpy as np
    import streamlit as st

    from core.components.maps import Colouring, MapPanel, maps

    xy = np.zeros((3, 2), dtype=np.float32)
    st.text(repr(maps([MapPanel("A", xy)], colouring=Colouring(None), key="map", alt="words")))


@pytest.mark.parametrize("sent", [None, {"selection": "<script>"}, {"clicked": {"points": [], "row": {}}}])
def test_a_page_with_maps_runs_whatever_was_sent(sent: Any) -> None:
    page = AppTest.from_function(shown_in_a_page)
    if sent is not None:
        page.session_state["map"] = sent
    page.run()
    assert not page.exception
    assert page.text[0].value == repr(NOTHING)
