"""Which candidate is better, by how much, and whether the test set is able to tell."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import stats
from core.questions import recipe
from core.questions.field import Field
from core.retrieval import figures
from core.retrieval.judged import Judged
from core.types import Answer, Ints, Role
from core.work import Work

PROPOSED = 20
TOP = 10


@recipe("Comparing candidates", corpus=(Role.DOCUMENT, Role.QUERY), unit="")
def comparison(  # noqa: PLR0913  (each changes the answer)
    work: Work,
    *,
    corpus: str,
    models: dict[str, str],
    candidates: list[str],
    rerankers: dict[str, str],
    measure: str,
    rel: int,
    copies: bool,
    seed: int,
) -> Answer:
    """Every two candidates on the same queries: `means` (best first), `pairs`, whether the test set is `able` to tell.

    `pairs` holds the better one as `a`, difference a - b with its 95 % interval and the p of that pair alone, the same
    whatever else is compared; `core.stats.tell` makes verdicts of them. `propose` lists the queries to judge next, at
    most 20: by `telling` (spread x the disputed and unjudged share of their first results), then by `spread`, the
    measure's range over the candidates. A query without any judgement has spread NaN, which counts as 1; one that was
    judged and has no relevant text is not proposed.
    """
    figures.family(measure)
    field = Field.of(work, corpus, models, rerankers, candidates, (rel, copies))
    found = field.quality(seed)
    means = _means(found, measure)
    per_query = {word: found[word]["per_query"] for word in means["candidate"]}
    values = {word: table[measure].to_numpy(np.float64) for word, table in per_query.items()}
    places = next(iter(per_query.values()))["query"].to_numpy(np.int64)
    rankings = field.rankings()
    return {
        "means": means,
        "pairs": stats.pairwise(values, seed),
        "able": stats.able(values, _ceiling(field.judged, places, measure, rel)),
        "propose": _propose(field.judged, places, values, [answer["rows"] for answer in rankings.values()]),
        "n": len(places),
        "note": _note(found, rankings),
    }


def _means(found: Mapping[str, Answer], measure: str) -> pd.DataFrame:
    """Mean of the measure and its interval, best first."""
    rows = []
    for word, answer in found.items():
        table = answer["figures"].set_index("name")
        rows.append((word, *(float(table.loc[measure, name]) for name in ("mean", "low", "high"))))
    means = pd.DataFrame(rows, columns=["candidate", "mean", "low", "high"]).astype({"candidate": "string"})
    return means.sort_values("mean", ascending=False, kind="stable", ignore_index=True)


def _ceiling(judged: Judged, places: Ints, measure: str, rel: int) -> stats.Doubles:
    """The best value any ranking could have: 1, but for P@k with fewer than k relevant texts, and R@k with more."""
    name, _, cut = measure.partition("@")
    relevant = np.array([len(judged.relevant(int(place), rel)) for place in places], np.float64)
    if name not in {"P", "R"}:
        return np.ones(len(relevant))
    below = np.full(len(relevant), float(cut)) if name == "P" else relevant
    reachable: stats.Doubles = np.minimum(relevant, float(cut)) / below
    return reachable


def _note(found: Mapping[str, Answer], rankings: Mapping[str, Answer]) -> str:
    """What is said of all candidates once, then what is said of one under its name."""
    own = {word: answer["note"] for word, answer in rankings.items()}
    shared = [found[word]["note"].removesuffix(note).strip() for word, note in own.items()]
    named = [f"{word}: {note}" for word, note in own.items() if note]
    return " ".join(dict.fromkeys(filter(None, [*shared, *named])))


def _propose(
    judged: Judged, places: Ints, values: Mapping[str, stats.Doubles], rankings: list[npt.NDArray[np.int32]]
) -> pd.DataFrame:
    """The queries on which the candidates disagree most, about results that nobody has judged, at most 20."""
    spread = dict(zip(places.tolist(), np.ptp(np.stack(list(values.values())), axis=0).tolist(), strict=True))
    tops = [found[:, :TOP] for found in rankings]
    rows: list[tuple[Any, ...]] = []
    for place in sorted({*spread, *judged.unjudged.tolist()}):
        firsts = [[row for row in top[place].tolist() if row >= 0] for top in tops]
        disputed = stats.disputed(firsts, frozenset(judged.grades[place]), TOP)
        rows.append((place, spread.get(place, np.nan), disputed * spread.get(place, 1.0)))
    table = pd.DataFrame(rows, columns=["query", "spread", "telling"])
    table = table.astype({"query": np.int64, "spread": np.float64, "telling": np.float64})
    order = table.sort_values(["telling", "spread"], ascending=False, kind="stable", na_position="last")
    return order.head(PROPOSED).reset_index(drop=True)
