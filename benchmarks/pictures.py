"""How long maps take from the click to the picture, in the Chromium of the tests: python -m benchmarks.pictures [PORT]

Without a graphics card Chromium draws in software, on the same cores as the server: upper bounds.
"""

import os
import shutil
import subprocess
import sys
import time
from statistics import median
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, ROOT

ROUNDS = 5
CASES = ((10_000, 1), (100_000, 1), (100_000, 2), (1_000_000, 1), (1_000_000, 2))
# Milliseconds from a click on a button until as many points as told are on the screen.
CLICKED = """async ([name, target]) => {
  const find = (selector) => document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot
    .querySelector(selector);
  const began = performance.now();
  [...document.querySelectorAll('button')].find((button) => button.textContent.includes(name)).click();
  while (find('.maps').dataset.drawn !== String(target)) await new Promise((go) => setTimeout(go, 4));
  return performance.now() - began;
}"""
# Milliseconds from one notch of the wheel until something, and until everything, is drawn in the new view.
ZOOMED = """async (target) => {
  const root = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
  const { dataset } = root.querySelector('.maps'), over = root.querySelector('.over');
  const [before, zoom, began] = [Number(dataset.frames), dataset.zoom, performance.now()];
  const box = over.getBoundingClientRect();
  over.dispatchEvent(new WheelEvent('wheel', { deltaY: -100, bubbles: true, cancelable: true,
    clientX: box.left + 150, clientY: box.top + 200 }));
  const until = async (ready) => { while (!ready()) await new Promise((go) => setTimeout(go, 4)); };
  await until(() => Number(dataset.frames) > before && dataset.zoom !== zoom);
  const first = performance.now() - began;
  await until(() => dataset.drawn === String(target));
  return [first, performance.now() - began];
}"""


def lasso(page: Page) -> float:
    """Milliseconds from letting go of the outline until Python's answer about its rows is on the page."""
    box = page.locator(".over").bounding_box()
    assert box is not None
    page.keyboard.press("Escape")
    page.get_by_text("selected 0").wait_for()
    page.get_by_role("button", name="Lasso").click()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    for across, down in ((260, 80), (280, 300), (160, 380), (80, 250)):
        page.mouse.move(box["x"] + across, box["y"] + down, steps=10)
    began = time.perf_counter()
    page.mouse.up()
    page.wait_for_function("() => /panel 0 selected [1-9]/.test(document.body.innerText)", polling=10)
    return (time.perf_counter() - began) * 1000


def measure(page: Page, url: str, n: int, panels: int) -> None:
    page.goto(f"{url}/?n={n}&panels={panels}")
    page.locator(f'.maps[data-drawn="{n}"]').wait_for(timeout=60_000)
    page.evaluate(CLICKED, ["Other points", n + 1])
    drawn, first, full, outlined = [], [], [], []
    for _ in range(ROUNDS):
        page.evaluate(CLICKED, ["Other points", n])
        drawn.append(page.evaluate(CLICKED, ["Other points", n + 1]))
    for _ in range(ROUNDS):
        some, everything = page.evaluate(ZOOMED, n + 1)
        first.append(some)
        full.append(everything)
    page.get_by_role("button", name="Reset view").click()
    page.locator('.maps[data-zoom="1.000"]').wait_for()
    for _ in range(ROUNDS):
        outlined.append(lasso(page))
    kinds = (("rerun to drawn", drawn), ("zoom, first", first), ("zoom, all", full), ("lasso to answer", outlined))
    told = "   ".join(f"{name} {median(times):5.0f} ({max(times):.0f})" for name, times in kinds)
    print(f"{n:>9,} x {panels}   {told}", flush=True)


def main() -> None:
    port = sys.argv[1] if len(sys.argv) > 1 else "8599"
    command = [sys.executable, "-m", "streamlit", "run", "tests/browser/maps_app.py", "--server.port", port]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    print(f"Milliseconds, median (worst) of {ROUNDS}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    try:
        for _ in range(100):
            try:
                urlopen(f"{url}/_stcore/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        with sync_playwright() as playwright:
            chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            for n, panels in CASES:
                measure(page, url, n, panels)
            browser.close()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
