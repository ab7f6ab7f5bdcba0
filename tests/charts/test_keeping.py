"""The same arguments give the same figure, drawn once; any other argument gives another."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from core.charts.keeping import kept, same


@dataclass(frozen=True)
class Ink:
    colour: str
    weights: np.ndarray


def table(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(columns or {"name": ["a", "b"], "value": [1.0, np.nan]})


def test_a_figure_is_drawn_once_for_equal_arguments() -> None:
    drawn = []

    @kept
    def draw(data: pd.DataFrame, *, title: str) -> go.Figure:
        drawn.append(title)
        return go.Figure(layout={"title": title})

    first = draw(table(), title="one")
    assert draw(table(), title="one") is first
    assert draw(table(), title="two") is not first
    assert draw(table(name=["a", "c"], value=[1.0, np.nan]), title="one") is not first
    assert drawn == ["one", "two", "one"]


def test_two_functions_do_not_share_figures() -> None:
    @kept
    def one(n: int) -> go.Figure:
        return go.Figure(layout={"height": n})

    @kept
    def other(n: int) -> go.Figure:
        return go.Figure(layout={"width": n})

    assert one(300) is not other(300)


@pytest.mark.parametrize(
    "value",
    [
        table(),
        table(value=[1, 2]),
        table(other=["a", "b"]),
        np.arange(4.0),
        np.arange(4),
        np.arange(4.0).reshape(2, 2),
        {"a": 1, "b": 2},
        {"b": 2, "a": 1},
        ("a", "b"),
        ["a", "b"],
        ("ab",),
        (1, 2),
        (1.0, 2.0),
        1,
        True,
        1.0,
        "1",
        None,
        float("nan"),
        Ink("#000000", np.zeros(2)),
        Ink("#000000", np.ones(2)),
        Ink("#111111", np.zeros(2)),
    ],
)
def test_what_differs_is_told_apart_and_what_is_equal_is_not(value: object) -> None:
    others = test_what_differs_is_told_apart_and_what_is_equal_is_not.pytestmark[0].args[1]
    assert same(value) == same(value.copy() if isinstance(value, pd.DataFrame | np.ndarray) else value)
    assert [id(other) for other in others if same(other) == same(value)] == [id(value)]


def test_nothing_changes_a_figure_that_was_kept() -> None:
    """Streamlit makes its message of a copy."""
    figure = go.Figure(go.Scatter(x=np.arange(3), y=np.arange(3.0)))
    before = figure.to_json()
    figure.to_dict()["data"][0]["x"] = None
    assert figure.to_json() == before
