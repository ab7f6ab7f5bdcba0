"""A crowd on one page, timed and checked: python -m benchmarks.client URL --page clusters --sessions 50 --think 3

Each visitor opens the page by its link, waits (exponentially, `--think` seconds on average), moves a widget and waits
for the page. What comes back must be, element by element, what one visitor alone was shown before.
"""

import argparse
import ast
import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.visitor import Screen, Visitor, Wrong

PAGES = Path(__file__).parent.parent / "pages"
OPENING = 1.0
SETTLED = 180.0
Place = tuple[int, ...]


@dataclass(frozen=True)
class Script:
    """What a visitor does on a page: its address, and the widget that is moved between values that change the view.

    It goes by the name of its page, unless the page has several.
    """

    page: str
    key: str
    values: tuple[Mapping[str, Any], ...]
    query: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.page)
        if not self.title:
            docstring = ast.get_docstring(ast.parse((PAGES / f"{self.page}.py").read_text()))
            object.__setattr__(self, "title", (docstring or "").split("\n")[0])


ON_OFF = ({"bool_value": True}, {"bool_value": False})
HELPDESK = {"corpus": "helpdesk"}


def _strings(*values: str) -> tuple[Mapping[str, Any], ...]:
    return tuple({"string_array_value": [value]} for value in values)


SCRIPTS = {
    script.name: script
    for script in (
        Script("overview", "show_texts", ON_OFF),
        Script("compare", "shown", _strings("percentile", "cosine")),
        Script("clusters", "fade", ON_OFF, HELPDESK),
        Script("retrieval", "view", _strings("Queries", "Results"), HELPDESK),
        Script("retrieval", "family", _strings("Precision", "nDCG"), HELPDESK, name="retrieval-family"),
        Script("decision", "limit_bytes_per_vector", ({"double_value": 1000}, {"double_value": 2000}), HELPDESK),
        Script("decision", "against", _strings("Memory", "Size of a vector"), HELPDESK, name="decision-against"),
    )
}


@dataclass
class Tally:
    """What a crowd met: seconds of each opening and of each rerun, what was wrong, bytes received."""

    opened: list[float] = field(default_factory=list)
    reruns: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    bytes: int = 0
    seconds: float = 0.0

    def p(self, percent: float) -> float:
        """A percentile of the reruns, in seconds; NaN when there were none."""
        return float(np.percentile(self.reruns, percent)) if self.reruns else float("nan")

    def to_json(self) -> dict[str, Any]:
        """For people: milliseconds and rates."""
        told = {f"p{percent} ms": round(1000 * self.p(percent), 1) for percent in (50, 95, 99)}
        rates = {"reruns/s": round(len(self.reruns) / self.seconds, 1), "MB": round(self.bytes / 1e6, 2)}
        opened = round(1000 * float(np.median(self.opened or [np.nan])), 1)
        errors = {"errors": len(self.errors), "first": sorted(set(self.errors))[:5]}
        return {"n": len(self.reruns), **told, **rates, "opened p50 ms": opened, **errors}


def look(screen: Screen, script: Script) -> dict[Place, tuple[str, bytes]]:
    """Kind and digest of each element. Raises Wrong for another page, for an exception and for an error message."""
    if screen.words("heading")[:1] != [script.title]:
        raise Wrong(f"expected the page {script.title!r}; got {screen.words('heading')[:1]}")
    if broken := [element.message for element in screen.of("exception")]:
        raise Wrong(f"an exception is on the page: {broken[0]}")
    if refused := [alert.body for alert in screen.of("alert") if alert.format == alert.ERROR]:
        raise Wrong(f"an error is on the page: {refused[0]}")
    return {
        place: (kind, blake2b(element.SerializeToString(deterministic=True), digest_size=8).digest())
        for place, (_, _, element) in screen.elements.items()
        # A download's address is its session's own.
        if (kind := str(element.WhichOneof("type"))) != "download_button"
    }


def idle(screen: Screen) -> bool:
    """Whether nothing is shown to be at work."""
    return not screen.running and not screen.of("progress")


async def alone(url: str, script: Script) -> list[dict[Place, tuple[str, bytes]]]:
    """What one visitor is shown for each value, once the page is warm. Raises Wrong when the values look the same."""
    async with Visitor(url) as visitor:
        await visitor.open(script.page, **script.query)
        await visitor.until(idle, SETTLED)
        look(visitor.screen, script)
        for value in script.values:  # what these need is computed now
            await visitor.move(script.key, **value)
            await visitor.until(idle, SETTLED)
        seen = []
        for value in script.values:
            await visitor.move(script.key, **value)
            seen.append(look(visitor.screen, script))
    if any(one == another for one, another in pairwise(seen)):
        raise Wrong(f"moving {script.key!r} changes nothing on the page, so a stale page could not be told")
    return seen


async def crowd(
    url: str,
    script: Script,
    *,
    sessions: int,
    think: float,
    seconds: float,
    expected: Sequence[Mapping[Place, tuple[str, bytes]]] | None = None,
    seed: int = 0,
) -> Tally:
    """Let `sessions` visitors move the widget for so many seconds; what is `expected` was seen by one `alone`."""
    tally, shown = Tally(), expected if expected is not None else await alone(url, script)
    until = perf_counter() + OPENING + seconds
    visits = [_visit(url, script, shown, tally, until, think, random.Random(seed + n)) for n in range(sessions)]
    await asyncio.gather(*visits)
    tally.seconds = seconds
    return tally


async def _visit(
    url: str,
    script: Script,
    expected: Sequence[Mapping[Place, tuple[str, bytes]]],
    tally: Tally,
    until: float,
    think: float,
    chance: random.Random,
) -> None:
    await asyncio.sleep(chance.uniform(0, OPENING))
    visitor = Visitor(url)
    try:
        async with visitor:
            tally.opened.append(await visitor.open(script.page, **script.query))
            look(visitor.screen, script)
            turn = chance.randrange(len(script.values))
            while perf_counter() + (pause := chance.expovariate(1 / think) if think else 0.0) < until:
                await asyncio.sleep(pause)
                turn = (turn + 1) % len(script.values)
                tally.reruns.append(await visitor.move(script.key, **script.values[turn]))
                _same(look(visitor.screen, script), expected[turn])
    except (Wrong, OSError, TimeoutError) as error:
        tally.errors.append(f"{type(error).__name__}: {error}")
    finally:
        tally.bytes += visitor.received


def _same(seen: Mapping[Place, tuple[str, bytes]], expected: Mapping[Place, tuple[str, bytes]]) -> None:
    if wrong := [place for place in expected.keys() | seen.keys() if seen.get(place) != expected.get(place)]:
        place = min(wrong)
        kinds = [held.get(place, ("nothing", b""))[0] for held in (expected, seen)]
        raise Wrong(f"{len(wrong)} elements are not those one visitor alone is shown; first {place}: {kinds}")


def main() -> None:
    """Read the command line, run a crowd, print what it met as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="where the dashboard listens, http://127.0.0.1:8501")
    parser.add_argument("--page", choices=sorted(SCRIPTS), default="clusters", help="the page to open")
    parser.add_argument("--sessions", type=int, default=50, help="visitors at once")
    parser.add_argument("--think", type=float, default=3.0, help="seconds between two clicks, on average")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long")
    given = parser.parse_args()
    load = {"sessions": given.sessions, "think": given.think, "seconds": given.seconds}
    print(json.dumps(asyncio.run(crowd(given.url, SCRIPTS[given.page], **load)).to_json(), indent=1))


if __name__ == "__main__":
    main()
