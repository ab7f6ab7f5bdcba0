"""One visitor who speaks Streamlit's own protocol over a websocket: opens pages by their links and moves widgets.

It keeps what a browser keeps (the elements on the page, large messages, the address, timers of fragments) and draws
nothing.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

COOKIE = "vecassay_browser"
PATIENCE = 60.0
KEPT_RUNS = 2
WORDS = {"progress": "text"}


class Wrong(Exception):
    """What came back is not what was asked for; says what."""


@dataclass
class Screen:
    """What stands on the page now: an element per place, and what the next run of the page has not sent (yet)."""

    elements: dict[tuple[int, ...], tuple[int, str, Element]] = field(default_factory=dict)
    blocks: set[tuple[int, ...]] = field(default_factory=set)
    run: int = 0
    running: bool = False

    def put(self, message: ForwardMsg) -> None:
        """Take in one change; a block, or a transient thing, clears its place."""
        place = tuple(message.metadata.delta_path)
        if message.delta.WhichOneof("type") == "new_element":
            self.elements[place] = (self.run, message.delta.fragment_id, message.delta.new_element)
        elif message.delta.WhichOneof("type") == "add_block":
            self.elements.pop(place, None)
            self.blocks.add(place)

    def begin(self) -> None:
        """Another run has begun."""
        self.run, self.running = self.run + 1, True
        self.blocks.clear()

    def settle(self, fragments: Collection[str]) -> None:
        """A run of the page, or of some fragments, has ended: what it did not send again goes, as in a browser.

        With a fragment goes what was in it, also what a fragment inside it had sent.
        """
        self.elements = {
            place: held
            for place, held in self.elements.items()
            if held[0] == self.run or (fragments and held[1] not in fragments and not self._within(place))
        }

    def _within(self, place: tuple[int, ...]) -> bool:
        """Whether a block around this place was sent anew."""
        return any(place[:depth] in self.blocks for depth in range(1, len(place)))

    def of(self, kind: str) -> list[Any]:
        """The elements of one kind, in their order on the page."""
        ordered = (element for _, (_, _, element) in sorted(self.elements.items()))
        return [getattr(element, kind) for element in ordered if element.WhichOneof("type") == kind]

    def words(self, kind: str) -> list[str]:
        """What the elements of a kind say."""
        return [getattr(element, WORDS.get(kind, "body")) for element in self.of(kind)]

    def widget(self, key: str) -> tuple[str, Any]:
        """The widget with this key, behind the fragment it is in ("": none)."""
        for _, fragment, element in self.elements.values():
            inner = getattr(element, str(element.WhichOneof("type")))
            if str(getattr(inner, "id", "")).endswith(f"-{key}"):
                return fragment, inner
        raise Wrong(f"there is no widget {key!r} on the page; it says {self.words('heading')}")


def _in_address(value: Any) -> str:
    """A widget's value as the browser writes it into the address."""
    first = value[0] if isinstance(value, list) else value
    return str(first).lower() if isinstance(first, bool) else str(first)


@dataclass
class Visitor:
    """One session. `async with Visitor(url) as visitor: await visitor.open("clusters")`."""

    url: str
    query: str = ""
    screen: Screen = field(default_factory=Screen)
    widgets: dict[str, WidgetState] = field(default_factory=dict)
    received: int = 0
    _page: str = ""
    _ran: int = 0
    _ran_whole: int = 0
    _fragments: list[str] = field(default_factory=list)
    _cached: dict[str, tuple[int, ForwardMsg]] = field(default_factory=dict)
    _timers: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        address = urlsplit(self.url)
        self._socket = await websockets.connect(
            f"ws://{address.netloc}{address.path.rstrip('/')}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            additional_headers={"Cookie": f"{COOKIE}={secrets.token_hex(16)}"},
            max_size=None,
            compression=None,
            open_timeout=PATIENCE,
        )
        self._reader = asyncio.create_task(self._read())
        self._reader.add_done_callback(lambda _: self._news.set())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (*self._timers.values(), self._reader):
            task.cancel()
        with suppress(OSError, websockets.WebSocketException):
            await self._socket.close()

    async def open(self, page: str, **query: str) -> float:
        """Open a page by its link; seconds until it has run."""
        self.query, self._page, self.widgets = urlencode(query), "", {}
        return await self._run(page_name=page)

    async def move(self, key: str, **value: Any) -> float:
        """Move the widget with this key: `string_value="b"`, `double_array_value=[3]` ...; seconds until answered."""
        fragment, widget = self.screen.widget(key)
        state = WidgetState(id=widget.id)
        for name, given in value.items():
            if isinstance(given, list):
                getattr(state, name).data.extend(given)
            else:
                setattr(state, name, given)
        self.widgets[state.id] = state
        if bound := getattr(widget, "query_param_key", ""):
            self.query = urlencode({**dict(parse_qsl(self.query)), bound: _in_address(next(iter(value.values())))})
        took = await self._run(page_script_hash=self._page, fragment_id=fragment)
        if "trigger_value" in value:
            del self.widgets[state.id]
        return took

    async def until(self, done: Callable[[Screen], bool], seconds: float = PATIENCE) -> float:
        """Wait for something that comes by itself; seconds it took. Raises TimeoutError, or Wrong when cut off."""
        return await self._wait(lambda: done(self.screen), seconds)

    async def _run(self, **how: Any) -> float:
        ended = "_ran" if how.get("fragment_id") else "_ran_whole"
        before, began = getattr(self, ended), perf_counter()
        await self._send(**how)
        await self._wait(lambda: getattr(self, ended) > before, PATIENCE)
        return perf_counter() - began

    async def _wait(self, done: Callable[[], bool], seconds: float) -> float:
        began = perf_counter()
        async with asyncio.timeout(seconds):
            while not done() and not self._reader.done():
                self._news.clear()
                await self._news.wait()
        if not done():
            raise Wrong(f"the connection was closed: {self._socket.close_code} {self._socket.close_reason}")
        return perf_counter() - began

    async def _send(self, **how: Any) -> None:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.widget_states.widgets.extend(self.widgets.values())
        message.rerun_script.cached_message_hashes.extend(self._cached)
        for name, value in how.items():
            setattr(message.rerun_script, name, value)
        await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        with suppress(websockets.ConnectionClosed):
            async for frame in self._socket:
                self.received += len(frame)
                self._take(self._whole(ForwardMsg.FromString(bytes(frame))))
                self._news.set()

    def _whole(self, message: ForwardMsg) -> ForwardMsg:
        """A large message that was sent before is only named."""
        if message.WhichOneof("type") == "ref_hash":
            place, message = (
                message.metadata,
                ForwardMsg.FromString(self._cached[message.ref_hash][1].SerializeToString()),
            )
            message.metadata.CopyFrom(place)
        if message.metadata.cacheable or message.hash in self._cached:
            self._cached[message.hash] = (self.screen.run, message)
        return message

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "delta":
            self.screen.put(message)
        elif kind == "new_session":
            self._begun(list(message.metadata.run.fragment_ids))
        elif kind == "script_finished":
            self._finished(message.script_finished)
        elif kind in ("auto_rerun", "stop_auto_rerun"):
            self._time(message)
        elif kind == "navigation":
            # Not new_session.page_script_hash: that is the entry script, and asks for the wrong page.
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string

    def _begun(self, fragments: list[str]) -> None:
        self.screen.begin()
        self._fragments = fragments
        if not fragments:
            self._stop(list(self._timers))

    def _time(self, message: ForwardMsg) -> None:
        """Set or end the clock by which a fragment runs again."""
        self._stop([message.auto_rerun.fragment_id, *message.stop_auto_rerun.fragment_ids])
        if message.WhichOneof("type") == "auto_rerun":
            timer = self._every(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            self._timers[message.auto_rerun.fragment_id] = asyncio.create_task(timer)

    def _finished(self, how: int) -> None:
        if how == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        self.screen.running = False
        self.screen.settle(self._fragments)
        self._ran += 1
        if not self._fragments:
            self._ran_whole += 1
            oldest = self.screen.run - KEPT_RUNS
            self._cached = {key: held for key, held in self._cached.items() if held[0] >= oldest}

    async def _every(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._send(page_script_hash=self._page, fragment_id=fragment, is_auto_rerun=True)

    def _stop(self, fragments: Collection[str]) -> None:
        for fragment in fragments:
            if timer := self._timers.pop(fragment, None):
                timer.cancel()
