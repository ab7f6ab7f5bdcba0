"""The stopwatch against models whose cost is known to the nanosecond, and its statistics against numpy and by hand."""

import getpass
import platform
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from core.errors import Cancelled
from core.latency import (
    FULL,
    QUICK,
    Candidate,
    Meters,
    draw,
    machine,
    measure,
    outlook,
    percentile,
    quantile_interval,
    words,
)  # fmt: skip
from core.latency.texts import OWN, Deck, length_classes
from core.latency.timing import concurrent, interleaved
from core.types import Role
from tests.fake_latency import SUMMARY, TEXTS, Clock, Fake, run

US = 1_000
MS = 1_000_000
PLANS = [QUICK, FULL]


def value(found: dict[str, Any], model: str, figure: str, at: str, unit: str | None = None) -> pd.Series:
    table = found["figures"]
    rows = table[(table["model"] == model) & (table["figure"] == figure) & (table["at"].str.startswith(at))]
    rows = rows if unit is None else rows[rows["unit"] == unit]
    assert len(rows) == 1, rows
    return rows.iloc[0]


@pytest.mark.parametrize("seed", range(5))
def test_percentiles_are_numpy_s_and_times_that_were_measured(seed: int) -> None:
    times = np.random.default_rng(seed).lognormal(10, 1, 137).astype(np.int64)
    for q in (50, 95, 99):
        assert percentile(times, q) == np.percentile(times, q, method="higher")
        assert percentile(times, q) in times
        share = (times <= percentile(times, q)).mean()
        assert share >= q / 100


def test_the_interval_of_a_median_is_the_textbook_s() -> None:
    # n = 100: the 40th and 61st in order; 1 .. 100 are their own ranks.
    assert quantile_interval(np.arange(1, 101), 50) == (40, 61)
    covered = binom.cdf(60, 100, 0.5) - binom.cdf(39, 100, 0.5)
    assert 0.95 <= covered < 0.97


def test_an_interval_that_so_few_calls_cannot_close_stays_open() -> None:
    assert quantile_interval(np.arange(1, 101), 99)[1] is None
    assert quantile_interval(np.arange(1, 1001), 99)[1] is not None
    assert quantile_interval([5, 6], 50) == (None, None)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.key)
def test_known_costs_come_back_exactly(plan: Any) -> None:
    found, _ = run({"a": (2 * MS, 1 * MS), "b": (100 * US, 50 * US)}, reference="b", plan=plan)
    for model, call, text in (("a", 2.0, 1.0), ("b", 0.1, 0.05)):
        for at in ("p50", "p95", "p99"):
            row = value(found, model, "single call", at)
            assert row["value"] == pytest.approx(call + text)
            assert row["n"] >= 100
        for size in plan.batches:
            row = value(found, model, "throughput", f"batch {size}", "texts/s") if size not in (1, 2) else None
            if row is not None:
                assert row["value"] == pytest.approx(1000 * size / (call + text * size))
                assert row["n"] == plan.repeats
        assert value(found, model, "load", "median")["value"] == pytest.approx(5.0)
        assert value(found, model, "first call", "median")["value"] == pytest.approx(call + text)
        assert value(found, model, "load", "median")["n"] == plan.loads
        assert value(found, model, "requests", "1 caller")["value"] == pytest.approx(1000 / (call + text))
        assert value(found, model, "vector", "8 dimensions")["value"] == 32
    assert value(found, "a", "times the reference", "p50")["value"] == pytest.approx(3 / 0.15)
    assert value(found, "a", "times the reference", "p95")["n"] == plan.rounds
    assert "b" not in set(found["figures"][found["figures"]["figure"] == "times the reference"]["model"])
    assert found["facts"]["notes"] == [f"There are only 40 different texts for up to {plan.calls_most if plan is QUICK else 2000:,} single calls: texts come again."]  # noqa: E501  # fmt: skip


def test_a_single_call_is_never_a_share_of_a_batch() -> None:
    # All the cost is in the call: a share of a batch of 256 would be 1/256 of it.
    found, _ = run({"a": (10 * MS, 0)})
    assert value(found, "a", "single call", "p50")["value"] == pytest.approx(10)
    assert value(found, "a", "throughput", "batch 256", "texts/s")["value"] == pytest.approx(25_600)


def test_every_timed_text_went_through_the_model() -> None:
    found, fakes = run({"a": (2 * MS, 1 * MS)})
    ladder = sum(QUICK.batches)
    calls = found["calls"]
    timed = (
        len(calls) + found["batches"]["texts"].sum() + found["lengths"]["texts"].sum() + found["callers"]["calls"].sum()
    )
    best = int(found["outlook"]["batch"].iloc[0])
    untimed = 1 + ladder + 2 * QUICK.warmup + ladder + 4 * best
    assert fakes["a"].texts == timed + untimed + QUICK.loads
    assert fakes["a"].loads == 1 + QUICK.loads


def test_single_calls_take_different_texts_until_there_are_none() -> None:
    seen: list[str] = []
    clock = Clock()
    deck = Deck(TEXTS, np.ones(len(TEXTS), np.int64))
    interleaved([seen.extend, lambda texts: None], deck, [60, 10], 7, clock, lambda: None)
    assert len(seen) == 60
    assert len(set(seen[:40])) == 40
    assert seen[40:] == seen[:20]


def test_the_reference_takes_turns_with_the_model() -> None:
    order: list[str] = []
    deck = Deck(TEXTS, np.ones(len(TEXTS), np.int64))
    encoders = [lambda texts: order.append("m"), lambda texts: order.append("r")]
    found = interleaved(encoders, deck, [6, 3], 3, Clock(), lambda: None)
    assert "".join(order) == "mmrmmrmmr"
    assert [[len(turn) for turn in model] for model in found] == [[2, 2, 2], [1, 1, 1]]


def test_a_drift_of_the_machine_cancels_in_multiples_of_the_reference() -> None:
    # Everything gets ten times slower half way through the single calls: p50 moves, the ratio of a round does not.
    clock = Clock()
    model, reference = Fake(clock, 10 * MS, 0), Fake(clock, 1 * MS, 0)

    def slower() -> None:
        if clock.now > 500 * MS:
            model.call, reference.call = 100 * MS, 10 * MS

    def calling(fake: Fake) -> Any:
        return lambda texts: fake.encode(texts, role=Role.DOCUMENT)

    deck = Deck(TEXTS, np.ones(len(TEXTS), np.int64))
    turns = interleaved([calling(model), calling(reference)], deck, [100, 100], 10, clock, slower)
    ratios = [np.median(mine) / np.median(theirs) for mine, theirs in zip(*turns, strict=True)]
    assert np.median(ratios) == pytest.approx(10)
    assert max(np.median(turn) for turn in turns[0]) == 100 * MS


def test_several_callers_share_one_model_that_takes_turns() -> None:
    clock = Clock()
    fake = Fake(clock, 1 * MS, 0)
    spent, each = concurrent(lambda t: fake.encode(t, role=Role.DOCUMENT), [TEXTS[:5]] * 4, clock)
    assert spent == 20 * MS
    assert len(each) == fake.calls == 20
    assert min(each) >= 1 * MS


def test_a_model_that_many_cannot_call_at_once_is_said_so_and_the_run_goes_on() -> None:
    class Alone(Fake):
        inside = 0

        def encode(self, texts: Any, **more: Any) -> Any:
            self.inside += 1
            try:
                if self.inside > 1:
                    raise RuntimeError("Already borrowed")
                sleep(0.0005)
                return super().encode(texts, **more)
            finally:
                self.inside -= 1

    small = replace(QUICK, batches=(1, 2), repeats=1, calls_most=100)
    found, _ = run({"a": (20 * MS, 0)}, plan=small, kind=Alone)
    assert any("A cannot be called by" in note for note in found["facts"]["notes"])
    assert 1 in set(found["callers"]["callers"])


def test_a_slow_model_is_cut_and_says_so() -> None:
    found, _ = run({"a": (0, 1_000 * MS)})
    notes = " ".join(found["facts"]["notes"])
    assert len(found["calls"]) == 60
    assert np.isnan(value(found, "a", "single call", "p99")["value"])
    assert "60 single calls instead of 100" in notes
    assert "batches of 2 and more were left out" in notes
    assert "4, 8 callers at once were left out" in notes
    assert set(found["batches"]["batch"]) == {1}


def test_a_load_that_takes_long_is_timed_once() -> None:
    clock = Clock()
    fake = Fake(clock, 1 * MS, 0, load_cost=20_000 * MS)
    pool = draw(TEXTS, 0)
    made = Candidate("a", "A", fake.load, np.ones(len(pool.texts), np.int64))
    found = measure([made], None, pool, made.counts, QUICK, lambda done, total: None, Meters(clock, lambda: 1))
    assert fake.loads == 2
    assert "loading takes 20 s, so it was timed 1 times" in " ".join(found.notes)


def test_progress_reaches_its_end_and_a_cancel_ends_the_run() -> None:
    told: list[tuple[int, int]] = []
    run({"a": (1 * MS, 0), "b": (1 * MS, 0)}, progress=lambda done, total: told.append((done, total)))
    assert told[0] == (0, told[-1][1])
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)

    def stop(done: int, total: int) -> None:
        if done > 5:
            raise Cancelled("Nobody waits for this any more.")

    with pytest.raises(Cancelled):
        run({"a": (1 * MS, 0)}, progress=stop)


def test_texts_are_drawn_by_the_seed_alone_and_each_once() -> None:
    texts = (*TEXTS, *TEXTS[:7])
    assert draw(texts, 3).texts == draw(texts, 3).texts
    assert draw(texts, 3).texts != draw(texts, 4).texts
    assert sorted(draw(texts, 3).texts) == sorted(TEXTS)
    assert draw(texts, 3).different == 40


def test_lengths_are_cut_into_thirds_and_equal_ones_stay_together() -> None:
    classes = length_classes(np.array([1, 2, 3, 4, 5, 6, 7, 8, 9]))
    assert {name: rows.tolist() for name, rows in classes.items()} == {
        "short": [0, 1, 2], "medium": [3, 4, 5], "long": [6, 7, 8], OWN: list(range(9)),
    }  # fmt: skip
    assert list(length_classes(np.array([4, 4, 4]))) == [OWN]
    two = length_classes(np.array([1, 1, 1, 9]))
    assert two["short"].tolist() == [0, 1, 2]
    assert "long" in two


def test_the_outlook_s_interval_by_hand() -> None:
    # 1, 2 and 3 s per text: mean 2, sd 1, t(2) = 4.3027, half = 4.3027 / sqrt(3) = 2.4841.
    table = pd.DataFrame({"model": "a", "length": OWN, "batch": 4, "texts": 10, "nanoseconds": [10e9, 20e9, 30e9]})
    row = outlook(table, OWN).iloc[0]
    assert (row["seconds"], row["n"], row["batch"]) == (2.0, 3, 4)
    assert row["low"] == pytest.approx(0.0)
    assert row["high"] == pytest.approx(4.4841, abs=1e-4)
    one = outlook(table.head(1), OWN).iloc[0]
    assert np.isnan(one["low"])
    assert np.isnan(one["high"])


def test_what_other_programs_use_is_what_is_left_of_the_machine_s_work() -> None:
    before = machine.Usage(wall=0, machine=100, own=10, load=1.0)
    after = machine.Usage(wall=10, machine=118, own=15, load=1.0)
    assert machine.others(before, after) == pytest.approx(1.3)
    assert machine.others(after, after) == 0
    assert machine.busy(1.3)
    assert not machine.busy(0.05)


def test_the_machine_s_facts_name_nobody_and_no_folder() -> None:
    said = str(machine.facts())
    for private in (str(Path.home()), str(Path.cwd()), platform.node()):
        assert private not in said
    assert getpass.getuser() not in said.replace("rounds", "").split()
    assert machine.facts()["cores"] >= 1
    assert machine.facts()["processor"]


def test_sentences() -> None:
    assert [words.milliseconds(ms) for ms in (0.0523, 1.4, 14.04, 2_100)] == ["52.3 µs", "1.40 ms", "14.0 ms", "2.10 s"]
    assert [words.duration(s) for s in (0.02, 40, 840, 12_000, 200_000)] == [
        "20.0 ms", "40 seconds", "14 minutes", "3.3 hours", "2.3 days",
    ]  # fmt: skip
    found, _ = run({"slow": (70 * MS, 0), "quick": (1 * MS, 0)}, reference="quick")
    lines = words.whole(found["figures"], found["facts"])
    assert lines[0] == "p95 of a single call: Quick 1.00 ms (the reference), Slow 70.0 ms (70.0×)"
    busy = {**found["facts"], "alone": False, "load": {**found["facts"]["load"], "others_during": 1.4}}
    doubts = " ".join(words.doubts(busy))
    assert "kept 1.4 of 2 cores at work" in doubts
    assert "Other jobs may have run" in doubts
    assert not words.doubts(found["facts"])
    assert SUMMARY["machine"].startswith(found["facts"]["machine"]["processor"])
