"""The matrices in a real browser: hover, click, zoom, keyboard, 2,000 texts, dark theme, and nothing left behind."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server, no_error
from tests.browser.matrix_app import HOSTILE

pytestmark = pytest.mark.browser
DRAWN = ".picture[data-drawn]"
# Milliseconds from the next press of the mouse to the next picture of other data, left in `took`.
WATCH = """it => {
    let start = 0;
    document.addEventListener("pointerdown", () => (start = performance.now()), { capture: true, once: true });
    const note = () => (it.took ??= performance.now() - start);
    new MutationObserver(note).observe(it, { attributeFilter: ["data-drawn"] });
}"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that shows `matrix_app.py`."""
    running = Server(tmp_path_factory.mktemp("matrix"), script="tests/browser/matrix_app.py")
    running.start()
    yield running.url
    running.stop()


def opened(page: Page, app: str, m: int = 30) -> Locator:
    page.goto(f"{app}/?m={m}")
    picture = page.locator(DRAWN)
    expect(picture).to_be_visible()
    return picture


def spot(picture: Locator, panel: int, row: float, column: float, m: int = 30) -> tuple[float, float]:
    """Where on the page a cell of a whole, unzoomed panel is; the geometry is measured on its colours."""
    frame: dict[str, float] = (
        picture.locator("canvas")
        .nth(panel)
        .evaluate(
            # The cells end one pixel before the right edge of the canvas; their side is that of the colour bar.
            """canvas => {
            const box = canvas.getBoundingClientRect();
            const top = 10, scale = 34, side = box.height - top - scale;
            return { left: box.right - 1 - side, top: box.top + top, side };
        }"""
        )
    )
    return (
        frame["left"] + (column + 0.5) / m * frame["side"],
        frame["top"] + (row + 0.5) / m * frame["side"],
    )


def data(picture: Locator, name: str) -> float:
    return float(picture.get_attribute(f"data-{name}") or "nan")


def pixel(page: Page, picture: Locator, panel: int, at: tuple[float, float]) -> list[int]:
    """The colour drawn at a place of the page."""
    colour: list[int] = (
        picture.locator("canvas")
        .nth(panel)
        .evaluate(
            """(canvas, [x, y]) => {
            const box = canvas.getBoundingClientRect(), ratio = canvas.width / box.width;
            const pen = canvas.getContext("2d");
            return [...pen.getImageData((x - box.left) * ratio, (y - box.top) * ratio, 1, 1).data].slice(0, 3);
        }""",
            list(at),
        )
    )
    return colour


def test_hover_shows_both_texts_as_they_are_and_the_value_in_every_panel(page: Page, app: str) -> None:
    picture = opened(page, app)
    page.mouse.move(*spot(picture, 0, 0, 7))
    tip = picture.locator(".tip")
    expect(tip.locator(".text").nth(0)).to_have_text(f"{HOSTILE} · no label")
    expect(tip.locator(".text").nth(1)).to_have_text("text 7 · label <i>0</i>")
    expect(tip.locator(".number")).to_have_text("0.00 cosine")
    assert (
        page.locator("img[src=x]").count() == 0 and picture.locator("i, b, img").count() == 4
    )  # squares of the legend
    expect(picture.locator(".title").nth(0)).to_have_text("First <b>model</b>")
    page.mouse.move(
        *spot(picture, 0, 29, 7)
    )  # 0.2907 and 0.0729; the difference of 0.2178 is read back from 253 levels between -1 and 1, as 0.2143
    expect(picture.locator(".value")).to_have_text(["0.29", "0.07", "0.21"])
    page.mouse.move(*spot(picture, 1, 7, 29))  # the second one's scale ends at 0.20
    expect(picture.locator(".value")).to_have_text(["0.07", "above 0.20", "−0.21"])
    expect(tip.locator(".number")).to_have_text("above 0.20 cosine")
    page.mouse.move(*spot(picture, 2, 0, 1))
    expect(tip.locator(".number")).to_have_text("no value")
    page.mouse.move(*spot(picture, 2, 5, 5))
    expect(tip).to_contain_text("with itself")
    x, y = spot(picture, 1, 25, 0)
    page.mouse.move(spot(picture, 1, 25, -0.5)[0] - 4, y)
    expect(tip).to_have_text("label <i>2</i>")
    page.mouse.move(x, y + 900)
    expect(tip).to_be_hidden()
    no_error(page)


def test_colours_are_those_of_the_scale(page: Page, app: str) -> None:
    picture = opened(page, app)
    assert pixel(page, picture, 1, spot(picture, 1, 7, 29)) == [0x12, 0x3F, 0x6B]  # above the scale
    assert pixel(page, picture, 0, spot(picture, 0, 0, 0)) == [0xF3, 0xF6, 0xFA]  # at its foot
    assert pixel(page, picture, 2, spot(picture, 2, 9, 9)) == [0xFB, 0xFB, 0xFB]  # zero, in the middle
    red, _, blue = pixel(page, picture, 2, spot(picture, 2, 29, 0))
    assert red > blue  # positive: orange
    red, _, blue = pixel(page, picture, 2, spot(picture, 2, 0, 29))
    assert red < blue  # negative: blue


def test_a_click_returns_the_cell_also_twice_and_zoomed_and_the_view_stays(page: Page, app: str) -> None:
    picture = opened(page, app)
    at = spot(picture, 1, 12, 21)
    page.mouse.click(*at)
    expect(page.get_by_text("cell Cell(panel=1, row=12, column=21) clicks 1")).to_be_visible()
    page.wait_for_timeout(600)  # not a double click
    page.mouse.click(*at)
    expect(page.get_by_text("row=12, column=21) clicks 2")).to_be_visible()
    page.mouse.move(*at)
    for _ in range(4):
        page.mouse.wheel(0, -300)
    expect(picture).to_have_attribute("data-span", "3.00")  # as deep as it goes
    span, draws = data(picture, "span"), data(picture, "draws")
    page.mouse.click(*at)  # what was under the pointer still is
    expect(page.get_by_text("row=12, column=21) clicks 3")).to_be_visible()
    cell = (spot(picture, 1, 0, 1)[0] - spot(picture, 1, 0, 0)[0]) * 30 / span
    page.mouse.move(at[0], at[1])
    page.mouse.down()
    page.mouse.move(at[0] + 2 * cell, at[1] - cell, steps=5)
    page.mouse.up()
    page.mouse.click(at[0], at[1])  # two columns to the left, one row down
    expect(page.get_by_text("row=13, column=19) clicks 4")).to_be_visible()
    draws = data(picture, "draws")
    runs = int(page.get_by_text(re.compile(r"^run \d+$")).inner_text().split()[1])
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text(f"run {runs + 1}", exact=True)).to_be_visible()
    assert (data(picture, "span"), data(picture, "draws")) == (span, draws)  # the same data: nothing is drawn again
    page.mouse.dblclick(*at)
    expect(picture).to_have_attribute("data-span", "30.00")
    page.wait_for_timeout(400)
    expect(page.get_by_text("clicks 4")).to_be_visible()  # the double click opened nothing


def test_a_cell_of_another_picture_is_forgotten(page: Page, app: str) -> None:
    picture = opened(page, app)
    page.mouse.click(*spot(picture, 0, 3, 4))
    expect(page.get_by_text("cell Cell(panel=0, row=3, column=4) clicks 1")).to_be_visible()
    page.get_by_text("Other values").click()
    expect(page.get_by_text("cell None clicks 1")).to_be_visible()
    page.mouse.move(*spot(picture, 0, 3, 4))
    expect(picture.locator(".value").nth(0)).to_have_text("0.13")  # (304 + 1,000) / 10,000
    no_error(page)


def test_the_keyboard_alone_is_enough(page: Page, app: str) -> None:
    picture = opened(page, app)
    canvas = picture.get_by_label("Second: How alike the texts are")
    page.get_by_role("button", name="Download PNG").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(canvas).to_be_focused()
    assert canvas.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
    page.keyboard.press("ArrowDown")  # shows the cursor, in the middle
    status = picture.locator("[aria-live=polite]")
    expect(status).to_contain_text(
        "Row 16: text 15 — column 16: text 15 — First <b>model</b>: 0.15 cosine; Second: 0.15"
    )
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(status).to_contain_text(f"Row 1: {HOSTILE} — column 17: text 16")
    page.keyboard.press("Enter")
    expect(page.get_by_text("cell Cell(panel=1, row=0, column=16) clicks 1")).to_be_visible()
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(picture).to_have_attribute("data-span", f"{30 * 0.49:.2f}")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")  # out of view and back into it
    page.keyboard.press("Enter")
    expect(page.get_by_text("cell Cell(panel=1, row=29, column=16) clicks 2")).to_be_visible()
    page.mouse.move(*spot(picture, 1, 29.2, 15))  # the view went with it: its last row is that of the matrix
    expect(picture.locator(".tip .text").nth(0)).to_contain_text("text 29")
    page.keyboard.press("0")
    expect(picture).to_have_attribute("data-span", "30.00")
    page.keyboard.press("Escape")
    expect(picture.locator(".value")).to_have_text(["", "", ""])


def test_few_texts_are_written_beside_and_numbers_into_the_cells(page: Page, app: str) -> None:
    picture = opened(page, app, m=5)
    at = spot(picture, 1, 4, 4, m=5)
    box = picture.locator("canvas").nth(1).bounding_box()
    assert box is not None and box["width"] > box["height"]  # room for texts at the left
    colours = {tuple(pixel(page, picture, 1, (at[0] + dx, at[1] + dy))) for dx in range(-9, 10) for dy in range(-4, 5)}
    assert len(colours) > 3  # the number's strokes, not one flat colour
    page.mouse.click(*at)
    expect(page.get_by_text("cell Cell(panel=1, row=4, column=4) clicks 1")).to_be_visible()


def test_two_thousand_texts_are_drawn(page: Page, app: str, record_property: Any) -> None:
    picture = opened(page, app, m=2000)
    expect(picture.locator(".note")).to_contain_text("is the mean of up to")
    page.mouse.move(*spot(picture, 0, 1050, 500, m=2000))
    tip = picture.locator(".tip .text")
    row, column = (int(tip.nth(place).inner_text().split()[1]) for place in (0, 1))
    assert abs(row - 1050) <= 8 and abs(column - 500) <= 8
    known = (100 * row + column) % 10_000 / 10_000
    assert picture.locator(".value").nth(0).inner_text() == f"{known:.2f}"
    page.get_by_text("Other values").hover()
    before = picture.get_attribute("data-drawn")
    picture.evaluate(WATCH)
    page.mouse.down()
    page.mouse.up()
    expect(picture).not_to_have_attribute("data-drawn", str(before))
    took = float(picture.evaluate("it => it.took"))
    record_property("click_to_drawn_ms", round(took))
    print(f"2,000 texts, three panels: {took:.0f} ms from the click on the page to the picture")
    no_error(page)


def test_dark_theme_and_width_redraw_and_nothing_is_left_behind(page: Page, app: str) -> None:
    picture = opened(page, app)
    picture.locator("canvas").nth(0).focus()
    page.keyboard.press("ArrowDown")
    before = data(picture, "draws")
    page.emulate_media(color_scheme="dark")
    expect(picture).not_to_have_attribute("data-draws", f"{before:.0f}")
    expect(picture.locator(".value").nth(0)).to_have_text("0.15")  # Streamlit called again with the same data
    columns = "it => getComputedStyle(it).gridTemplateColumns.split(' ').length"
    assert picture.locator(".panels").evaluate(columns) == 3
    page.set_viewport_size({"width": 760, "height": 1000})
    expect(picture.locator("canvas").nth(2)).to_be_visible()
    expect(picture.locator(".panels")).to_have_attribute("style", re.compile(r"repeat\(2"))
    page.mouse.click(*spot(picture, 0, 2, 28))
    expect(page.get_by_text("cell Cell(panel=0, row=2, column=28) clicks 1")).to_be_visible()
    with page.expect_download() as download:
        picture.get_by_role("button", name="Download PNG").click()
    assert download.value.suggested_filename == "matrices.png"
    assert Path(download.value.path()).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    canvas = picture.locator("canvas").nth(0).element_handle()
    page.get_by_text("Hide").click()
    expect(picture).to_have_count(0)
    assert canvas.evaluate("it => [it.width, it.height]") == [0, 0]
    page.get_by_text("Hide").click()
    expect(picture).to_be_visible()
    no_error(page)
