"""The main journey, as a visitor walks it."""

import re
import signal
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from core import pipeline
from tests.browser.conftest import SECONDS, Server, no_error, settled

pytestmark = pytest.mark.browser

TEN = """The kettle is boiling over.
Water is spilling from the pot.
My parcel never arrived.
The package has not been delivered.
My parcel arrived early.
He plays the bass in a band.
She caught a bass in the lake.
The court ruled in her favour.
They met at the tennis court.
The judge decided she was right."""


def test_paste_compare_drill_restart(server: Server, page: Page) -> None:
    # First start: the sample, three models, without doing anything.
    page.goto(server.url)
    expect(page.get_by_role("heading", name="What do these models make of my texts?")).to_be_visible()
    settled(page)
    expect(page.get_by_text("384 dimensions")).to_be_visible()
    no_error(page)

    # Ten sentences of one's own.
    page.get_by_role("button", name="Add texts").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="One text a line").fill(TEN)
    dialog.get_by_role("textbox", name="One text a line").press("Control+Enter")
    expect(dialog.get_by_text(re.compile("10 rows read"))).to_be_visible()
    dialog.get_by_role("button", name="Use 10 texts").click()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("10")
    settled(page)
    assert re.search(r"corpus=[0-9a-f]{32}", page.url), page.url

    # Three models compared, and one text's neighbours.
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="One text's neighbours")).to_be_visible()
    settled(page)
    no_error(page)
    page.get_by_role("spinbutton", name="Row").fill("3")
    page.get_by_role("spinbutton", name="Row").press("Enter")
    expect(page.get_by_test_id("stText").get_by_text("My parcel never arrived.")).to_be_visible()
    settled(page)
    expect(
        page.get_by_test_id("stMarkdown").filter(has_text="The package has not been delivered.").first
    ).to_be_visible()
    expect(page).to_have_url(re.compile("row=3"))
    link = page.url

    # The server is killed and started again: everything is there at once, and nothing was embedded again.
    encoded = pipeline.store().vectors.encoded()
    assert encoded > 0
    server.stop(signal.SIGKILL)
    server.start()
    page.goto(re.sub(r"http://127.0.0.1:\d+", server.url, link))
    expect(page.get_by_test_id("stText").get_by_text("My parcel never arrived.")).to_be_visible()
    settled(page)
    no_error(page)
    assert pipeline.store().vectors.encoded() == encoded
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_text("Pasted texts").first).to_be_visible()


def test_a_first_link_to_any_page_works_on_a_fresh_server(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/compare?corpus=sentences&models=lsa&k=7")
    expect(page.get_by_role("heading", name="Where do models agree about what is similar")).to_be_visible()
    expect(page.get_by_role("link", name="Library")).to_be_visible()
    settled(page)
    no_error(page)
    expect(page).to_have_url(re.compile("k=7"))
    expect(page).to_have_url(re.compile("models=lsa"))
    expect(page.get_by_role("link", name="app")).to_have_count(0)


def test_lists_are_ones_own_and_survive_a_refresh(server: Server, browser: Browser, page: Page) -> None:
    page.goto(f"{server.url}/?models=lsa")
    page.get_by_role("button", name="Add texts").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="One text a line").fill("alpha beta\ngamma delta")
    dialog.get_by_label("Name", exact=True).fill("Private list")
    dialog.get_by_label("Name", exact=True).press("Enter")
    dialog.get_by_role("button", name="Use 2 texts").click()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("2")
    settled(page)
    page.goto(f"{server.url}/library?models=lsa")
    expect(page.get_by_text("Private list").first).to_be_visible()

    other = browser.new_context()
    theirs = other.new_page()
    theirs.goto(f"{server.url}/library?models=lsa")
    expect(theirs.get_by_text("No texts of your own yet")).to_be_visible(timeout=SECONDS * 1000)
    expect(theirs.get_by_text("Private list")).to_have_count(0)
    other.close()


def test_no_script_and_no_foreign_host(server: Server, visitors: Callable[[], Page]) -> None:
    page = visitors()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2].split(":")[0]))
    page.on("dialog", lambda dialog: pytest.fail("a script of a text ran"))
    hostile = "\n".join(
        [
            "<script>alert(1)</script>",
            "![a](http://tracker.invalid/x.png)",
            "<img src=http://tracker.invalid/y onerror=alert(2)>",
            "plain words",
        ]
    )
    page.goto(f"{server.url}/?models=lsa")
    page.get_by_role("button", name="Add texts").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="One text a line").fill(hostile)
    dialog.get_by_role("textbox", name="One text a line").press("Control+Enter")
    dialog.get_by_role("button", name="Use 4 texts").click()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("4")
    settled(page)
    page.get_by_role("link", name="Compare").click()
    settled(page)
    expect(page.get_by_test_id("stText").get_by_text("<script>alert(1)</script>")).to_be_visible()
    assert hosts <= {"127.0.0.1"}, hosts
