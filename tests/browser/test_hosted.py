"""A model behind an address: added in the dialog, tested with one call, seen on pages; others wait for a yes."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Server, no_error, settled
from tests.pages.test_hosted_page import CHECKED, Endpoint

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    started = Endpoint()
    yield started
    started.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"), {"OPENAI_API_KEY": ""})
    running.start()
    yield running
    running.stop()


def dialog_for(page: Page, server: Server, name: str, url: str = "") -> Locator:
    """The dialog with a hosted model typed into it."""
    page.goto(f"{server.url}/?models=lsa")
    expect(page.get_by_text("of these texts embedded")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Add a model").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("OpenAI, or an endpoint that speaks its protocol").click()
    dialog.get_by_role("textbox", name="Model name").fill(name)
    dialog.get_by_role("textbox", name="Address").fill(url)
    dialog.get_by_role("textbox", name="Address").press("Enter")
    return dialog


def test_an_endpoint_is_tested_added_and_compared(page: Page, server: Server, endpoint: Endpoint) -> None:
    dialog = dialog_for(page, server, "nearby-embed", endpoint.url)
    expect(dialog.get_by_text("on this machine").first).to_be_visible()
    assert not endpoint.asked
    dialog.get_by_role("button", name="Test with one call").click()
    expect(dialog.get_by_text(re.compile("It answers: 6 dimensions.*includes the network"))).to_be_visible()
    assert endpoint.texts == ["How do I reset my device?"]
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    settled(page)
    no_error(page)
    expect(page.get_by_role("button", name="Send them")).to_have_count(0)
    expect(page.get_by_test_id("stMarkdownContainer").filter(has_text=re.compile("^● nearby-embed"))).to_be_visible()
    expect(
        page.get_by_role("listitem").filter(has_text=re.compile(r"nearby-embed.*: \d+ checks")).first
    ).to_be_visible()
    assert len(set(endpoint.texts)) == 301, "the 300 texts, and that of the test"
    assert len(endpoint.texts) == 301 + CHECKED, "each once, but for the checks"
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="Where do models agree")).to_be_visible()
    settled(page)
    no_error(page)
    expect(page.get_by_role("heading", name="Pairs on which the models disagree most")).to_be_visible()


def test_without_a_key_a_vendor_s_model_waits(page: Page, server: Server) -> None:
    dialog = dialog_for(page, server, "text-embedding-3-small")
    expect(dialog.get_by_text("0.02 USD a million tokens")).to_be_visible()
    expect(dialog.get_by_text("Key: not set. Set OPENAI_API_KEY")).to_be_visible()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("is hosted: these texts would leave this machine")).to_be_visible()
    expect(page.get_by_role("button", name="Send them")).to_be_disabled()
    expect(page.get_by_text("of these texts embedded")).to_have_count(1)
    settled(page)
    no_error(page)
