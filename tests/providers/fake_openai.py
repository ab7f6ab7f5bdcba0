"""OpenAI's embeddings protocol on loopback: vectors one can check by eye, each text counted, and any misbehaviour.

What goes wrong is a trick: a function that takes a reply and gives another. `tricks` holds those of the next requests,
`always` that of all others.
"""

import base64
import json
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self

import numpy as np

SECONDS = 20.0
"""Longest anything here waits, whatever a test forgets."""


@dataclass(frozen=True)
class Reply:
    """What is sent: a body in JSON, or raw; `sent` bytes of it at most; nothing at all without a status."""

    body: Any
    status: int | None = 200
    head: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    sent: int | None = None
    waits: bool = False


Trick = Callable[[Reply], Reply]


def by_eye(text: str) -> list[float]:
    """Characters, vowels, and where the first colon stands (-1: nowhere)."""
    return [float(len(text)), float(sum(letter in "aeiou" for letter in text)), float(text.find(":"))]


def says(status: int, message: str = "no", **head: str) -> Trick:
    return lambda _: Reply({"error": {"message": message, "type": "t", "code": None}}, status, head)


def changes(change: Callable[[list[dict[str, Any]]], Any]) -> Trick:
    """Another list of vectors in the answer."""
    return lambda reply: replace(reply, body={**reply.body, "data": change(reply.body["data"])})


def is_raw(raw: bytes, kind: str = "application/json") -> Trick:
    return lambda _: Reply(None, raw=raw, head={"Content-Type": kind})


def drops(_: Reply) -> Reply:
    return Reply(None, None)


def halves(reply: Reply) -> Reply:
    return replace(reply, sent=40)


def waits(reply: Reply) -> Reply:
    return replace(reply, waits=True)


def in_base64(data: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    packed = [base64.b64encode(np.array(row["embedding"], "<f4").tobytes()).decode() for row in data]
    return [{**row, "embedding": each} for row, each in zip(data, packed, strict=True)]


@dataclass
class Server:
    """A token is a character. `counted`: how often each text was answered; `longest`: characters a text may have."""

    longest: int = 10_000
    embed: Callable[[list[str]], list[list[float]]] = lambda texts: [by_eye(text) for text in texts]
    tricks: deque[Trick | None] = field(default_factory=deque)
    always: Trick | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    under_way: int = 0
    most_under_way: int = 0
    hold: Event | None = None
    """Where there is one, answers wait until it is set."""
    lock: Lock = field(default_factory=Lock)
    over: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        served = self

        class Handler(_Handler):
            shelf = served

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        if self.hold is not None:
            self.hold.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def texts(self) -> list[list[str]]:
        """The texts of each request."""
        return [body["input"] for body in self.asked]

    def begin(self, body: dict[str, Any], head: dict[str, str]) -> Trick | None:
        with self.lock:
            self.asked.append(body)
            self.heads.append(head)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            return self.tricks.popleft() if self.tricks else self.always

    def end(self, body: dict[str, Any], reply: Reply) -> None:
        with self.lock:
            self.under_way -= 1
            if reply.status == 200 and reply.sent is None and not reply.waits:
                self.counted.update(body["input"])
                self.tokens += sum(map(len, body["input"]))

    def answer(self, body: dict[str, Any]) -> Reply:
        texts = body["input"]
        if not all(text.strip() for text in texts):
            return says(400, "input cannot be an empty string")(Reply(None))
        if any(len(text) > self.longest for text in texts):
            message = f"This model's maximum context length is {self.longest} tokens, however you requested more."
            return says(400, message)(Reply(None))
        rows = [
            (row + [0.0] * body.get("dimensions", len(row)))[: body.get("dimensions", len(row))]
            for row in self.embed(texts)
        ]
        data = [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)]
        if body.get("encoding_format") == "base64":
            data = in_base64(data)
        tokens = sum(map(len, texts))
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return Reply({"object": "list", "data": data, "model": body["model"], "usage": usage})


class _Handler(BaseHTTPRequestHandler):
    shelf: Server
    protocol_version = "HTTP/1.1"
    timeout = SECONDS

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        trick = self.shelf.begin(body, {name.lower(): value for name, value in self.headers.items()})
        reply = self.shelf.answer(body)
        reply = trick(reply) if trick else reply
        if self.shelf.hold is not None:
            self.shelf.hold.wait(SECONDS)
        if reply.waits:
            self.shelf.over.wait(SECONDS)
        self.shelf.end(body, reply)  # before it is sent, so that who has the answer finds it counted
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        if reply.status is None or reply.waits:
            self.close_connection = True
            return
        raw = json.dumps(reply.body).encode() if reply.raw is None else reply.raw
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **reply.head}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw[: reply.sent])
        self.close_connection = reply.sent is not None
