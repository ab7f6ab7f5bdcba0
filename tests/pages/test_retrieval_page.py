"""The Retrieval page: the answer with its certainty or the refusal, down to one query, cut-offs, state in the URL."""

import json
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import jobs, pipeline
from core.types import Corpus, Judgement, ModelSpec, Query, Study
from tests import fake_retrieval
from tests.pages.test_pages import ROOT, settle, words

SKILLS = {"minilm": 0.85, "small": 0.55, "lsa": 0.35, "bm25": 0.5}
MADE = fake_retrieval.corpus(60)
SMALL = ModelSpec("small", "Small LSA", "lsa", "small", dimension=16)


@pytest.fixture
def app(app: None) -> None:
    """Pages whose answers are in the store; the worker starts only when something is asked for that is not."""
    pipeline.store().models.add(SMALL, "somebody")


def keep(models: str, corpus: Corpus = MADE, refuse: bool = False, **more: float) -> Study:
    """Made-up answers about these models and BM25 in the store."""
    study = pipeline.study(corpus, models.split(","))
    skills = {word: SKILLS[word] for word in [*models.split(","), "bm25"]}
    fake_retrieval.keep(study, {**skills, **more}, refuse=refuse)
    return study


def show(models: str, corpus: str | Corpus = MADE, page: str = "retrieval", **query: str) -> AppTest:
    """The page by itself: through `app.py` the Overview would run first, and embed."""
    at = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
    at.session_state["_navigated"] = True
    named = corpus if isinstance(corpus, str) else corpus.fingerprint
    for name, value in {"corpus": named, "models": models, **query}.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, at.exception
    return at


def told(at: AppTest) -> str:
    return "\n".join([words(at), *(each.value for each in at.warning)]).replace("\\", "")


def table(at: AppTest, *columns: str) -> pd.DataFrame:
    found: pd.DataFrame = next(each.value for each in at.dataframe if set(columns) <= set(each.value.columns))
    return found


@pytest.mark.parametrize("models", ["lsa", "minilm,lsa", "minilm,small,lsa"])
def test_the_answer_comes_first_then_the_evidence(app: None, models: str) -> None:
    keep(models)
    at = show(models)
    assert not at.error
    best = "LSA" if models == "lsa" else "MiniLM-L6"
    others = len(models.split(","))
    assert f"{best}**" in at.markdown[0].value.replace("\\", "")
    assert len(at.get("plotly_chart")) == (5 if models == "lsa" else 6)  # LSA has no trained weights
    pairs = table(at, "p (Holm)")
    assert len(pairs) == others * (others + 1) // 2
    assert not {"a", "b"} & set(pairs.columns)
    assert set(pairs["candidate"]) | set(pairs["against"]) <= {"MiniLM-L6", "Small LSA", "LSA", "BM25"}
    assert (pairs["difference"] >= 0).all()
    assert "n = 60 queries" in told(at)
    assert f"Holm's correction over {len(pairs)} pair" in told(at)
    assert [metric.label for metric in at.metric] == [
        "Queries", "Solved by all", "Solved by none", "Informative", "Gap to BM25",
    ]  # fmt: skip


def test_without_a_model_it_says_what_to_do(app: None) -> None:
    keep("lsa")
    assert "Choose a model" in told(show(""))


def test_a_refusal_gives_its_reasons_and_no_ranking(app: None) -> None:
    keep("lsa,minilm", refuse=True)
    at = show("lsa,minilm")
    assert "No ranking: this test set cannot tell." in told(at)
    assert "Only 3 queries have a relevant text; 20 is the least." in told(at)
    assert "finds more" not in told(at)
    assert set(table(at, "p (Holm)")["verdict"]) == {"none: the test set cannot tell"}
    rows = json.loads(at.get("plotly_chart")[0].proto.spec)["layout"]
    assert "shapes" not in rows or all(shape["type"] != "rect" for shape in rows["shapes"])
    assert list(rows["yaxis"]["ticktext"]) == ["LSA", "MiniLM-L6", "BM25"]  # the sidebar's order, not by mean


def test_moving_the_margin_asks_nothing_and_changes_the_verdicts(app: None) -> None:
    keep("minilm,lsa")
    at = show("minilm,lsa")
    before = list(table(at, "p (Holm)")["verdict"])
    at.number_input(key="margin").set_value(0.5).run()
    assert not jobs.jobs().active()
    assert not at.exception
    after = list(table(at, "p (Holm)")["verdict"])
    assert "better" in before
    assert "practically equal" in after
    linked = show("minilm,lsa", margin="0.5")
    assert list(table(linked, "p (Holm)")["verdict"]) == after


def test_one_query_has_no_interval_and_is_no_ranking(app: None) -> None:
    corpus = fake_retrieval.corpus(1)
    keep("lsa", corpus, refuse=True)
    at = show("lsa", corpus)
    assert "n = 1 query with" in told(at)
    assert table(at, "p (Holm)")["low"].isna().all()


def test_hybrids_are_candidates_by_choice_and_the_link_holds_it(app: None) -> None:
    keep("minilm", **{"minilm+bm25": 0.9})
    at = show("minilm", hybrid="true")
    assert not jobs.jobs().active()
    assert "MiniLM-L6 + BM25" in set(table(at, "p (Holm)")["candidate"])
    at.toggle(key="hybrid").set_value(False)
    keep("minilm")
    at.run()
    assert "MiniLM-L6 + BM25" not in set(table(at, "p (Holm)")["candidate"])


def test_another_measure_comes_with_the_link(app: None) -> None:
    study = pipeline.study(MADE, ["lsa"])
    fake_retrieval.keep(study, {"lsa": 0.4, "bm25": 0.6}, measure="R@100")
    at = show("lsa", measure="R@100", family="Average precision", size="dimension")
    assert at.selectbox(key="measure").value == "R@100"
    assert "finds more (R@100)" in told(at)
    chart = json.loads(at.get("plotly_chart")[1].proto.spec)
    assert "Average precision" in chart["layout"]["xaxis"]["ticktext"]


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [("all", 62), ("no answer", 2), ("disagree most", 60), ("nobody", None), ("BM25 beats all", None)],
)
def test_queries_are_filtered(app: None, chosen: str, kept: int | None) -> None:
    keep("minilm,lsa")
    at = show("minilm,lsa", view="Queries", queries=chosen)
    counted = next(each.value for each in at.caption if " of 62 queries" in each.value)
    rows = int(counted.split(" of ")[0])
    assert kept is None or rows == kept
    if rows:
        assert len(table(at, "best")) == rows
    if chosen == "BM25 beats all":
        assert 0 < rows < 60
        assert set(table(at, "best")["best"]) == {"BM25"}
    if chosen == "no answer":
        assert list(table(at, "best")["best"]) == ["no answer", "not judged"]
        assert "first:lsa" in table(at, "best").columns


def test_only_one_finds_it_and_by_kind_and_words(app: None) -> None:
    study = pipeline.study(MADE, ["minilm", "lsa"])
    fake_retrieval.keep(study, {"minilm": 0.4, "lsa": 0.6, "bm25": 0.3})
    at = show("minilm,lsa", view="Queries", queries="only one", only="LSA", kind="hard", contains="NUMBER")
    shown = table(at, "best")
    assert len(shown)
    assert (shown["first:lsa"] <= 10).all()
    assert not (shown[["first:minilm", "first:bm25"]] <= 10).any(axis=None)
    assert set(shown["kind"]) == {"hard"}
    assert shown["query"].str.contains("number").all()
    at.text_input(key="contains").set_value("nothing says this").run()
    assert not at.exception
    assert "No such query" in told(at)


@pytest.mark.parametrize("label", ["query", "kind", "best", "LSA · nDCG@10"])
def test_a_model_may_be_called_as_a_column_is(app: None, label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    configured: dict[str, Any] = {}
    real = st.dataframe

    def dataframe(data: Any, **options: Any) -> Any:
        configured.update(options.get("column_config") or {} if "best" in getattr(data, "column_names", ()) else {})
        return real(data, **options)

    monkeypatch.setattr(st, "dataframe", dataframe)
    named = ModelSpec("named", label, "lsa", "named", dimension=16)
    pipeline.store().models.add(named, "somebody")
    study = pipeline.study(MADE, ["lsa", "named"])
    fake_retrieval.keep(study, {"lsa": 0.4, "named": 0.6, "bm25": 0.3})
    shown = table(show("lsa,named", view="Queries"), "best")
    assert shown["query"].tolist()[0] == MADE.queries[0].text
    assert set(shown["best"]) & {label, "BM25", "LSA"}
    assert len(shown.columns) == 3 + 2 * 3
    assert configured["first:named"]["label"] == label


def test_a_query_is_opened_by_the_link_with_grades_and_ranks(app: None) -> None:
    hostile = "<b>x</b> ![i](http://tracker.invalid/a.png) :red[hot]"
    queries = (Query("q0", hostile, hostile), *MADE.queries[1:])
    corpus = Corpus(hostile, (hostile, *MADE.texts[1:]), queries=queries, judgements=MADE.judgements)
    keep("minilm,lsa", corpus)
    at = show("minilm,lsa", corpus, view="Queries", query="1")
    assert hostile in [each.value for each in at.text]
    markdown = "\n".join(each.value for each in at.markdown)
    assert ":green-badge[grade 3]" in markdown
    assert ":gray-badge[unjudged]" in markdown
    assert ":violet-badge[copy]" in markdown
    assert "![i]" not in markdown
    assert ":red[hot]" not in markdown
    ranks = table(at, "grade")
    assert list(ranks["grade"]) == [3, 1]
    assert ranks["rank:lsa"].tolist()[0] == 1
    assert ranks["rank:lsa"].isna().tolist() == [False, True]


def test_a_selected_row_stays_the_query_it_was_when_the_list_changes(
    app: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[str] = []
    selected: dict[str, int] = {}

    def table(data: pd.DataFrame, key: str, *, pick: bool = False, **options: object) -> int | None:
        listed.extend([key] * pick)
        return selected.get(key)  # as the browser does: a table of the same key keeps its selected row

    monkeypatch.setattr("core.session.show.table", table)
    keep("lsa")
    at = show("lsa", view="Queries")
    selected[listed[-1]] = 5
    at.run()
    assert at.session_state["query"] == 6
    at.text_input(key="contains").set_value(MADE.queries[40].text).run()
    assert at.session_state["query"] == 6
    assert not at.exception


def test_a_query_number_beyond_the_test_set_falls_back(app: None) -> None:
    keep("lsa")
    at = show("lsa", view="Queries", query="999", only="gone", kind="gone", queries="only one")
    assert not at.error


def test_cut_offs_are_told_and_translated(app: None) -> None:
    keep("minilm,small")
    at = show("minilm,small", view="Cut-offs", score="0.6")
    text = told(at)
    assert "**MiniLM-L6**: keep scores from **0.900**" in text
    assert "**Small LSA** reaches a precision of 90% at no cut-off" in text
    assert "Left out: BM25." in text
    # Equal results per query lie at twice the score in the made-up answer.
    assert "Your **0.600** under MiniLM-L6 corresponds to **1.200** under Small LSA" in text
    at.number_input(key="score").set_value(7.0).run()
    assert "7.000 lies outside, and keeps nothing" in told(at)
    at.selectbox(key="from").set_value("small").run()
    assert not at.exception
    assert at.selectbox(key="to").value == "minilm"


def test_texts_without_queries_go_straight_to_the_test_set(app: None) -> None:
    at = show("lsa", "sentences")
    assert "view" not in {each.key for each in at.get("segmented_control")}
    assert "These texts come without queries" in told(at)


def test_a_grade_that_no_text_has_says_so(app: None) -> None:
    keep("lsa")
    at = show("lsa", relevant="9")
    assert "none has a text of grade 9 or more (the highest grade is 3)" in told(at)
    assert not jobs.jobs().active()


def test_computed_for_real(app: None) -> None:
    texts = tuple(f"The {noun} {verb} the {thing}." for noun in NOUNS for verb in VERBS for thing in THINGS)
    queries = tuple(Query(f"q{i}", text.removesuffix(".").lower(), "word") for i, text in enumerate(texts[::2]))
    judgements = tuple(Judgement(f"q{i}", str(2 * i + 1), 2) for i in range(len(queries)))
    corpus = Corpus("real", texts, queries=queries, judgements=judgements)
    pipeline.study(corpus, ["lsa"])
    at = settle(show("lsa", corpus, hybrid="true"))
    at = settle(at)
    assert not at.exception, at.exception
    assert not at.error, [each.value for each in at.error]
    assert len(table(at, "p (Holm)")) == 3
    # Every query repeats its text: everybody finds it first, and nothing can be told apart.
    assert "No ranking: this test set cannot tell." in told(at)
    at = settle(show("lsa", corpus, hybrid="true", view="Queries"))
    assert not at.exception, at.exception
    assert (table(at, "best")["first:lsa"] == 1).all()
    at = settle(show("lsa", corpus, hybrid="true", view="Cut-offs"))
    assert not at.exception, at.exception
    assert "Left out: BM25, LSA + BM25." in told(at)


NOUNS = ("dog", "cat", "nurse", "pilot", "baker")
VERBS = ("sees", "likes", "paints")
THINGS = ("house", "river", "lamp", "tree")


def test_the_library_warms_it_up_and_then_it_asks_for_nothing(app: None, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ("red apples keep well", "green pears do not", "the sea was rough")
    asked = (Query("q1", "which apples keep"), Query("q2", "are pears green"))
    judged = (Judgement("q1", "1", 2), Judgement("q2", "2", 1))
    corpus = Corpus("warm", texts, ("fruit", "fruit", "water"), queries=asked, judgements=judged)
    pipeline.study(corpus, ["lsa", "small"])
    at = AppTest.from_file(str(ROOT / "pages" / "library.py"), default_timeout=120)
    at.session_state["_navigated"] = True
    at.query_params["corpus"], at.query_params["models"] = corpus.fingerprint, "lsa,small"
    at.run()
    at.button(key="warm").click().run()
    for _ in range(5):
        if any("Everything is in the cache" in each.value for each in at.success):
            break
        at = settle(at)
    assert any("Everything is in the cache" in each.value for each in at.success)

    submitted: list[str] = []
    monkeypatch.setattr(jobs.jobs(), "submit", lambda question, *rest: submitted.append(question.name))
    page = show("lsa,small", corpus)
    assert "No ranking: this test set cannot tell." in told(page)
    clusters = show("lsa,small", corpus, page="clusters")
    assert "Against the labels: V-measure **" in told(clusters)
    assert submitted == []
