"""Costs in a sentence, for page and command line alike. Names in it are the user's: not yet escaped."""

from collections.abc import Mapping

import pandas as pd

from core.costs.embedding import Rate
from core.costs.sizes import Size
from core.costs.updates import weekly
from core.latency.words import duration
from core.report.words import size

ROUND = {1_000_000_000: "billion", 1_000_000: "million"}


def texts_in_words(texts: int) -> str:
    """1 million texts, 2.5 million texts, 12,345 texts.

    >>> texts_in_words(2_500_000)
    '2.5 million texts'
    """
    for unit, name in ROUND.items():
        if texts >= unit and texts % (unit // 100) == 0:
            return f"{texts / unit:,.10g} {name} texts"
    return f"{texts:,} text{'' if texts == 1 else 's'}"


def hours_in_words(hours: float) -> str:
    """Hours as people say them: 40 seconds, 14 minutes, 2.3 hours, 12 days.

    >>> hours_in_words(2.3)
    '2.3 hours'
    """
    return duration(3600 * hours)


def headline(sizes: pd.DataFrame, texts_per_s: Mapping[str, float], *, texts: int, changed_percent: float) -> str:
    """What so many texts take under the chosen configuration, beside the largest of its model; time and updates.

    `sizes` as for `size_table`, at least one row; without a chosen row the first one is told. `texts_per_s` by model;
    of time nothing is told for a model that is not in it: whoever shows this says once what was not measured.
    """
    chosen = sizes[sizes["chosen"].astype(bool)]
    told = chosen.iloc[0] if len(chosen) else sizes.iloc[0]
    same = sizes[sizes["model"] == told["model"]]
    largest = same.loc[same["bytes_per_vector"].idxmax()]
    pair = [told] if largest["configuration"] == told["configuration"] else [largest, told]
    verb = "takes" if texts == 1 else "take"
    kept = " and ".join(
        f"{size(Size(float(row['bytes_per_vector']), float(row['fixed_bytes'])).stored_bytes(texts))}"
        f" as {row['configuration']}"
        for row in pair
    )
    said = f"{texts_in_words(texts)} {verb} {kept}"
    speed = texts_per_s.get(str(told["model"]))
    if speed is None:
        return f"{said}."
    return f"{said}; {_work(Rate.measured(speed), texts, changed_percent)}."


def _work(rate: Rate, texts: int, changed_percent: float) -> str:
    updates = weekly(rate, texts, changed_percent)
    once = f"embedding {'it' if texts == 1 else 'them'} takes {hours_in_words(rate.hours(texts) or 0.0)} here"
    if not updates.cached.texts_per_week:
        return once
    with_cache, without = (
        hours_in_words(update.hours_per_week or 0.0) for update in (updates.cached, updates.uncached)
    )
    return (
        f"{once}; {changed_percent:g} % changed a week costs {with_cache} a week with the cache and {without} without"
    )
