"""What counts as found, how rates are timed, and what is said of them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.indexes import REGISTRY, turns, words
from core.indexes.asked import Asked
from core.indexes.turns import Point, rates
from core.types import Floats, Ints
from core.work import quiet
from tests.fake_latency import Clock


def circle(n: int) -> Floats:
    """Unit vectors at n equal angles: text i's nearest are i - 1 and i + 1, then i - 2 and i + 2."""
    angles = 2 * np.pi * np.arange(n) / n
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_recall_by_hand_on_a_circle() -> None:
    texts = circle(40)
    asked = Asked.of(texts[:1], texts, np.array([0]), quiet)
    assert asked.k == 11
    assert asked.wanted.tolist() == [10]
    nearest = np.array([[0, 1, 39, 2, 38, 3, 37, 4, 36, 5, 35]])
    assert asked.recall(texts, nearest).tolist() == [1.0]
    # Two wrong ones in place of the last two; the text itself counts for nothing.
    assert asked.recall(texts, np.array([[0, 1, 39, 2, 38, 3, 37, 4, 36, 20, 21]])).tolist() == [0.8]
    # The eleventh of others does not count: ten results are served.
    assert asked.recall(texts, np.array([[20, 1, 39, 2, 38, 3, 37, 4, 36, 5, 35]])).tolist() == [0.9]
    assert asked.recall(texts, np.array([[0, 1, *[-1] * 9]])).tolist() == [0.1]


def test_any_of_equal_copies_counts() -> None:
    texts = np.repeat(circle(3), 20, axis=0)
    asked = Asked.of(texts[:1], texts, np.array([-1]), quiet)
    assert asked.k == 10
    assert asked.recall(texts, np.arange(9, 19)[None, :]).tolist() == [1.0]


def test_fewer_texts_than_ten_are_all_to_be_found() -> None:
    texts = circle(4)
    asked = Asked.of(texts[:1], texts, np.array([0]), quiet)
    assert asked.wanted.tolist() == [3]
    assert asked.recall(texts, np.array([[0, 1, 2, 3, *[-1] * 7]])).tolist() == [1.0]


@dataclass(eq=False)
class Slow:
    """Takes so many nanoseconds a call and a query."""

    clock: Clock
    call: int
    query: int
    nbytes: int = 0

    def search(self, queries: Floats, k: int, effort: int) -> Ints:
        self.clock.pass_by(self.call + self.query * len(queries))
        return np.zeros((len(queries), k), np.int64)


def test_rates_are_queries_a_second_alone_and_together() -> None:
    clock = Clock()
    points = [
        Point(REGISTRY["exact"], 0, 0, Slow(clock, 1_000_000, 1_000_000)),
        Point(REGISTRY["hnsw"], 16, 64, Slow(clock, 0, 10_000)),
    ]
    ticks: list[int] = []
    found = rates(points, circle(20), 10, 2, lambda: ticks.append(1), clock)
    np.testing.assert_allclose(found.single[:, 0], 500)  # a call and a query: 2 ms
    np.testing.assert_allclose(found.batched[:, 0], 256 / 0.257)
    np.testing.assert_allclose([found.single[:, 1], found.batched[:, 1]], 100_000)
    assert len(ticks) == turns.ROUNDS * 2
    assert found.single.shape == (turns.ROUNDS, 2)


def table(**rows: tuple[float, float, tuple[float, float]]) -> pd.DataFrame:
    """Points with recall, its lower end, and the slowest and fastest turn."""
    return pd.DataFrame(
        [
            {"family": name, "setting": f"{name} x", "recall": recall, "low": low, "high": min(1, recall + 0.01),
             "qps": sum(ends) / 2, "qps_low": ends[0], "qps_high": ends[1]}
            for name, (recall, low, ends) in rows.items()
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hnsw", "decided", "said"),
    [
        (
            (0.9951, 0.991, (500, 700)),
            True,
            "hnsw x finds 99.5 % (99.1 to 100) of the exact ten and answers 6.00 times",
        ),
        ((0.995, 0.991, (90, 700)), False, "these times do not tell: 90.0 to 700 against 90.0 to 110 queries a second"),
        ((0.995, 0.991, (10, 30)), True, "Exact search is fastest here: at n = 5,000 exact search takes 10.0 ms"),
        ((0.995, 0.98, (500, 700)), False, "No index is shown to find 99% of the exact ten: hnsw x comes nearest"),
    ],
)
def test_the_answer_says_what_the_times_can_tell(
    hnsw: tuple[float, float, tuple[float, float]], decided: bool, said: str
) -> None:
    found, sentence = words.answer(table(exact=(1, 1, (90, 110)), hnsw=hnsw), 5_000)
    assert found is decided
    assert said in sentence


def test_the_fastest_of_those_that_find_enough_is_named() -> None:
    points = table(
        exact=(1, 1, (90, 110)), a=(0.999, 0.995, (400, 500)), b=(0.995, 0.99, (600, 700)), c=(0.9, 0.8, (5_000, 6_000))
    )
    assert words.answer(points, 10)[1].startswith("b x finds 99.5 %")


def test_a_library_that_is_not_there_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.indexes.missing", lambda modules: modules if "lancedb" in modules else ())
    assert REGISTRY["lance"].missing == "LanceDB is not installed here: pip install lancedb==0.40.0"
    assert not REGISTRY["hnsw"].missing


def test_the_lines_that_install_are_the_pins() -> None:
    pins = (Path(__file__).parents[2] / "requirements.txt").read_text().split()
    assert {family.install.removeprefix("pip install ") for family in REGISTRY.values()} <= set(pins)
