import json

import pytest

from core.corpora import preview, read
from core.errors import VecassayError


def jsonl(*rows: object) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def test_plain_values_become_text() -> None:
    data = jsonl({"text": "a", "label": 3.0}, {"text": "b", "label": True}, {"text": "c", "label": None}, {"text": 7})
    corpus = read("a.jsonl", data, text="text", label="label").corpus
    assert corpus.texts == ("a", "b", "c", "7")
    assert corpus.labels == ("3", "true", "(none)", "(none)")


def test_half_characters_are_repaired_and_counted() -> None:
    reading = read("a.jsonl", b'{"text": "a\\ud800b"}\n{"text": "\\ud83d\\ude00"}\n{"text": "nul\\u0000"}\n')
    assert reading.corpus.texts == ("a\ufffdb", "\U0001f600", "nul")
    assert reading.report.repaired == 2
    assert len(reading.corpus.fingerprint) == 32


def test_keys_with_half_characters_can_be_shown_and_chosen() -> None:
    data = b'{"na\\ud800me": "a longer text"}'
    (column,) = preview("a.jsonl", data).columns
    assert column.encode() == "na\ufffdme".encode()
    assert read("a.jsonl", data, text=column).corpus.texts == ("a longer text",)


def test_blank_lines_are_no_rows_but_lines_are_counted() -> None:
    data = b'\n{"text": "a"}\r\n\r\n{"text": "b"}\n\n[1]\n'
    with pytest.raises(VecassayError, match=r"a\.jsonl, line 6 is JSON but no object"):
        read("a.jsonl", data)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{broken", "line 2 is not JSON"),
        (b'{"text": "a"} extra', "line 2 is not JSON"),
        (b'"text"', "line 2 is JSON but no object"),
        (b'{"other": "a"}', "line 2 has no 'text'"),
        (b'{"text": ["a"]}', "line 2 holds a list"),
        (b"[" * 100_000, "line 2 is not JSON"),
        (b'{"text": ' + b"9" * 5_000 + b"}", "line 2 is not JSON"),
    ],
)
def test_a_broken_line_is_named(line: bytes, said: str) -> None:
    with pytest.raises(VecassayError, match=said):
        read("a.jsonl", b'{"text": "fine"}\n' + line + b"\n", text="text")


def test_a_list_far_down_is_named_when_its_column_is_read() -> None:
    data = jsonl(*({"text": f"t{i}", "note": i} for i in range(1_500)), {"text": "last", "note": {}})
    assert len(read("a.jsonl", data, text="text").corpus) == 1_501
    with pytest.raises(VecassayError, match=r"line 1,501: expected text in 'note', got an object"):
        read("a.jsonl", data, text="text", label="note")


def test_columns_of_lists_are_left_out_and_said() -> None:
    found = preview("a.jsonl", jsonl({"text": "a", "vector": [1, 2]}, {"text": "b", "more": "c"}))
    assert found.columns == ("text", "more")
    assert found.rows == (("a", ""), ("b", "c"))
    assert found.notes == ("Columns that are not offered: vector (line 1 holds a list).",)


@pytest.mark.parametrize("data", [b"{}\n{}\n", b'{"vector": [1]}'])
def test_a_file_without_any_text_column_is_refused(data: bytes) -> None:
    with pytest.raises(VecassayError, match="has no column of texts"):
        read("a.jsonl", data)
