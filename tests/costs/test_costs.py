"""Bytes, hours and money of so many texts, worked out by hand."""

import pandas as pd
import pytest

from core.costs import Rate, Size, headline, hosted_rates, local_rates, size_table, texts_in_words, weekly, work_table
from core.costs.updates import WEEKS_PER_YEAR
from core.errors import VecassayError

SIZES = pd.DataFrame(
    [
        ("MiniLM, 384 dimensions, float32", "minilm", 1536.0, 0.0, False),
        ("MiniLM, 384 dimensions, binary", "minilm", 48.0, 0.0, True),
        ("MiniLM, product quantised", "minilm", 48.0, 393_216.0, False),
    ],
    columns=["configuration", "model", "bytes_per_vector", "fixed_bytes", "chosen"],
)


def test_stored_bytes_are_a_vectors_times_texts_plus_what_does_not_grow() -> None:
    assert Size(1536).stored_bytes(1_000_000) == 1_536_000_000
    assert Size(48, 393_216).stored_bytes(10_000) == 480_000 + 393_216
    assert Size(48, 100).stored_bytes(0) == 100


@pytest.mark.parametrize(
    ("stored", "gib"),
    [(0, 1), (1, 1), (0.75 * 2**30, 1), (0.75 * 2**30 + 1, 2), (1.5 * 2**30, 2), (6 * 2**30, 8), (6 * 2**30 + 1, 16)],
)
def test_memory_is_the_smallest_machine_that_is_filled_by_three_quarters(stored: float, gib: int) -> None:
    assert Size(0, stored).memory_gib(1) == gib


def test_hours_and_money_of_a_machine() -> None:
    rate = Rate.measured(100, price_per_hour=2.0)
    assert rate.hours(720_000) == pytest.approx(2)
    assert rate.money(720_000) == pytest.approx(4)
    assert Rate.measured(100).money(720_000) is None


def test_money_of_a_service() -> None:
    # 1,000,000 texts of 200 tokens are 200 million tokens.
    rate = Rate.hosted(200, 0.13)
    assert rate.money(1_000_000) == pytest.approx(26)
    assert rate.hours(1_000_000) is None


def test_updates_with_the_cache_embed_what_changed_and_without_it_everything() -> None:
    found = weekly(Rate.measured(100, price_per_hour=2.0), 720_000, 1)
    assert (found.cached.texts_per_week, found.uncached.texts_per_week) == (7_200, 720_000)
    assert found.cached.hours_per_week == pytest.approx(0.02)
    assert found.cached.money_per_week == pytest.approx(0.04)
    assert found.uncached.hours_per_week == pytest.approx(2)
    assert found.uncached.money_per_week == pytest.approx(4)
    assert found.uncached.money_per_year == pytest.approx(4 * 365.25 / 7)
    assert found.cached.hours_per_year == pytest.approx(0.02 * 365.25 / 7)
    assert weekly(Rate(), 10, 1).cached.hours_per_year is None
    assert weekly(Rate(), 10, 1).cached.money_per_year is None


@pytest.mark.parametrize("percent", [0, 100])
def test_when_nothing_or_everything_changes_the_cache_saves_nothing(percent: float) -> None:
    found = weekly(Rate.measured(100), 500, percent)
    assert found.cached == found.uncached
    assert found.cached.texts_per_week == 5 * percent


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Size(-1),
        lambda: Size(1, -1),
        lambda: Size(float("nan")),
        lambda: Size(1).stored_bytes(-1),
        lambda: Rate.measured(0),
        lambda: Rate.measured(-1),
        lambda: Rate.measured(1, -2),
        lambda: Rate.hosted(-1, 0.1),
        lambda: Rate.hosted(1, -0.1),
        lambda: Rate(float("inf")),
        lambda: Rate(1).hours(-1),
        lambda: weekly(Rate(), 1, 100.1),
        lambda: weekly(Rate(), 1, -0.1),
        lambda: weekly(Rate(), -1, 1),
    ],
)
def test_numbers_that_are_no_cost_are_refused(wrong) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(VecassayError, match="Expected"):
        wrong()


def test_a_row_per_configuration_least_bytes_first() -> None:
    table = size_table(SIZES, 2_000)
    assert list(table["yours"]) == [96_000, 489_216, 3_072_000]
    assert list(table["chosen"]) == [True, False, False]
    last = table.iloc[-1]
    assert [last[name] for name in ("10k", "1M", "100M", "1B")] == [15.36e6, 1.536e9, 153.6e9, 1.536e12]
    assert list(table["memory_gib"]) == [1, 1, 1]
    assert list(size_table(SIZES.head(0), 5).columns) == list(table.columns)


def test_a_row_per_model_with_what_is_unknown_left_open() -> None:
    table = work_table(local_rates({"a": 100.0, "b": 50.0}), texts=720_000, changed_percent=10).set_index("model")
    assert table["hours_once"].to_dict() == pytest.approx({"a": 2, "b": 4})
    assert table["hours_per_week_cached"].to_dict() == pytest.approx({"a": 0.2, "b": 0.4})
    assert table["hours_per_year_uncached"]["b"] == pytest.approx(4 * WEEKS_PER_YEAR)
    assert table.filter(like="money").isna().all(axis=None)
    hosted = work_table(hosted_rates({"x": 0.5}, 10), texts=1_000_000, changed_percent=50).iloc[0]
    assert hosted["money_once"] == pytest.approx(5)
    assert hosted["money_per_week_cached"] == pytest.approx(2.5)
    assert hosted.filter(like="hours").isna().all()
    assert len(work_table({}, texts=1, changed_percent=1)) == 0


def test_the_answer_in_a_sentence() -> None:
    # 1,000,000 texts at 120 a second are 8,333 s, 2.3 hours; a hundredth of them 83 s.
    assert headline(SIZES, {"minilm": 120.0}, texts=1_000_000, changed_percent=1) == (
        "1 million texts take 1.54 GB as MiniLM, 384 dimensions, float32 and 48 MB as MiniLM, 384 dimensions, binary; "
        "embedding them takes 2.3 hours here; 1 % changed a week costs 83 seconds a week with the cache and 2.3 hours "
        "without."
    )


def test_the_sentence_says_nothing_of_time_that_was_not_measured_nor_of_no_changes() -> None:
    said = headline(SIZES, {}, texts=1_000_000, changed_percent=1)
    assert said.endswith("48 MB as MiniLM, 384 dimensions, binary.")
    assert headline(SIZES, {"minilm": 120.0}, texts=1_000_000, changed_percent=0).endswith("takes 2.3 hours here.")
    alone = headline(SIZES.head(1), {"minilm": 2.0}, texts=1, changed_percent=0)
    assert alone == "1 text takes 1.54 kB as MiniLM, 384 dimensions, float32; embedding it takes 500 ms here."


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (1, "1 text"), (12_345, "12,345 texts"), (1_000_000, "1 million texts"), (2_340_000, "2.34 million texts"),
        (1_234_567, "1,234,567 texts"), (1_500_000_000, "1.5 billion texts"), (10**12, "1,000 billion texts"),
    ],
)  # fmt: skip
def test_texts_in_words(texts: int, said: str) -> None:
    assert texts_in_words(texts) == said
