"""The Similarity page as a visitor uses it: point at a difference, open the pair, move the threshold, come back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core import pipeline
from core.types import Corpus, ModelSpec
from tests.browser.conftest import Server, no_error, query, settled
from tests.browser.test_matrix import DRAWN, spot

pytestmark = pytest.mark.browser
TEXTS = (
    "The kettle is boiling over.",
    "Water is boiling in the kettle.",
    "My parcel never arrived.",
    "<b>The parcel</b> has not **arrived**.",
    "He plays the bass in a band.",
    "The band plays without a bass.",
)
LABELS = ("kitchen", "kitchen", "post", "post", "music", "music")
DIFFERENCE = 2


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    """A server on an empty home: the models here need no files."""
    running = Server(home)
    running.start()
    yield running
    running.stop()


def _shown(server: Server, page: Page, **settings: str) -> Locator:
    """The page with six texts and two models that need no files; its matrices."""
    kept = pipeline.store()
    kept.models.add(ModelSpec("lsa2", "LSA of 2", "lsa", "tfidf-svd", dimension=2), "")
    corpus = kept.corpora.add(Corpus("six", TEXTS, labels=LABELS), {}, kind="upload", owner="me")
    rest = "".join(f"&{name}={value}" for name, value in settings.items())
    page.goto(f"{server.url}/similarity?corpus={corpus}&models=lsa,lsa2&order=given{rest}")
    picture = page.locator(DRAWN)
    expect(picture).to_be_visible(timeout=120_000)
    expect(picture.locator("canvas")).to_have_count(DIFFERENCE + 1, timeout=120_000)
    settled(page)
    no_error(page)
    picture.scroll_into_view_if_needed()
    return picture


def test_point_click_choose_move_and_come_back(server: Server, page: Page) -> None:
    # Pointing at the difference of the two models shows both texts.
    picture = _shown(server, page, threshold="0.35")
    expect(picture.locator("figcaption .title").nth(DIFFERENCE)).to_have_text("LSA − LSA of 2")
    page.mouse.move(*spot(picture, DIFFERENCE, 3, 1, len(TEXTS)))
    tip = picture.locator(".tip")
    expect(tip.locator(".text").nth(0)).to_contain_text(TEXTS[3])
    expect(tip.locator(".text").nth(1)).to_contain_text(TEXTS[1])
    expect(tip.locator(".number")).to_contain_text("difference")

    # A click opens the pair, and the address says so; a text with itself is no pair.
    page.mouse.click(*spot(picture, DIFFERENCE, 3, 1, len(TEXTS)))
    opened = page.get_by_test_id("stText")
    expect(opened).to_have_text([TEXTS[3], TEXTS[1]])
    settled(page)
    no_error(page)
    assert (query(page, "first"), query(page, "second")) == ("4", "2")
    page.mouse.click(*spot(picture, 0, 5, 5, len(TEXTS)))
    settled(page)
    expect(opened).to_have_text([TEXTS[3], TEXTS[1]])

    # So does a row of a list: the check box of the third one, under the header.
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 14, box["y"] + 3.5 * 35)
    page.wait_for_function("() => new URLSearchParams(location.search).get('first') !== '4'")
    settled(page)
    chosen = [TEXTS[int(query(page, name)) - 1] for name in ("first", "second")]
    expect(opened).to_have_text(chosen)

    # The threshold moves precision and recall alone, and is in the address.
    slider = page.get_by_role("slider", name="Threshold (cosine)")
    expect(slider).to_have_value("0.35")
    expect(page.get_by_text(re.compile("at 0.35, LSA finds"))).to_be_visible()
    slider.press("ArrowRight")
    page.wait_for_function("() => new URLSearchParams(location.search).get('threshold') === '0.355'")
    settled(page)

    # Whoever comes back sees the same pair and the same threshold.
    page.reload()
    expect(opened).to_have_text(chosen)
    expect(slider).to_have_value("0.355")
    expect(page.get_by_text(re.compile("at 0.355, LSA finds"))).to_be_visible()
    no_error(page)
