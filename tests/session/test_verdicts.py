"""What a comparison says in sentences: who finds more, who is equal, what is open, and when nothing is said."""

import numpy as np
import pandas as pd
import pytest

from core import stats
from core.session.cutoffs import corresponding, sentence
from core.session.side_by_side import chip
from core.session.verdicts import headline, notes, oriented, settled, spoken
from tests import fake_retrieval

LABELS = {"a": "Alpha", "b": "Beta", "c": "Gamma *"}
ABLE = {"refuse": False, "reasons": []}


def told(*pairs: tuple[str, str, float, float, float, float, float]) -> pd.DataFrame:
    """Pairs (a, b, difference, low, high, p, sd) of 100 queries with their verdicts at the margin 0.01."""
    table = pd.DataFrame(pairs, columns=["a", "b", "difference", "low", "high", "p", "sd"])
    return stats.tell(table.assign(n=100, win=60, tie=10, loss=30), 0.01)


def means(**middle: float) -> pd.DataFrame:
    rows = pd.DataFrame({"candidate": list(middle), "mean": list(middle.values())})
    return rows.assign(low=rows["mean"] - 0.1, high=rows["mean"] + 0.1)


def say(table: pd.DataFrame, pairs: pd.DataFrame) -> str:
    lines = headline(table, pairs, ABLE, LABELS, measure="nDCG@10", margin=0.01)
    return "\n".join(lines).replace("\\", "")


def test_a_winner_is_said_with_its_lead_and_interval() -> None:
    said = say(means(a=0.7, b=0.6), told(("a", "b", 0.1, 0.07, 0.13, 0.001, 0.2)))
    assert said == "**Alpha** finds more (nDCG@10) than **Beta** (+0.100, 95 % 0.070 to 0.130)."


def test_an_open_pair_says_how_many_queries_would_settle_it() -> None:
    pairs = told(("a", "b", 0.02, -0.01, 0.05, 0.2, 0.2))
    said = say(means(a=0.7, b=0.68), pairs)
    assert said.startswith(
        "**Not decided** between **Alpha**, first by mean nDCG@10, and **Beta** (+0.020, 95 % −0.010"
    )
    more = int(float(f"{pairs['more'].iloc[0]:.2g}"))
    assert f"about {more:,} more queries would settle it" in said


def test_equal_open_and_beaten_are_told_apart() -> None:
    pairs = told(
        ("b", "a", -0.001, -0.004, 0.003, 0.6, 0.02),
        ("a", "c", 0.2, 0.15, 0.25, 0.0001, 0.2),
        ("b", "c", 0.19, 0.15, 0.25, 0.0001, 0.2),
    )
    said = say(means(a=0.7, b=0.699, c=0.5), pairs).split("\n")
    assert (
        said[0] == "**Alpha** is practically equal (within ±0.01 nDCG@10) to **Beta** (+0.001, 95 % −0.003 to 0.004)."
    )
    assert said[1].startswith("**Alpha** finds more (nDCG@10) than **Gamma *** (+0.200")


def test_names_are_shown_letter_by_letter() -> None:
    (line,) = headline(means(c=0.5), told(), ABLE, LABELS, measure="AP", margin=0.01)
    assert "**Gamma \\***" in line


def test_a_refusal_says_nothing_about_who_is_better() -> None:
    able = {"refuse": True, "reasons": ["Only 3 queries."]}
    pairs = told(("a", "b", 0.1, 0.07, 0.13, 0.001, 0.2))
    (line,) = headline(means(a=0.7, b=0.6), pairs, able, LABELS, measure="AP", margin=0.01)
    assert "Only 3 queries" in line.replace("\\", "")
    assert "Alpha" not in line


def test_pairs_turn_so_that_the_better_mean_is_first() -> None:
    pairs = told(("b", "a", -0.1, -0.13, -0.07, 0.001, 0.2))
    turned = oriented(pairs, ["a", "b"]).iloc[0]
    assert (turned["a"], turned["b"], turned["verdict"]) == ("a", "b", "better")
    assert (turned["difference"], turned["low"], turned["high"]) == (0.1, 0.07, 0.13)
    assert (turned["win"], turned["tie"], turned["loss"]) == (30, 10, 60)
    kept = oriented(pairs, ["b", "a"]).iloc[0]
    assert (kept["a"], kept["verdict"], kept["difference"]) == ("b", "worse", -0.1)


@pytest.mark.parametrize(
    ("verdict", "more", "expected"),
    [
        ("better", np.nan, "better"),
        ("equal", np.nan, "practically equal"),
        ("undecided", 143.0, "not decided: about 140 more queries"),
        ("undecided", 1.0, "not decided: about 1 more query"),
        ("undecided", 1e6, "not decided: no number within reach"),
    ],
)
def test_verdicts_in_words(verdict: str, more: float, expected: str) -> None:
    assert spoken(verdict, more) == expected


def test_a_number_that_is_not_known_is_not_made_up() -> None:
    assert "single query" in settled(float("nan"))


def test_a_cut_off_corresponds_where_as_many_results_are_kept() -> None:
    curve = fake_retrieval.cutoffs(["a", "b", "c"])["curve"]
    assert "Your **0.400** under Alpha corresponds to **1.200** under Gamma" in corresponding(
        curve, "a", "c", 0.4, LABELS
    )
    assert "Your **0.600** under Beta corresponds to **0.300** under Alpha" in corresponding(
        curve, "b", "a", 0.6, LABELS
    )
    assert "keeps everything" in corresponding(curve, "a", "b", -1.0, LABELS)


def test_a_precision_that_is_never_reached_says_so() -> None:
    rows = fake_retrieval.cutoffs(["a", "b"])["cutoffs"].to_dict("records")
    assert "keep scores from **0.900**" in sentence(rows[0], "Alpha", 0.9, 60)
    assert "25% of what is kept is unjudged; the precision is at least 60%" in sentence(rows[0], "Alpha", 0.9, 60)
    assert "unjudged" not in sentence({**rows[0], "unjudged": 0.0}, "Alpha", 0.9, 60)
    assert sentence(rows[1], "Beta", 0.9, 60) == "**Beta** reaches a precision of 90% at no cut-off."


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (0.01, "Only 1 result lies above it in all: too few to rely on."),
        (0.09, "Only 9 results lie above it in all: too few to rely on."),
        (0.10, None),
    ],
)
def test_a_cut_off_above_which_few_results_lie_is_not_to_be_relied_on(kept: float, expected: str | None) -> None:
    row = fake_retrieval.cutoffs(["a", "b"])["cutoffs"].to_dict("records")[0]
    said = sentence({**row, "kept": kept}, "Alpha", 0.9, 100)
    assert said.endswith(expected) if expected else "too few" not in said


def test_unjudged_is_not_grade_0() -> None:
    assert chip(float("nan"), False) == ":gray-badge[unjudged]"
    assert chip(0.0, False) == ":red-badge[grade 0]"
    assert chip(-1.0, False) == ":red-badge[grade −1]"
    assert chip(7.0, True) == ":green-badge[grade 7] :violet-badge[copy]"


def test_what_all_say_is_said_once_and_the_rest_with_names() -> None:
    said = {
        "a": "Left out: 10.",
        "b": "Left out: 10. Queries that found nothing: 4 of 100; no word.",
        "a+b": "Left out: 10. b alone: Queries that found nothing: 4 of 100; no word.",
    }
    labels = {"a": "Alpha", "b": "Beta", "a+b": "Both"}
    assert notes(said, labels) == ["Left out: 10.", "Beta: queries that found nothing: 4 of 100; no word."]
    assert notes({"a": ""}, labels) == []
