"""The record as JSON: the same bytes for the same record, and whatever else comes is refused in a sentence."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import VecassayError
from core.report import listing
from core.report import record as records
from core.report.html import to_html
from core.report.markdown import to_markdown
from core.report.privacy import clean, folder_name
from core.report.record import Measured, from_json, to_json
from core.types import Corpus, Judgement
from tests.report.records import CORPUS, record


def test_a_record_comes_back_as_it_went_and_its_bytes_are_stable() -> None:
    written = to_json(record())
    assert from_json(written) == record()
    assert to_json(from_json(written)) == written
    assert to_json(record(able={"reasons": [], "refuse": False, "n": 90})) == written  # the order of facts is no matter


def test_json_is_sorted_and_has_no_nan() -> None:
    odd = Measured("minilm", "AP", None, None, None)
    written = to_json(record(figures=(odd,), run={"p95": float("nan"), "most": np.float32("inf"), "n": np.int64(3)}))
    raw = json.loads(written, parse_constant=pytest.fail)
    assert list(raw) == sorted(raw)
    assert raw["run"] == {"p95": None, "most": None, "n": 3}
    assert raw["figures"][0]["mean"] is None


def test_any_unicode_survives() -> None:
    title = "Größe 👩‍🚀 \ud800 \u202e שלום \0"
    assert from_json(to_json(record(title=title))).title == title.replace("\ud800", "\ufffd")


def test_fields_of_later_versions_are_passed_over() -> None:
    raw = json.loads(to_json(record()))
    raw["new"] = {"anything": 1}
    raw["data"]["new"] = raw["ruling"]["new"] = 3
    assert from_json(json.dumps(raw).encode()) == record()


def _changed(**fields: object) -> bytes:
    return json.dumps({**json.loads(to_json(record())), **fields}).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"{", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b'{"format": "vecassay-record", "title": NaN}', "NaN is no number"),
        (b"[1, 2]", "no decision record"),
        (b'"text"', "no decision record"),
        (b'{"format": "something else"}', "no decision record"),
        (b"# Title\n\nDecision record", "cannot be read"),
        (b'{"format": "vecassay-record"}', "damaged at title"),
        (_changed(schema=2), r"newer Vecassay: its layout is number 2, and this one reads up to 1\. Update"),
        (_changed(schema="x", title=3), "damaged at title"),
        (_changed(title={"a": 1}), "damaged at title"),
        (_changed(title="x" * 20_001), "damaged at title"),
        (_changed(figures=[{"candidate": "a"}]), r"damaged at figures\.0\.name"),
        (_changed(figures=3), "damaged at figures"),
        (_changed(pairs=[{}]), r"damaged at pairs\.0\.a"),
        (_changed(data={}), r"damaged at data\.name"),
        (_changed(plan=[1]), "damaged at plan"),
        (b'{"format": "vecassay-record", "title": ' + b"9" * 5_000 + b"}", "cannot be read"),
        (b'{"format": "vecassay-record", "facts": [{"money": -' + b"9" * 400 + b"}]}", "whole number of 401 digits"),
    ],
)
def test_what_is_no_record_is_refused_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(VecassayError, match=said) as error:
        from_json(data)
    assert "\n" not in str(error.value)


def test_digests_that_are_none_are_refused() -> None:
    raw = json.loads(to_json(record()))
    raw["data"]["texts"]["each"] = "not hex at all!!"
    with pytest.raises(VecassayError, match=r"damaged at data\.texts\.each"):
        from_json(json.dumps(raw).encode())


def test_a_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_BYTES", 10)
    with pytest.raises(VecassayError, match="at most 10 bytes"):
        from_json(b" " * 11)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("postgresql+psycopg://anna:secret@db/x", "postgresql+psycopg://…@db/x"),
        ("https://user:p%40ss@host/path", "https://…@host/path"),
        ("see https://host/x?api_key=abc&y=1", "see https://host/x?api_key=…&y=1"),
        ("nothing@here", "nothing@here"),
    ],
)
def test_passwords_do_not_leave_with_a_record(given: str, shown: str) -> None:
    assert clean({"a": [given]}) == {"a": [shown]}
    assert given not in to_json(record(title=given, untested=(given,))).decode() or given == shown


def test_home_folders_do_not_leave_with_a_record(home: Path) -> None:
    written = to_json(record(run={"note": f"read {home}/models/x and {Path.home()}/notes"})).decode()
    assert "read ~/models/x and ~/notes" in written
    assert str(home) not in written


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/home/anna/models/potion", "folder:potion"),
        ("/srv/models/potion/", "folder:potion"),
        ("~/potion", "folder:potion"),
        (r"C:\Users\anna\potion", "folder:potion"),
        ("/", "folder:"),
        ("intfloat/e5-small-v2", "intfloat/e5-small-v2"),
        ("bundled:all-MiniLM-L6-v2", "bundled:all-MiniLM-L6-v2"),
    ],
)
def test_of_a_folder_only_its_name_is_told(name: str, shown: str) -> None:
    assert folder_name(name) == shown


def test_texts_are_in_it_as_digests_only() -> None:
    written = to_json(record()).decode()
    for text in (*CORPUS.texts, CORPUS.queries[0].text):
        assert text not in written
    assert len(record().data.texts.digests) == 4
    assert record().data.texts.ids == ("t1", "t2", "t3", "t4")


def test_large_corpora_are_kept_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "EACH_UP_TO", 10)
    monkeypatch.setattr(listing, "BLOCK", 4)
    texts = [f"text {i}" for i in range(11)]
    then = listing.texts(Corpus("big", tuple(texts)))
    assert (then.block, len(then.digests), then.ids) == (4, 3, None)
    assert listing.differences(then, then).none
    texts[5] = "another"
    changed = listing.differences(then, listing.texts(Corpus("big", tuple(texts))))
    assert (changed.changed, changed.added) == (("5-8",), ())
    longer = listing.differences(then, listing.texts(Corpus("big", (*texts, "one more"))))
    assert longer.changed == ("5-8", "9-11")
    assert longer.added == ("12-12",)
    fewer = listing.differences(then, listing.texts(Corpus("big", tuple(texts[:9]))))
    assert not fewer.none


def test_what_changed_is_told_even_when_it_cannot_be_named() -> None:
    twice = Corpus("two", ("a", "b"), ids=("same", "same"))
    other = Corpus("two", ("x", "b"), ids=("same", "same"))
    assert listing.differences(listing.texts(twice), listing.texts(other)).changed == ("1-2",)


def test_a_judgement_of_a_text_that_is_not_there_still_counts_as_said() -> None:
    more = replace(CORPUS, judgements=(*CORPUS.judgements, Judgement("q9", "nowhere", 1)))
    found = listing.differences(listing.judgements(CORPUS), listing.judgements(more))
    assert found.added == ("q9",)


def _leaves(tree: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(leaf for name, value in inner for leaf in _leaves(value, (*path, name)))]


def test_whatever_is_put_in_a_record_it_is_refused_or_printed() -> None:
    """150 records with one value replaced by another kind of value."""
    whole = to_json(record())
    rng = np.random.default_rng(0)
    paths = [path for path in _leaves(json.loads(whole)) if path]
    odd: list[object] = [None, -1, 1e308, "x", "", [], {}, True, [[1]], {"a": {"b": [None]}}, "0" * 19_000]
    refused = 0
    for _ in range(150):
        raw = json.loads(whole)
        *above, last = paths[rng.integers(len(paths))]
        place = raw
        for name in above:
            place = place[name]
        place[last] = odd[rng.integers(len(odd))]
        try:
            read = from_json(json.dumps(raw).encode())
        except VecassayError:
            refused += 1
        else:
            assert to_html(read)
            assert to_markdown(read)
            assert from_json(to_json(read)) == read
    assert 20 < refused < 130
