"""Costs side by side: plain numbers in, tables out, for page and command line alike."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.costs.embedding import Rate
from core.costs.sizes import STANDARD, Size
from core.costs.updates import weekly

YOURS = "yours"


def size_table(sizes: pd.DataFrame, texts: int) -> pd.DataFrame:
    """Bytes of each configuration for `texts` ("yours") and for 10k, 1M, 100M and 1B texts; least bytes first.

    `sizes` has columns configuration, model, bytes_per_vector, fixed_bytes and chosen; `memory_gib` is the memory of
    the smallest machine that holds yours. Raises VecassayError for negative numbers.
    """
    rows: list[dict[str, Any]] = []
    for configuration, model, per_vector, fixed, chosen in sizes[
        ["configuration", "model", "bytes_per_vector", "fixed_bytes", "chosen"]
    ].itertuples(index=False):
        size = Size(float(per_vector), float(fixed))
        told = {name: size.stored_bytes(many) for name, many in {YOURS: texts, **STANDARD}.items()}
        rows.append(
            {
                **{"configuration": configuration, "model": model, "chosen": bool(chosen)},
                **{"bytes_per_vector": size.bytes_per_vector, "fixed_bytes": size.fixed_bytes},
                **told,
                "memory_gib": size.memory_gib(texts),
            }
        )
    columns = ["configuration", "model", "chosen", "bytes_per_vector", "fixed_bytes", YOURS, *STANDARD, "memory_gib"]
    return pd.DataFrame(rows, columns=columns).sort_values(YOURS, kind="stable", ignore_index=True)


def local_rates(texts_per_s: Mapping[str, float], price_per_hour: float | None = None) -> dict[str, Rate]:
    """The rate of each model that was measured, by its key."""
    return {key: Rate.measured(speed, price_per_hour) for key, speed in texts_per_s.items()}


def hosted_rates(prices_per_million: Mapping[str, float], tokens_per_text: float) -> dict[str, Rate]:
    """The rate of each hosted model, by its name."""
    return {name: Rate.hosted(tokens_per_text, price) for name, price in prices_per_million.items()}


def work_table(rates: Mapping[str, Rate], *, texts: int, changed_percent: float) -> pd.DataFrame:
    """Hours and money of each model, a row each: once for all texts, then per week and year of updates.

    `cached` embeds only the texts that changed, `uncached` all again; NaN is unknown. Raises VecassayError for
    negative numbers and for a percentage outside of 0 to 100.
    """
    rows = []
    for model, rate in rates.items():
        updates = weekly(rate, texts, changed_percent)
        row: dict[str, Any] = {"model": model, "hours_once": rate.hours(texts), "money_once": rate.money(texts)}
        for way, update in (("cached", updates.cached), ("uncached", updates.uncached)):
            row[f"texts_per_week_{way}"] = update.texts_per_week
            for unit in ("hours_per_week", "hours_per_year", "money_per_week", "money_per_year"):
                row[f"{unit}_{way}"] = getattr(update, unit)
        rows.append(row)
    table = pd.DataFrame(rows, columns=["model", *_NUMBERS])
    return table.astype(dict.fromkeys(_NUMBERS, float))


_NUMBERS = (
    "hours_once",
    "money_once",
    *(
        f"{unit}_{way}"
        for way in ("cached", "uncached")
        for unit in ("texts_per_week", "hours_per_week", "hours_per_year", "money_per_week", "money_per_year")
    ),
)
