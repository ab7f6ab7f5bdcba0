from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.corpora import Limits, preview, read
from core.errors import VecassayError


def parquet(**columns: object) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue().to_pybytes())


def test_typed_values_become_text() -> None:
    data = parquet(
        text=["a", None, "007", "d"],
        score=[1.0, 2.5, None, 4.0],
        n=pa.array([1, 2, None, 4], pa.int8()),
        day=[date(2020, 1, 2)] * 4,
        kind=pa.array(["x", "y", "x", None]).dictionary_encode(),
    )
    expected = {"score": ("1", "(none)", "4"), "n": ("1", "(none)", "4"), "kind": ("x", "x", "(none)")}
    for label, labels in expected.items():
        reading = read("a.parquet", data, text="text", label=label)
        assert reading.corpus.labels == labels
    assert reading.corpus.texts == ("a", "007", "d")
    assert (reading.report.rows_read, reading.report.empty_dropped) == (4, 1)
    assert preview("a.parquet", data).rows[0] == ("a", "1", "1", "2020-01-02", "x")


def test_nested_and_binary_columns_are_left_out_and_refused_by_name() -> None:
    data = parquet(text=["a"], vector=[[0.5]], facts=[{"a": 1}], raw=[b"\xff"])
    found = preview("a.parquet", data)
    assert found.columns == ("text",)
    assert all(
        word in found.notes[0] for word in ("vector (it holds list", "facts (it holds struct", "raw (it holds bin")
    )
    with pytest.raises(VecassayError, match=r"Column 'raw' of a\.parquet holds no texts: it holds binary"):
        read("a.parquet", data, text="raw")
    with pytest.raises(VecassayError, match="has no column of texts"):
        preview("a.parquet", parquet(raw=[b"\xff"]))


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + bytes(100), b"text,label\na,x\n", b"PAR1", b"", b" "])
def test_another_file_with_this_ending_is_refused(data: bytes) -> None:
    with pytest.raises(VecassayError, match=r"a\.parquet is (not a|a damaged) Parquet file"):
        read("a.parquet", data)


@pytest.mark.parametrize("damage", [b"PAR1" + bytes(50) + b"PAR1", parquet(text=["a"])[:-30] + b"\xff" * 26 + b"PAR1"])
def test_a_damaged_file_is_refused(damage: bytes) -> None:
    with pytest.raises(VecassayError, match="is a damaged Parquet file"):
        read("a.parquet", damage)


def test_strings_that_are_not_utf8_are_refused() -> None:
    broken = pa.array([b"\xff\xfe"]).view(pa.string())
    with pytest.raises(VecassayError, match="is a damaged Parquet file"):
        read("a.parquet", parquet(text=broken), text="text")


def test_what_a_small_file_unpacks_to_is_limited(limits: Limits) -> None:
    data = parquet(text=["x" * 9_000_000, "y" * 9_000_000])
    assert len(data) < 2_000_000
    with pytest.raises(VecassayError, match=r"a\.parquet unpacks to 17\.\d MiB; the limit is 9\.5 MiB"):
        preview("a.parquet", data, limits)


def test_a_value_repeated_in_the_file_is_one_string_in_memory() -> None:
    texts = read("a.parquet", parquet(text=["a long text " * 100] * 500), text="text").corpus.texts
    assert len(texts) == 500
    assert len({id(text) for text in texts[1:]}) == 1


def test_two_columns_of_one_name_and_no_rows_are_refused() -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"]), sink)
    with pytest.raises(VecassayError, match="two columns called 'text'"):
        read("a.parquet", sink.getvalue().to_pybytes())
    with pytest.raises(VecassayError, match="no rows"):
        read("a.parquet", parquet(text=pa.array([], pa.string())))


def test_row_numbers_stand_in_messages() -> None:
    with pytest.raises(VecassayError, match=r"a\.parquet, row 3: the id 'p' was used on row 1 already"):
        read("a.parquet", parquet(text=["a", "b", "c"], id=["p", "q", "p"]), text="text", id="id")
