"""The maps in a real browser: what is drawn, selected, hidden, pointed at and given back."""

import io
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from core.types import Floats
from tests.browser.conftest import Server, no_error
from tests.browser.maps_app import HOSTILE, made

pytestmark = pytest.mark.browser
PINK, BLUE = (0xCC, 0x6F, 0xA0), (0x2F, 0x81, 0xC7)
# Where group 3 of the made points lies in each map, as shares of the map's width and height.
GROUP_3 = (0.02, 0.25, 0.32, 0.55)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server of `maps_app.py` for all tests here."""
    running = Server(tmp_path_factory.mktemp("maps"), script="tests/browser/maps_app.py")
    running.start()
    yield running
    running.stop()


def opened(page: Page, server: Server, **options: object) -> Locator:
    """The maps, drawn."""
    page.goto(f"{server.url}/?" + "&".join(f"{name}={value}" for name, value in options.items()))
    maps = page.locator(".maps")
    expect(maps).to_have_attribute("data-drawn", re.compile(r"\d+"))
    return maps


def box(maps: Locator, panel: int = 0, panels: int = 1) -> tuple[float, float, float, float]:
    """Left, top, width and height of a map on the page, for one row of maps."""
    stage = maps.locator(".over").bounding_box()
    assert stage is not None
    width = (stage["width"] - 10 * (panels - 1)) / panels
    return stage["x"] + panel * (width + 10), stage["y"] + 24, width, stage["height"] - 24


def at(place: tuple[float, float, float, float], across: float, down: float) -> tuple[float, float]:
    left, top, width, height = place
    return left + across * width, top + down * height


def pixel(place: tuple[float, float, float, float], points: Floats, row: int) -> tuple[float, float]:
    """Where on the page a row lies in the first view, in which all points have a frame around them."""
    left, top, width, height = place
    wide = points.astype(float)
    middle, extent = (wide.max(axis=0) + wide.min(axis=0)) / 2, np.ptp(wide, axis=0)
    right, up = (wide[row] - middle) * 0.92 * min(width / extent[0], height / extent[1])
    return left + width / 2 + right, top + height / 2 - up


def drag(page: Page, maps: Locator, tool: str, corners: list[tuple[float, float]]) -> None:
    maps.get_by_role("button", name=tool).click()
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=4)
    page.mouse.up()


def around_group_3(place: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    left, top, right, bottom = GROUP_3
    return [at(place, *corner) for corner in ((left, top), (right, top), (right, bottom), (left, bottom))]


def seen(page: Page, place: tuple[float, float, float, float], colour: tuple[int, int, int], off: int = 12) -> int:
    """How many pixels of a map are of a colour."""
    left, top, width, height = place
    clip = {"x": left + 2, "y": top + 2, "width": width - 4, "height": height - 4}
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")).astype(int)
    return int((np.abs(pixels - np.array(colour)).max(axis=2) <= off).sum())


def expected(n: int) -> str:
    rows = np.flatnonzero(made(n, 6, 0)[1] == 3)
    return f"selected {len(rows)} sum {rows.sum()}"


def test_a_hundred_thousand_points_are_drawn_twice(page: Page, server: Server) -> None:
    maps = opened(page, server, n=100_000, panels=2)
    expect(maps).to_have_attribute("data-drawn", "100000")
    expect(maps).to_have_attribute("data-panels", "2")
    white = [seen(page, box(maps, panel, 2), (255, 255, 255)) for panel in (0, 1)]
    size = box(maps, 0, 2)
    assert all(0.2 < count / (size[2] * size[3]) < 0.95 for count in white)
    no_error(page)


def test_a_lasso_in_one_map_lights_the_same_texts_in_the_other(page: Page, server: Server) -> None:
    maps = opened(page, server, n=1000, panels=2)
    second = box(maps, 1, 2)
    blue = seen(page, second, BLUE, 40)
    drag(page, maps, "Lasso", around_group_3(box(maps, 0, 2)))
    expect(page.get_by_text(f"panel 0 {expected(1000)}")).to_be_visible()
    count = int((made(1000, 6, 0)[1] == 3).sum())
    expect(maps).to_have_attribute("data-selected", str(count))
    expect(maps.get_by_role("status")).to_have_text(f"{count} of 1,000 texts selected.")
    assert seen(page, second, PINK) > 500
    assert seen(page, second, BLUE, 40) < blue / 10
    frames = maps.get_attribute("data-frames")
    page.get_by_role("button", name="Rerun").click()
    expect(page.get_by_text("Reran")).to_be_visible()
    page.mouse.move(*at(second, 0.5, 0.5))
    page.mouse.move(*at(second, 0.2, 0.4))
    assert maps.get_attribute("data-frames") == frames  # neither a rerun nor the pointer draws the points again
    expect(maps).to_have_attribute("data-selected", str(count))
    expect(page.get_by_text(f"panel 0 {expected(1000)}")).to_be_visible()
    page.get_by_role("button", name="New key").click()
    expect(page.get_by_text("panel None selected 0")).to_be_visible()
    expect(maps).to_have_attribute("data-selected", "")


def test_a_box_selects_and_escape_clears(page: Page, server: Server) -> None:
    maps = opened(page, server, n=1000, panels=2)
    corners = around_group_3(box(maps, 1, 2))
    drag(page, maps, "Box", [corners[0], corners[2]])
    rows = np.flatnonzero(made(1000, 6, 1)[1] == 3)
    expect(page.get_by_text(f"panel 1 selected {len(rows)} sum {rows.sum()}")).to_be_visible()
    expect(page.get_by_text("corners 4")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("panel None selected 0")).to_be_visible()
    expect(maps).to_have_attribute("data-selected", "")
    expect(maps.get_by_role("button", name="Clear selection")).to_be_disabled()


def test_names_are_hidden_by_a_click_or_a_key(page: Page, server: Server) -> None:
    maps = opened(page, server, n=1000)
    counts = np.bincount(made(1000, 6, 0)[1])
    place = box(maps)
    entry = maps.get_by_role("button", name="group 3")
    assert seen(page, place, PINK, 40) > 500
    entry.click()
    expect(maps).to_have_attribute("data-drawn", str(1000 - counts[3]))
    expect(entry).to_have_attribute("aria-pressed", "false")
    assert seen(page, place, PINK, 40) == 0
    drag(page, maps, "Lasso", around_group_3(place))
    expect(maps.get_by_role("status")).to_contain_text(f"({counts[3]} of them hidden in the legend)")
    entry.press("Enter")
    expect(maps).to_have_attribute("data-drawn", "1000")
    entry.dblclick()
    expect(maps).to_have_attribute("data-drawn", str(counts[3]))
    maps.get_by_role("button", name="Show all").click()
    expect(maps).to_have_attribute("data-drawn", "1000")


def test_keys_zoom_move_select_and_come_back(page: Page, server: Server) -> None:
    maps = opened(page, server, n=1000, panels=2)
    over = maps.get_by_role("application", name="Made points in groups")
    over.focus()
    centre = maps.get_attribute("data-centre")
    for key in ("+", "+", "ArrowLeft"):
        page.keyboard.press(key)
    expect(maps).to_have_attribute("data-zoom", "1.690")
    expect(maps).not_to_have_attribute("data-centre", str(centre))
    page.keyboard.press("Enter")
    expect(page.get_by_text("corners 4")).to_be_visible()
    assert 0 < int(maps.get_attribute("data-selected") or 0) < 1000
    page.keyboard.press("0")
    expect(maps).to_have_attribute("data-zoom", "1.000")
    expect(maps).to_have_attribute("data-centre", str(centre))


def test_the_wheel_zooms_towards_the_pointer_and_a_double_click_shows_all(page: Page, server: Server) -> None:
    maps = opened(page, server, n=1000, texts=1)
    points = made(1000, 6, 0)[0]
    row = int(points[:, 0].argmax())
    spot = pixel(box(maps), points, row)
    page.mouse.move(*spot)
    tip = maps.locator(".tip")
    expect(tip).to_contain_text(f"Row {row + 1} ")
    page.mouse.wheel(0, -300)
    expect(maps).to_have_attribute("data-zoom", "1.822")
    page.mouse.move(*at(box(maps), 0.98, 0.98))
    expect(tip).to_be_hidden()
    page.mouse.move(*spot)
    expect(tip).to_contain_text(f"Row {row + 1} ")
    page.mouse.dblclick(*spot)
    expect(maps).to_have_attribute("data-zoom", "1.000")


def test_a_text_under_the_pointer_is_shown_letter_by_letter(page: Page, server: Server) -> None:
    maps = opened(page, server, n=1, groups=2, texts=1)
    page.mouse.move(*at(box(maps), 0.5, 0.5))
    tip = maps.locator(".tip")
    expect(tip).to_contain_text(f"{HOSTILE} 0")
    expect(tip).to_contain_text("Row 1 · ")
    assert tip.locator("img, b").count() == maps.locator("img, b").count() == 0
    expect(page.get_by_text("hovered None")).to_be_visible()
    page.mouse.click(*at(box(maps), 0.5, 0.5))
    expect(page.get_by_text("hovered None clicked 0")).to_be_visible()
    page.mouse.click(*at(box(maps), 0.1, 0.1))
    expect(page.get_by_text("clicked None")).to_be_visible()


def test_without_texts_the_row_under_the_pointer_is_told_to_python(page: Page, server: Server) -> None:
    maps = opened(page, server, n=1, groups=1, panels=5, colour="length", lit=1, strength=1)
    expect(maps).to_have_attribute("data-panels", "5")
    stage = maps.locator(".over").bounding_box()
    assert stage is not None
    wide, high = (stage["width"] - 20) / 3, (stage["height"] - 10) / 2  # three beside each other, two below
    points = np.concatenate([made(1, 1, panel)[0] for panel in range(5)])
    page.mouse.move(stage["x"] + 2, stage["y"] + 2)
    page.mouse.move(*pixel((stage["x"], stage["y"] + 24, wide, high - 24), points, 0))
    expect(maps.locator(".tip")).to_contain_text("Row 1 · Length: no value")
    expect(page.get_by_text("hovered 0 clicked None")).to_be_visible()
    no_error(page)


def test_other_points_begin_afresh(page: Page, server: Server) -> None:
    maps = opened(page, server, n=1000)
    maps.locator(".over").focus()
    page.keyboard.press("+")
    page.keyboard.press("Enter")
    expect(page.get_by_text("corners 4")).to_be_visible()
    page.get_by_role("button", name="Other points").click()
    expect(maps).to_have_attribute("data-drawn", "1001")
    expect(maps).to_have_attribute("data-zoom", "1.000")
    expect(maps).to_have_attribute("data-selected", "")
    expect(page.get_by_text("panel None selected 0")).to_be_visible()


def test_leaving_the_page_gives_the_graphics_memory_back(visitors: Callable[[], Page], server: Server) -> None:
    page = visitors()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    maps = opened(page, server, n=1000)
    page.evaluate("window.first = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot"
                  ".querySelector('.points').getContext('webgl2')")  # fmt: skip
    for _ in range(20):
        page.get_by_role("link", name="Other").click()
        expect(page.get_by_text("Another page")).to_be_visible()
        page.get_by_role("link", name="Maps").click()
        expect(maps).to_have_attribute("data-drawn", "1000")
    assert page.evaluate("window.first.isContextLost()")
    assert not [line for line in told if "context" in line.lower()], told


def test_a_lost_context_comes_back(page: Page, server: Server) -> None:
    maps = opened(page, server, n=1000)
    place = box(maps)
    before = seen(page, place, PINK, 40)
    maps.locator(".points").evaluate(
        "canvas => { window.lost = canvas.getContext('webgl2').getExtension('WEBGL_lose_context');"
        " window.lost.loseContext(); }"
    )
    expect(maps.get_by_role("alert")).to_contain_text("comes back")
    page.evaluate("window.lost.restoreContext()")
    expect(maps.get_by_role("alert")).to_have_count(0)
    page.wait_for_function("before => document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot"
                           ".querySelector('.maps').dataset.drawn === '1000'", arg=before)  # fmt: skip
    maps.get_by_role("button", name="Zoom in").click()
    maps.get_by_role("button", name="Reset view").click()
    expect(maps).to_have_attribute("data-zoom", "1.000")
    expect(maps).to_have_attribute("data-drawn", "1000")
    assert seen(page, place, PINK, 40) == pytest.approx(before, rel=0.02)


def test_without_webgl_there_is_a_sentence(visitors: Callable[[], Page], server: Server) -> None:
    page = visitors()
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        " return kind === 'webgl2' ? null : get.call(this, kind, ...rest); };"
    )
    page.goto(f"{server.url}/?n=10")
    expect(page.get_by_role("alert")).to_contain_text("needs WebGL 2, which this browser does not offer")
    no_error(page)


def test_dark_theme_and_picture(page: Page, server: Server) -> None:
    maps = opened(page, server, n=1000)
    page.emulate_media(color_scheme="dark")
    with page.expect_download() as download:
        maps.get_by_role("button", name="PNG").click()
    assert download.value.suggested_filename == "maps.png"
    picture = np.asarray(Image.open(download.value.path()).convert("RGB"))
    assert tuple(picture[40, 10]) == (0x10, 0x16, 0x1F)
    assert (np.abs(picture.astype(int) - np.array(PINK)).max(axis=2) <= 40).sum() > 500
