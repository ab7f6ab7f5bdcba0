"""What the figures of a comparison say, in sentences: who finds more, who is practically equal, what is not decided."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core import stats
from core.session.words import plain
from core.types import Answer

MOST_NAMED = 4
_SENTENCE = re.compile(r"(?<=\.) +(?=\S)")


@dataclass(frozen=True)
class Against:
    """The best candidate beside another one: how much more it finds, with the interval, and the verdict."""

    other: str
    difference: float
    low: float
    high: float
    verdict: str
    more: float

    @property
    def bounds(self) -> str:
        """Difference and interval as people read them."""
        if np.isnan(self.low):
            return f"{self.difference:+.3f}, no interval"
        return f"{self.difference:+.3f}, 95 % {signed(self.low)} to {signed(self.high)}"


def oriented(told: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """The pairs with the candidate that stands earlier in `order` first; verdict "better", "worse", "equal", ..."""
    place = {candidate: number for number, candidate in enumerate(order)}
    turned = np.array([place[a] > place[b] for a, b in zip(told["a"], told["b"], strict=True)], bool)
    swapped = told.assign(
        a=told["b"],
        b=told["a"],
        difference=-told["difference"],
        low=-told["high"],
        high=-told["low"],
        win=told["loss"],
        loss=told["win"],
        verdict=told["verdict"].replace({"a": "b", "b": "a"}),
    )
    mixed: pd.DataFrame = pd.concat([told[~turned], swapped[turned]], ignore_index=True)
    mixed["verdict"] = mixed["verdict"].replace({"a": "better", "b": "worse"})
    ranks = mixed[["a", "b"]].apply(lambda column: column.map(place))
    ordered: pd.DataFrame = mixed.loc[ranks.sort_values(["a", "b"]).index].reset_index(drop=True)
    return ordered


def pair_table(
    told: pd.DataFrame, order: list[str], labels: Mapping[str, str], *, refused: bool = False
) -> pd.DataFrame:
    """A row per pair, the one with the higher mean first; with `refused` no verdict is given."""
    pairs = oriented(told, order)
    words = [spoken(word, more) for word, more in pairs[["verdict", "more"]].itertuples(index=False)]
    return pd.DataFrame(
        {
            "candidate": pairs["a"].map(labels),
            "against": pairs["b"].map(labels),
            "verdict": ["none: the test set cannot tell"] * len(pairs) if refused else words,
            "difference": pairs["difference"],
            "low": pairs["low"],
            "high": pairs["high"],
            "p (Holm)": pairs["p_holm"],
            "wins": pairs["win"],
            "ties": pairs["tie"],
            "losses": pairs["loss"],
        }
    )


def spoken(verdict: str, more: float) -> str:
    """A verdict of an oriented pair in words.

    >>> spoken("undecided", 143.0)
    'not decided: about 140 more queries'
    """
    if verdict == "undecided":
        return f"not decided: {settled(more).removesuffix(' would settle it')}"
    return {"equal": "practically equal"}.get(verdict, verdict)


def settled(more: float) -> str:
    """What would decide an open pair."""
    if np.isnan(more):
        return "a single query tells nothing; add more"
    if more >= stats.MOST_QUERIES:
        return "no number within reach would settle it"
    return f"about {rounded(more):,} more {'query' if more == 1 else 'queries'} would settle it"


def rounded(number: float) -> int:
    """Two digits that count; a prediction has no more."""
    return int(float(f"{number:.2g}"))


def signed(number: float) -> str:
    """Three decimals, with a real minus."""
    return f"{number:.3f}".replace("-", "−")


def headline(
    means: pd.DataFrame, told: pd.DataFrame, able: Answer, labels: Mapping[str, str], *, measure: str, margin: float
) -> list[str]:
    """The answer as Markdown sentences, the main one first; the refusal with its reasons where there is no ranking.

    `means` best first, `told` from `core.stats.tell`.
    """
    order = list(means["candidate"])
    if len(order) == 1:
        (mean, low, high) = means.iloc[0][["mean", "low", "high"]]
        between = "no interval" if np.isnan(low) else f"95 % {low:.3f} to {high:.3f}"
        return [f"{_bold(labels[order[0]])}: {measure} {mean:.3f} ({between}). Add a candidate to compare it with."]
    if able["refuse"]:
        reasons = " ".join(plain(reason) for reason in able["reasons"])
        return [f"**No ranking: this test set cannot tell.** {reasons}"]
    best, rows = order[0], _against_best(told, order)
    open_ones = [row for row in rows if row.verdict == "undecided"]
    equal = [row for row in rows if row.verdict == "equal"]
    worse = [row for row in rows if row.verdict == "better"]
    said = []
    if open_ones:
        said.append(_undecided(best, open_ones, labels, measure))
    if equal:
        names = _listed([f"{_bold(labels[row.other])} ({row.bounds})" for row in equal], "other candidates")
        said.append(f"{_bold(labels[best])} is practically equal (within ±{margin:g} {measure}) to {names}.")
    if worse:
        everyone = "" if open_ones or equal or len(worse) == 1 else f"all {len(worse)} others: "
        names = _listed([f"{_bold(labels[row.other])} ({row.bounds})" for row in worse], "others")
        said.append(f"{_bold(labels[best])} finds more ({measure}) than {everyone}{names}.")
    return said


def _against_best(told: pd.DataFrame, order: Sequence[str]) -> list[Against]:
    pairs = oriented(told, order)
    mine = pairs[pairs["a"] == order[0]]
    columns = ["b", "difference", "low", "high", "verdict", "more"]
    return [Against(*row) for row in mine[columns].itertuples(index=False)]


def _undecided(best: str, rows: Sequence[Against], labels: Mapping[str, str], measure: str) -> str:
    named = [f"{_bold(labels[row.other])} ({row.bounds}; {settled(row.more)})" for row in rows]
    return f"**Not decided** between {_bold(labels[best])}, first by mean {measure}, and {_listed(named, 'others')}."


def notes(said: Mapping[str, str], labels: Mapping[str, str]) -> list[str]:
    """The notes of all candidates, each sentence once: as it is when all say it, else with the names of who does.

    What is said of a part of a fused or reranked candidate is left out where the part is a candidate itself.
    """
    speakers: dict[str, list[str]] = {}
    for word, note in said.items():
        for sentence in filter(None, _SENTENCE.split(note)):
            part = sentence.partition(" alone: ")[0]
            if part not in said:
                speakers.setdefault(sentence, []).append(labels[word])
    return [
        sentence if len(names) == len(said) else f"{', '.join(names)}: {sentence[0].lower()}{sentence[1:]}"
        for sentence, names in speakers.items()
    ]


def _bold(name: str) -> str:
    return f"**{plain(name)}**"


def _listed(parts: Sequence[str], rest: str) -> str:
    """Parts joined, at most four named."""
    if len(parts) > MOST_NAMED:
        parts = [*parts[: MOST_NAMED - 1], f"{len(parts) - MOST_NAMED + 1} {rest}"]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
