"""Colours, names and texts of figures."""

from itertools import pairwise

import plotly.graph_objects as go
import pytest

from core.charts.palette import MODEL_COLOURS, NUMBER, NUMBERED, colours, finish, names, rgb, safe

KNOWN = [f"m{i}" for i in range(26)]


# Colours


@pytest.mark.parametrize("models", [1, 2, 3, 8])
def test_up_to_eight_models_have_different_colours(models: int) -> None:
    assert len(set(colours(KNOWN[:models]).values())) == models
    assert len(set(colours(KNOWN[:models], KNOWN).values())) == models


@pytest.mark.parametrize("first", range(0, 19, 3))
def test_any_eight_of_many_have_different_colours(first: int) -> None:
    chosen = [KNOWN[(first + 3 * step) % 26] for step in range(8)]
    assert len(set(colours(chosen, KNOWN).values())) == 8


def test_more_models_than_colours_all_have_one() -> None:
    found = colours(KNOWN, KNOWN)
    assert list(found) == KNOWN
    assert set(found.values()) == set(MODEL_COLOURS)


def test_a_model_keeps_its_colour_when_others_leave() -> None:
    known = KNOWN[:8]
    everyone = colours(known, known)
    for gone in known:
        left = [model for model in known if model != gone]
        assert colours(left, known) == {model: everyone[model] for model in left}


def luminance(channels: tuple[int, int, int]) -> float:
    """Relative luminance, 0 to 1, as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (each / 255 for each in channels)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_numbers_in_cells_read_on_every_colour_of_their_scale() -> None:
    for (start, low), (end, high) in pairwise(NUMBERED):
        assert start < end
        for share in (0, 0.25, 0.5, 0.75, 1):
            cell = tuple(round(a + share * (b - a)) for a, b in zip(rgb(low), rgb(high), strict=True))
            contrast = (luminance(cell) + 0.05) / (luminance(rgb(NUMBER)) + 0.05)
            assert contrast >= 4.5, (cell, contrast)


@pytest.mark.parametrize("chosen", [["m0", "m1", "m2"], ["m0", "m8", "m1"], ["m3", "m11", "m19", "m4", "new"]])
def test_the_order_of_choosing_does_not_matter(chosen: list[str]) -> None:
    turned = colours(chosen[::-1], KNOWN)
    assert turned == colours(chosen, KNOWN)
    assert list(turned) == chosen[::-1]


def test_the_first_eight_known_keep_theirs_whoever_comes() -> None:
    alone = colours(["m1"], KNOWN)["m1"]
    assert colours(["m25", "m9", "m17", "m8", "m1"], KNOWN)["m1"] == alone


def test_no_model_is_grey_as_what_is_none() -> None:
    assert all(max(rgb(colour)) - min(rgb(colour)) > 64 for colour in MODEL_COLOURS)


def test_a_model_nobody_knows_gets_a_free_colour() -> None:
    found = colours(["stranger", "m0"], KNOWN)
    assert found["m0"] == MODEL_COLOURS[0]
    assert found["stranger"] != found["m0"]


# Texts


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ('<a href="x">', "&lt;a href=&quot;x&quot;&gt;"),
        ("R&D &lt;", "R&amp;D &amp;lt;"),
        ("two\nlines  and\tmore ", "two lines and more"),
        ("", ""),
    ],
)
def test_markup_is_shown_not_run(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_a_long_text_is_cut_before_it_is_escaped() -> None:
    assert safe("x" * 60) == "x" * 60
    assert safe("x" * 61) == "x" * 59 + "…"
    assert safe("<" * 100, 10) == "&lt;" * 9 + "…"
    assert safe("x" * 1_000_000, 5) == "xxxx…"


# Names


def test_short_names_stay_as_they_are() -> None:
    assert names({"a": "MiniLM", "b": "E5 <small>"}, 24) == {"a": "MiniLM", "b": "E5 &lt;small&gt;"}


def test_long_names_of_one_family_stay_apart() -> None:
    hub = "sentence-transformers/all-MiniLM-{}-v2"
    found = names({"six": hub.format("L6"), "twelve": hub.format("L12")}, 24)
    assert found == {"six": "sentence…ll-MiniLM-L6-v2", "twelve": "sentence…l-MiniLM-L12-v2"}
    assert all(len(name) == 24 for name in found.values())


def test_names_that_are_cut_alike_are_numbered() -> None:
    long = {key: "begins alike" * 3 + key + "ends alike" * 3 for key in "abc"}
    assert len(set(names(long, 24).values())) == 3
    assert len(set(names({"a": "same", "b": "same"}, 24).values())) == 2


# Layout


def test_the_house_layout_can_be_overruled() -> None:
    figure = finish(go.Figure(), height=123, margin={"l": 1}, bargap=0.5)
    assert (figure.layout.height, figure.layout.margin.l, figure.layout.bargap) == (123, 1, 0.5)
    assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert figure.layout.xaxis.automargin
