"""A plan to move from one model to another in sentences. Names in it are the user's: not yet escaped."""

from typing import Any

import numpy as np
import pandas as pd

from core.report.words import interval, listed, share
from core.stats import LEAST_QUERIES, MOST_QUERIES
from core.types import Answer

MAPS = {"orthogonal": "rotated", "ridge": "ridge map"}


def way(name: str, a: str, b: str) -> str:
    """A row of `ways` as people read it.

    >>> way("ridge", "LSA", "MiniLM")
    'MiniLM over LSA (ridge map)'
    """
    return {"a": a, "b": b}.get(name) or f"{b} over {a} ({MAPS[name]})"


def answer(found: Answer, told: pd.DataFrame, a: str, b: str, margin: float) -> tuple[bool, str]:
    """Whether it is decided which of the two is better, and what moving from `a` to `b` changes, in two sentences.

    `found` answers "migration", `told` is what `core.stats.tell` makes of its pairs at `margin`.
    """
    mean, low, high = (found["top"] * value for value in found["changed"])
    of = "each query's first" if found["asked"] == "queries" else "the nearest"
    said = f"Moving from {a} to {b} changes {mean:.1f} {_between(low, high, 1)}of {of} {found['top']} "
    said += "results" if found["asked"] == "queries" else "of each text"
    if not found["judged"]:
        return False, f"{said}. Whether that is better these texts cannot tell: they have no judged queries."
    pair = _pair(told, "b", "a")
    said += f"; {pair['win']:,} {'query wins' if pair['win'] == 1 else 'queries win'}, {pair['loss']:,} "
    said += f"{'loses' if pair['loss'] == 1 else 'lose'} and {pair['tie']:,} stay as they are."
    verdict = {
        "a": f"{b} finds more",
        "b": f"{b} finds less",
        "equal": f"practically equal (within ±{margin:g})",
        "undecided": f"not decided{_more(pair['more'])}",
    }
    word = str(pair["verdict"]) if found["judged"] >= LEAST_QUERIES else "undecided"
    quality = {name: _value(found, name, "nDCG@10") for name in ("a", "b")}
    gain = f"{pair['difference']:+.3f}".replace("-", "−") + f" {_between(pair['low'], pair['high'], 3)}".rstrip()
    said += f" nDCG@10 goes from {share(quality['a'])} to {share(quality['b'])} ({gain}): {verdict[word]}."
    return word != "undecided", said


def stopgap(found: Answer, told: pd.DataFrame, a: str, b: str) -> str:
    """How far the better of the two maps gets, beside staying with `a`; or why there is none."""
    if found["unmapped"]:
        return f"No map: {found['unmapped'][0].lower()}{found['unmapped'][1:]}"
    measure = "nDCG@10" if found["judged"] else "recall"
    best = max(MAPS, key=lambda name: _value(found, name, measure))
    other = next(name for name in MAPS if name != best)
    said = (
        f"Before the texts are embedded again, {b}'s queries over {a}'s texts mapped into its space ({MAPS[best]}) "
        f"find {_value(found, best, 'recall'):.0%} of what {b} finds first ({MAPS[other]}: "
        f"{_value(found, other, 'recall'):.0%}; staying with {a}: {_value(found, 'a', 'recall'):.0%})."
    )
    if not found["judged"]:
        return said
    verdicts = {
        "a": f"better than staying with {a}",
        "b": f"worse than staying with {a}",
        "equal": f"practically equal to staying with {a}",
        "undecided": f"whether it is better than staying with {a} is not decided",
    }
    word = str(_pair(told, best, "a")["verdict"]) if found["judged"] >= LEAST_QUERIES else "undecided"
    each = (
        f"{share(_value(found, name, 'nDCG@10'))} {label}" for name, label in ((best, "mapped"), ("a", a), ("b", b))
    )
    return f"{said} nDCG@10: {listed(list(each))}; {verdicts[word]}."


def caveats(found: Answer, a: str, b: str) -> list[str]:
    """What the figures stand on, and what they do not say."""
    what = "queries" if found["asked"] == "queries" else "random texts asked as queries"
    judged = f", {found['judged']:,} of them judged" if found["asked"] == "queries" else ""
    said = [f"n = {found['n']:,} {what}{judged}; 95 % intervals over them; seed {found['seed']}."]
    said += [
        f"Texts without a vector under {name}, never found: {empty:,}."
        for name, empty in zip((a, b), found["empty"], strict=True)
        if empty
    ]
    if not found["folds"]:
        return said
    said.append(
        f"Every text was mapped by a map that was fitted without it, without its copies and without what is asked: "
        f"{found['folds']} folds, each fitted on {found['fitted']:,} texts or more (at most {found['most']:,}). In "
        f"earnest one map, fitted on a sample that you embed, stands for the five; it holds for texts like these, and "
        f"is a stopgap. Cosines are those of n = {found['sampled']:,} random texts."
    )
    if found["fitted"] < max(found["dimensions"]):
        said.append(
            f"That is fewer texts than the larger space has dimensions ({max(found['dimensions']):,}): with more texts "
            f"maps get better."
        )
    learnt = [name for name, own in zip((a, b), found["learnt_here"], strict=True) if own]
    if learnt:
        said.append(f"Learnt from these very texts: {listed(learnt)}; texts that come later may fare worse.")
    return said


def table(found: Answer, a: str, b: str) -> pd.DataFrame:
    """The ways beside each other, figures with their intervals as people read them."""
    columns = {"recall": f"of {b}'s first {found['top']}", "nDCG@10": "nDCG@10", "cosine": f"cosine to {b}'s own"}
    rows = found["ways"]
    shown = pd.DataFrame({"way": [way(name, a, b) for name in rows["way"]]})
    for measure, heading in columns.items():
        if rows[measure].notna().any():
            ends = rows[[measure, f"{measure}_low", f"{measure}_high"]].itertuples(index=False)
            shown[heading] = [interval(*(None if np.isnan(value) else float(value) for value in each)) for each in ends]
    return shown


def _value(found: Answer, name: str, measure: str) -> float:
    rows = found["ways"]
    return float(rows.loc[rows["way"] == name, measure].iloc[0])


def _pair(told: pd.DataFrame, a: str, b: str) -> dict[str, Any]:
    rows = told[(told["a"] == a) & (told["b"] == b)]
    return {str(name): value for name, value in rows.iloc[0].to_dict().items()}


def _between(low: float, high: float, digits: int) -> str:
    return "" if np.isnan(low) else f"[{share(low, digits)}, {share(high, digits)}] "


def _more(number: float) -> str:
    if np.isnan(number):
        return ""
    if number >= MOST_QUERIES:
        return ", and no number of queries within reach would settle it"
    return f"; about {int(float(f'{number:.2g}')):,} more judged queries would settle it"
