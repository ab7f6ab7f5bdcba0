"""As much of the hub, of its models and data sets, as huggingface_hub asks for, served from memory on loopback."""

import json
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self
from urllib.parse import unquote, urlsplit


@dataclass
class Hub:
    """Repositories by id; what was asked is in `asked` as (method, path, Range header)."""

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    break_once_after: int | None = None

    def __enter__(self) -> Self:
        hub = self

        class Handler(_Handler):
            shelf = hub

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self.thread.is_alive():
            self.server.shutdown()
            self.server.server_close()
            self.thread.join()

    def add(self, name: str, folder: Path, **more: bytes) -> None:
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        self.repositories[name] = {**files, **more}

    def commit(self, name: str) -> str:
        return sha1(repr(sorted(self.repositories[name].items())).encode()).hexdigest()

    def fetched(self, ending: str) -> list[str | None]:
        """The Range header of each GET of a file whose name ends so."""
        return [part for method, path, part in self.asked if method == "GET" and path.endswith(ending)]


class _Handler(BaseHTTPRequestHandler):
    shelf: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._route(body=False)

    def do_GET(self) -> None:
        self._route(body=True)

    def _route(self, body: bool) -> None:
        path = unquote(urlsplit(self.path).path).lstrip("/")
        self.shelf.asked.append((self.command, path, self.headers.get("Range")))
        api = path.startswith("api/")
        parts = path.removeprefix("api/").removeprefix("models/").removeprefix("datasets/").split("/")
        name, rest = "/".join(parts[:2]), parts[2:]
        if name in self.shelf.refusals:
            status, code = self.shelf.refusals[name]
            return self._send(status, b"{}", {"X-Error-Code": code} if code else {}, body)
        if name not in self.shelf.repositories:
            return self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body)
        commit = self.shelf.commit(name)
        if len(rest) > 1 and rest[1] not in ("main", commit):
            return self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"}, body)
        files = self.shelf.repositories[name]
        if api:
            return self._send(200, json.dumps(self._listing(name, commit, files, rest)).encode(), {}, body)
        if "/".join(rest[2:]) not in files:
            return self._send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit}, body)
        return self._file(files["/".join(rest[2:])], commit, body)

    def _listing(self, name: str, commit: str, files: dict[str, bytes], rest: list[str]) -> Any:
        if rest and rest[0] == "tree":
            return [
                {"type": "file", "path": path, "size": len(raw), "oid": sha1(raw).hexdigest()}
                for path, raw in files.items()
            ]
        siblings = [{"rfilename": path, "size": len(raw)} for path, raw in files.items()]
        return {"id": name, "modelId": name, "sha": commit, "siblings": siblings, "tags": [], "private": False}

    def _file(self, raw: bytes, commit: str, body: bool) -> None:
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        facts = {"ETag": f'"{sha256(raw).hexdigest()}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        if start:
            facts["Content-Range"] = f"bytes {start}-{len(raw) - 1}/{len(raw)}"
        cut = self.shelf.break_once_after
        if body and cut is not None and len(raw) > cut:
            self.shelf.break_once_after = None
            self._send(200, raw[:cut], {**facts, "Content-Length": str(len(raw))}, body)
            self.close_connection = True
            return
        self._send(206 if start else 200, raw[start:], facts, body)

    def _send(self, status: int, raw: bytes, facts: dict[str, str], body: bool) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(raw)), **facts}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(raw)
