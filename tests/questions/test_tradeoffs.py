"""How much is kept in smaller vectors, over a small judged corpus whose vectors are told."""

import numpy as np
import pandas as pd
import pytest

from core import pipeline
from core.errors import VecassayError
from core.types import Answer, Study
from tests.decisions import corpus

SCORED = {"rel": 1, "copies": True, "seed": 0}


@pytest.fixture
def study(home: object) -> Study:
    return pipeline.study(corpus(40), ["lsa"])


def asked(study: Study, name: str, **arguments: object) -> Answer:
    return pipeline.answer(name, study, **arguments)


def row(found: Answer, form: str) -> pd.Series:
    table = found["forms"]
    return table[table["form"] == form].iloc[0]


def test_the_plain_form_is_what_quality_says(study: Study) -> None:
    found = asked(study, "tradeoffs", **SCORED)
    quality = asked(study, "quality", candidate="lsa", rerankers={}, **SCORED)["figures"].set_index("name")
    plain = row(found, "")
    for name in ("nDCG@10", "R@10"):
        assert plain[name] == pytest.approx(quality.loc[name, "mean"])
        assert plain[f"{name}_low"] == pytest.approx(quality.loc[name, "low"])
    assert plain["recall"] == plain["spearman"] == 1.0
    assert plain["bytes_per_vector"] == 4 * found["dimension"]


def test_a_form_is_what_the_same_word_is_as_a_candidate(study: Study) -> None:
    found = asked(study, "tradeoffs", **SCORED)
    form = next(word for word in found["forms"]["form"] if word.endswith(":binary*2") and "@" in word)
    quality = asked(study, "quality", candidate=f"lsa{form}", rerankers={}, **SCORED)["figures"].set_index("name")
    assert row(found, form)["nDCG@10"] == pytest.approx(quality.loc["nDCG@10", "mean"])


def test_every_value_lies_in_its_interval_and_columns_follow_the_forms(study: Study) -> None:
    found = asked(study, "tradeoffs", **SCORED)
    table = found["forms"]
    for name in ("nDCG@10", "R@10", "recall"):
        assert ((table[f"{name}_low"] <= table[name] + 1e-12) & (table[name] <= table[f"{name}_high"] + 1e-12)).all()
        np.testing.assert_allclose(found[f"each:{name}"].mean(axis=0), table[name], atol=1e-6)
    assert found["each:nDCG@10"].shape == (len(found["queries"]), len(table))


def test_texts_without_queries_or_labels_have_recall_and_similarities(home: object) -> None:
    study = pipeline.study("sentences", ["lsa"])
    found = asked(study, "tradeoffs", **SCORED)
    assert found["forms"]["nDCG@10"].isna().all()
    assert found["forms"]["recall"].notna().all()
    assert found["forms"]["knn"].notna().all()  # the sample has labels
    with pytest.raises(VecassayError, match="needs judged queries"):
        asked(study, "frontier", measure="nDCG@10", within=0.01, **SCORED)


def test_the_frontier_compares_models_on_the_same_queries(study: Study) -> None:
    found = asked(study, "frontier", measure="nDCG@10", within=0.05, **SCORED)
    table, choice = found["table"], found["choices"].iloc[0]
    assert choice["model"] == ""
    assert choice["best"] == "lsa"
    each = asked(study, "tradeoffs", **SCORED)
    place = each["forms"]["form"].tolist().index(":int8")
    values = each["each:nDCG@10"].astype(float)
    expected = (values[:, place] - values[:, 0]).mean()
    assert table.set_index("candidate").loc["lsa:int8", "difference"] == pytest.approx(expected)
    on = table[table["front"]].sort_values("bytes_per_vector")
    assert on["mean"].is_monotonic_increasing


def test_a_measure_of_a_models_own_has_a_choice_for_each_model(home: object) -> None:
    study = pipeline.study("sentences", ["lsa"])
    found = asked(study, "frontier", measure="recall", within=0.05, **SCORED)
    assert found["choices"]["model"].tolist() == ["lsa"]
    assert found["n"] == len(asked(study, "tradeoffs", **SCORED)["probes"])
    assert asked(study, "frontier", measure="spearman", within=0.05, **SCORED)["n"] == 150


@pytest.mark.parametrize(
    ("measure", "within", "said"), [("nDCG", 0.01, "a measure of what is kept"), ("recall", 0, "above 0")]
)
def test_what_cannot_be_asked_says_so(study: Study, measure: str, within: float, said: str) -> None:
    with pytest.raises(VecassayError, match=said):
        asked(study, "frontier", measure=measure, within=within, **SCORED)


def test_what_is_lost_marks_what_the_other_side_lacks(study: Study) -> None:
    found = asked(study, "lost", form=":binary", row=3, query=-1, copies=True)
    before, after = found["before"], found["after"]
    assert 3 not in set(before["row"]) | set(after["row"])
    assert before["kept"].tolist() == [at in set(after["row"]) for at in before["row"]]
    asked_for: Answer = asked(study, "lost", form=":float16", row=-1, query=0, copies=True)
    assert set(asked_for["before"]["row"]) & set(asked_for["after"]["row"])
    assert asked_for["before"]["grade"].notna().any()
