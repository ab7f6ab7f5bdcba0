"""Where a run was measured: processor, cores, threads, libraries, and what else the machine did meanwhile."""

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil

LIBRARIES = (
    "torch", "openvino", "sentence-transformers", "transformers", "tokenizers", "model2vec", "scikit-learn", "scipy",
    "numpy",
)  # fmt: skip
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TOKENIZERS_PARALLELISM")
BUSY_CORES = 0.15


@dataclass(frozen=True)
class Usage:
    """Seconds of processor time until now: of the whole machine, of this process; and the clock on the wall."""

    wall: float
    machine: float
    own: float
    load: float | None


def usage() -> Usage:
    """What the machine has done so far."""
    times, mine = psutil.cpu_times(), psutil.Process().cpu_times()
    busy = sum(float(getattr(times, name, 0.0)) for name in ("user", "nice", "system", "irq", "softirq", "steal"))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return Usage(perf_counter(), busy, mine.user + mine.system, load)


def others(before: Usage, after: Usage) -> float:
    """Processor cores that everything but this process kept busy between the two, on average."""
    seconds = after.wall - before.wall
    beside = (after.machine - before.machine) - (after.own - before.own)
    return max(0.0, beside / seconds) if seconds > 0 else 0.0


def busy(beside: float) -> bool:
    """Whether other programs used so much of a core that timings suffer."""
    return beside > BUSY_CORES


def facts() -> dict[str, Any]:
    """Processor, cores, memory, threads and versions; no names of people, machines or folders."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": processor(),
        "cores": cores,
        "physical_cores": psutil.cpu_count(logical=False),
        "memory": int(psutil.virtual_memory().total),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **threads(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
    }


def threads() -> dict[str, Any]:
    """Threads each model may use in this process, and on what device PyTorch computes."""
    torch: Any = sys.modules.get("torch")
    found: dict[str, Any] = {"variables": {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ}}
    if torch is None:
        return {**found, "torch_threads": None, "torch_interop_threads": None, "device": "CPU"}
    graphics = torch.cuda.is_available()
    return {
        **found,
        "torch_threads": int(torch.get_num_threads()),
        "torch_interop_threads": int(torch.get_num_interop_threads()),
        "device": str(torch.cuda.get_device_name(0)) if graphics else "CPU",
    }


def processor() -> str:
    """The processor's name as the maker prints it, where the system tells."""
    listed = Path("/proc/cpuinfo")
    if listed.is_file():
        for line in listed.read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
