"""A control that changes one part of a page runs that part and sends that part, asked over the wire."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from benchmarks.client import SCRIPTS, Script, idle, look
from benchmarks.serving import Served, serving
from benchmarks.visitor import Screen, Visitor

PATIENCE = 180
QUERY = {"corpus": "helpdesk", "models": "lsa"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


def sent(screen: Screen) -> Counter[str]:
    """The kinds of elements that the last run sent."""
    return Counter(str(element.WhichOneof("type")) for run, _, element in screen.elements.values() if run == screen.run)


async def _moved(url: str, page: str, key: str, value: Mapping[str, Any], **query: str) -> tuple[Counter[str], float]:
    """What moving a widget of a warm page sends, and its share of the bytes of the whole page."""
    async with Visitor(url) as visitor:
        await visitor.open(page, **QUERY, **query)
        await visitor.until(idle, PATIENCE)
    async with Visitor(url) as visitor:
        await visitor.open(page, **QUERY, **query)
        whole = visitor.received
        await visitor.move(key, **value)
        look(visitor.screen, Script(page, key, (value,)))
        return sent(visitor.screen), (visitor.received - whole) / whole


def moved(served: Served, page: str, key: str, value: Mapping[str, Any], **query: str) -> tuple[Counter[str], float]:
    with ThreadPoolExecutor(1) as pool:  # in a thread of its own, because Playwright leaves a loop running in this one
        return pool.submit(asyncio.run, _moved(served.url, page, key, value, **query)).result()


def test_another_family_sends_its_picture_and_its_table(served: Served) -> None:
    kinds, share = moved(served, "retrieval", "family", SCRIPTS["retrieval-family"].values[0])
    part = ("heading", "button_group", "plotly_chart", "dataframe", "markdown", "download_button")
    assert kinds == dict.fromkeys(part, 1)
    assert share < 1 / 3


def test_another_size_sends_its_picture(served: Served) -> None:
    kinds, share = moved(served, "retrieval", "size", {"string_array_value": ["dimension"]})
    assert kinds["heading"] == kinds["button_group"] == 1
    assert not kinds["dataframe"]
    assert share < 1 / 3


def test_moving_through_the_queries_sends_no_sidebar(served: Served) -> None:
    kinds, _ = moved(served, "retrieval", "queries", {"string_array_value": ["disagree most"]}, view="Queries")
    assert kinds["dataframe"] == 2
    assert kinds["plotly_chart"] == 1
    assert not kinds["heading"]
    assert not kinds["multiselect"]  # models, rerankers


def test_another_limit_sends_what_follows_from_it(served: Served) -> None:
    kinds, _ = moved(served, "decision", "limit_bytes_per_vector", {"double_value": 1000})
    assert kinds["dataframe"] == kinds["plotly_chart"] == 1
    assert kinds["download_button"] >= 3
    assert kinds["multiselect"] == 1  # of licences, not of models and rerankers


def test_another_cost_sends_the_picture_of_the_decision(served: Served) -> None:
    kinds, share = moved(served, "decision", "against", SCRIPTS["decision-against"].values[0])
    assert kinds == {"button_group": 1, "alert": 1}  # nothing was timed, so that no memory is known
    assert share < 1 / 10


def test_what_is_typed_into_the_record_leaves_its_buttons_as_they_are(served: Served) -> None:
    """A button that is sent anew does nothing until the browser has it, and the field is left by a click on it."""
    kinds, share = moved(served, "decision", "record_title", {"string_value": "Search"})
    assert kinds == {"text_input": 2, "text_area": 2, "checkbox": 1}
    assert share < 1 / 10


def test_another_look_of_the_maps_sends_the_maps(served: Served) -> None:
    kinds, share = moved(served, "clusters", "fade", {"bool_value": True}, map="pca")
    assert kinds["bidi_component"] == 2  # the look, and where points are, which is not sent again
    assert not kinds["dataframe"]
    assert not kinds["multiselect"]
    assert share < 1 / 3
