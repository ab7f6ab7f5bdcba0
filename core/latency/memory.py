"""How much memory a process takes while something runs."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import psutil

SAMPLED_SECONDS = 0.005


def resident() -> int:
    """Bytes of memory this process holds now (resident set size)."""
    return int(psutil.Process().memory_info().rss)


def watched(work: Callable[[], Any], rss: Callable[[], int]) -> tuple[int, int, int, Any]:
    """Run work while another thread looks at the memory: bytes before, at the highest and after, and its result."""
    before = highest = rss()
    over = Event()

    def look() -> None:
        nonlocal highest
        while not over.wait(SAMPLED_SECONDS):
            highest = max(highest, rss())

    watcher = Thread(target=look, name="vecassay-memory", daemon=True)
    watcher.start()
    try:
        result = work()
    finally:
        over.set()
        watcher.join()
    after = rss()
    return before, max(highest, after), after, result
