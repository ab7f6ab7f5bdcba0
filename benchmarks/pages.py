"""Pages in a real browser: from the start of the server to the title, warm pages beside plain ones, a large map."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from benchmarks.cases import Case, Missing, Sides
from benchmarks.serving import DASHBOARD, PLAIN, ROOT, _free_port, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from streamlit.testing.v1 import AppTest

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
MAPS = "tests/browser/maps_app.py"
PATIENCE = 300_000
POINTS, FEW = 20_000, 1_000
MOST_SECONDS = 1.5
STUDY = {"corpus": "helpdesk", "models": "lsa,minilm"}
PAGES = ("overview", "compare", "similarity", "clusters", "latency", "retrieval", "tradeoffs", "decision", "library")
# Decision asks 27 things (limits, what counts, prices, the record) beside one figure and one table, and a browser needs
# 5 to 20 ms to draw each field; the plain page asks nothing.
FLOORS = {"decision": 0.4}
# What stands on a page: figures that are drawn, drawn components that are not one pixel high, tables, and whether
# anything still runs.
STANDS = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  return {
    plotly_chart: all('[data-testid=stPlotlyChart]').filter((chart) => chart.querySelector('.main-svg')).length
      + all('[data-testid^=stBidiComponent]').filter((own) => own.clientHeight > 1
        && own.shadowRoot?.querySelector('canvas')).length,
    dataframe: all('[data-testid=stDataFrame]').filter((table) => table.querySelector('canvas')).length,
    runs: all('[data-testid=stStatusWidget], [data-testid=stProgress]').length,
    title: all('h1').length,
  };
}"""
# Milliseconds since the navigation began, as soon as everything that is expected stands.
DRAWN = """async (expected) => {
  const stands = STANDS;
  const enough = (now) => ['plotly_chart', 'dataframe', 'title'].every((kind) => now[kind] >= expected[kind]);
  const there = () => !stands().runs && enough(stands());
  while (!there()) await new Promise((go) => setTimeout(go, 4));
  return performance.now();
}""".replace("STANDS", STANDS)


def cases() -> Iterator[Case]:
    """The comparisons of this module."""
    yield Case(
        "pages-first-paint", "From the start of the server to the title in a browser",
        "Vecassay", "streamlit hello", floor=0.77, make=first_paint, cold=True,
    )  # fmt: skip
    for page in PAGES:
        quick = partial(script_run, page) if page in ("overview", "compare") else None
        yield Case(
            f"pages-{page}", f"The page {page.title()} by its link, answers warm, until all is drawn",
            "Vecassay", "a plain Streamlit page with as many charts and tables",
            floor=FLOORS.get(page, 0.5), make=partial(warm, page), rounds=9, quick=quick, quick_floor=0.1,
        )  # fmt: skip
    yield Case(
        "pages-map", f"A map of {POINTS:,} points, from its answer until it is drawn",
        f"{POINTS:,} points", f"{FEW:,} points", floor=0, make=large_map, limits={"seconds": (0.0, MOST_SECONDS)},
    )  # fmt: skip


@contextmanager
def browsing() -> Iterator[Callable[[], "Page"]]:
    """Opens windows of one Chromium, each with an empty cache."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise Missing("Playwright is not installed") from None
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise Missing("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield lambda: browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
        browser.close()


@contextmanager
def first_paint() -> Iterator[Sides]:
    """A fresh server and an empty browser cache on both sides."""
    with browsing() as window, TemporaryDirectory() as home:
        yield Sides(
            partial(_paint, window, ["run", DASHBOARD], "What do these models make of my texts?", home),
            partial(_paint, window, ["hello"], "Welcome to Streamlit!", home),
        )


def _paint(window: Callable[[], "Page"], command: list[str], title: str, home: str) -> float:
    port = str(_free_port())
    options = ["--server.port", port, "--server.headless", "true", "--browser.gatherUsageStats", "false"]
    page, began = window(), time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", *command, *options],
        cwd=ROOT,
        env={**os.environ, "VECASSAY_HOME": home},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while server.poll() is None:
            try:
                urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
                break
            except (OSError, URLError):
                time.sleep(0.01)
        page.goto(f"http://127.0.0.1:{port}", wait_until="commit")
        page.get_by_role("heading", name=title).wait_for()
        return time.perf_counter() - began
    finally:
        page.context.close()
        server.terminate()
        server.wait()


@contextmanager
def warm(page: str) -> Iterator[Sides]:
    """Both pages in windows that have their scripts already; the plain one has what stands on ours."""
    with ExitStack() as held:
        window = held.enter_context(browsing())
        served, plain = held.enter_context(serving()), held.enter_context(serving(PLAIN))
        ours, theirs = window(), window()
        # The first page of each is at the root, all others are one level below: see benchmarks/README.md.
        first = page == PAGES[0]
        address = f"{served.url}/{'' if first else page}?{urlencode(STUDY)}"
        expected = _settled(ours, address)
        # At one's second coming nothing is at work any more.
        expected = _settled(ours, address)
        asked = urlencode({name: n for name, n in expected.items() if name in ("plotly_chart", "dataframe")})
        yield Sides(
            partial(_drawn, ours, address, expected),
            partial(_drawn, theirs, f"{plain.url}/{'' if first else 'page'}?{asked}", expected),
            lambda: {"charts": expected["plotly_chart"], "tables": expected["dataframe"]},
        )


def _settled(window: "Page", address: str) -> dict[str, int]:
    """What stands on a page when nothing runs any more."""
    window.goto(address)
    window.locator("h1").wait_for(timeout=PATIENCE)
    quiet, stands = 0, dict[str, int]()
    while quiet < 10:  # a page runs again when a job ends, and tables are drawn some time after they came
        window.wait_for_timeout(200)
        before, stands = stands, dict(window.evaluate(STANDS))
        quiet = 0 if stands["runs"] or stands != before else quiet + 1
    return stands


def _drawn(window: "Page", address: str, expected: Mapping[str, int]) -> float:
    window.goto(address, wait_until="commit")
    return float(window.evaluate(DRAWN, expected)) / 1000


@contextmanager
def large_map() -> Iterator[Sides]:
    """The map component alone: from the click whose answer is the map until all of its points are on the screen."""
    with browsing() as window, serving(MAPS) as served:
        from benchmarks.pictures import CLICKED

        seconds, windows = list[float](), {n: window() for n in (POINTS, FEW)}
        for n, page in windows.items():
            page.goto(f"{served.url}/?n={n}&panels=1")
            page.locator(f'.maps[data-drawn="{n}"]').wait_for(timeout=PATIENCE)

        def draw(n: int, told: list[float]) -> float:
            windows[n].evaluate(CLICKED, ["Other points", n + 1])
            told.append(float(windows[n].evaluate(CLICKED, ["Other points", n])) / 1000)
            return told[-1]

        yield Sides(partial(draw, POINTS, seconds), partial(draw, FEW, []), lambda: {"seconds": median(seconds)})


@contextmanager
def script_run(page: str) -> Iterator[Sides]:
    """The quick form: only the run of the page's script, in this process, and of a plain one with as many elements."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ.update(VECASSAY_HOME=home, VECASSAY_WARM="false")
        from streamlit.testing.v1 import AppTest

        from core import pipeline
        from core.session import boot, identity, panel

        def here(waiting: object) -> bool:
            for question in waiting:  # type: ignore[attr-defined]
                pipeline.keep(pipeline.Work(pipeline.store(), pipeline.respond), question)
            return True

        panel.work, boot.start = here, lambda: None  # type: ignore[assignment]
        identity._cookie = lambda: "0" * 32  # AppTest's own cookies are mocks that take longer than a page
        ours = AppTest.from_file(str(ROOT / DASHBOARD), default_timeout=300)
        ours.query_params.update(corpus="sentences", models="lsa")
        ours.run()
        ours.switch_page(f"pages/{page}.py").run()
        theirs = AppTest.from_file(str(ROOT / PLAIN), default_timeout=300)
        for kind in ("plotly_chart", "markdown", "metric", "dataframe"):
            name = {"dataframe": "arrow_data_frame"}.get(kind, kind)
            theirs.query_params[kind] = str(len(ours.get(name)) or len(ours.get(kind)))
        yield Sides(partial(_ran, ours), partial(_ran, theirs))
        pipeline.store().close()


def _ran(at: "AppTest") -> float:
    """Processor seconds of five runs."""
    began = time.process_time()
    for _ in range(5):
        at.run()
    if at.exception:
        raise RuntimeError(f"the page failed: {at.exception[0].value}")
    return time.process_time() - began
