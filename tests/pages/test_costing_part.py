"""Costs at scale, in an app of their own: the answer first, what is not measured, prices that can be changed."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import words


def _app(speeds: dict[str, float], rows: int) -> None:
    import pandas as pd

    from core import pipeline, session
    from core.types import Corpus

    study = pipeline.study(Corpus("c", ("12345678", "1234")), ["lsa"])
    sizes = pd.DataFrame(
        [("LSA, *float32*", "lsa", 1024.0, 0.0, False), ("LSA, binary", "lsa", 32.0, 0.0, True)],
        columns=["configuration", "model", "bytes_per_vector", "fixed_bytes", "chosen"],
    )
    session.costs_at_scale(study, sizes.head(rows), texts_per_s=speeds)


@pytest.fixture(autouse=True)
def _alone(app: None, asked_here: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """There are no other pages to link to."""
    monkeypatch.setattr(st, "page_link", lambda *_, label, **__: st.caption(label))


def _open(speeds: dict[str, float], rows: int = 2) -> AppTest:
    at = AppTest.from_function(_app, args=(speeds, rows), default_timeout=60).run()
    assert not at.exception, at.exception
    return at


def _said(at: AppTest) -> str:
    return words(at).replace("\\", "")


def test_the_answer_then_bytes_hours_and_hosted_models() -> None:
    at = _open({"lsa": 100.0})
    said = _said(at)
    assert "1 million texts take 1.02 GB as LSA, *float32* and 32 MB as LSA, binary; embedding them takes 2.8" in said
    sizes, work, hosted = (frame.value for frame in at.dataframe)
    assert list(sizes["configuration"]) == ["★ LSA, binary", "LSA, *float32*"]
    assert list(sizes["1B texts"]) == ["32.0 GB", "1.0 TB"]
    assert list(work["a week without"]) == ["2.8 hours"]
    assert "money once" not in work
    # 1,000,000 texts of 1.5 tokens at 0.13 per million.
    assert hosted["all texts once"].iloc[0] == pytest.approx(0.195)
    assert "estimate of 4 characters a token over n = 2 texts" in said
    assert "not measured" not in said


def test_what_the_reader_types_is_what_is_told() -> None:
    at = _open({"lsa": 100.0})
    at.number_input(key="scale_texts").set_value(720_000)
    at.number_input(key="scale_changed").set_value(50.0)
    at.number_input(key="hour_price").set_value(3.0)
    at.number_input(key="tokens_per_text").set_value(100.0)
    at.number_input(key="tokens_voyage_3_5").set_value(1.0).run()
    assert not at.exception, at.exception
    _, work, hosted = (frame.value for frame in at.dataframe)
    assert (work["money once"][0], work["money a week with the cache"][0]) == ("6.00", "3.00")
    row = hosted.set_index("model").loc["Voyage AI voyage-3.5"]
    assert (row["all texts once"], row["a week with the cache"], row["price of"]) == (72.0, 36.0, "yours")
    assert hosted["price of"].eq("yours").sum() == 1


def test_what_was_not_measured_is_said_with_where_to_measure_it() -> None:
    at = _open({})
    said = _said(at)
    assert "not measured yet. Missing: LSA. Measure it on the Latency page" in said
    assert said.count("not measured") == 1
    assert len(at.dataframe) == 2


def test_without_configurations_it_says_what_to_do() -> None:
    at = _open({}, rows=0)
    assert "Measure some configurations first" in at.info[0].value
    assert not at.dataframe
