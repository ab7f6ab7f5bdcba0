"""What is stored: shared, renamed, deleted, warmed up, and what is damaged said so."""

import re
import sqlite3
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, no_error, paste, query, settled

pytestmark = pytest.mark.browser
ANSWERS = re.compile(r"Delete [1-9]\d* answers")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests here."""
    running = Server(tmp_path_factory.mktemp("home"))
    running.start()
    yield running
    running.stop()


def library(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/library?models=lsa")
    expect(page.get_by_role("heading", name="Warm up")).to_be_visible()
    settled(page)


def confirm(page: Page, first: str | re.Pattern[str], then: str) -> None:
    page.get_by_role("button", name=first, exact=first == "Delete").click()
    page.get_by_role("button", name=then).click()
    settled(page)


def warm(page: Page) -> None:
    page.get_by_role("button", name="Warm up", exact=True).click()
    expect(page.get_by_text("Everything is in the cache.")).to_be_visible()
    settled(page)


def test_empty_shelves_say_what_to_do(server: Server, page: Page) -> None:
    library(page, server)
    expect(page.get_by_text("No texts of your own yet. Add some with the button in the sidebar")).to_be_visible()
    expect(page.get_by_text("Nothing is embedded yet. Open Overview")).to_be_visible()
    expect(page.get_by_role("button", name="Delete 0 answers")).to_be_disabled()
    expect(page.get_by_text(f"Store: {server.home}/store.sqlite")).to_be_visible()


def test_texts_are_shared_renamed_and_deleted(server: Server, visitors: Callable[[], Page], page: Page) -> None:
    library(page, server)
    fingerprint = paste(page, "red apple\ngreen apple\nblue car", "![x](//tracker.invalid/a.png)")
    shelf = page.locator(f".st-key-corpus-{fingerprint}")
    expect(shelf).to_contain_text("![x](//tracker.invalid/a.png)")
    shelf.get_by_role("button", name="Rename").click()
    page.get_by_label("Name", exact=True).fill("Apples")
    page.get_by_role("button", name="Rename it").click()
    expect(shelf).to_contain_text("Apples")
    expect(page.get_by_role("button", name="Rename it")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Texts")).to_have_value("Apples")

    other = visitors()
    library(other, server)
    expect(other.get_by_text("Apples")).to_have_count(0)
    for shared in (True, False, True):
        shelf.get_by_text("Shared").click()
        expect(shelf.get_by_role("switch")).to_be_checked(checked=shared)
        settled(page)
        other.reload()
        expect(other.get_by_role("heading", name="Warm up")).to_be_visible()
        settled(other)
        expect(other.get_by_text("shared by someone else")).to_have_count(int(shared))
    expect(other.get_by_role("button", name="Delete", exact=True)).to_have_count(0)
    other.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Open").click()
    expect(other.get_by_role("heading", name="What do these models make of my texts?")).to_be_visible()
    expect(other.get_by_role("combobox", name="Texts")).to_have_value("Apples (shared)")
    settled(other)

    confirm(page, "Delete", "Delete them")
    expect(shelf).to_have_count(0)
    page.wait_for_function("() => location.search.includes('corpus=sentences')")
    other.reload()
    expect(other.get_by_text("they were deleted, or the link is from another server")).to_be_visible()
    expect(other.get_by_role("combobox", name="Texts")).to_have_value("")
    other.get_by_role("button", name="Open the sample texts").click()
    expect(other.get_by_test_id("stMetricValue").first).to_have_text("300")
    assert query(other, "corpus") == "sentences"
    no_error(page)


def test_vectors_and_answers_go_and_come_back(server: Server, page: Page) -> None:
    library(page, server)
    warm(page)
    expect(page.get_by_role("button", name=ANSWERS)).to_be_visible()
    table = page.get_by_test_id("stDataFrame").last
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 18, box["y"] + 53)  # the first row's box; the table is drawn on a canvas
    confirm(page, "vectors of LSA", "Delete them")
    expect(page.get_by_role("button", name="vectors of")).to_have_count(0)  # no other row is selected in its place
    confirm(page, ANSWERS, "Delete them")
    expect(page.get_by_role("button", name="Delete 0 answers")).to_be_disabled()
    warm(page)
    expect(page.get_by_role("button", name=ANSWERS)).to_be_visible()


def test_damage_is_found_told_and_made_good(server: Server, page: Page) -> None:
    library(page, server)
    warm(page)
    with sqlite3.connect(server.home / "store.sqlite") as store:
        key, raw = store.execute("SELECT id, vectors FROM block_data ORDER BY length(vectors) DESC LIMIT 1").fetchone()
        store.execute("UPDATE block_data SET vectors = ? WHERE id = ?", (bytes([raw[0] ^ 1]) + raw[1:], key))
    page.get_by_role("button", name="answers").click()
    page.get_by_role("button", name="Delete them").click()
    expect(page.get_by_role("button", name="Delete 0 answers")).to_be_visible()
    warm(page)
    page.reload()
    expect(page.get_by_text("1 damaged row found and dropped")).to_be_visible()
    no_error(page)
