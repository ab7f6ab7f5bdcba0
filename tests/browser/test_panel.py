"""Work under way: real numbers, one computation for all, stopped and gone on with, a lost worker replaced."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from core.settings import GIB
from core.store import open_store
from core.types import Corpus
from tests.browser.conftest import SECONDS, Server, no_error, settled

pytestmark = pytest.mark.browser
MANY = 900
PROGRESS = re.compile(r"Embedding: MiniLM-L6: \d+ of [\d,]+ texts · [\d,]+ texts/s · about \d+ (s|min) left")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests here, without a model hub."""
    home = tmp_path_factory.mktemp("home")
    running = Server(home, {"HF_HOME": str(home / "hub"), "HF_ENDPOINT": "http://127.0.0.1:9"})
    running.start()
    yield running
    running.stop()


def listed(home: Path, what: str) -> str:
    """The fingerprint of many texts of their own: work that even a warm worker on a quiet machine is seen at."""
    texts = tuple(
        f"Number {i} of the {what} list: " + " ".join(f"word{(i * j) % 997}" for j in range(30)) for i in range(MANY)
    )
    store = open_store(f"sqlite:///{home / 'store.sqlite'}", GIB)
    added = store.corpora.add(Corpus(what, texts), {}, kind="typed", owner=None)
    store.close()
    return added


def encoded(home: Path, label: str) -> int:
    """Texts that were encoded, ever, by the model with this name."""
    store = open_store(f"sqlite:///{home / 'store.sqlite'}", GIB)
    shelves = store.vectors.shelves()
    store.close()
    return sum(shelf.encoded for shelf in shelves if shelf.label == label)


def held(home: Path, label: str) -> int:
    """Vectors that are kept of the model with this name."""
    store = open_store(f"sqlite:///{home / 'store.sqlite'}", GIB)
    shelves = store.vectors.shelves()
    store.close()
    return sum(shelf.n for shelf in shelves if shelf.label == label)


def stop_and_go_on(page: Page) -> None:
    page.get_by_role("button", name="Cancel").first.click()
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text("Stopped. Everything finished until then is kept.")).to_be_visible()
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
    no_error(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_test_id("stProgress").first).to_be_visible()


def test_a_long_job_is_shown_shared_stopped_and_gone_on_with(
    server: Server, visitors: Callable[[], Page], page: Page
) -> None:
    long = listed(server.home, "long")
    other = visitors()
    other.goto(f"{server.url}/?models=lsa")
    expect(other.get_by_text("100% of these texts embedded")).to_be_visible()
    settled(other)

    page.goto(f"{server.url}/?models=minilm&corpus={long}")
    expect(page.get_by_test_id("stProgress").filter(has_text=PROGRESS)).to_be_visible()
    # A dialog that is open, and what is typed in it, outlives the jobs of the page behind it.
    page.get_by_role("button", name="Add texts").click()
    typed = page.get_by_role("dialog").get_by_role("textbox", name="One text a line")
    typed.fill("not used yet")
    # Meanwhile others turn pages, and ask for the same without computing it again.
    other.get_by_role("link", name="Library").click()
    expect(other.get_by_role("heading", name="Warm up")).to_be_visible()
    expect(page.get_by_test_id("stProgress").first).to_be_attached()
    other.goto(f"{server.url}/?models=minilm&corpus={long}")
    expect(other.get_by_test_id("stProgress").first).to_be_visible()
    stop_and_go_on(other)
    # The worker yields to everything else, so that other tests can make it many times as slow.
    expect(other.get_by_text("100% of these texts embedded")).to_be_visible(timeout=3 * SECONDS * 1000)
    settled(page)
    expect(typed).to_have_value("not used yet")
    page.get_by_role("dialog").get_by_role("button", name="Check").click()
    expect(page.get_by_role("dialog").get_by_text("1 row read")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_text("100% of these texts embedded")).to_be_visible()
    settled(other)
    assert encoded(server.home, "MiniLM-L6") == MANY
    no_error(page)


def test_a_killed_worker_is_replaced_and_the_page_recovers(server: Server, page: Page) -> None:
    before = held(server.home, "MiniLM-L6")
    page.goto(f"{server.url}/?models=minilm&corpus={listed(server.home, 'other')}")
    expect(page.get_by_test_id("stProgress").filter(has_text=PROGRESS)).to_be_visible()
    assert server.process is not None
    below = psutil.Process(server.process.pid).children(recursive=True)
    worker = max(below, key=lambda process: process.memory_info().rss)  # the one that holds the model
    worker.kill()
    expect(page.get_by_text("100% of these texts embedded")).to_be_visible(timeout=3 * SECONDS * 1000)
    settled(page)
    no_error(page)
    # Kept, not counted as encoded: a worker that is killed between the two has kept a chunk that it never counted.
    assert held(server.home, "MiniLM-L6") - before == MANY


def test_why_a_job_failed_is_plain_text_and_the_others_go_on(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/?models=lsa")
    expect(page.get_by_text("100% of these texts embedded")).to_be_visible()
    page.get_by_role("button", name="Add a model").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Static (model2vec)", exact=True).click()
    hostile = "![x](//tracker.invalid/a.png)"
    dialog.get_by_label("Hub id or folder").fill("bundled:all-MiniLM-L6-v2")
    dialog.get_by_label("Name to show").fill(hostile)
    dialog.get_by_role("button", name="Add", exact=True).click()
    trouble = page.get_by_test_id("stAlertContentError")
    expect(trouble).to_contain_text(f"{hostile} (bundled:all-MiniLM-L6-v2) is no static model")
    expect(trouble).to_contain_text("choose the library Sentence Transformers")
    expect(trouble.get_by_role("img", name="x")).to_have_count(0)
    expect(page.get_by_text("100% of these texts embedded")).to_be_visible()
