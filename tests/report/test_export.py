"""Tables as files: nothing runs in a spreadsheet, nothing is lost on the way."""

import csv
from io import BytesIO, StringIO
from json import loads
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.report.export import FORMULA_STARTS, defuse, to_csv, to_json, to_parquet


def _rows(table: pd.DataFrame) -> list[list[str]]:
    """The table as a CSV reader finds it, with every line end kept as written."""
    return list(csv.reader(StringIO(to_csv(table).decode(), newline="")))


# CSV


def test_every_start_that_owasp_names_is_defused() -> None:
    assert {"=", "+", "-", "@", "\t", "\r", "\n"} <= set(FORMULA_STARTS)


@pytest.mark.parametrize("start", FORMULA_STARTS)
@pytest.mark.parametrize("rest", ["1+1", 'cmd|"/c calc"!A0', "a,b", 'say "x"', "one\ntwo", "one\r=two", ""])
def test_a_formula_becomes_text_in_cells_and_headers(start: str, rest: str) -> None:
    formula = start + rest
    table = pd.DataFrame({formula: [formula, "calm"], "n": [1, 2]})
    assert _rows(table) == [["'" + formula, "n"], ["'" + formula, "1"], ["calm", "2"]]


def test_a_formula_may_not_begin_a_line_of_its_own() -> None:
    # An unquoted line end would make what follows it a first cell.
    for text in ("calm\r=1+1", "calm\n=1+1", "calm\r\n=1+1"):
        assert f'"{text}"'.encode() in to_csv(pd.DataFrame({"text": [text]}))


@pytest.mark.parametrize("text", ["a=b", "1-2", "me@here", " =1", "plain", "'=1", "", "٠", "−1 (a real minus)"])
def test_other_texts_are_left_alone(text: str) -> None:
    assert defuse(text) == text


@pytest.mark.parametrize("value", [-1, -1.5, 0, None, True, np.float32(-2), ("=",)])
def test_what_is_no_text_is_left_alone(value: object) -> None:
    assert defuse(value) is value


def test_numbers_stay_numbers_negative_ones_too() -> None:
    table = pd.DataFrame(
        {
            "whole": [-1, 2],
            "real": [-0.25, np.nan],
            "small": np.array([-0.5, 0.5], np.float32),
            "truth": [True, False],
            "mixed": pd.Series([-3, "-3"], dtype=object),
        }
    )
    assert _rows(table)[1:] == [["-1", "-0.25", "-0.5", "True", "-3"], ["2", "", "0.5", "False", "'-3"]]
    back = pd.read_csv(BytesIO(to_csv(table)))
    pd.testing.assert_frame_equal(back[["whole", "real", "truth"]], table[["whole", "real", "truth"]])


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_every_kind_of_text_column_is_defused(dtype: str) -> None:
    table = pd.DataFrame({"text": pd.Series(["=1", "b", "=1"], dtype=dtype)})
    assert _rows(table) == [["text"], ["'=1"], ["b"], ["'=1"]]


def test_hostile_texts_come_back_as_they_were() -> None:
    texts = ['a "quoted" text', "comma, semicolon; tab\tin", "two\nlines", "cr\rlf\r\n", "שלום 🙂 é", "<script>", "\0"]
    assert _rows(pd.DataFrame({"text": texts})) == [["text"], *([text] for text in texts)]


def test_a_table_without_rows_has_its_header() -> None:
    assert _rows(pd.DataFrame({"a": [], "=b": []})) == [["a", "'=b"]]


def test_the_table_itself_is_not_changed() -> None:
    table = pd.DataFrame({"=a": ["=1"]})
    to_csv(table)
    pd.testing.assert_frame_equal(table, pd.DataFrame({"=a": ["=1"]}))


# JSON


def _json(value: Any) -> Any:
    return loads(to_json({"value": value}), parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))[
        "value"
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), np.nan, np.float32("nan"), None])
def test_what_is_no_number_is_null(value: object) -> None:
    assert _json(value) is None
    assert _json([value, {"deep": value}]) == [None, {"deep": None}]
    assert _json(np.array([value, 1.0], dtype=float)) == [None, 1.0]
    assert _json(pd.DataFrame({"a": [value, 1.0]})) == [{"a": None}, {"a": 1.0}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.arange(4).reshape(2, 2), [[0, 1], [2, 3]]),
        (np.array(3.0), 3.0),
        (np.empty((0, 3), np.float32), []),
        (np.float32(0.5), 0.5),
        (np.int64(-7), -7),
        (np.bool_(True), True),
        (np.array(["a", "b"]), ["a", "b"]),
        ((1, "two", [3.0]), [1, "two", [3.0]]),
        ({"a": {"b": np.array([1])}, 2: "two"}, {"a": {"b": [1]}, "2": "two"}),
        ([pd.DataFrame({"a": [1]}), np.array([2])], [[{"a": 1}], [2]]),
        (pd.DataFrame({"n": [1, 2], "text": ["a", None]}), [{"n": 1, "text": "a"}, {"n": 2, "text": None}]),
        (pd.DataFrame({"list": [[1, np.nan], (np.int64(2),)]}), [{"list": [1, None]}, {"list": [2]}]),
        (pd.DataFrame({"a": []}), []),
        ("", ""),
        (True, True),
    ],
    ids=str,
)
def test_tables_and_arrays_become_lists(value: object, expected: object) -> None:
    assert _json(value) == expected


def test_letters_stay_readable() -> None:
    assert "é 🙂 שלום".encode() in to_json({"text": "é 🙂 שלום"})
    assert _json('</script>\0\n"\\ ') == '</script>\0\n"\\ '


def test_a_lone_surrogate_is_written_as_its_escape() -> None:
    assert _json("a\ud800b") == "a\ud800b"


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        to_json({"value": object()})


# Parquet


def test_parquet_comes_back_as_it_was() -> None:
    table = pd.DataFrame(
        {
            "text": ["=1+1", "two\nlines", "é 🙂"],
            "n": [-1, 0, 2**40],
            "real": [0.1, np.nan, -0.0],
            "half": np.array([0.5, 1, 2], np.float32),
            "truth": [True, False, True],
        },
        index=[5, 6, 7],
    )
    back = pd.read_parquet(BytesIO(to_parquet(table)))
    pd.testing.assert_frame_equal(back, table.reset_index(drop=True))
