"""What the choice among smaller vectors says, as people read it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.compression.keeping import MEASURES
from core.retrieval.candidates import parse
from core.stats import MOST_QUERIES

FEW = 10


def size(count: float) -> str:
    """Bytes as people say them: 384 bytes, 1.5 kB, 38 MB, 1.5 TB; a thousand each."""
    if count < 1_000:
        return f"{count:,.0f} bytes"
    for unit in ("kB", "MB", "GB"):
        count /= 1_000
        if count < 999.5:
            return f"{count:.0f} {unit}" if count >= 99.5 else f"{count:.2g} {unit}"
    return f"{count / 1_000:,.2g} TB"


def configuration(word: str, labels: Mapping[str, str]) -> str:
    """A model in a form: "MiniLM-L6 (128 dimensions, int8)", "MiniLM-L6 (float32)"."""
    candidate = parse(word)
    return candidate.label(labels) if candidate.held else f"{labels.get(candidate.model, candidate.model)} (float32)"


def answer(
    table: pd.DataFrame, choice: Mapping[str, Any], measure: str, within: float, labels: Mapping[str, str]
) -> tuple[bool, str, str]:
    """Whether it is decided, the answer in a sentence, and what is not known ("" when all is).

    `table` and a row of `choices` are those of the question "frontier".
    """
    rows = {str(row["candidate"]): row for row in table.to_dict("records")}
    chosen, best, likely = (rows[choice[name]] for name in ("chosen", "best", "likely"))
    kept, lost = MEASURES[measure].label, f"{100 * within:g} %"
    against, whole = configuration(choice["best"], labels), size(best["bytes_per_vector"])
    if choice["chosen"] == choice["best"]:
        shown = f"nothing smaller than the {whole} a text of {against} is shown to keep within {lost} of its {kept}"
    else:
        shown = (
            f"{configuration(choice['chosen'], labels)} takes {size(chosen['bytes_per_vector'])} a text instead of "
            f"{whole}, and is shown to keep within {lost} of the best: {kept} {chosen['mean']:.3f} against "
            f"{best['mean']:.3f} of {against}"
        )
    left = str(choice["open"]).split()
    if not left:
        return True, _sentence(shown), ""
    if choice["likely"] == choice["chosen"]:
        return False, _sentence(shown), f"Whether one of {len(left):,} smaller ones keeps it too, the data cannot tell."
    name, takes = configuration(choice["likely"], labels), size(likely["bytes_per_vector"])
    said = f"{name} with {takes} a text seems to keep within {lost} of {against}: {kept} {likely['mean']:.3f} against "
    said += f"{best['mean']:.3f}. It is not shown: the loss may be up to {max(0.0, -likely['difference_low']):.3f}"
    return False, _sentence(said), f"{_more(choice['more'], MEASURES[measure].unit)}Until then {shown}."


def _sentence(said: str) -> str:
    return said[0].upper() + said[1:] + "."


def _more(more: Any, unit: str) -> str:
    if pd.isna(more):
        return ""
    if more < FEW:
        return f"A few more {unit} like these may show it. "
    number = "More than a million" if more >= MOST_QUERIES else f"About {float(f'{more:.2g}'):,.0f} more"
    return f"{number} {unit} like these would show it, if it is so. "
