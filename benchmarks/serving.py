"""A dashboard of its own for a comparison: `streamlit run` on a free port of this machine, with a home of its own."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

ROOT = Path(__file__).parent.parent
DASHBOARD = "app.py"
PLAIN = "benchmarks/_plain.py"
PATIENCE = 120.0


@dataclass(frozen=True)
class Served:
    """A server that answers: where, its process, and its home folder."""

    url: str
    pid: int
    home: Path

    @property
    def store(self) -> str:
        """The database URL of its store."""
        return f"sqlite:///{self.home / 'store.sqlite'}"


@contextmanager
def serving(script: str = DASHBOARD, settings: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Serve a script in an empty home until the block ends. Raises RuntimeError, with its log, if it does not start."""
    with TemporaryDirectory(prefix="vecassay-served-", ignore_cleanup_errors=True) as folder:
        home, port = Path(folder), _free_port()
        command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
        own = {"PYTHONPATH": str(ROOT), "VECASSAY_HOME": str(home), "VECASSAY_WARM": "false", **(settings or {})}
        with (home / "server.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **own}, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process, home / "server.log")
            yield Served(url, process.pid, home)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (OSError, urllib.error.URLError):
            sleep(0.05)
        if process.poll() is not None or monotonic() > deadline:
            raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")
