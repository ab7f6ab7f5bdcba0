"""Vectors computed elsewhere, in a browser: what was matched is read before it is used, and nothing else is kept."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core import corpora
from tests.browser.conftest import Server, no_error, query, settled

pytestmark = pytest.mark.browser
LONG = 180_000
"""Milliseconds: a worker starts cold on a machine that others use."""
TEXTS = len(corpora.sample("helpdesk").corpus)


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    running = Server(home)
    running.start()
    yield running
    running.stop()


def put(chooser: Locator, n: int) -> None:
    """Choose a file with n vectors of different lengths."""
    buffer = io.BytesIO()
    np.save(buffer, 3 * np.random.default_rng(0).normal(size=(n, 8)).astype(np.float32))
    chooser.set_input_files({"name": "v.npy", "mimeType": "application/octet-stream", "buffer": buffer.getvalue()})


def test_vectors_are_looked_at_then_used_and_missed_when_their_file_is_gone(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/?corpus=helpdesk&models=lsa")
    expect(page.get_by_text("100% of these texts embedded")).to_have_count(1, timeout=LONG)
    settled(page)
    page.get_by_role("button", name="Add a model").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Vectors computed elsewhere", exact=True).click()
    chooser, found = dialog.locator("input[type=file]").first, dialog.get_by_test_id("stAlert")
    put(chooser, 3)
    expect(found).to_contain_text(f"3 vectors for {TEXTS} texts")
    put(chooser, TEXTS)
    expect(found.first).to_contain_text(f"{TEXTS} texts × 8 dimensions, float32, in the order of the file")
    expect(found.first).to_contain_text("queries have no vectors")
    expect(dialog.get_by_role("button", name="Use these vectors")).to_be_disabled()
    assert not list((server.home / "imported").glob("*"))
    dialog.get_by_role("textbox", name="Model they are of").fill("Elsewhere")
    dialog.get_by_role("textbox", name="Model they are of").press("Enter")
    dialog.get_by_role("button", name="Use these vectors").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("100% of these texts embedded")).to_have_count(2, timeout=LONG)
    settled(page)
    no_error(page)
    chosen = query(page, "models")
    assert re.fullmatch("lsa,elsewhere-[0-9a-f]{6}", chosen)

    server.stop()
    (kept,) = (server.home / "imported").glob("*")
    kept.unlink()
    server.start()
    page.goto(f"{server.url}/?corpus=helpdesk&models={chosen}")
    expect(page.get_by_test_id("stAlertContentError")).to_contain_text("Import them again", timeout=LONG)
    expect(page.get_by_text("100% of these texts embedded")).to_have_count(1)  # the other model is there
