import pytest

from core.corpora import clean
from core.corpora.cleaning import shorten, written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\ud800abc", "\ufffdabc"),
        ("abc\udc00d", "abc\ufffdd"),
        ("\ud83d\ude00 joined", "\U0001f600 joined"),
        ("a\0b\0", "ab"),
        ("  \tspaces\u00a0\n", "spaces"),
        ("one\r\ntwo\rthree\n\nfour", "one\ntwo\nthree\n\nfour"),
        ("\0 \r\n", ""),
    ],
)
def test_what_cannot_be_kept_is_repaired(text: str, expected: str) -> None:
    assert clean(text) == expected
    clean(text).encode()


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "**bold** ![x](http://a/b.png) | a | b |",
        "\u202bשלום\u202c مرحبا",
        "👩‍👩‍👧 🇩🇪",
        "=cmd|' /C calc'!A0",
        "one\u2028two\x0bthree",
        "e\u0301 is not \u00e9",
    ],
)
def test_everything_else_stays_as_it_came(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3.0, "3"), (3.5, "3.5"), (3, "3"), (True, "true"), (None, ""), (float("nan"), ""), ("007", "007"), ("NA", "NA")],
)
def test_values_are_written_as_people_write_them(value: object, expected: str) -> None:
    assert written(value) == expected


def test_shorten_keeps_what_fits() -> None:
    assert shorten("abcde", 5) == "abcde"
    assert shorten("abcdef", 5) == "abcd…"
