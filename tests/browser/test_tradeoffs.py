"""From texts to a chosen size and precision, and with it to the decision."""

import re

import pytest
from playwright.sync_api import Page, expect

from core import pipeline
from tests.browser.conftest import SECONDS, Server, no_error, settled

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]
LONG = 4 * SECONDS * 1000


def test_a_smaller_form_is_chosen_and_taken_to_the_decision(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/tradeoffs?corpus=helpdesk&models=static,lsa")
    main = page.get_by_test_id("stMainBlockContainer")
    # 1. The answer, which names a form and says how sure it is.
    answer = main.locator(".st-key-tradeoffs")
    expect(answer).to_contain_text("a text", timeout=LONG)
    settled(page)
    no_error(page)
    expect(main.get_by_test_id("stPlotlyChart").first).to_be_visible()
    embedded = pipeline.store().vectors.encoded()

    # 2. What is lost in it, query by query, and what that costs.
    expect(main.get_by_text("gain and")).to_be_attached()
    expect(main.get_by_role("heading", name="What does it cost at scale?")).to_be_attached()

    # 3. It goes to Decision as a candidate with its size, and nothing is embedded again: only the ten queries that no
    # text answers, which no form is scored on, are asked there for the first time, of both models.
    button = main.get_by_role("button", name="to Decision")
    taken = button.inner_text().split("Take ")[-1].removesuffix(" to Decision")
    button.click()
    expect(page.get_by_role("heading", name="Which model goes into production, and why?")).to_be_visible(timeout=LONG)
    expect(main.get_by_text("Smaller vectors", exact=True)).to_be_visible(timeout=LONG)
    settled(page)
    no_error(page)
    expect(page).to_have_url(re.compile("smaller="))  # the address follows the field
    expect(main.get_by_test_id("stMultiSelect").filter(has_text="Smaller vectors")).to_contain_text(taken)
    expect(main.locator(".st-key-decision")).to_be_visible(timeout=LONG)
    assert pipeline.store().vectors.encoded() == embedded + 2 * 10

    # 4. The link alone shows the same.
    page.goto(page.url)
    expect(main.locator(".st-key-decision")).to_be_visible(timeout=LONG)
    expect(main.get_by_test_id("stMultiSelect").filter(has_text="Smaller vectors")).to_contain_text(taken)
    settled(page)
    no_error(page)
    assert pipeline.store().vectors.encoded() == embedded + 2 * 10
