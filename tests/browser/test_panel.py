"""Work under way: real numbers, one computation for all, stopped and gone on with, a lost worker replaced."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Semaphore
from time import sleep

import psutil
import pytest
from playwright.sync_api import Page, expect

from core.settings import GIB
from core.store import Shelf, open_store
from core.types import Corpus, ModelSpec
from tests.browser.conftest import SECONDS, Server, no_error, settled
from tests.providers import fake_openai
from tests.providers.fake_openai import by_eye

pytestmark = pytest.mark.browser
MANY = 900
FEW, EACH = 8, 0.25
"""Requests that are answered before the model waits, and seconds of each: enough to tell how fast it is."""
PROGRESS = re.compile(r"Embedding: Patient: \d+ of [\d,]+ texts · [\d,]+ texts/s · about \d+ (s|min) left")


@dataclass
class Patient:
    """A model behind an address that answers as many requests as it is told to, and lets the others wait."""

    server: fake_openai.Server = field(default_factory=fake_openai.Server)
    turns: Semaphore = field(default_factory=lambda: Semaphore(0))

    def embed(self, texts: list[str]) -> list[list[float]]:
        self.turns.acquire(timeout=SECONDS)
        sleep(EACH)
        return [by_eye(text) for text in texts]

    def answers(self, requests: int = MANY) -> None:
        """Let so many more be answered; what was left of the last so many is gone."""
        while self.turns.acquire(blocking=False):
            pass
        self.turns.release(requests)


@pytest.fixture(scope="module")
def patient() -> Iterator[Patient]:
    model = Patient()
    model.server.embed = model.embed
    with model.server:
        yield model
        model.answers()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, patient: Patient) -> Iterator[Server]:
    """One server for all tests here, without a model hub."""
    home = tmp_path_factory.mktemp("home")
    running = Server(home, {"HF_HOME": str(home / "hub"), "HF_ENDPOINT": "http://127.0.0.1:9"})
    running.start()
    store = open_store(f"sqlite:///{home / 'store.sqlite'}", GIB)
    store.models.add(ModelSpec("patient", "Patient", "openai", "patient", url=patient.server.url), "somebody")
    store.close()
    yield running
    running.stop()


def listed(home: Path, what: str) -> str:
    """The fingerprint of many texts of their own."""
    texts = tuple(f"Number {i} of the {what} list" for i in range(MANY))
    store = open_store(f"sqlite:///{home / 'store.sqlite'}", GIB)
    added = store.corpora.add(Corpus(what, texts), {}, kind="typed", owner=None)
    store.close()
    return added


def shelf(home: Path) -> Shelf:
    """What is kept of the model that waits."""
    store = open_store(f"sqlite:///{home / 'store.sqlite'}", GIB)
    shelves = store.vectors.shelves()
    store.close()
    return next(each for each in shelves if each.label == "Patient")


def stop_and_go_on(page: Page) -> None:
    page.get_by_role("button", name="Cancel").first.click()
    page.get_by_role("button", name="Stop it").click()
    expect(page.get_by_text("Stopped. Everything finished until then is kept.")).to_be_visible()
    expect(page.get_by_test_id("stProgress")).to_have_count(0)
    no_error(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_test_id("stProgress").first).to_be_visible()


def test_a_long_job_is_shown_shared_stopped_and_gone_on_with(
    server: Server, patient: Patient, visitors: Callable[[], Page], page: Page
) -> None:
    long = listed(server.home, "long")
    other = visitors()
    other.goto(f"{server.url}/?models=lsa")
    expect(other.get_by_text("100% of these texts embedded")).to_be_visible()
    settled(other)

    patient.answers(FEW)
    page.goto(f"{server.url}/?models=patient&corpus={long}")
    expect(page.get_by_test_id("stProgress").filter(has_text=PROGRESS)).to_be_visible()
    # A dialog that is open, and what is typed in it, outlives the jobs of the page behind it.
    page.get_by_role("button", name="Add texts").click()
    typed = page.get_by_role("dialog").get_by_role("textbox", name="One text a line")
    typed.fill("not used yet")
    # Meanwhile others turn pages, and ask for the same without computing it again.
    other.get_by_role("link", name="Library").click()
    expect(other.get_by_role("heading", name="Warm up")).to_be_visible()
    expect(page.get_by_test_id("stProgress").first).to_be_attached()
    other.goto(f"{server.url}/?models=patient&corpus={long}")
    expect(other.get_by_test_id("stProgress").first).to_be_visible()
    stop_and_go_on(other)
    patient.answers()
    expect(other.get_by_text("100% of these texts embedded")).to_be_visible(timeout=SECONDS * 1000)
    settled(page)
    expect(typed).to_have_value("not used yet")
    page.get_by_role("dialog").get_by_role("button", name="Check").click()
    expect(page.get_by_role("dialog").get_by_text("1 row read")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_text("100% of these texts embedded")).to_be_visible()
    settled(other)
    assert shelf(server.home).encoded == MANY
    no_error(page)


def test_a_killed_worker_is_replaced_and_the_page_recovers(server: Server, patient: Patient, page: Page) -> None:
    before = shelf(server.home).n
    patient.answers(FEW)
    page.goto(f"{server.url}/?models=patient&corpus={listed(server.home, 'other')}")
    expect(page.get_by_test_id("stProgress").filter(has_text=PROGRESS)).to_be_visible()
    assert server.process is not None
    below = psutil.Process(server.process.pid).children(recursive=True)
    (worker,) = (process for process in below if "--multiprocessing-fork" in process.cmdline())
    worker.kill()
    patient.answers()
    expect(page.get_by_text("100% of these texts embedded")).to_be_visible(timeout=SECONDS * 1000)
    settled(page)
    no_error(page)
    # Kept, not counted as encoded: a worker that is killed between the two has kept a chunk that it never counted.
    assert shelf(server.home).n - before == MANY


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
