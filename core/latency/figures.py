"""Raw timings in, figures out: one row per figure, with its unit, what it varied between, and how many it rests on."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

QUANTILES = (50, 95, 99)
COLUMNS = ["model", "figure", "at", "value", "unit", "low", "high", "range", "n", "of"]
SURE = 0.95
INTERVAL, ENDS = "95 % interval", "lowest to highest"
_Row: TypeAlias = tuple[Any, ...]
_Times: TypeAlias = npt.NDArray[np.int64] | pd.Series


def percentile(values: Sequence[int] | _Times, q: float) -> float:
    """The q-th percentile as a time that was really measured: numpy's method "higher"."""
    return float(np.percentile(values, q, method="higher"))


def quantile_interval(values: Sequence[int] | _Times, q: float) -> tuple[float | None, float | None]:
    """A 95 % interval of the q-th percentile from the order of the values alone; None where n is too small for an end.

    Binomial order statistics (Conover 1999, Practical Nonparametric Statistics, 3.2); takes calls as independent.
    """
    from scipy.stats import binom

    ordered, n = np.sort(np.asarray(values)), len(values)
    low, high = int(binom.ppf((1 - SURE) / 2, n, q / 100)), int(binom.ppf((1 + SURE) / 2, n, q / 100)) + 1
    return float(ordered[low - 1]) if low >= 1 else None, float(ordered[high - 1]) if high <= n else None


def figures(
    tables: Mapping[str, pd.DataFrame], counted: Mapping[str, str], reference: str | None, lengths_in: str
) -> pd.DataFrame:
    """Every figure of a run: columns model, figure, at, value, unit, low, high, range (what low and high are), n, of.

    `counted` says per model what its tokens are ("tokens" or "words"), `lengths_in` what text lengths are counted in;
    `n` counts `of` (calls, repeats, loads). Undefined is NaN.
    """
    rows: list[_Row] = []
    for model, unit in counted.items():
        mine = {name: table[table["model"] == model] for name, table in tables.items()}
        of_model = [
            *_loads(mine["loads"]),
            *_singles(mine["calls"]),
            *_times_reference(tables["calls"], model, reference),
            *_batches(mine["batches"], unit),
            *_lengths(mine["lengths"], unit, lengths_in),
            *_callers(mine["callers"], mine["waits"]),
            *_memory(mine["memory"]),
        ]
        rows += [(model, *row) for row in of_model]
    table = pd.DataFrame(rows, columns=COLUMNS)
    words = ["model", "figure", "at", "unit", "range", "of"]
    return table.astype({**dict.fromkeys(words, "str"), **dict.fromkeys(["value", "low", "high"], float)})


def outlook(lengths: pd.DataFrame, own: str) -> pd.DataFrame:
    """Seconds per text of the corpus' own mix: columns model, batch, seconds, low, high (95 % interval), n.

    The interval is Student's t over the repeats, each on other texts; NaN for fewer than two repeats.
    """
    from scipy.stats import t

    rows = []
    for model, mine in lengths[lengths["length"] == own].groupby("model", sort=False):
        each = mine["nanoseconds"].to_numpy(float) / mine["texts"].to_numpy(float) / 1e9
        value, n = float(mine["nanoseconds"].sum() / mine["texts"].sum() / 1e9), len(each)
        half = float(t.ppf((1 + SURE) / 2, n - 1) * each.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
        rows.append((model, int(mine["batch"].iloc[0]), value, float(np.maximum(0.0, value - half)), value + half, n))
    return pd.DataFrame(rows, columns=["model", "batch", "seconds", "low", "high", "n"]).astype({"model": "str"})


def _loads(table: pd.DataFrame) -> list[_Row]:
    rows = []
    for what, each in table.groupby("what", sort=False)["nanoseconds"]:
        value = float(each.median()) / 1e6
        rows.append((what, "median", value, "ms", each.min() / 1e6, each.max() / 1e6, ENDS, len(each), "fresh loads"))
    return rows


def _singles(table: pd.DataFrame) -> list[_Row]:
    """From the calls in the model's own block: the reference's calls beside others are for comparing only."""
    own = table[table["beside"] == table["model"]]["nanoseconds"].to_numpy()
    rows = []
    for q in QUANTILES:
        low, high = (None if end is None else end / 1e6 for end in quantile_interval(own, q))
        value = percentile(own, q) / 1e6 if len(own) >= 100 or q < 99 else None
        rows.append(("single call", f"p{q}", value, "ms", low, high, INTERVAL, len(own), "calls"))
    return rows


def _times_reference(calls: pd.DataFrame, model: str, reference: str | None) -> list[_Row]:
    """How many times as long as the reference's calls made in turns with the model's own."""
    if reference in (None, model):
        return []
    block = calls[calls["beside"] == model]
    mine, theirs = block[block["model"] == model], block[block["model"] == reference]
    rows = []
    for q in QUANTILES[:2]:
        by_round = _by_round(mine, q) / _by_round(theirs, q)
        value = percentile(mine["nanoseconds"], q) / max(1.0, percentile(theirs["nanoseconds"], q))
        ends = (float(by_round.min()), float(by_round.max()))
        rows.append(("times the reference", f"p{q}", value, "x", *ends, ENDS, len(by_round), "rounds"))
    return rows


def _by_round(calls: pd.DataFrame, q: float) -> pd.Series:
    return calls.groupby("round")["nanoseconds"].agg(lambda each: max(1.0, percentile(each, q)))


def _batches(table: pd.DataFrame, unit: str) -> list[_Row]:
    groups = table.groupby("batch", sort=False)
    return [row for size, each in groups for row in _rates("throughput", f"batch {size}", each, unit)]


def _lengths(table: pd.DataFrame, unit: str, lengths_in: str) -> list[_Row]:
    rows = []
    for (name, low, high), each in table.groupby(["length", "shortest", "longest"], sort=False):
        at = f"{name}, {low:,} to {high:,} {lengths_in}, batch {each['batch'].iloc[0]}"
        rows += _rates("throughput by length", at, each, unit)
    return rows


def _rates(figure: str, at: str, repeats: pd.DataFrame, unit: str) -> list[_Row]:
    """Texts and tokens a second: all repeats together, and the lowest and highest of them."""
    rows = []
    seconds = repeats["nanoseconds"].clip(lower=1) / 1e9  # a coarse clock may see no time pass
    for what, name in (("texts", "texts"), ("tokens", unit)):
        rate, value = repeats[what] / seconds, float(repeats[what].sum() / seconds.sum())
        rows.append((figure, at, value, f"{name}/s", rate.min(), rate.max(), ENDS, len(repeats), "repeats"))
    return rows


def _callers(table: pd.DataFrame, waits: pd.DataFrame) -> list[_Row]:
    rows: list[_Row] = []
    for number in table["callers"].unique().tolist():
        each = table[table["callers"] == number]
        seconds = each["nanoseconds"].clip(lower=1) / 1e9
        rate = each["calls"] / seconds
        value, at = float(each["calls"].sum() / seconds.sum()), _at_once(number)
        rows.append(("requests", at, value, "per s", rate.min(), rate.max(), ENDS, len(each), "repeats"))
        wait = waits[waits["callers"] == number].iloc[0]
        for q in QUANTILES[:2]:
            rows.append(
                ("call among callers", f"{at}, p{q}", wait[f"p{q}"] / 1e6, "ms", None, None, "", wait["n"], "calls")
            )
    return rows


def _at_once(callers: int) -> str:
    return "1 caller" if callers == 1 else f"{callers} callers"


def _memory(table: pd.DataFrame) -> list[_Row]:
    rows: list[_Row] = []
    names = ["before", "peak", "weights", "dimension", "vector_bytes", "batch"]
    for before, peak, weights, dimension, size, batch in table[names].to_numpy(np.int64).tolist():
        at = f"up to batch {batch}"
        rows += [
            ("memory", f"peak of the process, {at}", peak / 1e6, "MB", None, None, "", 1, "load"),
            ("memory", f"growth to that peak, {at}", (peak - before) / 1e6, "MB", None, None, "", 1, "load"),
            ("memory", "the model's own numbers", weights / 1e6, "MB", None, None, "", 1, "load"),
            ("vector", f"{dimension} dimensions", size, "bytes", None, None, "", 1, "vector"),
        ]
    return rows
