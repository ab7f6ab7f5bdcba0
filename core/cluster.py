"""One Dask worker process beside the dashboard, or a cluster that is already there."""

import os
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import psutil

from core.errors import VecassayError
from core.settings import cores, settings

ENCODE = "encode"
SEAT = "seat"
THREADS = 4
OFFER = {ENCODE: 1.0, SEAT: float(THREADS)}
"""What a worker announces: one encoder, and a seat for each thread. A task that must be alone takes all seats."""
LIBRARY_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
"""How many threads a library may start. Dask sets them to 1, as if its own threads did the arithmetic."""
NICENESS = 5
CONNECT_SECONDS = 10
LOOK_SECONDS = 1.0
ROOT = Path(__file__).parent.parent


class Cluster:
    """A Dask client, connected on first use and again after its cluster is gone."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.name = f"the Dask scheduler at {address}" if address else "the worker"
        self.trouble = ""
        """Why nothing gets done on it, as seen at the last `look`."""
        self._looked = 0.0
        self._client: Any = None
        self._local: Any = None

    def client(self) -> Any:
        """A connected client; starts the local cluster, or a new one when it died.

        Raises VecassayError when a scheduler that was named does not answer.
        """
        if self._client is not None and self._client.status == "running" and self.alive():
            return self._client
        self.close()
        from distributed import Client

        self._local = None if self.address else _start()
        try:
            self._client = Client(self._local or self.address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise VecassayError(
                f"No Dask scheduler answers at {self.address} (waited {CONNECT_SECONDS} s). Start one there, correct "
                f"VECASSAY_SCHEDULER, or unset it to work on this machine."
            ) from error
        return self._client

    def alive(self) -> bool:
        """Whether the local worker's keeper still runs; true for a cluster that is not ours."""
        if self._local is None:
            return True
        processes = [worker.process for worker in self._local.workers.values()]
        return all(process is not None and process.returncode is None for process in processes)

    def due(self) -> bool:
        """Whether it is time to look again."""
        return bool(self.address) and monotonic() > self._looked + LOOK_SECONDS

    def look(self) -> None:
        """Ask a cluster that is not ours whether anybody works there; waits for its scheduler."""
        if not self.due() or self._client is None or self._client.status != "running":
            return
        self._looked = monotonic()
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        self.trouble = (
            ""
            if workers
            else f"Waiting: no worker is connected to {self.name}. Start one on a machine that has this package on its "
            f"Python path: dask worker {self.address} --nthreads {THREADS} "
            f'--resources "{ENCODE}=1 {SEAT}={THREADS}" (without a seat per thread, latency runs share their worker).'
        )

    def claims(self, *, encode: bool = False, alone: bool = False) -> dict[str, float]:
        """What a task claims of its worker: a seat, the encoder if it embeds, or everything if it must be alone.

        Of workers that are not ours only what all of them announce can be claimed.
        """
        offered = self._offered() if self.address else OFFER
        return {name: most if alone else 1.0 for name, most in offered.items() if alone or encode or name == SEAT}

    def _offered(self) -> dict[str, float]:
        workers = [worker["resources"] for worker in self._client.scheduler_info(n_workers=-1)["workers"].values()]
        return {
            name: max(each[name] for each in workers) for name in OFFER if workers and all(name in w for w in workers)
        }

    def close(self) -> None:
        """End the client, and the local worker with it."""
        for thing in (self._client, self._local):
            if thing is not None:
                thing.close(timeout=5)
        self._client = self._local = None
        self.trouble = ""


def worker_memory() -> int:
    """Bytes at which the local worker is ended and started anew."""
    return settings().worker_memory or int(0.8 * psutil.virtual_memory().total)


def _start() -> Any:
    import dask
    from distributed import Scheduler, SpecCluster
    from distributed.deploy.subprocess import SubprocessWorker

    # A task whose worker died is tried once more on a fresh worker, then its failure is shown.
    dask.config.set({"distributed.scheduler.allowed-failures": 1})
    # The worker is a program of its own (Streamlit replaces __main__, so spawn would start the page again);
    # it must find this package whatever folder the dashboard was started from.
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(ROOT), *(p for p in [os.environ.get("PYTHONPATH")] if p and p != str(ROOT))]
    )
    # What Dask has to say before it has read its settings goes to the terminal; only warnings should.
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "warning")
    # Several libraries bring an OpenMP of their own; their idle threads must sleep, not spin on the others' cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    options = {
        "host": "127.0.0.1",
        "nthreads": THREADS,
        "resources": OFFER,
        "memory_limit": worker_memory(),
        "dashboard": False,
        "silence_logs": 40,
        "preload_nanny": ["core.cluster"],
        "preload": ["core.worker"],  # so that the first task does not wait for it
        # Loaded models are not Dask's to spill, and a paused worker would look like a hang.
        "config": {f"distributed.worker.memory.{what}": False for what in ("target", "spill", "pause")},
    }
    worker = {"cls": SubprocessWorker, "options": {"worker_class": "distributed.Nanny", "worker_kwargs": options}}
    scheduler = {
        "cls": Scheduler,
        "options": {"host": "127.0.0.1", "port": 0, "dashboard": False, "dashboard_address": "127.0.0.1:0"},
    }
    return SpecCluster(workers={0: worker}, scheduler=scheduler, silence_logs=40)


def dask_setup(nanny: Any) -> None:
    """Called by Dask in the worker's keeper, before it starts the worker.

    The worker's libraries may use the cores it has (affinity and cgroup), unless the operator set another number. Both
    yield to the dashboard, so that clicks pass while a model computes, and end when it is gone, however it went.
    """
    threads = {name: os.environ.get(name, str(cores())) for name in LIBRARY_THREADS}
    nanny.pre_spawn_env.update(threads)
    nanny.env.update(threads)
    os.nice(max(0, NICENESS - os.nice(0)))
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            sleep(1)
        for child in psutil.Process().children(recursive=True):
            child.kill()
        os._exit(1)

    Thread(target=watch, daemon=True, name="vecassay-orphan-watch").start()
