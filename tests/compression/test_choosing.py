"""Which forms are as good, which is the smallest, what the data cannot tell: by hand."""

import numpy as np
import pandas as pd
import pytest

from core.compression import choosing
from core.compression.words import answer, size


def table(rows: list[tuple[str, float, float, str]], margin: float = 0.01) -> pd.DataFrame:
    """Rows of form, bytes, mean, verdict."""
    found = pd.DataFrame(rows, columns=["form", "bytes_per_vector", "mean", "verdict"])
    return found.assign(difference=found["mean"] - found["mean"][0], sd=0.1, differing=20, margin=margin)


def test_the_smallest_within_the_margin_is_chosen_and_smaller_open_ones_are_named() -> None:
    rows = [("", 400, 0.70, "within"), (":int8", 100, 0.699, "within"), ("@32", 50, 0.69, "undecided"),
            ("@16", 20, 0.60, "beyond"), (":float16", 200, 0.70, "within")]  # fmt: skip
    found = choosing.choose(table(rows), 100)
    assert (found.best, found.chosen, found.likely, found.open) == (0, 1, 1 if 0.69 < 0.70 - 0.01 else 2, (2,))


def test_where_nothing_smaller_may_be_as_good_it_is_decided() -> None:
    found = choosing.choose(table([("", 400, 0.7, "within"), (":binary", 12, 0.5, "beyond")]), 100)
    assert (found.chosen, found.likely, found.open) == (0, 0, ())
    assert np.isnan(found.more)


def test_the_reference_is_the_best_float32_not_a_lucky_small_one() -> None:
    found = table([("", 400, 0.70, "within"), (":int8", 100, 0.71, "within"), ("", 200, 0.65, "beyond")])
    assert choosing.reference(found) == 0


def test_of_equal_bytes_the_better_one_counts() -> None:
    rows = [("", 400, 0.70, "within"), (":binary", 12, 0.695, "within"), (":binary*4", 12, 0.699, "within")]
    assert choosing.choose(table(rows), 100).chosen == 2


def test_the_front_by_hand() -> None:
    rows = [("", 400, 0.70, ""), ("a", 100, 0.71, ""), ("b", 100, 0.60, ""), ("c", 50, 0.60, ""), ("d", 20, 0.65, "")]
    assert choosing.front(table(rows)).tolist() == [False, True, False, False, True]


@pytest.mark.parametrize("seed", range(5))
def test_more_bytes_never_lower_the_front(seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = pd.DataFrame({"mean": rng.random(60), "bytes_per_vector": rng.integers(1, 20, 60)})
    on = found[choosing.front(found)].sort_values("bytes_per_vector")
    assert on["mean"].is_monotonic_increasing
    assert on["bytes_per_vector"].is_unique
    for row in found.itertuples():
        assert ((on["mean"] >= row.mean) & (on["bytes_per_vector"] <= row.bytes_per_vector)).any()


def values(*losses: np.ndarray) -> np.ndarray:
    full = np.random.default_rng(0).uniform(0.4, 0.9, len(losses[0]))
    return np.stack([full, *(full - loss for loss in losses)], axis=1)


def test_verdicts_of_losses_that_are_plain_to_see() -> None:
    rng = np.random.default_rng(1)
    tiny, large = rng.normal(0, 0.002, 300), rng.normal(0.1, 0.05, 300)
    found = choosing.compared(values(tiny, large, np.zeros(300)), 0, 0.01, 0)
    assert found["verdict"].tolist() == ["within", "within", "beyond", "within"]


def test_a_rare_large_loss_is_not_taken_for_none() -> None:
    # One query of 90 differs, by a hair: nobody knows how many of those to come break.
    loss = np.zeros(90)
    loss[3] = -0.001
    found = choosing.compared(values(loss), 0, 0.01, 0)
    assert found["verdict"][1] == "undecided"
    assert found["differing"][1] == 1


def test_more_queries_are_wanted_where_the_data_cannot_tell() -> None:
    found = choosing.choose(table([("", 400, 0.7, "within"), (":int8", 100, 0.7, "undecided")]), 100)
    assert found.likely == 1
    # ((1.96 + 0.84) * 0.1 / 0.01)^2 = 785 in all.
    assert found.more == pytest.approx(685, abs=3)


def shown(rows: list[tuple[str, float, float, str]]) -> tuple[pd.DataFrame, dict[str, object]]:
    found = table(rows).assign(candidate=["minilm" + row[0] for row in rows], difference_low=-0.03)
    choice = choosing.choose(found, 100)
    names = found["candidate"]
    named = {name: names[getattr(choice, name)] for name in ("best", "chosen", "likely")}
    return found, {**named, "open": " ".join(names[at] for at in choice.open), "more": choice.more}


def test_the_answer_says_what_is_shown_and_what_is_not() -> None:
    labels = {"minilm": "MiniLM"}
    decided, said, more = answer(
        *shown([("", 1536, 0.7, "within"), (":int8", 384, 0.699, "within")]), "nDCG@10", 0.01, labels
    )
    assert decided and not more
    assert said == (
        "MiniLM (int8) takes 384 bytes a text instead of 1.5 kB, and is shown to keep within 1 % of the best: nDCG@10 "
        "0.699 against 0.700 of MiniLM (float32)."
    )
    decided, said, more = answer(
        *shown([("", 1536, 0.7, "within"), (":int8", 384, 0.699, "undecided")]), "nDCG@10", 0.01, labels
    )
    assert not decided
    assert "seems to keep within 1 %" in said and "may be up to 0.030" in said
    assert "more queries like these" in more and "Until then nothing smaller than the 1.5 kB" in more
    _, _, more = answer(*shown([("", 1536, 0.7, "within"), (":int8", 384, 0.699, "undecided")]), "knn", 0.01, labels)
    assert "more texts like these" in more


@pytest.mark.parametrize(
    ("count", "said"),
    [(48, "48 bytes"), (1536, "1.5 kB"), (38_400_000, "38 MB"), (1.5e12, "1.5 TB"), (384e9, "384 GB")],
)
def test_bytes_as_people_say_them(count: float, said: str) -> None:
    assert size(count) == said
