"""The Clusters page, as a visitor finds it; and the parts of it that compute."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core import corpora, jobs, pipeline
from core.report.export import to_parquet
from core.session import colouring, maps, placing, selection
from core.session.clusters import by_cluster
from core.types import Corpus, Model, ModelSpec, Space, Study
from tests.pages.test_pages import HOSTILE, open_page, settle, words

FAST = {"map": "PCA"}
# Three models that fit in a moment: one method, three sizes.
SMALL, TINY = (ModelSpec(f"lsa-{size}", f"LSA {size}", "lsa", "tfidf-svd", dimension=size) for size in (16, 6))


@pytest.fixture
def app(app: None, asked_here: list[str]) -> None:
    for spec in (SMALL, TINY):
        pipeline.store().models.add(spec, "test")


def finished(at: AppTest) -> AppTest:
    """Run until nothing is asked for any more: maps come first, what stands on them later."""
    while True:
        before = jobs.jobs().started
        settle(at)
        if jobs.jobs().started == before and not jobs.jobs().active():
            return at


def clusters_page(**query: str) -> AppTest:
    return finished(open_page("clusters", **{**FAST, **query}))


def stored(texts: tuple[str, ...], labels: tuple[str, ...] | None = None, name: str = "mine") -> str:
    corpus = Corpus(name, tuple(corpora.clean(text) for text in texts), labels=labels)
    return pipeline.store().corpora.add(corpus, {}, kind="upload", owner="me")


# The page


def test_one_two_and_three_models_with_labels(app: None) -> None:
    for shown, models in enumerate(("lsa", "lsa-16,lsa", "lsa-6,lsa-16,lsa"), start=1):
        at = clusters_page(corpus="sentences", models=models)
        assert not at.exception, at.exception
        assert not at.error, [error.value for error in at.error]
        text = words(at)
        assert text.count("trustworthiness **") == shown
        assert text.count("· V-measure **") == shown
        assert "Against the labels: V-measure **" in text
        assert text.count("of the variance is in the picture") == shown
        assert "never on the picture" in text
        assert ("Procrustes" in text) == (shown > 1)
        assert at.selectbox(key="colour").value == "label"
        assert ("split" in [box.key for box in at.selectbox]) == (shown > 1)


def test_without_labels_colours_are_clusters_and_no_figure_speaks_of_labels(app: None) -> None:
    texts = tuple(f"{animal} number {i}" for animal in ("cat", "dog", "whale") for i in range(8))
    at = clusters_page(corpus=stored(texts), models="lsa")
    assert not at.exception, at.exception
    assert at.selectbox(key="colour").value == "cluster"
    assert "label" not in at.selectbox(key="colour").options
    assert "V-measure" not in words(at)
    assert "silhouette **" in words(at)


def test_few_texts_duplicates_and_texts_without_a_vector(app: None) -> None:
    for texts in (("a cat",), ("a cat", "a dog"), ("a cat", "a dog", "a fish"), ("same",) * 5, ("?",) * 4):
        fingerprint = stored(texts)
        for query in ({"fade": "true"}, {"map": "t-SNE", "dims": "3-D", "grouping": "HDBSCAN", "seeds": "true"}):
            at = clusters_page(corpus=fingerprint, models="lsa-16,lsa", **query)
            assert not at.exception, (texts, query, at.exception)
            assert not at.error, (texts, query, [error.value for error in at.error])


def test_hostile_texts_and_labels_are_shown_letter_by_letter(app: None) -> None:
    texts = tuple(corpora.clean(text) for text in HOSTILE)
    at = clusters_page(
        corpus=stored(texts, labels=texts, name="![n](http://tracker.invalid)"), models="lsa", table="true"
    )
    assert not at.exception, at.exception
    for element in (*at.markdown, *at.caption):
        for alive in ("![x](", "<script>", "[click]("):
            assert alive not in element.value


def test_a_link_holds_everything_that_is_seen(app: None) -> None:
    query = {
        "map": "t-SNE", "dims": "3-D", "perplexity": "10", "map_seed": "7", "map_k": "5", "colour": "similarity",
        "of": "LSA 16", "about": "It will rain.", "find": "and", "fade": "true", "grouping": "k-means",
        "group_k": "4", "group_seed": "3",
    }  # fmt: skip
    at = clusters_page(corpus="sentences", models="lsa,lsa-16", **query)
    assert not at.exception, at.exception
    for name, value in query.items():
        if name in ("map", "grouping"):  # what a page does by itself is not in its address
            continue
        assert at.query_params[name] in (value, [value]), name
    text = words(at)
    assert "t-SNE, perplexity 10, seed 7" in text.replace("\\", "")
    assert "k = 5" in text
    assert "contain “and”" in text
    assert text.count("forms **4 clusters**") == 2
    assert "Drag to turn" in text


def test_a_link_with_nonsense_falls_back(app: None) -> None:
    at = clusters_page(
        corpus="sentences",
        models="lsa",
        map="nonsense",
        dims="4-D",
        colour="smell",
        of="nobody",
        split="a~b",
        group_k="-3",
    )
    assert not at.exception, at.exception
    assert not at.error


def test_on_request_other_seeds_are_compared_and_new_texts_placed(app: None) -> None:
    at = clusters_page(corpus="sentences", models="lsa,lsa-16")
    assert "noise floor" not in words(at)
    at.toggle(key="seeds").set_value(True)
    at.text_area(key="place_texts").set_value("It will rain tomorrow.\n\nThe bank raised its rates.").run()
    finished(at)
    assert not at.exception, at.exception
    assert "differ more than seeds explain" in words(at)  # PCA has no seed: any difference is one of the models
    table = next(frame.value for frame in at.dataframe if "number" in frame.value)
    assert list(table["number"]) == [1, 2]
    for model in ("LSA ·", "LSA 16 ·"):
        assert any(column.startswith(model) and column.endswith("cluster") for column in table), list(table)


def test_a_picked_cluster_lights_up(app: None, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(maps, "draw", lambda panels, *, lit, **more: seen.append(lit) or maps.Shown(None, None, None))
    at = clusters_page(corpus="sentences", models="lsa")
    assert seen[-1] is None
    at.session_state["clusters-lsa"] = {"selection": {"rows": [1], "columns": []}}
    at.run()
    table = next(frame.value for frame in at.dataframe if "silhouette" in frame.value)
    assert np.sum(seen[-1]) == table["size"][1]


# What is computed here


def _seen(corpus: Corpus, *names: str, groups: bool = True) -> maps.Seen:
    models = tuple(Model(ModelSpec(name, f"Model {name}", "lsa", name), Space("lsa", name, "w")) for name in names)
    rng, n = np.random.default_rng(0), len(corpus)
    own = {name: {"xy": rng.normal(size=(n, 2)).astype(np.float32), "explained": None, "note": ""} for name in names}
    table = pd.DataFrame({"cluster": [-1, 0, 1], "name": ["", "x", "y"], "size": [1, 2, n - 3]})
    found = {"cluster": np.array([-1, 0, 0, *[1] * (n - 3)], np.int32), "table": table}
    view = maps.View("pca", 2, {}, 0, 10)
    xy = {name: answer["xy"] for name, answer in own.items()}
    return maps.Seen(Study(corpus, models), view, xy, own, {}, dict.fromkeys(names, found) if groups else {})


SIX = Corpus(
    "six",
    tuple(f"text {i}" for i in range(6)),
    labels=("a", "a", "b", "b", "c", "c"),
    ids=tuple(f"id{i}" for i in range(6)),
    titles=tuple(f"t{i}" for i in range(6)),
)


def test_the_table_of_points_has_every_column_and_only_the_rows_asked_for() -> None:
    seen = _seen(SIX, "p", "q")
    table = selection.points(seen, np.array([1, 4]))
    assert list(table) == [
        "row", "id", "label", "Model p · cluster", "Model p · x", "Model p · y",
        "Model q · cluster", "Model q · x", "Model q · y", "text",
    ]  # fmt: skip
    assert list(table["row"]) == [2, 5]
    assert list(table["text"]) == ["text 1", "text 4"]
    assert list(table["Model p · cluster"]) == [0, 1]
    np.testing.assert_array_equal(table["Model q · y"], seen.xy["q"][[1, 4], 1])
    assert len(selection.points(seen)) == 6
    back = pd.read_parquet(io.BytesIO(to_parquet(table)))
    pd.testing.assert_frame_equal(back, table, check_dtype=False)


def test_models_still_at_work_have_no_columns() -> None:
    seen = replace(_seen(SIX, "p", "q", groups=False), xy={})
    assert list(selection.points(seen)) == ["row", "id", "label", "text"]


def test_a_selection_becomes_a_corpus_with_its_labels_and_ids() -> None:
    small = selection.subset(SIX, np.array([0, 3]))
    assert small.texts == ("text 0", "text 3")
    assert (small.labels, small.ids, small.titles) == (("a", "b"), ("id0", "id3"), ("t0", "t3"))
    assert selection.subset(Corpus("n", ("x", "y")), np.array([1])).labels is None


def test_a_new_text_joins_the_cluster_of_most_of_its_neighbours_and_of_equals_the_nearer() -> None:
    cluster = np.array([0, 0, 1, 2], np.int32)
    assert placing.nearest_cluster(cluster, np.array([[2, 0, 1], [3, 2, 0], [2, 3, 0]], np.int32)) == [0, 2, 1]


def test_placed_texts_follow_the_turn_and_stretch_of_their_map() -> None:
    rng = np.random.default_rng(1)
    own, new = rng.normal(size=(50, 2)).astype(np.float32), rng.normal(size=(3, 2)).astype(np.float32)
    turn = np.array([[0, -1], [1, 0]]) * 0.5
    drawn = (own @ turn + [3, 4]).astype(np.float32)
    np.testing.assert_allclose(placing._as_drawn(own, drawn, new), new @ turn + [3, 4], atol=1e-5)
    assert placing._as_drawn(own, own, new) is new
    point = np.zeros((4, 2), np.float32)
    assert np.isfinite(placing._as_drawn(point, point.copy(), new)).all()


def test_clusters_are_coloured_by_size_and_texts_in_none_are_grey() -> None:
    found = _seen(SIX, "p").groups["p"]
    paint = by_cluster(found, "cluster")
    assert paint.names == ("1 · y", "0 · x", "no cluster")
    assert paint.codes is not None
    assert list(paint.codes) == [2, 1, 1, 0, 0, 0]


def test_points_fade_from_right_to_half_wrong() -> None:
    seen = replace(_seen(SIX, "p"), trust={"p": {"per_trust": np.array([1, 0.75, 0.5, 0.2, np.nan, 1], np.float32)}})
    np.testing.assert_allclose(maps.fading(seen, True)["p"], [1, 0.5, 0, 0, np.nan, 1])
    assert maps.fading(seen, False) == {}


def test_what_decides_the_colour_and_is_not_there_yet_leaves_points_plain() -> None:
    seen = _seen(SIX, "p", groups=False)
    for by in ("cluster", "trust", "similarity"):
        plain = colouring.paint(seen, colouring.Look(by, "p", "", "", False))
        assert plain.codes is None
        assert plain.values is None
