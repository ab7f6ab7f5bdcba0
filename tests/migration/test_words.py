"""A plan in sentences: what changes, who wins, what is not decided, how far the stopgap gets."""

import numpy as np
import pandas as pd

from core import stats
from core.migration import words
from core.types import Answer


def found(n: int = 60, judged: bool = True, unmapped: str = "", gain: float = 0.1) -> tuple[Answer, pd.DataFrame]:
    """Queries of which b finds more by `gain` on average; ridge stands between the two, the rotation below both."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.02, n)
    names = ["a", "b"] + ([] if unmapped else ["orthogonal", "ridge"])
    level = {"a": 0.5, "b": 0.5 + gain, "orthogonal": 0.4, "ridge": 0.5 + gain / 2}
    values = {name: level[name] + noise * (name == "b") for name in ("b", "orthogonal", "ridge", "a") if name in names}
    ways = pd.DataFrame({"way": pd.array(names, dtype="string")})
    means = {
        "recall": {"a": 0.3, "b": 1.0, "orthogonal": 0.2, "ridge": 0.6},
        "nDCG@10": {name: each.mean() for name, each in values.items()} if judged else {},
        "cosine": {"orthogonal": 0.4, "ridge": 0.8},
    }
    for measure, own in means.items():
        column = np.array([own.get(name, np.nan) for name in names])
        ways = ways.assign(**{measure: column, f"{measure}_low": column - 0.01, f"{measure}_high": column + 0.01})
    answer = {
        "asked": "queries" if judged else "texts", "n": n, "judged": n if judged else 0, "top": 10,
        "changed": [0.73, 0.7, 0.76], "ways": ways, "unmapped": unmapped, "folds": 0 if unmapped else 5, "most": 5_000,
        "fitted": 800, "dimensions": [256, 384], "empty": [0, 3], "learnt_here": [True, False], "seed": 4,
        "sampled": 700,
    }  # fmt: skip
    return answer, stats.tell(stats.pairwise(values if judged else {}, 0), 0.01)


def test_what_changes_who_wins_and_the_verdict() -> None:
    decided, said = words.answer(*found(), "LSA", "MiniLM", 0.01)
    assert decided
    assert said.startswith(
        "Moving from LSA to MiniLM changes 7.3 [7.0, 7.6] of each query's first 10 results; 60 queries win, 0 lose and "
        "0 stay as they are. nDCG@10 goes from 0.500 to 0.60"
    )
    assert said.endswith(": MiniLM finds more.")


def test_few_queries_decide_nothing_and_equal_ones_are_said_to_be() -> None:
    decided, said = words.answer(*found(n=10), "A", "B", 0.01)
    assert not decided
    assert "not decided" in said
    decided, said = words.answer(*found(gain=0.0), "A", "B", 0.01)
    assert decided
    assert said.endswith("practically equal (within ±0.01).")
    assert words.answer(*found(gain=-0.1), "A", "B", 0.01)[1].endswith("B finds less.")


def test_without_judgements_it_says_what_changes_and_that_it_cannot_tell_more() -> None:
    answer, told = found(judged=False)
    decided, said = words.answer(answer, told, "A", "B", 0.01)
    assert not decided
    assert "of the nearest 10 of each text. Whether that is better these texts cannot tell" in said
    assert "find 60% of what B finds first (rotated: 20%; staying with A: 30%)." in words.stopgap(
        answer, told, "A", "B"
    )
    assert "nDCG@10" not in words.table(answer, "A", "B")


def test_the_better_map_is_named_beside_both_models() -> None:
    said = words.stopgap(*found(), "LSA", "MiniLM")
    assert "MiniLM's queries over LSA's texts mapped into its space (ridge map) find 60% of" in said
    assert "nDCG@10: 0.550 mapped, 0.500 LSA and 0.60" in said
    assert said.endswith("better than staying with LSA.")
    assert words.table(found()[0], "LSA", "MiniLM")["way"].tolist() == [
        "LSA", "MiniLM", "MiniLM over LSA (rotated)", "MiniLM over LSA (ridge map)",
    ]  # fmt: skip


def test_what_the_figures_stand_on_is_said() -> None:
    said = " ".join(words.caveats(found()[0], "LSA", "MiniLM"))
    for part in (
        "n = 60 queries, 60 of them judged",
        "seed 4",
        "never found: 3",
        "under MiniLM",
        "fitted without it",
        "5 folds, each fitted on 800 texts or more (at most 5,000)",
        "Learnt from these very texts: LSA;",
        "Cosines are those of n = 700 random texts",
    ):
        assert part in said
    assert "fewer texts" not in said


def test_no_map_says_why() -> None:
    answer, told = found(unmapped="Fitting needs more texts.")
    assert words.stopgap(answer, told, "A", "B") == "No map: fitting needs more texts."
    assert "folds" not in " ".join(words.caveats(answer, "A", "B"))
