"""The services of Voyage, Cohere and Google for embeddings, on loopback, and how they misbehave when told to.

A text's vector can be checked by eye: its characters, the number of its role, its first character, 1, then zeros.
"""

import base64
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Any, Self

WIDTH = 4
ROLES = {
    "": 0, "query": 1, "document": 2, "search_query": 1, "search_document": 2, "clustering": 3, "classification": 4,
    "RETRIEVAL_QUERY": 1, "RETRIEVAL_DOCUMENT": 2, "SEMANTIC_SIMILARITY": 3,
}  # fmt: skip
Body = dict[str, Any]
Vectors = list[list[float]]


def vector(text: str, role: str, width: int = WIDTH) -> list[float]:
    full = [float(len(text)), float(ROLES[role]), float(ord(text[0])), 1.0]
    return (full + [0.0] * width)[:width]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    path: str
    key: str
    model: str
    texts: tuple[str, ...]
    role: str
    dimension: int | None
    cuts: bool
    body: Body


@dataclass(frozen=True)
class Protocol:
    """How one vendor is spoken to."""

    key: str
    path: str
    read: Callable[[str, dict[str, str], Body], Asked]
    answer: Callable[[Vectors, int], Body]
    refusal: Callable[[int, str], Body]
    too_long: str = "too long"


def _bearer(headers: dict[str, str]) -> str:
    return headers.get("authorization", "").removeprefix("Bearer ")


def _voyage(path: str, headers: dict[str, str], body: Body) -> Asked:
    assert body["encoding_format"] == "base64"
    assert body["output_dtype"] == "float"
    return Asked(
        path, _bearer(headers), body["model"], tuple(body["input"]), body["input_type"] or "",
        body["output_dimension"], body["truncation"], body,
    )  # fmt: skip


def _voyage_answer(vectors: Vectors, tokens: int) -> Body:
    coded = [base64.b64encode(struct.pack(f"<{len(each)}f", *each)).decode() for each in vectors]
    data = [{"object": "embedding", "index": index, "embedding": each} for index, each in enumerate(coded)]
    return {"object": "list", "data": data[::-1], "model": "m", "usage": {"total_tokens": tokens}}


def _cohere(path: str, headers: dict[str, str], body: Body) -> Asked:
    assert body["embedding_types"] == ["float"]
    return Asked(
        path, _bearer(headers), body["model"], tuple(body["texts"]), body["input_type"],
        body.get("output_dimension"), body["truncate"] == "END", body,
    )  # fmt: skip


def _cohere_answer(vectors: Vectors, tokens: int) -> Body:
    return {
        "id": "1", "response_type": "embeddings_by_type", "embeddings": {"float": vectors}, "texts": [],
        "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": tokens}},
    }  # fmt: skip


def _google(path: str, headers: dict[str, str], body: Body) -> Asked:
    each = body["requests"]
    (model,) = {one["model"] for one in each}
    (role,) = {one.get("taskType", "") for one in each}
    (dimension,) = {one.get("outputDimensionality") for one in each}
    texts = tuple(part["text"] for one in each for part in one["content"]["parts"])
    assert len(texts) == len(each)
    return Asked(path, headers.get("x-goog-api-key", ""), model, texts, role, dimension, True, body)


def _google_refusal(status: int, said: str) -> Body:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "9s"}] if status == 429 else []
    return {"error": {"code": status, "message": said, "status": "REFUSED", "details": details}}


PROTOCOLS = {
    "voyage": Protocol(
        "voyage", "/embeddings", _voyage, _voyage_answer, lambda _, said: {"detail": said},
        "The example at index 0 in your batch has too many tokens and does not fit into the model's context window.",
    ),
    "cohere": Protocol(
        "cohere", "/v2/embed", _cohere, _cohere_answer, lambda _, said: {"id": "1", "message": said},
        "too many tokens: total number of tokens in the request is too large",
    ),
    "google": Protocol(
        "google", "/v1/models/m:batchEmbedContents", _google,
        lambda vectors, tokens: {
            "embeddings": [{"values": each} for each in vectors], "usageMetadata": {"promptTokenCount": tokens},
        },
        _google_refusal, "The input token count exceeds the limit",
    ),
}  # fmt: skip


@dataclass
class Service:
    """One vendor's service. `faults` are what happens to the next requests, "" for none; `always` to every one."""

    protocol: Protocol
    faults: list[str] = field(default_factory=list)
    always: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    said: str = "no"
    longest: int = 10_000
    """Characters of a text that are read; beyond them it is cut, or refused where the request says so."""
    request_holds: int = 1_000_000
    """Characters of all texts of a request; more are refused."""
    together: int = 1
    """Requests wait for each other until so many are under way."""
    asked: list[Asked] = field(default_factory=list)
    most: int = 0

    def __enter__(self) -> Self:
        service = self

        class Handler(_Handler):
            vendor = service

        self.inside, self.changed, self.closing = 0, Condition(), Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    def enter(self, asked: Asked) -> str:
        """Note a request; what goes wrong with it."""
        with self.changed:
            self.asked.append(asked)
            fault = self.faults.pop(0) if self.faults else self.always
            self.inside += 1
            self.most = max(self.most, self.inside)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.most >= self.together, timeout=10)
        return fault

    def leave(self) -> None:
        with self.changed:
            self.inside -= 1

    def refuses(self, asked: Asked) -> bool:
        alone = any(len(text) > self.longest for text in asked.texts)
        return (alone and not asked.cuts) or sum(len(text) for text in asked.texts) > self.request_holds

    def vectors(self, asked: Asked, fault: str) -> Vectors:
        width = (asked.dimension or WIDTH) - (fault == "narrow")
        vectors = [vector(text[: self.longest], asked.role, width) for text in asked.texts]
        if fault == "ragged":
            vectors[-1] = vectors[-1][:-1]
        return vectors[:-1] if fault == "few" else vectors


class _Handler(BaseHTTPRequestHandler):
    vendor: Service
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        protocol = self.vendor.protocol
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = protocol.read(self.path, headers, body)
        fault = self.vendor.enter(asked)
        try:
            self._answer(asked, fault)
        finally:
            self.vendor.leave()

    def _answer(self, asked: Asked, fault: str) -> None:
        protocol = self.vendor.protocol
        if fault == "hang":
            self.vendor.closing.wait(10)
        elif fault.isdigit():
            self._send(int(fault), _coded(protocol.refusal(int(fault), self.vendor.said)), self.vendor.headers)
        elif fault == "prose":
            self._send(200, b"<html>a page, not an answer</html>", {})
        elif self.vendor.refuses(asked):
            self._send(400, _coded(protocol.refusal(400, protocol.too_long)), {})
        else:
            tokens = sum(len(text[: self.vendor.longest]) for text in asked.texts)
            self._send(200, _coded(protocol.answer(self.vendor.vectors(asked, fault), tokens)), {}, fault)
        if fault in ("hang", "drop", "half"):
            self.close_connection = True

    def _send(self, status: int, content: bytes, headers: dict[str, str], fault: str = "") -> None:
        if fault == "drop":
            return
        self.send_response(status)
        sent = content[: len(content) // 2] if fault in ("half", "torn") else content
        length = len(sent if fault == "torn" else content)
        for name, value in {"content-type": "application/json", "content-length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)


def _coded(body: Body) -> bytes:
    return json.dumps(body).encode()


def expected(texts: Sequence[str], role: str, width: int = WIDTH) -> Vectors:
    """The vectors of texts, zero for blank ones."""
    return [vector(text, role, width) if text.strip() else [0.0] * width for text in texts]
