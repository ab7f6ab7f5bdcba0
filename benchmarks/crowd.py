"""Fifty people at once on one dashboard, by websocket, each answer checked (benchmarks.client): cases."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import median
from time import perf_counter
from uuid import uuid4

from benchmarks.cases import Case, Figures, Sides
from benchmarks.client import SCRIPTS, SETTLED, Script, Tally, alone, crowd, idle, look
from benchmarks.serving import PLAIN, Served, serving
from benchmarks.visitor import Screen, Visitor, Wrong
from core.store import open_store
from core.types import Corpus

PAGES = ("overview", "compare", "clusters", "retrieval", "retrieval-family", "decision", "decision-against")
ALONE = {"retrieval-family": "another family of measures", "decision-against": "another cost in the picture"}
"""Clicks that change one part of a page whose other click changes all of it."""
QUICKLY = ("overview",)
WHOLE = ("retrieval", "decision")
"""Where a click changes all that the page says: a plain page with as much on it is the measure, not SOON."""
SOON = {"p50 ms": (0, 30), "p95 ms": (0, 100)}
TEXT_WORDS = 60


@dataclass(frozen=True)
class Load:
    """How many come, how long they think (seconds, mean), and for how long (seconds)."""

    sessions: int = 50
    think: float = 3.0
    seconds: float = 12.0
    models: str = ""

    def script(self, name: str) -> Script:
        """What they do, by the name of the script; with the models of this load, or the default ones."""
        script = SCRIPTS[name]
        return replace(script, query={**script.query, "models": self.models}) if self.models else script


FULL, QUICK = Load(), Load(sessions=8, think=0.3, seconds=3.0, models="lsa")


@dataclass
class Told:
    """What the crowds of one side met, over all rounds."""

    tallies: list[Tally] = field(default_factory=list)

    def run(self, url: str, script: Script, load: Load, percent: float = 50) -> float:
        """Let a crowd in; a percentile of its reruns in seconds. Raises Wrong when anything that came back was."""
        how = {"sessions": load.sessions, "think": load.think, "seconds": load.seconds}
        tally = asyncio.run(crowd(url, script, **how))
        self.tallies.append(tally)
        return tally.p(percent)

    def figures(self) -> Figures:
        """Medians over the rounds of milliseconds and rates, and all errors."""
        rounds = self.tallies[1:] or self.tallies
        told = {f"p{percent} ms": median(1000 * tally.p(percent) for tally in rounds) for percent in (50, 95, 99)}
        rate = median(len(tally.reruns) / tally.seconds for tally in rounds)
        return {**told, "reruns/s": rate, "errors": sum(len(tally.errors) for tally in self.tallies)}


@contextmanager
def warm(name: str, load: Load) -> Iterator[Sides]:
    """A warm page under a crowd; beside it a page of plain Streamlit with as many elements, under the same crowd."""
    with serving() as ours, serving(PLAIN) as theirs:
        script, told = load.script(name), Told()
        plain = Script("", "more", SCRIPTS["overview"].values, asyncio.run(_elements(ours.url, script)), "A plain page")
        yield Sides(
            partial(told.run, ours.url, script, load), partial(Told().run, theirs.url, plain, load), told.figures
        )


async def _elements(url: str, script: Script) -> dict[str, str]:
    """How many elements of each kind a page has, as the plain page's link asks for them."""
    await alone(url, script)
    async with Visitor(url) as visitor:
        await visitor.open(script.page, **script.query)
        kinds = Counter(kind for kind, _ in look(visitor.screen, script).values())
        # A component without a style of its own draws nothing: a cookie, or what another one draws.
        drawn = sum(bool(own.css_content) for own in visitor.screen.of("bidi_component"))
    kinds.pop("bidi_component", 0)
    charts = kinds.pop("plotly_chart", 0) + drawn
    words = kinds.pop("markdown", 0) + kinds.pop("heading", 0) + kinds.pop("code", 0)
    asked = {"plotly_chart": charts, "markdown": words, "metric": kinds.pop("metric", 0)}
    asked |= {"dataframe": kinds.pop("dataframe", 0), "widget": sum(kinds.values())}
    return {kind: str(n) for kind, n in asked.items()}


@contextmanager
def cold(load: Load) -> Iterator[Sides]:
    """A sentence nobody typed before, typed by all at once: every model embeds it once, and all see its neighbours."""
    with serving() as served:
        script, errors, extra = load.script("overview"), list[str](), list[int]()
        asyncio.run(alone(served.url, script))

        def ask(sessions: int) -> float:
            before, models = _encoded(served), len(_models(served.url, script))
            began = perf_counter()
            errors.extend(asyncio.run(_all_type(served.url, script, f"How do I reset {uuid4().hex}?", sessions)))
            took = perf_counter() - began
            extra.append(_encoded(served) - before - models)
            return took

        yield Sides(
            partial(ask, load.sessions),
            partial(ask, 1),
            lambda: {"errors": len(errors), "embedded more than once": sum(map(abs, extra))},
        )


def _encoded(served: Served) -> int:
    store = open_store(served.store, 2**40)
    try:
        return store.vectors.encoded()
    finally:
        store.close()


def _models(url: str, script: Script) -> list[str]:
    async def shown() -> list[str]:
        async with Visitor(url) as visitor:
            await visitor.open(script.page, **script.query)
            return [word for word in visitor.screen.words("markdown") if "of these texts embedded" in word]

    return asyncio.run(shown())


async def _all_type(url: str, script: Script, sentence: str, sessions: int) -> list[str]:
    """Everybody types the same; what went wrong for whom."""
    ready = asyncio.Barrier(sessions)

    async def visit() -> None:
        async with Visitor(url) as visitor:
            await visitor.open(script.page, **script.query)
            await ready.wait()
            await visitor.move("try_it", string_value=sentence)
            await visitor.until(found_neighbours, SETTLED)
            look(visitor.screen, script)

    met = await asyncio.gather(*(visit() for _ in range(sessions)), return_exceptions=True)
    return [f"{type(error).__name__}: {error}" for error in met if error is not None]


def found_neighbours(screen: Screen) -> bool:
    """Whether the nearest texts of a typed sentence are on the page."""
    return idle(screen) and any("· row " in word for word in screen.words("markdown"))


@contextmanager
def beside(load: Load, texts: int) -> Iterator[Sides]:
    """Others' clicks on a warm page while the worker embeds new texts for somebody, and while it is idle."""
    with serving() as served:
        script, told, model = load.script("overview"), Told(), load.models or "minilm"
        asyncio.run(alone(served.url, script))

        def busy() -> float:
            store = open_store(served.store, 2**40)
            made = store.corpora.add(_new_texts(texts), {}, kind="typed", owner=None)
            store.close()
            return asyncio.run(
                _while_embedding(served.url, made, model, partial(told.run, served.url, script, load, 95))
            )

        yield Sides(busy, partial(Told().run, served.url, script, load, 95), told.figures)


def _new_texts(n: int) -> Corpus:
    mark = uuid4().hex
    return Corpus("made", tuple(" ".join([mark, str(i), *("word" for _ in range(TEXT_WORDS))]) for i in range(n)))


async def _while_embedding(url: str, corpus: str, model: str, act: Callable[[], float]) -> float:
    """Do something while a job embeds these texts, and stop the job. Raises Wrong when it ended before."""
    async with Visitor(url) as visitor:
        await visitor.open("overview", corpus=corpus, models=model)
        await visitor.until(lambda screen: "texts/s" in "".join(screen.words("progress")), SETTLED)
        took = await asyncio.to_thread(act)
        if not visitor.screen.of("progress"):
            raise Wrong("the job ended before the crowd had gone: give it more texts")
        (stop,) = {widget.id.rsplit("stop-")[-1] for widget in visitor.screen.of("button") if "stop-" in widget.id}
        await visitor.move(f"stop-{stop}", trigger_value=True)
    return took


def cases() -> Iterator[Case]:
    """Fifty people on each page, at one cold answer, and beside an embedding job."""
    for name in PAGES:
        page, click = SCRIPTS[name].page.title(), ALONE.get(name, "a click")
        yield Case(
            f"crowd-{name}",
            f"{FULL.sessions} people on a warm {page} page, {click} each {FULL.think:g} s: median rerun",
            "Vecassay",
            "Streamlit page with as many elements",
            0.4,
            partial(warm, name, FULL),
            rounds=3,
            quick=partial(warm, name, QUICK) if name in QUICKLY else None,
            quick_floor=0.1,
            quick_rounds=1,
            limits={**({} if name in WHOLE else SOON), "errors": (0, 0)},
        )
    yield Case(
        "crowd-cold",
        f"One cold answer: {FULL.sessions} people at once, beside one alone; each text is embedded once per model",
        f"{FULL.sessions} people, until the last has it",
        "one person",
        0.05,
        partial(cold, FULL),
        rounds=3,
        quick=partial(cold, QUICK),
        quick_floor=0.02,
        limits={"errors": (0, 0), "embedded more than once": (0, 0)},
    )
    yield Case(
        "crowd-beside-a-job",
        "p95 of 20 people's clicks on a warm page: worker idle, against while it embeds",
        "while a job embeds",
        "idle",
        1 / 3,
        partial(beside, replace(FULL, sessions=20, think=1.0), 20_000),
        rounds=3,
        limits={"errors": (0, 0)},
    )
