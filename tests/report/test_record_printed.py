"""The record as HTML and Markdown: the verdict first, nothing fetched, no user's text ever alive."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from core.report.html import to_html
from core.report.markdown import escape, to_markdown
from core.report.record import Measured, Record, Used, Way
from tests.report.records import MEANS, record

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><b>bold', "{{ 7 * 7 }}", "{% raw %}",
    "[click](javascript:alert(1))", "![pic](http://evil.example/x.png)", "<http://evil.example>",
    "**bold** _it_ `code`",
    "| a | b |", "a\n\n# Heading\n- list", "# heading", "- item", "1. item", "+ item", "=====", "> quote", "~~gone~~",
    "&lt;b&gt;", "\\*", "http://evil.example www.evil.example a@evil.example", "$x^2$", "</style></svg><script>",
    "[ref]: http://evil.example", "javascript:alert(1)", "    code",
]  # fmt: skip
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer", "div", "p", "h1", "h2",
    "span", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "svg", "circle", "line", "rect", "text",
    "polyline",
}  # fmt: skip


class _Seen(HTMLParser):
    """Every tag and attribute of a page, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _seen(written: bytes) -> _Seen:
    seen = _Seen()
    seen.feed(written.decode())
    return seen


def _full_of(text: str) -> Record:
    known = record()
    spec = {"name": text, "query_prompt": text, "document_prompt": text, "revision": text, "card": {"licence": text}}
    return replace(
        known,
        title=text,
        question=text,
        signed=(text,),
        untested=(text,),
        made=text,
        ruling=replace(known.ruling, answer=text, why=(text,), would_decide=(text,), struck={"mpnet": (text,)}),
        data=replace(known.data, name=text, fingerprint=text),
        candidates=tuple(Way(way.key, text, way.models) for way in known.candidates),
        models=(Used(text, text, spec, {text: text}, text, 3, {}),),
        flips=tuple(replace(flip, sentence=text) for flip in known.flips),
        pairs=tuple(replace(pair, verdict=text) for pair in known.pairs),
        settings={text: text, "deep": {text: [text]}},
        machine={text: text},
        run={text: text},
        versions={text: text, "vecassay": text},
        plan={**known.plan, "order": [text], "measure": text, "limits": {"licences": [text], "language": text}},
        figures=tuple(replace(each, name=text) for each in known.figures if each.name == "nDCG@10"),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_no_words_of_a_record_become_html(text: str) -> None:
    seen = _seen(to_html(_full_of(text)))
    assert set(seen.tags) <= ALLOWED
    assert not [name for name, _ in seen.attributes if name.startswith("on") or name in ("href", "src", "xlink:href")]
    flat = " ".join(text.split())
    assert flat in " ".join("".join(seen.words).split())


@pytest.mark.parametrize("text", HOSTILE)
def test_no_words_of_a_record_become_markdown(text: str) -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    plain = _shape(reader, to_markdown(_full_of("word")))
    hostile = _shape(reader, to_markdown(_full_of(text)))
    assert hostile == plain
    shown = "".join(_texts(reader, to_markdown(_full_of(text)))).replace("\u2060", "")
    assert " ".join(text.split()) in shown


def _shape(reader: MarkdownIt, written: bytes) -> list[str]:
    """Which elements there are, in order; runs of plain text count as one."""
    kinds = []
    for token in reader.parse(written.decode()):
        kinds.append(token.type)
        inner = [child.type for child in token.children or [] if child.type not in ("text", "text_special")]
        kinds += inner
    return kinds


def _texts(reader: MarkdownIt, written: bytes) -> list[str]:
    return [
        child.content
        for token in reader.parse(written.decode())
        for child in token.children or []
        if child.type in ("text", "text_special")
    ]


@pytest.mark.parametrize(
    "address",
    ["http://evil.example", "HTTPS://evil.example", "www.evil.example", "a@evil.example", "mailto:a@b.example"],
)
def test_addresses_are_not_left_for_programs_that_make_links_of_them(address: str) -> None:
    assert address not in escape(f"see {address} here")
    assert escape(f"see {address} here").replace("\u2060", "").replace("\\", "") == f"see {address} here"


def test_ordinary_words_and_numbers_stay_readable_in_markdown() -> None:
    for text in ("nDCG@10", "0.731", "3 of 4 (75 %)", "e5-small-v2", "What? Yes!", "10:00 UTC", "−0.01"):
        assert escape(text).replace("\\!", "!") == text


def test_the_page_asks_nothing_of_anybody() -> None:
    written = to_html(_full_of("http://evil.example/x.png")).decode()
    style = re.search(r"<style>(.*?)</style>", written, re.DOTALL)
    assert style
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert "default-src 'none'" in written
    assert "<script" not in written
    assert "<link" not in written


def test_the_verdict_stands_before_everything_else() -> None:
    for written in (to_html(record()).decode(), to_markdown(record()).decode()):
        places = [
            written.index(each)
            for each in (
                "Which model answers",
                "Take MiniLM-L6",
                "highest nDCG@10",
                "0.724",
                "Struck out",
                "not tested",
            )
        ]
        assert places == sorted(places)


def test_both_say_what_the_record_says() -> None:
    html = " ".join("".join(_seen(to_html(record())).words).split())
    markdown = to_markdown(record()).decode().replace("\\", "")
    for said in (
        "0.724 [0.676, 0.766]", "MiniLM-L6 is better", "not decided: about 140 more queries", "Other languages than",
        "At a limit of 61 ms or more", "p95 of a query at most, in ms: 50", "Ada Lovelace", "< 0.001", "−0.010",
        "91 MB",
        "python -m core verify record.json", record().data.fingerprint, record().data.texts.digest,
    ):  # fmt: skip
        assert said in html, said
        assert said in markdown, said


def test_passwords_and_homes_are_out_of_print_too() -> None:
    told = record(title="postgresql://anna:secret@db/x")
    assert b"secret" not in to_html(told) + to_markdown(told)


def test_statuses() -> None:
    ruling = record().ruling
    for status, said in (("undecided", "Not decided"), ("limits", "No candidate keeps"), ("odd<", "odd&lt;")):
        written = to_html(record(ruling=replace(ruling, status=status))).decode()
        assert said in written
        assert f'class="verdict {status}"' in written or status == "odd<"


def _marks(written: bytes) -> list[tuple[float, float]]:
    """Where the dots of the pictures are, legend left out."""
    found = re.findall(r'<circle class="dot \w+" cx="([\d.]+)" cy="([\d.]+)" r="5"/>', written.decode())
    return [(float(x), float(y)) for x, y in found if float(x) > 12]


def test_pictures_show_each_candidate_where_its_figures_are() -> None:
    marks = _marks(to_html(record()))
    rows, scatter = marks[:4], marks[4:]
    assert [x for x, _ in rows] == sorted((x for x, _ in rows), reverse=True)  # the best on top, furthest right
    assert [y for _, y in rows] == sorted(y for _, y in rows)
    means, times = [told[1] for told in MEANS.values()], [told[4] for told in MEANS.values()]
    by_height = sorted(range(4), key=lambda i: scatter[i][1])
    assert by_height == sorted(range(4), key=lambda i: -means[i])
    assert sorted(range(4), key=lambda i: scatter[i][0]) == sorted(range(4), key=lambda i: times[i])
    # nDCG@10 from 0.45 to 0.80 over the picture's width: 0.731 is at 190 + 0.281 / 0.35 * 380.
    assert rows[0][0] == pytest.approx(190 + 0.281 / 0.35 * 380, abs=0.1)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_pictures_of_few_or_undefined_figures(count: int) -> None:
    figures = tuple(Measured(key, "nDCG@10", 0.5, None, None) for key in list(MEANS)[:count])
    assert len(_marks(to_html(record(figures=figures)))) == 2 * count
    undefined = tuple(Measured(key, "nDCG@10", None, None, None) for key in MEANS)
    assert _marks(to_html(record(figures=undefined))) == []


def test_without_times_there_is_one_picture_and_unknown_is_said() -> None:
    facts = tuple({**each, "p95_ms": None, "memory_bytes": None} for each in record().facts)
    written = to_html(record(facts=facts))
    assert len(_marks(written)) == 4
    assert b"unknown" in written


def test_ten_candidates_with_long_names_stay_apart() -> None:
    keys = [f"m{i}" for i in range(10)]
    many = record(
        candidates=tuple(Way(key, f"A family of models with a long name, number {key}", (key,)) for key in keys),
        figures=tuple(Measured(key, "nDCG@10", 0.6, 0.55, 0.65) for key in keys),
        facts=tuple({"candidate": key, "p95_ms": 5.0} for key in keys),
        pairs=(),
    )
    written = to_html(many).decode()
    heights = [float(y) for y in re.findall(r'<text class="name \w+" x="[\d.]+" y="([\d.]+)">', written)]
    assert len(heights) == 10  # those of the second picture; in the first they are set to the end
    assert min(abs(a - b) for i, a in enumerate(heights) for b in heights[:i]) >= 14.9
    assert written.count("…") >= 20


def test_of_many_flip_points_the_nearest_are_printed_and_the_rest_counted() -> None:
    flip = record().flips[0]
    many = record(flips=tuple(replace(flip, sentence=f"Flip number {i}.") for i in range(13)))
    written = to_html(many).decode()
    assert "Flip number 9." in written
    assert "Flip number 10." not in written
    assert "The nearest 10 of 13" in written
    assert "The nearest" not in to_html(record()).decode()
