"""What the curves of the indexes say, as people read it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.latency.words import milliseconds, number

LIBRARIES = {"faiss": "faiss-cpu", "lancedb": "lancedb"}
"""Packages by module."""
WANTED = 0.99
"""The share of the exact ten that an index must be shown to find: the lower end of its 95 % interval."""


def answer(points: pd.DataFrame, n: int) -> tuple[bool, str]:
    """Whether it is decided, and in a sentence which index is worth it for n texts; `points` of the question "indexes".

    An index is faster when its slowest turn, one query at a time, was faster than exact search's fastest.
    """
    exact = points[points["family"] == "exact"].iloc[0]
    others = points[points["family"] != "exact"]
    against = f"at n = {n:,} exact search takes {milliseconds(1000 / exact['qps'])}"
    good = others[others["low"] >= WANTED]
    if good.empty:
        nearest = others.iloc[int(others["recall"].argmax())]
        return False, (
            f"No index is shown to find {WANTED:.0%} of the exact ten: {nearest['setting']} comes nearest with "
            f"{_found(nearest)}; {against}."
        )
    best = good.iloc[int(good["qps"].argmax())]
    times = number(best["qps"] / exact["qps"])
    said = f"{best['setting']} finds {_found(best)} of the exact ten"
    if best["qps_low"] > exact["qps_high"]:
        return True, f"{said} and answers {times} times as many queries a second; {against}."
    if best["qps_high"] < exact["qps_low"]:
        return True, (
            f"Exact search is fastest here: {against}. {said}, and is the fastest index that finds {WANTED:.0%}, but "
            f"answers only {times} times as many queries a second."
        )
    return False, (
        f"{said}; whether it is faster than exact search, these times do not tell: {_turns(best)} against "
        f"{_turns(exact)} queries a second, one at a time; {against}."
    )


def where(facts: Mapping[str, Any]) -> str:
    """When, on what machine and by which libraries it was measured."""
    on = facts["machine"]
    by = [f"{name} {on['libraries'][name]}" for name in LIBRARIES.values() if name in on["libraries"]]
    return (
        f"Measured {facts['date'].replace('T', ' ').replace('+00:00', ' UTC')} in {facts['seconds']:.0f} s: "
        f"{on['processor']}, {on['cores']} core(s), {on['memory'] / 1e9:.0f} GB, {on['system']}; {', '.join(by)}."
    )


def _found(row: "pd.Series[float]") -> str:
    """A recall with its interval, cut and not rounded: 100 % is all."""
    recall, low, high = (int(1000 * row[name] + 1e-6) / 10 for name in ("recall", "low", "high"))
    return f"{recall:g} % ({low:g} to {high:g})"


def _turns(row: "pd.Series[float]") -> str:
    return f"{number(row['qps_low'])} to {number(row['qps_high'])}"
