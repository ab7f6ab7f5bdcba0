"""A latency run in a real browser: it shows its progress, can be stopped, and is there after a restart."""

import signal

import pytest
from playwright.sync_api import Page, expect

from core import pipeline
from core.settings import GIB
from core.store import open_store
from tests.browser.conftest import SECONDS, Server, no_error, query, settled

pytestmark = pytest.mark.browser
RUNS = "Nothing was measured on these texts yet"


def kept(server: Server) -> int:
    store = open_store(f"sqlite:///{server.home / 'store.sqlite'}", GIB)
    found = len(store.timings.list(pipeline.corpora.sample("helpdesk").corpus.fingerprint))
    store.close()
    return found


def test_a_run_shows_progress_is_stopped_measured_again_and_there_after_a_restart(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/latency?corpus=helpdesk&models=lsa&thorough=Quick")
    expect(page.get_by_text(RUNS)).to_be_visible()
    page.get_by_role("button", name="Measure now").click()
    progress = page.get_by_test_id("stProgress").filter(has_text="Measuring speed: LSA: ")
    expect(progress).to_contain_text("%", timeout=SECONDS * 1000)
    page.get_by_role("button", name="Cancel").first.click()
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text("Stopped. A run that is not finished is not kept.")).to_be_visible()
    assert kept(server) == 0

    page.get_by_role("button", name="Try again").click()
    answer = page.get_by_text("p95 of a single call:")
    expect(answer).to_be_visible(timeout=2 * SECONDS * 1000)
    settled(page)
    no_error(page)
    expect(answer).to_contain_text("(the reference)")
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(5)
    assert kept(server) == 1
    run = query(page, "runs")

    server.stop(signal.SIGKILL)
    server.start()
    page.goto(f"{server.url}/latency?corpus=helpdesk&models=lsa")
    expect(answer).to_be_visible()
    settled(page)
    no_error(page)
    expect(page.get_by_text("1 kept")).to_be_visible()
    page.goto(f"{server.url}/latency?corpus=helpdesk&models=lsa&runs={run}")
    expect(answer).to_be_visible()
    assert kept(server) == 1
