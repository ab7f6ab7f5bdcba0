"""A step of a ladder in a fresh process: what it tells, how long it took, the most memory it held."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import FOLDER, runner

STEP_SECONDS = 3600


def step(module: str, home: str, store: str, arguments: list[str], **environment: str) -> dict[str, Any]:
    """What a module of this package prints as its last line, a JSON object; or why there is none, as "error".

    Models are shared by all steps with one home, a store by those that name it.
    """
    places = {"VECASSAY_HOME": home, "VECASSAY_STORE": f"sqlite:///{home}/{store}.sqlite"}
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    try:
        done = subprocess.run(
            command, cwd=FOLDER.parent, env={**os.environ, **places, **environment}, capture_output=True, text=True,
            check=True, timeout=STEP_SECONDS,
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        told = str(error.stderr or error).strip().splitlines()
        return {"error": runner.readable(told[-1] if told else str(error))}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def tell(found: Mapping[str, Any]) -> None:
    """Print what a step found as `step` reads it, with the most memory that this process took."""
    print(json.dumps({**found, "peak": peak()}))


def peak() -> int:
    """The most memory that this process took so far, in bytes."""
    status = Path("/proc/self/status")
    if status.is_file():
        # Not getrusage: a child begins with the highest figure of the process that started it.
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
