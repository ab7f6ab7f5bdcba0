"""Bytes against texts: a line per configuration, both axes log, told in bytes, names harmless."""

import numpy as np
import pandas as pd

from core.charts import bytes_by_texts
from core.charts.costs import power
from core.charts.latency import Line
from tests.charts.conftest import HOSTILE, harmless

POINTS = pd.DataFrame(
    [("a", 10_000, 480_000.0), ("a", 100, 4_800.0), ("b", 100, 153_600.0)], columns=["line", "texts", "bytes"]
)


def test_every_configuration_has_its_line_from_few_to_many_texts() -> None:
    figure = bytes_by_texts(POINTS, {"a": Line("A", "#2F81C7", 1), "b": Line("B", "#2F81C7")}, texts=500)
    first, second = figure.data
    assert list(first.x) == [100, 10_000]
    assert list(first.y) == [4_800, 480_000]
    assert list(first.customdata) == ["4.8 kB", "480 kB"]
    assert first.line.dash != second.line.dash
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")
    assert figure.layout.shapes[0].x0 == 500
    assert "100 kB" in figure.layout.yaxis.ticktext
    assert np.all(np.diff(figure.layout.yaxis.tickvals) > 0)


def test_names_of_users_are_no_markup() -> None:
    harmless(bytes_by_texts(POINTS[POINTS["line"] == "a"], {"a": Line(HOSTILE, "#2F81C7")}, texts=500))


def test_bytes_by_eye() -> None:
    assert [power(value) for value in (48, 1536, 999_999, 1.536e9, 1.2e13)] == [
        "48 B", "1.54 kB", "1 MB", "1.54 GB", "12 TB",
    ]  # fmt: skip
