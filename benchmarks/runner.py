"""Times the two sides of a case in turns and says whether the case holds."""

import gc
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import numpy as np
import psutil

from benchmarks.cases import Case, Missing, Side, Sides
from core.latency import machine
from core.settings import features

SEED = 0
TOUCHED_BYTES = 512 * 1024**2
PEERS = ("openvino", "onnxruntime", "fastembed", "faiss-cpu", "umap-learn", "openTSNE", "streamlit", "pandas")
WIDEST = {"amx_bf16": "AMX", "avx512_bf16": "AVX-512 and bfloat16", "avx512f": "AVX-512", "avx2": "AVX2"}
"""Instructions for products, widest first: makers give processors of different years one name."""
SIDES = ("ours", "theirs")
PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:)?(?:[/\\][\w.@+-]+){2,}[/\\]?")


@dataclass(frozen=True)
class Result:
    """What one case showed: every time that was taken, in the order it was taken."""

    key: str
    title: str
    ours: str
    theirs: str
    unit: str
    floor: float
    limits: dict[str, tuple[float, float]]
    times: dict[str, list[float]] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    missing: str = ""
    """Why it was not run here."""
    error: str = ""
    """How it failed."""
    settings: dict[str, Any] = field(default_factory=dict)
    beside: float = 0.0
    """Processor cores that other programs used meanwhile, on average."""
    machine: dict[str, Any] = field(default_factory=dict)
    date: str = ""

    @property
    def ratios(self) -> list[float]:
        """Theirs / ours, round by round."""
        if not self.times:
            return []
        return [b / a if a else float("inf") for a, b in zip(*(self.times[side] for side in SIDES), strict=True)]

    @property
    def best(self) -> float:
        """The ratio of both sides' best times: what other programs on the machine disturb least."""
        ours, theirs = (min(self.times[side]) for side in SIDES)
        return theirs / ours if ours else float("inf")

    def to_json(self) -> dict[str, Any]:
        """Everything, with medians and spread for readers who do not want to compute them."""
        summary = {side: spread(times) for side, times in self.times.items()}
        return {**asdict(self), "summary": {**summary, "ratio": spread(self.ratios)} if self.times else {}}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Result":
        """Read what `to_json` wrote."""
        kept = {name: value for name, value in raw.items() if name != "summary"}
        kept["limits"] = {name: (low, high) for name, (low, high) in raw["limits"].items()}
        return cls(**kept)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, lowest, highest, quartiles and how many."""
    low, _, high = quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
    return {
        "median": median(values),
        "lowest": min(values),
        "highest": max(values),
        "first quartile": low,
        "third quartile": high,
        "n": len(values),
    }


def measure(case: Case, *, quick: bool = False) -> Result:
    """Run one case; what it lacks or how it fails is in the result, and nothing is raised but an interrupt."""
    rounds = case.quick_rounds if quick else case.rounds
    result = blank(case, quick=quick)
    make = case.quick if quick else case.make
    if make is None:
        return replace(result, missing="it has no quick form")
    before = usage()
    try:
        with make() as sides:
            times = _times(sides, rounds=rounds, cold=case.cold, touched=0 if quick else TOUCHED_BYTES)
            figures = {name: float(value) for name, value in sides.figures().items()}
            # Now: of servers and browsers that are ended by force, nobody can tell afterwards what they used.
            beside = machine.others(before, usage())
    except Missing as missing:
        return replace(result, missing=readable(str(missing)), machine=where())
    except Exception as error:  # noqa: BLE001 - one case that fails must not end the others
        return replace(result, error=readable(f"{type(error).__name__}: {error}"), machine=where())
    return replace(
        result,
        times=times,
        figures=figures,
        settings={**result.settings, **_threads()},
        beside=beside,
        machine=where(),
    )


def blank(case: Case, *, quick: bool = False) -> Result:
    """The result of a case before it has run."""
    return Result(
        key=case.key,
        title=case.title,
        ours=case.ours,
        theirs=case.theirs,
        unit=case.unit,
        floor=case.quick_floor if quick else case.floor,
        limits=dict(case.limits or {}),
        settings={"quick": quick, "rounds": case.quick_rounds if quick else case.rounds, "cold": case.cold},
        date=datetime.now(UTC).date().isoformat(),
    )


def _times(sides: Sides, *, rounds: int, cold: bool, touched: int) -> dict[str, list[float]]:
    """Both sides in turns; who goes first changes from round to round."""
    each = dict(zip(SIDES, (sides.ours, sides.theirs), strict=True))
    if not cold:
        for side in each.values():
            timed(side, touched)
    times: dict[str, list[float]] = {name: [] for name in SIDES}
    for turn in range(rounds):
        for name in SIDES if turn % 2 == 0 else reversed(SIDES):
            times[name].append(timed(each[name], touched))
    return times


def timed(side: Side, touched: int = 0) -> float:
    """One call of a side, with nothing of the last call left to collect: its own figure, or seconds by the clock.

    So many bytes of memory are touched first. A virtual machine's host takes back what was free for some seconds and
    needs up to 4 ms to give a MiB again, for which the side would pay that happens to come first.
    """
    gc.collect()
    np.ones(touched, np.uint8)
    began = perf_counter()
    told = side()
    seconds = perf_counter() - began
    return seconds if told is None else float(told)


def problems(result: Result) -> list[str]:
    """What of a case does not hold, in words; nothing when all does, or when it could not be run here."""
    if result.error:
        return [f"failed: {result.error}"]
    if result.missing:
        return []
    quick = bool(result.settings.get("quick"))
    ratio = median(result.ratios)
    # In a quick form other programs may take one side's turn away, even in most rounds.
    reached = max(ratio, result.best) if quick else ratio
    found = [f"ratio {reached:.2f} is under its floor {result.floor:g}"] if reached < result.floor else []
    for name, (low, high) in result.limits.items():
        if quick and name.endswith(" ms"):
            continue  # by the clock, on a machine that runs other tests meanwhile
        value = result.figures.get(name)
        if value is None and not quick:
            found.append(f"{name} was not told")
        # Written so that NaN is outside too.
        elif value is not None and not low <= value <= high:
            found.append(f"{name} {value:.6g} is outside {low:g} to {high:g}")
    return found


def where() -> dict[str, Any]:
    """Processor, cores, memory, system and versions; no names of people, machines or folders."""
    facts = machine.facts()
    libraries = {**facts["libraries"], **{name: found for name in PEERS if (found := _version(name))}}
    memory, names = round(facts["memory"] / 2**30), ("cores", "physical_cores", "system", "python")
    widest = next((words for flag, words in WIDEST.items() if flag in features()), "")
    processor = facts["processor"] + (f" with {widest}" if widest else "")
    kept = {"processor": processor, **{name: facts[name] for name in names}}
    return {**kept, "memory_gib": memory, "libraries": dict(sorted(libraries.items()))}


def readable(message: str) -> str:
    """A message on one line, without paths, not too long."""
    line = PATH.sub("(path)", " ".join(message.split()))
    return line if len(line) <= 300 else f"{line[:299]}…"


def _threads() -> dict[str, Any]:
    return {name: value for name, value in machine.threads().items() if value not in (None, {})}


def usage() -> machine.Usage:
    """What the machine has done so far; the processes that a case started count as the case."""
    found, me = machine.usage(), psutil.Process()
    mine = me.cpu_times()
    own = mine.user + mine.system + mine.children_user + mine.children_system
    for child in me.children(recursive=True):
        try:
            used = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        own += used.user + used.system + used.children_user + used.children_system
    return replace(found, own=own)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
