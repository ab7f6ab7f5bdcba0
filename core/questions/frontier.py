"""Which smaller vectors are as good as the best, over the forms of all models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.compression import choosing
from core.compression.choosing import Choice
from core.compression.keeping import MEASURES
from core.errors import VecassayError
from core.questions import recipe
from core.types import Answer, Role
from core.work import Work

SIZE = ["form", "dimension", "reduction", "precision", "oversampling", "bytes_per_vector", "fixed_bytes", "stored"]
COLUMNS = ["difference", "difference_low", "difference_high", "sd", "differing", "verdict", "margin"]


@dataclass(frozen=True, eq=False)
class Candidates:
    """Forms compared with each other: `values` `(s, m)` per query or probe, None where a measure has only a mean."""

    table: pd.DataFrame
    values: npt.NDArray[np.float64] | None


@recipe("Comparing smaller vectors", corpus=Role.DOCUMENT, unit="")
def frontier(
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    measure: str,
    within: float,
    rel: int,
    copies: bool,
    seed: int,
) -> Answer:
    """Every form of every model by one of `keeping.MEASURES`, against the best float32 on the same queries or probes.

    `table`: candidate (the model's key and the form's word), model, what `tradeoffs` says of the form's size, mean,
    low, high, difference to the best with its interval, verdict ("within" the share `within` of the best, "beyond",
    "undecided"), front (over all of them) and own_front (over the model's). `choices` has a row for all models, or for
    each where the measure compares a model with itself: model ("" for all), best, chosen, likely, open (candidates, the
    open ones with blanks between) and more, as in `choosing.Choice`. Raises VecassayError where the measure cannot be
    taken.
    """
    kept = _known(measure, within)
    found = {}
    for place, (key, digest) in enumerate(models.items()):
        work.progress(place, len(models))
        named = {"corpus": corpus, "models": {key: digest}, "rel": rel, "copies": copies, "seed": seed}
        found[key] = work.ask("tradeoffs", **named)
    parts = {key: _of(key, answer, measure) for key, answer in found.items()}
    groups = {key: [part] for key, part in parts.items()} if kept.own else {"": list(parts.values())}
    tables, choices = [], []
    for key, group in groups.items():
        table, choice = _compared(group, within, seed)
        tables.append(table)
        choices.append(_told(key, table["candidate"], choice))
    table = pd.concat(tables, ignore_index=True)
    own = [choosing.front(group) for _, group in table.groupby("model", sort=False)]
    n = next((len(part.values) for part in parts.values() if part.values is not None), _pairs(found))
    return {"table": table.assign(own_front=np.concatenate(own)), "choices": pd.DataFrame(choices), "n": n}


def _known(measure: str, within: float) -> Any:
    if measure not in MEASURES:
        raise VecassayError(f"Expected a measure of what is kept: {', '.join(MEASURES)}; got {measure!r}.")
    if not 0 < within < 1:
        raise VecassayError(f"Expected a share of the best above 0 and below 1, such as 0.01; got {within}.")
    return MEASURES[measure]


def _of(key: str, answer: Answer, measure: str) -> Candidates:
    """One model's forms by a measure."""
    forms = answer["forms"]
    if forms[measure].isna().all():
        raise VecassayError(
            f"{MEASURES[measure].label} cannot be taken of these texts: it needs "
            f"{'labels' if measure == 'knn' else 'judged queries' if MEASURES[measure].judged else 'more texts'}. "
            f"Choose another measure."
        )
    table = forms[SIZE].assign(candidate=[key + word for word in forms["form"]], model=key)
    for name, column in (("mean", measure), ("low", f"{measure}_low"), ("high", f"{measure}_high")):
        table[name] = forms[column]
    each = answer.get(f"each:{measure}")
    return Candidates(table, None if each is None else each.astype(np.float64))


def _compared(group: list[Candidates], within: float, seed: int) -> tuple[pd.DataFrame, Choice]:
    """The group's forms with verdicts and fronts, and what follows."""
    table = pd.concat([part.table for part in group], ignore_index=True)
    each = [part.values for part in group if part.values is not None]
    if each:
        values = np.concatenate(each, axis=1)
        told = choosing.compared(values, choosing.reference(table), within, seed)
        n = len(values)
    else:
        told, n = _by_interval(table, within), 0
    told = told.rename(columns={"low": "difference_low", "high": "difference_high"})
    table = pd.concat([table, told[COLUMNS]], axis=1)
    return table.assign(front=choosing.front(table)), choosing.choose(table, n)


def _by_interval(table: pd.DataFrame, within: float) -> pd.DataFrame:
    ends = {name: table[name].to_numpy(np.float64) for name in ("low", "high")}
    verdict = pd.array(choosing.by_interval(ends, within).tolist(), dtype="string")
    nothing = {"sd": np.nan, "differing": 0}
    less = {"difference": table["mean"] - 1, "low": ends["low"] - 1, "high": ends["high"] - 1}
    return pd.DataFrame({**less, **nothing, "verdict": verdict, "margin": within})


def _told(key: str, names: Any, choice: Choice) -> Mapping[str, Any]:
    left = " ".join(names.iloc[place] for place in choice.open)
    return {
        "model": key,
        "best": names.iloc[choice.best],
        "chosen": names.iloc[choice.chosen],
        "likely": names.iloc[choice.likely],
        "open": left,
        "more": choice.more,
    }


def _pairs(found: Mapping[str, Answer]) -> int:
    return min((int(answer["pairs"]) for answer in found.values()), default=0)
