"""Colours of points, and maps in three dimensions."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.charts import Cloud, Paint, classes, clouds, drawn_rows, scale
from core.charts.maps import FAINT, MOST_POINTS
from core.charts.palette import CLASS_COLOURS, OTHER, VALUES, rgb
from tests.charts.conftest import HOSTILE, harmless, texts

# OKLab, and what people with protan, deutan and tritan sight see (Machado, Oliveira & Fernandes 2009, severity 1).
CONES = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
LAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
SIGHTS = {
    "usual": np.eye(3),
    "protan": np.array([[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0521]]),
    "deutan": np.array([[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]]),
    "tritan": np.array([[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]]),
}


def _linear(colours: tuple[str, ...]) -> np.ndarray:
    part = np.array([rgb(colour) for colour in colours]) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("sight", SIGHTS)
def test_no_two_class_colours_look_alike(sight: str) -> None:
    seen = np.cbrt(np.clip(_linear((*CLASS_COLOURS, OTHER)) @ SIGHTS[sight].T, 0, 1) @ CONES.T) @ LAB.T
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=2)[np.triu_indices(len(seen), 1)]
    assert apart.min() > 0.04  # 0.02 is about what the eye just tells apart


def test_points_can_be_seen_on_white_and_on_near_black() -> None:
    light = _linear((*CLASS_COLOURS, OTHER, *(colour for _, colour in VALUES))) @ [0.2126, 0.7152, 0.0722]
    assert (1.05 / (light + 0.05)).min() > 1.5
    dark = (light + 0.05) / (_linear(("#10161F",)) @ [0.2126, 0.7152, 0.0722] + 0.05)
    assert dark.min() > 2


# Colours


def test_the_most_frequent_class_has_the_first_colour() -> None:
    paint = classes([2, 2, 2, 0, 0, 1], ["a", "b", "c"], "label")
    assert paint.names == ("c", "a", "b")
    assert paint.colours == CLASS_COLOURS[:3]
    assert paint.codes is not None
    assert paint.codes.dtype == np.uint16
    assert list(paint.codes) == [0, 0, 0, 1, 1, 2]


def test_past_twenty_classes_the_rest_are_grey_and_counted() -> None:
    codes = np.repeat(np.arange(77), np.arange(77, 0, -1))
    paint = classes(codes, [f"class {code}" for code in range(77)], "label")
    assert len(paint.names) == 21
    assert paint.names[20] == "other (57 more)"
    assert paint.colours[20] == OTHER
    assert paint.codes is not None
    np.testing.assert_array_equal(paint.codes, np.minimum(codes, 20))


def test_classes_apart_are_grey_under_their_own_name_however_many_they_are() -> None:
    codes = [0] * 50 + [1, 1, 2]
    paint = classes(codes, ["no cluster", "0 · x", "1 · y"], "cluster", apart=[0])
    assert paint.names == ("0 · x", "1 · y", "no cluster")
    assert paint.colours[2] == OTHER
    assert paint.codes is not None
    assert list(paint.codes) == [2] * 50 + [0, 0, 1]


def test_many_classes_with_one_apart() -> None:
    paint = classes(np.arange(30), [str(code) for code in range(30)], "c", apart=[0])
    assert paint.names[20:] == ("other (9 more)", "0")
    assert paint.codes is not None
    assert (paint.codes[0], paint.codes[29]) == (21, 20)


def test_names_nobody_has_are_not_in_the_legend() -> None:
    assert classes([1, 1], ["a", "b", "c"], "x").names == ("b",)


def test_a_scale_ends_where_99_of_100_values_do_unless_told() -> None:
    values = np.array([*range(100), 1e9, np.nan])
    paint = scale(values, "characters")
    assert paint.low == pytest.approx(1.0)
    assert paint.high < 1e9
    assert (scale([0.7], "trust", low=0.5, high=1.0).low, scale([3, 3], "same").high) == (0.5, 4.0)
    assert (scale([np.nan], "none").low, scale([np.nan], "none").high) == (0.0, 1.0)


# In space


def _cloud(n: int, seed: int = 0, **more: object) -> Cloud:
    return Cloud(f"map {seed}", np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32), **more)  # type: ignore[arg-type]


def _drawn(maps: int, n: int = 30, **options: object) -> go.Figure:
    paint = classes(np.arange(n) % 3, ["a", "b", "c"], "label")
    return clouds(
        [_cloud(n, seed) for seed in range(maps)],
        paint,
        rows=np.arange(n),
        texts=[f"text {i}" for i in range(n)],
        **options,  # type: ignore[arg-type]
    )


def test_every_map_has_a_scene_with_every_class(models: int) -> None:
    figure = _drawn(models)
    assert len(figure.data) == 3 * models
    assert len({trace.scene for trace in figure.data}) == models
    assert [trace.name for trace in figure.data if trace.showlegend] == ["a", "b", "c"]
    assert sum(len(trace.x) for trace in figure.data) == 30 * models


def test_points_keep_their_rows() -> None:
    cloud = _cloud(6)
    rows = np.array([1, 4, 5])
    (trace,) = clouds([cloud], Paint(), rows=rows, texts=list("abcdef")).data
    np.testing.assert_array_equal(trace.y, cloud.xyz[rows, 1])
    assert list(trace.hovertext) == ["b", "e", "f"]


def test_what_is_not_lit_is_faint_and_a_faded_point_too() -> None:
    lit = np.zeros(30, bool)
    lit[0] = True
    trace = _drawn(1, lit=lit).data[0]
    assert trace.marker.color[0].endswith(",1.00)")
    assert all(colour.endswith(f",{FAINT:.2f})") for colour in trace.marker.color[1:])
    strength = np.array([1.0, 0.5, np.nan], np.float32)
    (faded,) = clouds([_cloud(3, strength=strength)], Paint(), rows=np.arange(3), texts=list("abc")).data
    assert [colour.rsplit(",", 1)[1] for colour in faded.marker.color] == ["1.00)", "0.50)", "1.00)"]


def test_a_value_has_its_place_on_the_scale_and_nothing_is_grey() -> None:
    paint = Paint(values=np.array([0, 1, np.nan], np.float32), low=0, high=1, title="trust")
    trace, ramp = clouds([_cloud(3)], paint, rows=np.arange(3), texts=list("abc")).data
    assert (ramp.marker.cmin, ramp.marker.cmax, ramp.marker.colorbar.title.text) == (0, 1, "trust")
    ends = [f"rgba({r},{g},{b},1.00)" for r, g, b in map(rgb, (VALUES[0][1], VALUES[-1][1], OTHER))]
    assert list(trace.marker.color) == ends


def test_placed_texts_are_numbered() -> None:
    extra = np.zeros((2, 3), np.float32)
    figure = clouds([_cloud(3, extra=extra)], Paint(), rows=np.arange(3), texts=list("abc"))
    assert list(figure.data[-1].text) == ["1", "2"]


def test_one_text_of_one_map_is_drawn() -> None:
    assert len(clouds([_cloud(1)], Paint(), rows=np.arange(1), texts=["a"]).data[0].x) == 1


def test_hostile_texts_names_and_titles_are_harmless() -> None:
    paint = classes([0, 0], [HOSTILE], HOSTILE)
    cloud = Cloud(HOSTILE, np.zeros((2, 3), np.float32))
    figure = clouds([cloud], paint, rows=np.arange(2), texts=[HOSTILE, "x" * 10_000])
    harmless(figure)
    assert max(map(len, texts(figure))) < 500


def test_a_large_corpus_is_sampled_by_its_seed() -> None:
    assert list(drawn_rows(5, 1, 0)) == [0, 1, 2, 3, 4]
    rows = drawn_rows(100_000, 2, 0)
    assert len(rows) == MOST_POINTS // 2
    assert len(np.unique(rows)) == len(rows)
    assert rows.max() > 90_000
    np.testing.assert_array_equal(rows, drawn_rows(100_000, 2, 0))
    assert (rows != drawn_rows(100_000, 2, 1)).any()
