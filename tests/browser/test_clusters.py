"""The Clusters page, walked by a visitor: what is drawn around in one map is known everywhere else."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from core import pipeline
from core.types import ModelSpec
from tests.browser.conftest import SECONDS, Server, no_error, query, settled

pytestmark = pytest.mark.browser

LINK = "/clusters?corpus=sentences&models=lsa-16,lsa&map=PCA"
TEXTS = 300


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    """A server with a second model that fits in a moment: the lexical one at 16 dimensions."""
    pipeline.store().models.add(ModelSpec("lsa-16", "LSA 16", "lsa", "tfidf-svd", dimension=16), "test")
    running = Server(home)
    running.start()
    yield running
    running.stop()


def maps(page: Page) -> Locator:
    return page.locator(".maps").first


def open_maps(page: Page, address: str, panels: int = 2) -> Locator:
    """Open the page and wait until every map is drawn."""
    page.goto(address)
    expect(page.get_by_role("heading", name="What groups does a model form")).to_be_visible()
    settled(page)
    found = maps(page)
    expect(found).to_have_attribute("data-panels", str(panels), timeout=SECONDS * 1000)
    expect(found).to_have_attribute("data-drawn", str(TEXTS))
    # Trust and clusters stand on the maps and come after them.
    expect(page.get_by_text("continuity")).to_have_count(panels, timeout=SECONDS * 1000)
    settled(page)
    no_error(page)
    return found


def lasso(page: Page, found: Locator, panel: int) -> None:
    """Draw around the left half of a map."""
    found.get_by_role("button", name="Lasso").click()
    canvas = found.locator("canvas.over")
    canvas.scroll_into_view_if_needed()
    box: FloatRect | None = canvas.bounding_box()
    assert box is not None
    width = box["width"] / 2
    left = box["x"] + panel * width
    corners = [(0.04, 0.12), (0.5, 0.12), (0.5, 0.96), (0.04, 0.96), (0.04, 0.14)]
    points = [(left + x * width, box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return Path(waiting.value.path()).read_bytes()


def test_a_lasso_fills_the_table_the_downloads_and_a_corpus_of_its_own(server: Server, page: Page) -> None:
    found = open_maps(page, server.url + LINK)
    expect(page.get_by_text("Draw around points of a map")).to_be_visible()
    lasso(page, found, panel=1)
    settled(page)
    line = page.get_by_text(re.compile(rf"^\d+ texts of {TEXTS} selected$"))
    expect(line).to_be_visible()
    count = int((line.text_content() or "").split()[0])
    assert 0 < count < TEXTS
    # Both maps are one picture with one set of marks: what the browser marked is what the server lists.
    expect(found).to_have_attribute("data-selected", str(count))
    expect(found.locator(".status")).to_contain_text(f"{count} of {TEXTS} texts selected")

    csv = pd.read_csv(io.BytesIO(downloaded(page, "Selected as CSV")))
    parquet = pd.read_parquet(io.BytesIO(downloaded(page, "Selected as Parquet")))
    assert len(csv) == len(parquet) == count
    assert list(csv) == list(parquet)
    for column in ("row", "label", "LSA · x", "LSA · y", "LSA · cluster", "LSA 16 · x", "text"):
        assert column in csv, list(csv)
    whole = pd.read_csv(io.BytesIO(downloaded(page, "Map as CSV")))
    assert len(whole) == TEXTS
    # Left of the second map's middle, so low on that map's first axis.
    inside = whole["row"].isin(csv["row"])
    assert whole.loc[inside, "LSA · x"].max() <= whole.loc[~inside, "LSA · x"].median()

    page.get_by_role("button", name="Make these a corpus of their own").click()
    page.get_by_role("button", name=f"Use {count} texts").click()
    page.wait_for_function("() => new URLSearchParams(location.search).get('corpus') !== 'sentences'")
    settled(page)
    expect(maps(page)).to_have_attribute("data-drawn", str(count))
    no_error(page)


def test_colours_search_and_new_texts(server: Server, page: Page) -> None:
    found = open_maps(page, server.url + LINK + "&colour=similarity")
    page.get_by_role("textbox", name="Similar to").fill("It will rain tomorrow.")
    page.get_by_role("textbox", name="Similar to").press("Enter")
    expect(found.locator(".legend .ramp")).to_be_visible()
    expect(found.locator(".legend")).to_contain_text("cosine")
    settled(page)
    page.get_by_role("textbox", name="Light up texts with").fill("rain")
    page.get_by_role("textbox", name="Light up texts with").press("Enter")
    lit = page.get_by_text(re.compile(r"contain “rain”"))
    expect(lit).to_be_visible()
    number = (lit.text_content() or "").split()[0]
    expect(found.locator(".status")).to_contain_text(f"{number} lit up")
    settled(page)
    before = found.get_attribute("data-content")
    page.get_by_role("textbox", name="New texts, one a line").fill("Rain is on its way.\nThe bank raised its rates.")
    page.get_by_role("textbox", name="New texts, one a line").press("Control+Enter")
    expect(page.get_by_text("Cluster: that of most of the 10 nearest texts")).to_be_visible()
    settled(page)
    expect(found).not_to_have_attribute("data-content", before or "")
    table = pd.read_csv(io.BytesIO(_placed(page)))
    assert list(table["number"]) == [1, 2]
    assert table["LSA · cluster"].notna().all()

    # Everything but the draft is in the address.
    assert query(page, "about") == "It will rain tomorrow."
    assert query(page, "find") == "rain"
    page.reload()
    settled(page)
    expect(page.get_by_role("textbox", name="Similar to")).to_have_value("It will rain tomorrow.")
    expect(found.locator(".legend .ramp")).to_be_visible()
    expect(found.locator(".status")).to_contain_text(f"{number} lit up")
    no_error(page)


def _placed(page: Page) -> bytes:
    table = page.locator(".st-key-csv-placed")
    with page.expect_download() as waiting:
        table.get_by_role("button").click()
    return Path(waiting.value.path()).read_bytes()


def test_maps_in_space_and_a_click_on_a_point(server: Server, page: Page) -> None:
    found = open_maps(page, server.url + LINK)
    found.get_by_role("button", name="Pan").click()
    canvas = found.locator("canvas.over")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    # Somewhere near the middle there is a point: look until the pointer is on one.
    for step in range(200):
        page.mouse.move(box["x"] + box["width"] * (0.15 + 0.001 * step), box["y"] + box["height"] * 0.5)
        if found.get_attribute("data-hover") not in (None, "", "-1"):
            break
    page.wait_for_timeout(100)
    row = int(found.get_attribute("data-hover") or -1)
    assert row >= 0
    page.mouse.down()
    page.mouse.up()
    expect(page.locator(".st-key-clicked").get_by_text(f"Row {row + 1}", exact=False).first).to_be_visible()
    page.get_by_role("radio", name="3-D").click()
    settled(page)
    expect(page.get_by_text("Drag to turn.")).to_be_visible()
    assert query(page, "dims") == "3-D"
    no_error(page)
