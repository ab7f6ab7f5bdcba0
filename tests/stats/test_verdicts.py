"""From figures to words: Holm, the verdict of a pair, the tie group, and how many more queries would settle it."""

import subprocess
import sys
from math import nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from core import stats
from tests.stats.simulated import GOOD, candidates


def _pairs(*rows: tuple[str, str, float, float, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["a", "b", "difference", "low", "high", "p"])
    return table.assign(win=30, tie=40, loss=30, sd=0.2, n=100)


def test_holm_is_statsmodels_s() -> None:
    rng = np.random.default_rng(0)
    for m in (1, 2, 6, 28):
        for p in (rng.random(m), rng.random(m) ** 4, np.round(rng.random(m), 1), np.full(m, 1e-4)):
            np.testing.assert_allclose(stats.holm(p), multipletests(p, method="holm")[1], atol=1e-15)
    assert len(stats.holm([])) == 0


@pytest.mark.parametrize(
    ("difference", "low", "high", "p", "word"),
    [
        (0.05, 0.02, 0.08, 0.001, "better"),
        (-0.05, -0.08, -0.02, 0.001, "worse"),
        (0.05, 0.02, 0.08, 0.06, "undecided"),
        (0.05, 0.02, 0.08, 0.05, "undecided"),
        (0.005, 0.001, 0.009, 0.0001, "equal"),
        (0.005, 0.001, 0.01, 0.0001, "better"),
        (0.0, -0.01, 0.009, 1.0, "undecided"),
        (0.0, 0.0, 0.0, 1.0, "equal"),
        (0.4, nan, nan, 1.0, "undecided"),
        (nan, nan, nan, 1.0, "undecided"),
    ],
)
def test_verdicts_by_hand(difference: float, low: float, high: float, p: float, word: str) -> None:
    assert stats.verdict(difference, low, high, p, margin=0.01) == word


def test_the_margin_and_alpha_move_the_verdict() -> None:
    assert stats.verdict(0.02, 0.005, 0.035, 0.01, margin=0.04) == "equal"
    assert stats.verdict(0.02, 0.005, 0.035, 0.01, margin=0.0) == "better"
    assert stats.verdict(0.02, 0.005, 0.035, 0.01, margin=0.0, alpha=0.005) == "undecided"


def test_telling_pairs_by_hand() -> None:
    pairs = _pairs(
        ("x", "y", 0.10, 0.06, 0.14, 0.0001),
        ("x", "z", 0.04, 0.001, 0.08, 0.04),
        ("y", "z", -0.06, -0.10, -0.02, 0.010),
        ("z", "w", 0.001, -0.005, 0.007, 0.7),
    )
    told = stats.tell(pairs, margin=0.01)
    assert told["verdict"].tolist() == ["a", "undecided", "b", "equal"]
    assert told["p_holm"].tolist() == pytest.approx([0.0004, 0.08, 0.03, 0.7])
    assert told["more"].isna().tolist() == [True, False, True, True]
    # Two pairs are not shown to differ, so each faces alpha / 2.
    assert told["more"][1] == stats.more_queries(100, 0.2, 0.04, 0.01, alpha_adjusted=0.025)
    assert "p_holm" not in pairs
    assert len(stats.tell(pairs[:0], 0.01)) == 0


def test_far_beyond_the_margin_it_is_the_textbook_s_number() -> None:
    # (1.95996 + 0.84162) * 0.2 / 0.05, squared: 125.6.
    assert stats.more_queries(30, 0.2, 0.05, 0.0) == 126 - 30
    assert stats.more_queries(30, 0.2, -0.05, 0.01) == 126 - 30
    # At alpha / 6: (2.63826 + 0.84162) * 0.2 / 0.05, squared: 193.8.
    assert stats.more_queries(30, 0.2, 0.05, 0.01, alpha_adjusted=0.05 / 6) == 194 - 30
    # No difference at all: either the interval is inside the margin, or chance says "better" in one of 20:
    # P(|mean| < 0.05 - 1.96 e) + 0.05 = 0.8 for e = 0.05 / (1.96 + 1.15).
    assert stats.more_queries(30, 0.2, 0.0, 0.05) == pytest.approx(((1.96 + 1.15) * 0.2 / 0.05) ** 2 - 30, abs=2)


def test_it_is_the_smallest_number_that_decides() -> None:
    rng = np.random.default_rng(0)
    for difference, margin in ((0.0, 0.03), (0.01, 0.03), (0.025, 0.03), (0.03, 0.03), (0.04, 0.03), (0.1, 0.01)):
        n = 20 + stats.more_queries(20, 0.2, difference, margin)
        for number, enough in ((n + 4, True), (int(n * 0.93), False)):
            error = 0.2 / number**0.5
            mean = rng.normal(difference, error, 200_000)
            equal = np.abs(mean) + 1.95996 * error < margin
            decided = np.mean(equal | (np.abs(mean) > 1.95996 * error))
            assert (decided > 0.797) == enough, (difference, margin, n, decided)


def test_more_queries_where_there_is_little_to_go_by() -> None:
    assert stats.more_queries(1, nan, 0.4, 0.01) == 19
    assert stats.more_queries(12, 0.0, 0.4, 0.01) == 8
    assert stats.more_queries(12, 0.1, 0.9, 0.01) == 8
    assert stats.more_queries(500, 0.1, 0.9, 0.01) == 1
    assert stats.more_queries(50, 0.3, 0.0, 0.0) == stats.MOST_QUERIES
    assert stats.more_queries(50, 0.0, 0.0, 0.0) == stats.MOST_QUERIES
    assert stats.more_queries(50, 0.3, 0.00001, 0.00001) == stats.MOST_QUERIES
    # Two of 100 queries differ: 500 are needed for ten of them.
    told = stats.tell(_pairs(("x", "y", 0.001, -0.07, 0.07, 1.0)).assign(win=1, tie=98, loss=1, sd=0.01), 0.01)
    assert told["more"].tolist() == [400]


def test_the_tie_group_by_hand() -> None:
    means = pd.DataFrame({"candidate": ["y", "x", "z", "w"], "mean": [0.6, 0.7, 0.65, 0.1]})
    told = pd.DataFrame(
        [("x", "y", "a"), ("z", "x", "undecided"), ("w", "x", "b"), ("y", "z", "b"), ("y", "w", "a"), ("z", "w", "a")],
        columns=["a", "b", "verdict"],
    )
    assert stats.tie_group(means, told) == ["x", "z"]
    assert stats.tie_group(means, told.assign(verdict="equal")) == ["x", "z", "y", "w"]
    assert stats.tie_group(means[:1], told[:0]) == ["y"]
    assert stats.tie_group(means[:0], told[:0]) == []


def _told(values: dict[str, np.ndarray]) -> tuple[dict[tuple[str, str], str], list[str], list[str]]:
    means = pd.DataFrame({"candidate": list(values), "mean": [own.mean() for own in values.values()]})
    told = stats.tell(stats.pairwise(values, 0), 0.01)
    verdicts = {(row.a, row.b): row.verdict for row in told.itertuples()}
    order = means.sort_values("mean", ascending=False)["candidate"].tolist()
    return verdicts, order, stats.tie_group(means, told)


@pytest.mark.parametrize("seed", range(6))
def test_a_bad_model_changes_nothing_between_the_others(seed: int) -> None:
    shifts = (0.35, 0.25, 0.05, 0.0)
    drawn = candidates(np.random.default_rng(seed), GOOD, (120, 1), shifts, 0.7)[:, 0]
    others = {name: drawn[:, column] for column, name in enumerate("pqrs")}
    bad = {"bad": np.clip(drawn[:, 0] - 0.6, 0, 1)}
    verdicts, order, tied = _told(others)
    assert len(set(verdicts.values())) > 1, "otherwise there is nothing to change"
    for joined in ({**others, **bad}, {**bad, **others}):
        with_bad, with_order, with_tied = _told(joined)
        assert {pair: with_bad[pair] for pair in verdicts} == verdicts
        assert with_order == [*order, "bad"]
        assert with_tied == tied
        assert {with_bad.get((name, "bad"), with_bad.get(("bad", name))) for name in others} <= {"a", "b"}


def test_a_page_that_tells_does_not_load_scipy() -> None:
    code = (
        "import sys, pandas as pd; from core import stats;"
        "pairs = pd.DataFrame({'a': ['x'], 'b': ['y'], 'difference': [.1], 'low': [0.], 'high': [.2], 'p': [.04],"
        " 'win': [9], 'tie': [0], 'loss': [3], 'sd': [.3], 'n': [12]});"
        "told = stats.tell(pairs, .01); stats.tie_group(pd.DataFrame({'candidate': ['x'], 'mean': [1.]}), told);"
        "print('scipy' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"
