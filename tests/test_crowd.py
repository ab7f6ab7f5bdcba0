"""Several visitors of a real server at once, by its own protocol: the right page, one computation, and all get it."""

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from benchmarks.client import SCRIPTS, Script, alone, crowd, idle, look
from benchmarks.crowd import found_neighbours
from benchmarks.serving import Served, serving
from benchmarks.visitor import Visitor, Wrong
from core import corpora
from core.store import open_store

SCRIPT = replace(SCRIPTS["overview"], query={"corpus": "sentences", "models": "lsa"})
VISITORS = 8
PATIENCE = 180
SENTENCE = "How do I get my money back?"
T = TypeVar("T")


def ran(visit: Coroutine[Any, Any, T]) -> T:
    """What a visit comes to; in a thread of its own, because Playwright leaves a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, visit).result()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


async def _visit(url: str, everybody: asyncio.Barrier) -> None:
    async with Visitor(url) as visitor:
        await everybody.wait()
        await visitor.open(SCRIPT.page, **SCRIPT.query)
        await visitor.until(idle, PATIENCE)
        look(visitor.screen, SCRIPT)
        assert any("100% of these texts embedded" in word for word in visitor.screen.words("markdown"))
        await everybody.wait()
        await visitor.move("try_it", string_value=SENTENCE)
        await visitor.until(found_neighbours, PATIENCE)
        look(visitor.screen, SCRIPT)


async def _all_at_once(url: str) -> None:
    everybody = asyncio.Barrier(VISITORS)
    async with asyncio.TaskGroup() as group:
        for _ in range(VISITORS):
            group.create_task(_visit(url, everybody))


def test_visitors_who_ask_for_the_same_share_one_computation(served: Served) -> None:
    ran(_all_at_once(served.url))
    texts = corpora.sample("sentences").corpus.texts
    store = open_store(served.store, 2**40)
    asked = [answer.name for answer in store.answers.list()]
    assert store.vectors.encoded() == len({*texts, SENTENCE})
    assert asked.count("search") == asked.count("profile") == 1
    store.close()


def test_each_click_of_a_crowd_brings_what_one_alone_is_shown(served: Served) -> None:
    load = {"sessions": VISITORS, "think": 0.1, "seconds": 1.0}
    met = ran(crowd(served.url, SCRIPT, **load))
    assert not met.errors
    assert len(met.opened) == VISITORS
    assert len(met.reruns) > VISITORS
    assert met.bytes


def test_the_client_is_not_content_with_another_page(served: Served) -> None:
    other = Script("overview", "show_texts", SCRIPT.values, SCRIPT.query, title="Another page")
    with pytest.raises(Wrong, match="expected the page 'Another page'"):
        ran(alone(served.url, other))


def test_the_client_is_not_content_with_a_stale_page(served: Served) -> None:
    seen = ran(alone(served.url, SCRIPT))
    load = {"sessions": 1, "think": 0.01, "seconds": 0.5}
    met = ran(crowd(served.url, SCRIPT, **load, expected=seen[::-1]))
    assert "are not those one visitor alone is shown" in met.errors[0]


def test_the_client_sees_an_error_on_the_page(served: Served) -> None:
    broken = replace(SCRIPT, query={"corpus": "0" * 32, "models": "lsa"})
    with pytest.raises(Wrong, match="an error is on the page: The texts with fingerprint"):
        ran(alone(served.url, broken))
