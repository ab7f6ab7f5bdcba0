"""The first lab, from an empty cache to the last figure: embed, compare, group, time."""

import re

import pytest
from playwright.sync_api import Page, expect

from core import pipeline
from tests.browser.conftest import SECONDS, Server, no_error, settled

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
LONG = 2 * SECONDS * 1000


def open_page(page: Page, name: str, question: str) -> None:
    """By the link in the sidebar, as a student goes on."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=question)).to_be_visible()


def test_the_first_lab_embeds_compares_groups_and_times_three_models(server: Server, page: Page) -> None:
    # 1. Three models embed 300 sentences.
    assert pipeline.store().vectors.encoded() == 0
    page.goto(f"{server.url}/?corpus=sentences&models=minilm,static,lsa")
    expect(page.get_by_text("100% of these texts embedded")).to_have_count(3, timeout=LONG)
    settled(page)
    encoded = pipeline.store().vectors.encoded()
    assert encoded == 900

    # 2. Which texts do they think are alike?
    open_page(page, "Similarity", "Which texts does a model think are alike?")
    expect(page.get_by_text(re.compile(r"MiniLM-L6 tells labels apart best"))).to_be_visible(timeout=LONG)
    expect(page.get_by_text("MiniLM-L6 − Static MiniLM").first).to_be_visible()
    settled(page)
    no_error(page)

    # 3. What groups do they form, and can the picture be trusted?
    open_page(page, "Clusters", "What groups does a model form")
    maps = page.locator(".maps").first
    expect(maps).to_have_attribute("data-panels", "3", timeout=LONG)
    expect(maps).to_have_attribute("data-drawn", "300")
    expect(page.get_by_text("continuity")).to_have_count(3, timeout=LONG)
    settled(page)
    no_error(page)

    # 4. How fast are they here? Nothing is embedded twice on the way, and timing reads no cache.
    open_page(page, "Latency", "How fast is it on this machine?")
    page.get_by_test_id("stMainBlockContainer").get_by_text("Quick", exact=True).click()
    settled(page)
    page.get_by_role("button", name="Measure now").click()
    expect(page.get_by_text("p95 of a single call:")).to_be_visible(timeout=LONG)
    settled(page)
    no_error(page)
    assert pipeline.store().vectors.encoded() == encoded
