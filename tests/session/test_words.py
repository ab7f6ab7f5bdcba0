"""User text on a page: letter by letter."""

import re

import pytest

from core.session.words import count, plain, short, size

JOINER = "\u2060"
HOSTILE = [
    "![x](http://a)",
    "[x](javascript:alert)",
    "[x]: http://a.example",
    "[^1]",
    "$x$ and $$y$$",
    ":red[x] :blue-background[y]",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<http://a.example>",
    "back\\slash \\_ \\\\ end\\",
    "`code` ``more``",
    "**bold** __bold__ *it* _it_",
    "~~gone~~ ~sub~",
    "# head",
    "> quote",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "1) item",
    "---",
    "***",
    "===",
    "a | b",
    "{x}",
    "&copy; &lt;b&gt; &#60;",
    "plain words, (with) punctuation! 50 % of 'it' \"or\" so; x^2 / y @ home?",
    "é 🙂 שלום",
]


@pytest.mark.parametrize("sign", list("\\`*_{}[]()#+-.!|<>$~:&="))
def test_every_sign_that_markdown_reads_is_escaped(sign: str) -> None:
    assert plain(f"a{sign}b") == f"a\\{sign}b"
    assert plain(sign) == f"\\{sign}"


def test_letters_digits_and_calm_punctuation_stay() -> None:
    calm = "Ärger, 42 % of 'it' \"or\" so; a/b? x^2 @ home שלום 🙂"
    assert plain(calm) == calm
    assert plain("") == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_written_is_what_markdown_shows(text: str) -> None:
    parser = pytest.importorskip("markdown_it", reason="markdown-it comes with typer's rich").MarkdownIt("gfm-like")
    parser.disable("linkify")
    opening, inline, closing = parser.parse(plain(text))
    assert (opening.type, inline.type, closing.type) == ("paragraph_open", "inline", "paragraph_close")
    assert {child.type for child in inline.children} == {"text"}
    assert "".join(child.content for child in inline.children).replace(JOINER, "") == text


@pytest.mark.parametrize("turn", [0x202A, 0x202B, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068])
def test_a_mark_that_turns_the_direction_does_not_turn_the_rest_of_a_sentence(turn: int) -> None:
    assert plain(f"{chr(turn)}abc{chr(0x202C)}{chr(0x2069)} שלום") == "abc שלום"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_but_backslashes_and_joiners_is_added(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", plain(text)).replace(JOINER, "") == text


# Seen in Chromium with Streamlit 1.67: these come to life behind a backslash too, unless something parts them.
@pytest.mark.parametrize(
    ("text", "parted"),
    [
        ("http://a.example", "http:|//a.example"),
        ("HTTPS://a.example", "HTTPS:|//a.example"),
        ("see www.a.example", "see www|.a.example"),
        ("me+you@a.example", "me+you@|a.example"),
        (":material/home:", ":|material/home:"),
        (":streamlit: :smile: :+1:", ":|streamlit: :|smile: :|+1:"),
        ("a -> b <- c", "a -|> b <|- c"),
        ("a -- b --- c", "a -|- b -|-|- c"),
        ("a >= b <= c ~= d", "a >|= b <|= c ~|= d"),
    ],
)
def test_what_streamlit_looks_for_after_the_backslashes_is_parted(text: str, parted: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", plain(text))
    assert shown == parted.replace("|", JOINER)


@pytest.mark.parametrize("text", ["10:30", "half-time", "a=b", "me @ home", "C:\\texts", "sqlite:////srv/a.sqlite"])
def test_what_sleeps_is_not_parted(text: str) -> None:
    assert JOINER not in plain(text)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\n\n", " \n\t", "\n    "])
def test_lines_are_joined_because_lines_are_markup(line_end: str) -> None:
    assert plain(f"one{line_end}two") == "one two"


def test_a_long_text_takes_no_time_to_speak_of() -> None:
    # Patterns that go back and forth over a text would not end within the test's limit.
    for text in ("a" * 1_000_000, ":" * 1_000_000, ":a" * 500_000, "\n" * 100_000, "@-" * 500_000):
        assert len(plain(text)) >= 1


# short, size, count


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("one\n two\tthree ", 80, "one two three"),
        ("x" * 80, 80, "x" * 80),
        ("x" * 81, 80, "x" * 79 + "…"),
        ("abcdef", 3, "ab…"),
        ("", 80, ""),
    ],
)
def test_short_is_one_line_of_at_most_the_width(text: str, width: int, shown: str) -> None:
    assert short(text, width) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (1_234, "1.2 kB"),
        (99_940, "99.9 kB"),
        (99_960, "100 kB"),
        (123_456, "123 kB"),
        (999_400, "999 kB"),
        (999_999, "1.0 MB"),
        (1_200_000, "1.2 MB"),
        (90_900_000, "90.9 MB"),
        (20_000_000_000, "20.0 GB"),
        (1_500_000_000_000, "1.5 TB"),
        (5_000_000_000_000_000, "5000.0 TB"),
    ],
)
def test_bytes_for_people(number: float, shown: str) -> None:
    assert size(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0 texts"), (1, "1 text"), (2, "2 texts"), (1_000, "1,000 texts"), (12_345, "12,345 texts")],
)
def test_one_text_two_texts(number: int, shown: str) -> None:
    assert count(number, "text") == shown
