"""What one threshold means under each model, from counts worked out by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.session.matrices import difference_panel
from core.session.threshold import at_threshold, meaning, share

NAN = float("nan")


def _answer(precision: list[float], recall: list[float], part: list[float], auc: float | None = 0.9) -> dict[str, Any]:
    steps = np.linspace(0, 1, len(part))
    table = {"threshold": steps, "precision": precision, "recall": recall, "share": part}
    return {"auc": auc, "thresholds": pd.DataFrame(table)}


# At 0, 0.25, 0.5, 0.75 and 1: everything is kept at 0, nothing at 1.
SHARP = _answer([0.1, 0.5, 1.0, 1.0, NAN], [1.0, 1.0, 0.5, 0.1, 0.0], [1.0, 0.2, 0.05, 0.01, 0.0])
BLUNT = _answer([0.1, 0.1, 0.2, 0.4, NAN], [1.0, 1.0, 1.0, 0.6, 0.0], [1.0, 0.9, 0.5, 0.2, 0.0], auc=0.7)
LABELS = {"m": "Sharp", "n": "Blunt"}


def test_a_row_per_model_with_its_own_best_threshold() -> None:
    table = at_threshold({"m": SHARP, "n": BLUNT}, LABELS, 0.5).set_index("model")
    assert list(table.loc["Sharp", ["AUC", "precision", "recall", "share of pairs"]]) == [0.9, 1.0, 0.5, 0.05]
    assert list(table.loc["Blunt", ["AUC", "precision", "recall", "share of pairs"]]) == [0.7, 0.2, 1.0, 0.5]
    # F1: sharp 2/11, 2/3, 2/3, 2/11, so the lower of two equal ones; blunt 2/11, 2/11, 1/3, 12/25.
    assert table.loc["Sharp", "best F1"] == pytest.approx(2 / 3)
    assert table.loc["Sharp", "at threshold"] == 0.25
    assert table.loc["Blunt", "best F1"] == pytest.approx(12 / 25)
    assert table.loc["Blunt", "at threshold"] == 0.75


@pytest.mark.parametrize(("asked", "read"), [(0.5, 0.5), (0.6, 0.5), (0.7, 0.1), (2.0, 0.0), (-1.0, 1.0)])
def test_figures_are_those_of_the_nearest_counted_threshold(asked: float, read: float) -> None:
    assert at_threshold({"m": SHARP}, LABELS, asked)["recall"].iloc[0] == read


def test_without_labels_the_share_and_where_the_closest_hundredth_begins() -> None:
    bare = _answer([NAN] * 5, [NAN] * 5, [1.0, 0.2, 0.05, 0.01, 0.0], auc=None)
    table = at_threshold({"m": bare}, LABELS, 0.25)
    assert list(table.columns) == ["model", "share of pairs", "closest 1% from"]
    assert table.iloc[0].tolist() == ["Sharp", 0.2, 0.75]
    assert meaning(table, 0.25) == "A threshold of **0.25** keeps 20% of all pairs under Sharp."


def test_the_sentence_tells_the_models_apart() -> None:
    said = meaning(at_threshold({"m": SHARP, "n": BLUNT}, LABELS, 0.5), 0.5)
    assert said.startswith("One threshold, 2 meanings: at **0.5**, Sharp finds 50% of the pairs of one label")
    assert "Blunt finds 100% of the pairs of one label (20% of what is kept is right)" in said
    assert said.endswith("lies at 0.25 for Sharp and 0.75 for Blunt.")


def test_where_nothing_is_kept_there_is_no_precision() -> None:
    said = meaning(at_threshold({"m": SHARP}, LABELS, 1.0), 1.0)
    assert said.startswith("At **1**, Sharp finds 0.0% of the pairs of one label (nothing is kept)")


def test_a_model_without_an_auc_is_left_out_of_the_sentence_and_kept_in_the_table() -> None:
    bare = _answer([NAN] * 5, [NAN] * 5, [1.0, 0.2, 0.05, 0.01, 0.0], auc=None)
    table = at_threshold({"m": SHARP, "n": bare}, LABELS, 0.5)
    assert len(table) == 2
    assert "Blunt" not in meaning(table, 0.5)


def test_names_of_models_are_no_markup() -> None:
    said = meaning(at_threshold({"m": SHARP}, {"m": "![x](http://tracker.invalid)"}, 0.5), 0.5)
    assert "![" not in said


@pytest.mark.parametrize(("part", "said"), [(0, "0.0%"), (0.0001, "under 0.05%"), (0.012, "1.2%"), (0.5, "50%")])
def test_shares_tell_little_from_nothing(part: float, said: str) -> None:
    assert share(part) == said


def test_a_difference_has_zero_in_the_middle() -> None:
    panel = difference_panel("a − b", np.array([[0, 0.1], [-0.4, 0]], np.float32))
    assert (panel.low, panel.high) == (pytest.approx(-0.4), pytest.approx(0.4))
    assert panel.diverging
    same = difference_panel("a − a", np.zeros((3, 3), np.float32))
    assert (same.low, same.high) == (0.0, 0.0)
