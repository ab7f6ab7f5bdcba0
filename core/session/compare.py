"""The parts of the Compare page: sentences in, a table of pairs, agreement over the corpus, one text's neighbours."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core import charts, corpora, measures
from core.session import show
from core.session.panel import answer
from core.session.words import count, plain, short
from core.session.writing import written
from core.types import Answer, Corpus, Study

MOST_SENTENCES = 50
PICK_FROM = 500
STARTERS = (
    "The dog bit the man.",
    "The man bit the dog.",
    "A hound sank its teeth into a passer-by.",
    "She deposited the cheque at the bank.",
    "They had a picnic on the bank of the river.",
    "The film was worth watching.",
    "The film was not worth watching.",
    "I enjoyed that movie a lot.",
)


def sentences(corpus: Corpus) -> Corpus | None:
    """2 to 50 sentences, typed or picked from the corpus, as a small corpus in the store; None until there are two."""
    how = st.segmented_control(
        "Sentences to compare",
        ["Type them", "Pick from the texts"],
        default="Type them",
        required=True,
        key="how",
        persist_state="session",
    )
    chosen = _typed() if how == "Type them" else _picked(corpus)
    unique = list(dict.fromkeys(filter(None, (corpora.clean(text) for text in chosen))))
    if len(unique) < len(list(chosen)):
        st.caption("Empty lines and repeated sentences are left out.")
    if len(unique) > MOST_SENTENCES:
        st.error(
            f"Expected 2 to {MOST_SENTENCES} sentences; got {len(unique)}. Remove {len(unique) - MOST_SENTENCES}, "
            f"or load them as texts of their own and look at the agreement over all of them below."
        )
        return None
    if len(unique) < 2:
        st.info("Two different sentences are enough to begin.", icon=":material/edit:")
        return None
    return written(unique)


def _typed() -> list[str]:
    written = st.text_area(
        "One sentence a line",
        "\n".join(STARTERS),
        height=215,
        key="typed_sentences",
        persist_state="session",
        help="Change them: a paraphrase, a negation, two words that look alike. Models differ most there.",
    )
    return [line for line in (written or "").split("\n") if line.strip()]


def _picked(corpus: Corpus) -> list[str]:
    wanted = st.text_input("Show texts that contain", key="pick_filter", placeholder="a word, or nothing for a sample")
    rows = np.arange(len(corpus))
    if wanted:
        rows = np.array([row for row in rows if wanted.lower() in corpus.texts[row].lower()], dtype=int)
    total = len(rows)
    if total > PICK_FROM:
        rows = np.sort(np.random.default_rng(0).choice(rows, PICK_FROM, replace=False))
        st.caption(f"A random sample of {PICK_FROM:,} of {total:,} texts, seed 0. Filter to find others.")
    table = pd.DataFrame({"row": rows + 1, "text": [corpus.texts[row] for row in rows]})
    event = st.dataframe(
        table, hide_index=True, height=260, key=f"pick-{wanted}", on_select="rerun", selection_mode="multi-row"
    )
    return [corpus.texts[rows[place]] for place in event["selection"]["rows"] if place < len(rows)]


def pair_table(pairs: pd.DataFrame, small: Corpus, labels: dict[str, str]) -> pd.DataFrame:
    """A row per pair: both sentences, cosine and rank under each model, and how far apart the ranks are (0 to 1)."""
    wide = pairs.pivot(index=["a", "b"], columns="model", values=["cosine", "rank", "percentile"])
    apart = np.ptp(wide["percentile"].to_numpy(dtype=float), axis=1)
    table = pd.DataFrame({"a": wide.index.get_level_values("a"), "b": wide.index.get_level_values("b")})
    table["pair"] = [f"{a + 1} · {b + 1}" for a, b in zip(table["a"], table["b"], strict=True)]
    table["first"] = [small.texts[row] for row in table["a"]]
    table["second"] = [small.texts[row] for row in table["b"]]
    for key, label in labels.items():
        table[f"{label} · cosine"] = wide["cosine"][key].to_numpy()
        table[f"{label} · rank"] = wide["rank"][key].to_numpy().astype(int)
    if len(labels) == 1:
        return table.sort_values(list(table.columns)[-1], ignore_index=True)
    return table.assign(apart=apart).sort_values("apart", ascending=False, ignore_index=True)


def _with_dimensions(labels: dict[str, str], found: Answer) -> dict[str, str]:
    """Model names with how long their vectors are."""
    return {key: f"{label} · {found['dimensions'][key]:,} dim." for key, label in labels.items()}


@st.fragment
def sentence_matrices(found: Answer, small: Corpus, labels: dict[str, str], pairs: pd.DataFrame) -> None:
    """Every pair of sentences under every model; changing what they show runs this part alone."""
    shown = st.segmented_control(
        "Show",
        ["cosine", "percentile"],
        default="cosine",
        required=True,
        key="shown",
        bind="query-params",
        help="Cosine is the model's own score. Percentile is the share of the other pairs that are less similar under "
        "the same model, so that models can be laid beside each other.",
    )
    show.chart(
        charts.sentence_matrices(found["pairs"], small.texts, _with_dimensions(labels, found), shown),
        alt="Similarity of every two sentences, one matrix per model",
        data=pairs,
        key="matrices",
    )


def disagreement(pairs: pd.DataFrame, labels: dict[str, str]) -> None:
    """In one sentence, the pair that two models rank furthest apart."""
    worst = pairs.iloc[0]
    ranks = {label: int(worst[f"{label} · rank"]) for label in labels.values()}
    near, far = min(ranks, key=lambda label: ranks[label]), max(ranks, key=lambda label: ranks[label])
    if ranks[near] == ranks[far]:
        st.markdown("All models put these pairs in the same order.")
        return
    st.markdown(
        f"They disagree most about “{plain(short(worst['first']))}” and “{plain(short(worst['second']))}”: "
        f"rank **{ranks[near]}** of {len(pairs)} under {plain(near)}, **{ranks[far]}** under {plain(far)}."
    )


def pair_columns(labels: dict[str, str]) -> dict[str, Any]:
    """How the table of pairs is shown."""
    cosines = {f"{label} · cosine": st.column_config.NumberColumn(format="%.3f") for label in labels.values()}
    apart = st.column_config.ProgressColumn(
        "ranks apart", min_value=0, max_value=1, format="percent", help="0 %: all models rank the pair alike."
    )
    return {**cosines, "apart": apart}


def row(corpus: Corpus, picked: int | None) -> int:
    """The row to look into: the one picked in a table, else the one typed here."""
    if picked is not None:
        st.session_state["row"] = picked + 1
    st.session_state["row"] = min(int(st.session_state.get("row", 1)), len(corpus))
    return int(st.number_input("Row", 1, len(corpus), key="row", bind="query-params")) - 1


def agreement(study: Study, k: int) -> pd.DataFrame:
    """The agreement matrices, one per measure, and what they mean; returns their table."""
    found: pd.DataFrame = answer("agreement", study, k=k, seed=0)["agreement"]
    columns = st.columns(len(measures.AGREEMENTS))
    for column, (key, measure) in zip(columns, measures.AGREEMENTS.items(), strict=True):
        rows = found[found["measure"] == key]
        with column:
            show.chart(
                charts.agreement_matrix(rows, show.labels(study), title=measure.label),
                alt=f"{measure.label} between every two models: "
                + ", ".join(f"{a} and {b} {v:.2f}" for a, b, v in rows[["a", "b", "value"]].itertuples(index=False)),
                key=f"agreement-{key}",
            )
            st.caption(measure.help)
            notes = sorted({f"n = {n:,}" + (f" ({note})" if note else "") for n, note in rows[["n", "note"]].values})
            st.caption(f"{measure.formula}. {'; '.join(notes)}. {measure.source}.")
    return found


def model_pair(study: Study) -> tuple[str, str]:
    """The two models to look into; a choice only where there are more than two."""
    labels = show.labels(study)
    options = [f"{a}~{b}" for a, b in combinations(labels, 2)]
    if len(options) == 1:
        a, b = options[0].split("~")
        return a, b
    names = {option: " and ".join(labels[key] for key in option.split("~")) for option in options}
    chosen = st.selectbox("Two models", options, format_func=lambda option: names[option], key="two_models")
    a, b = str(chosen or options[0]).split("~")
    return a, b


def least_shared(study: Study, a: str, b: str, k: int) -> int | None:
    """How many neighbours texts share under two models, and the texts that share fewest; returns the row picked."""
    found = answer("score", study.only(*sorted((a, b))), measure="neighbor_overlap", k=k, seed=0)
    per_text = found["per_text"]
    width = min(k, len(study.corpus) - 1)
    left, right = st.columns([2, 3])
    with left:
        show.chart(
            charts.overlap_histogram(per_text, k=width, colour=show.colours(study)[a]),
            alt=f"How many of their {width} neighbours texts share; mean {found['value']:.0%}",
            key="overlap",
        )
    rows = np.argsort(per_text, kind="stable")[:50]
    table = pd.DataFrame({"shared": per_text[rows], "text": [study.corpus.texts[row] for row in rows]})
    if study.corpus.labels:
        table.insert(1, "label", [study.corpus.labels[row] for row in rows])
    table["row"] = rows + 1
    with right:
        st.caption("The 50 texts that share fewest. Select one to see its neighbours under every model.")
        place = show.table(
            table,
            "least_shared",
            pick=True,
            height=260,
            column_config={"shared": st.column_config.NumberColumn(format="percent")},
        )
    return None if place is None else int(rows[place])


def neighbours(study: Study, row: int, k: int) -> None:
    """One text's nearest texts under each model side by side; what several models name is marked."""
    found: Answer = answer("drill", study, row=row, k=k)
    table, corpus = found["neighbors"], study.corpus
    label = f" · {corpus.labels[row]}" if corpus.labels else ""
    with st.container(border=True):
        st.caption(f"Row {row + 1}{label}".replace("$", "\\$"))
        st.text(corpus.texts[row])
    columns = st.columns(len(study.models))
    for column, model in zip(columns, study.models, strict=True):
        mine = table[table["model"] == model.spec.key]
        with column:
            show.heading(model.spec, show.colours(study)[model.spec.key])
            show.texts(
                [
                    (
                        short(corpus.texts[other], 140),
                        f"{cosine:.3f}{f' · {corpus.labels[other]}' if corpus.labels else ''}",
                    )
                    for other, cosine in mine[["row", "cosine"]].itertuples(index=False)
                ],
                marked=list(mine["named_by"] == len(study.models)) if len(study.models) > 1 else (),
            )
    if len(study.models) > 1:
        every = int((table.groupby("row")["named_by"].first() == len(study.models)).sum())
        st.caption(f"★ named by every model: {count(every, 'text')} of {min(k, len(corpus) - 1)}.")
