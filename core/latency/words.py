"""A run in sentences, for page and command line alike. Labels and names in them are the user's: not yet escaped."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.latency.machine import busy
from core.latency.plan import LEAST_CALLS, PLANS

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
_Facts = Mapping[str, Any]


def number(value: float) -> str:
    """Three significant digits, thousands apart; a dash for what is not known."""
    if value is None or np.isnan(value):
        return "–"
    if value == 0:
        return "0"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    return f"{value:,.{digits}f}"


def milliseconds(value: float) -> str:
    """A short time: 52 µs, 1.40 ms, 2.1 s."""
    if np.isnan(value):
        return "–"
    if value >= 1000:
        return f"{number(value / 1000)} s"
    return f"{number(value)} ms" if value >= 0.1 else f"{number(1000 * value)} µs"


def duration(seconds: float) -> str:
    """A long time: 40 seconds, 14 minutes, 3.2 hours; below a second as `milliseconds`."""
    if seconds < 1:
        return milliseconds(1000 * seconds)
    for limit, unit, name in ((90, 1.0, "seconds"), (90 * MINUTE, MINUTE, "minutes"), (2 * DAY, HOUR, "hours")):
        if seconds < limit:
            value = seconds / unit
            return f"{value:,.0f} {name}" if value >= 9.95 else f"{value:.1f} {name}"
    return f"{seconds / DAY:,.1f} days"


def headline(figures: pd.DataFrame, facts: _Facts) -> list[tuple[str, str, str, str]]:
    """Per model, fastest first: its key and label, the p95 of a single call, and how many times the reference's."""
    singles = figures[(figures["figure"] == "single call") & (figures["at"] == "p95")].set_index("model")["value"]
    times = figures[(figures["figure"] == "times the reference") & (figures["at"] == "p95")].set_index("model")["value"]
    labels = {model["key"]: model["label"] for model in facts["models"]}
    found = []
    for key, value in sorted(singles.to_dict().items(), key=lambda one: one[1]):
        name = str(key)
        ratio = "the reference" if name == facts["reference"] else f"{number(times[name])}×" if name in times else ""
        found.append((name, labels[name], milliseconds(value), ratio))
    return found


def where(facts: _Facts) -> str:
    """Machine, threads and versions."""
    machine = facts["machine"]
    threads = [f"{name} {value}" for name, value in machine["variables"].items()]
    torch = f"PyTorch on {machine['torch_threads']} thread(s) inside an operation" if machine["torch_threads"] else ""
    libraries = ", ".join(f"{name} {version}" for name, version in machine["libraries"].items())
    run_by = "".join(f"{label} by {told}; " for label, told in _run_by(facts).items() if told)
    return (
        f"{machine['processor']}, {machine['cores']} core(s), {machine['memory'] / 1e9:.0f} GB, {machine['system']}; "
        f"computed on {machine['device']}; {', '.join(filter(None, [torch, *threads])) or 'threads not limited'}; "
        f"{run_by}Python {machine['python']}, {libraries}."
    )


def _run_by(facts: _Facts) -> Mapping[str, str]:
    """What ran each model, by label; nothing in runs that were kept before it was noted."""
    listed = [model for model in facts["models"] if isinstance(model, Mapping)]
    return facts.get("run_by") or {model["label"]: model.get("backend", "") for model in listed}


def network(facts: _Facts) -> str:
    """Whose times hold more than this machine's; empty when none is hosted, as in runs of before there were any."""
    listed = [model["label"] for model in facts["models"] if isinstance(model, Mapping) and model.get("hosted")]
    hosted = [*facts.get("hosted", ()), *listed]
    if not hosted:
        return ""
    verb, whose = ("is", "its") if len(hosted) == 1 else ("are", "their")
    return (
        f"{', '.join(hosted)} {verb} hosted: {whose} times include the network and whoever answers there; memory and "
        f"load are this machine's alone."
    )


def how(facts: _Facts) -> str:
    """When, on what and with which settings it was measured."""
    corpus, plan = facts["corpus"], PLANS[facts["setting"]]
    return (
        f"{facts['date'].replace('T', ' ').replace('+00:00', ' UTC')}, {facts['seconds']:.0f} s. “{corpus['name']}”: "
        f"{corpus['texts']:,} texts, {corpus['different']:,} different, drawn at random with seed {facts['seed']}, "
        f"embedded as documents. Setting {plan.label}: at least {LEAST_CALLS} single calls, {plan.repeats} repeats of "
        f"each other point. {plan.warmup} single calls and one call of every batch size went before as warm-up and are "
        f"left out. Percentiles are calls that were really measured (numpy, method “higher”)."
    )


def doubts(facts: _Facts) -> list[str]:
    """Why not to trust the figures: other programs, other jobs."""
    found, load = [], facts["load"]
    if busy(load["others_during"]):
        found.append(
            f"The machine was busy: other programs kept {load['others_during']:.1f} of {facts['machine']['cores']} "
            f"cores at work while this was measured ({load['others_before']:.1f} before, {load['others_after']:.1f} "
            f"after). Figures are too slow and vary; multiples of the reference suffer less. Measure again when it is "
            f"quiet."
        )
    if not facts["alone"]:
        found.append(
            "Other jobs may have run in the same worker meanwhile: the cluster's workers announce no seats. Start them "
            'with --resources "encode=1 seat=THREADS" to have a worker to oneself.'
        )
    return found


def beside(facts: _Facts) -> str:
    """What else the machine did."""
    load = facts["load"]
    average = f" Load average {load['start']:.1f} before, {load['end']:.1f} after." if load["start"] is not None else ""
    return f"Other programs used {load['others_during']:.2f} cores on average while this was measured.{average}"


def whole(figures: pd.DataFrame, facts: _Facts) -> list[str]:
    """All of it, for a terminal."""
    models = [f"{label} {p95}{f' ({ratio})' if ratio else ''}" for _, label, p95, ratio in headline(figures, facts)]
    return [
        f"p95 of a single call: {', '.join(models)}",
        *doubts(facts),
        *filter(None, [network(facts)]),
        *facts["notes"],
        how(facts),
        where(facts),
        beside(facts),
    ]
