import pytest

from core.corpora import preview, read
from core.errors import VecassayError


@pytest.mark.parametrize(
    ("header", "rows", "text", "label"),
    [
        ("text,label", ["a,b", "c,d"], "text", "label"),
        ("Category,Sentence,note", ["x,short,a much longer remark"] * 3, "Sentence", "Category"),
        ("id,what,url", ["1,a rather long remark,http://a"] * 3, "what", None),
        ("n,remark,kind", [f"{i},remark number {i},{'ab'[i % 2]}" for i in range(12)], "remark", "kind"),
        ("remark,score", [f"remark number {i},{i % 2}" for i in range(12)], "remark", None),
        ("number,code", ["123456789123456789,ab"] * 4, "code", None),
        ("class,intent", ["a,the longest value of them"] * 4, "intent", "class"),
    ],
)
def test_text_and_label_columns_are_guessed(header: str, rows: list[str], text: str, label: str | None) -> None:
    data = "\n".join([header, *rows]).encode()
    found = preview("a.csv", data)
    assert (found.text, found.label) == (text, label)
    assert read("a.csv", data).corpus.texts == read("a.csv", data, text=text).corpus.texts


@pytest.mark.parametrize(
    ("header", "rows", "found"),
    [
        ("id,text", ["a,one", "b,two"], "id"),
        ("text,DOC_ID", ["one,7", "two,8"], "DOC_ID"),
        ("id,text", ["a,one", "a,two"], None),
        ("id,text", ["a,one", ",two"], None),
        ("number,text", ["1,one", "2,two"], None),
        ("id", ["a", "b"], None),
    ],
)
def test_ids_are_guessed_where_each_text_has_its_own(header: str, rows: list[str], found: str | None) -> None:
    assert preview("a.csv", "\n".join([header, *rows]).encode()).id == found


def test_the_first_five_rows_are_shown_cut_short() -> None:
    data = "text,n\n" + "\n".join(f"{'x' * 2_000},{i}" for i in range(8))
    found = preview("a.csv", data.encode())
    assert found.total == 8
    assert [row[1] for row in found.rows] == ["0", "1", "2", "3", "4"]
    assert all(len(row[0]) == 500 and row[0].endswith("…") for row in found.rows)


@pytest.mark.parametrize("data", [b"text,label\n", b"text,label\na\n", b'text\n"open\n', b"a,a\n1,2\n"])
def test_a_broken_file_is_refused_at_the_first_look(data: bytes) -> None:
    with pytest.raises(VecassayError):
        preview("a.csv", data)
