"""The picture of a decision: what is drawn, named, shaded and crossed out."""

import numpy as np
import pandas as pd
import pytest

from core import charts
from core.charts.decision import BEHIND, CHOSEN, LEADING, OUT, TIED, Axis, front
from core.charts.retrieval import Look

LOOKS = {key: Look(f"{key.upper()} <b>", "#2F81C7") for key in "abcd"}


def table(**states: str) -> pd.DataFrame:
    n = len(states)
    means = np.linspace(0.7, 0.5, n)
    ends = {"low": means - 0.05, "high": means + 0.05}
    points = pd.DataFrame({"candidate": list(states), "cost": 10.0 ** np.arange(n), "mean": means, **ends})
    return points.assign(state=list(states.values()))


def test_the_front_is_what_no_other_beats() -> None:
    """a is good and cheap; b better and dearer; c dearer and worse than b; d as good as a and dearer."""
    points = pd.DataFrame({"candidate": list("abcd"), "cost": [1, 2, 3, 1.5], "mean": [0.5, 0.7, 0.6, 0.5]})
    assert front(points) == ["a", "b"]
    assert front(points.assign(cost=-points["cost"]), most=False) == ["a", "b"]


def test_states_are_seen_and_names_are_escaped() -> None:
    figure = charts.decision(
        table(a=CHOSEN, b=TIED, c=BEHIND, d=OUT), LOOKS, Axis("ms", 50.0, "over 50 ms"), measure="nDCG@10"
    )
    texts = [note.text for note in figure.layout.annotations]
    assert any(text.startswith("<b>▸ A &lt;b&gt;") and "(chosen)" in text for text in texts)
    assert any(text.startswith("<s>D") for text in texts)
    assert "over 50 ms" in texts
    symbols = [trace.marker.symbol for trace in figure.data if trace.mode == "markers"]
    assert symbols.count("circle-open") == 2  # rings: the chosen one and the tie group
    assert symbols.count("x") == 1
    shade = next(shape for shape in figure.layout.shapes if shape.type == "rect")
    assert shade.x0 == 50
    assert figure.layout.paper_bgcolor == "rgba(0,0,0,0)"


@pytest.mark.parametrize("states", [{"a": LEADING}, {"a": OUT}, {"a": LEADING, "b": TIED}])
def test_one_or_two_candidates_and_undefined_intervals_are_drawn(states: dict[str, str]) -> None:
    figure = charts.decision(table(**states).assign(low=np.nan), LOOKS, Axis("ms"), measure="AP")
    points = [trace for trace in figure.data if trace.mode == "markers" and trace.error_y.array is not None]
    assert [trace.error_y.array[0] for trace in points] == [0] * len(states)
    flat = charts.decision(table(**states).assign(cost=0.0), LOOKS, Axis("bytes", logarithmic=False), measure="AP")
    assert flat.layout.xaxis.range[1] > 0


def test_names_of_points_in_one_place_do_not_lie_on_each_other() -> None:
    same = table(a=TIED, b=TIED, c=TIED, d=TIED).assign(cost=5.0, mean=0.6)
    figure = charts.decision(same, LOOKS, Axis("ms"), measure="AP")
    shifts = sorted(note.yshift for note in figure.layout.annotations)
    assert np.diff(shifts).min() >= 15


def test_a_limit_far_away_does_not_squeeze_the_points() -> None:
    near = charts.decision(table(a=CHOSEN), LOOKS, Axis("ms", 2.0, "over 2 ms"), measure="AP")
    far = charts.decision(table(a=CHOSEN), LOOKS, Axis("ms", 1e6, "over 1000 s"), measure="AP")
    assert near.layout.xaxis.range[1] > np.log10(2)
    assert far.layout.xaxis.range[1] < 3
