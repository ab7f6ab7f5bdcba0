"""A real server and a real browser."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).parent.parent.parent
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# The first has no windows: a page of it needs a tenth of a second of the processor, of the others half a second more.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SECONDS = 120
AT_ONCE = 100
SIZE: ViewportSize = {"width": 1440, "height": 1000}
RUNS = "[data-testid=stApp]:not([data-test-script-state=notRunning])"
expect.set_options(timeout=60_000)  # a busy machine is no failure


@dataclass
class Server:
    """`streamlit run SCRIPT` on loopback with a home folder of its own; `app.py` unless told otherwise."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    script: str = "app.py"
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", self.script, "--server.port", str(self.port)]
        with (self.home / "server.log").open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "VECASSAY_HOME": str(self.home), **self.settings}
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            assert time.monotonic() < deadline, (self.home / "server.log").read_text()
            assert self.process.poll() is None, (self.home / "server.log").read_text()
            time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(timeout=30)


@pytest.fixture
def server(home_with_static: Path) -> Iterator[Server]:
    running = Server(home_with_static)
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
    yield launched
    launched.close()


@dataclass
class Watch:
    """What pages did that none may do: ask a foreign host, run a script of a text, break."""

    hosts: set[str | None] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    def open(self, browser: Browser) -> Page:
        """A window of somebody with no past."""
        context = browser.new_context(viewport=SIZE)
        context.set_default_timeout(30_000)
        context.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        page = context.new_page()
        page.on("dialog", lambda dialog: self.hosts.add(f"a script ran: {dialog.message}"))
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        page.on("console", lambda said: self.broken.append(said.text) if "Error: Bad delta" in said.text else None)
        return page

    def look(self) -> None:
        """Whether anything was seen since the last look."""
        hosts, broken = self.hosts.copy(), self.broken.copy()
        self.hosts.clear()
        self.broken.clear()
        assert hosts <= {"127.0.0.1", None}, hosts
        assert not broken, broken


@pytest.fixture(scope="session")
def known(browser: Browser) -> tuple[Page, Watch]:
    """A window for all tests: a new one reads all of Streamlit's scripts anew, longer than a page takes to be drawn."""
    watch = Watch()
    return watch.open(browser), watch


@pytest.fixture
def page(known: tuple[Page, Watch]) -> Iterator[Page]:
    """A page of somebody with no past: every server has a port, and so what is kept in the browser, of its own."""
    page, watch = known
    yield page
    page.goto("about:blank")
    page.context.clear_cookies()
    page.set_viewport_size(SIZE)
    page.emulate_media(color_scheme="null")
    watch.look()


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Opens pages as different people, in windows of their own."""
    pages, watch = list[Page](), Watch()

    def visit() -> Page:
        pages.append(watch.open(browser))
        return pages[-1]

    yield visit
    for page in pages:
        page.context.close()
    watch.look()


def settled(page: Page) -> None:
    """Wait until no progress is shown and no script runs, nor begins again at once.

    What is at work is shown only after a while: the page's own word for it is there from the first moment.
    """
    for _ in range(2):
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SECONDS * 1000)
        expect(page.get_by_test_id("stProgress")).to_have_count(0, timeout=SECONDS * 1000)
        expect(page.locator(RUNS)).to_have_count(0, timeout=SECONDS * 1000)
        page.wait_for_timeout(AT_ONCE)


def no_error(page: Page) -> None:
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def paste(page: Page, texts: str, name: str) -> str:
    """Add texts by the dialog and use them; their fingerprint."""
    page.get_by_role("button", name="Add texts").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="One text a line").fill(texts)
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Name", exact=True).press("Enter")
    return use(page)


def use(page: Page) -> str:
    """Use what the dialog offers; the fingerprint, which the address then holds."""
    before = query(page, "corpus")
    page.get_by_role("dialog").get_by_role("button", name=re.compile(r"Use [\d,]+ text")).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_function("before => new URLSearchParams(location.search).get('corpus') !== before", arg=before)
    settled(page)
    return query(page, "corpus")


def query(page: Page, name: str) -> str:
    """A parameter of the address; `page.url` lags behind what a page changes by itself."""
    found: str = page.evaluate("name => new URLSearchParams(location.search).get(name) || ''", name)
    return found
