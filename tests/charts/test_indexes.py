"""Recall against queries a second: a line for each index, whiskers both ways, exact search apart, names harmless."""

import pandas as pd
import pytest

from core.charts import indexes
from tests.charts.conftest import HOSTILE, harmless


def points(line: str = "HNSW, M 16") -> pd.DataFrame:
    rows = [("exact", "Exact search", "Exact search", 0, 1.0, 1.0, 1.0, 100.0, 90.0, 120.0)]
    rows += [
        (
            "hnsw",
            line,
            f"{line}, efSearch {effort}",
            effort,
            recall,
            recall - 0.02,
            recall + 0.01,
            qps,
            qps - 50,
            qps + 99,
        )
        for effort, recall, qps in ((64, 0.98, 500.0), (16, 0.9, 2_000.0))
    ]
    columns = ["family", "line", "setting", "effort", "recall", "low", "high", "qps", "qps_low", "qps_high"]
    return pd.DataFrame(rows, columns=columns).assign(bytes=1_234, build_s=0.5)


def test_a_line_for_each_index_from_least_effort_to_most() -> None:
    figure = indexes(points(), rate="qps", title="queries a second")
    line, exact = figure.data
    assert (line.name, exact.name) == ("HNSW, M 16", "Exact search")
    assert list(line.x) == [2_000, 500]
    assert list(line.y) == [0.9, 0.98]
    assert list(line.error_y.array) == pytest.approx([0.01, 0.01])
    assert list(line.error_y.arrayminus) == pytest.approx([0.02, 0.02])
    assert list(line.error_x.arrayminus) == [50, 50]
    assert list(line.error_x.array) == [99, 99]
    assert line.marker.color != exact.marker.color
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.yaxis.range[0] < 0.88


def test_a_point_says_its_setting_in_words() -> None:
    told = indexes(points(), rate="qps", title="queries a second").data[0].customdata
    assert told[0].startswith("<b>HNSW, M 16, efSearch 16</b><br>recall 0.900 [0.880, 0.910]<br>2,000 queries/s (1,950")
    assert "1,234 bytes" in told[0]


def test_names_are_no_markup() -> None:
    harmless(indexes(points(HOSTILE), rate="qps", title="queries a second"))
