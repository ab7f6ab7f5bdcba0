"""The parts of the Overview page: the texts' report, a card per model, and a search to try."""

from typing import Any

import pandas as pd
import streamlit as st

from core import corpora, pipeline, providers
from core.session import agreeing, show, standing
from core.session.panel import answers
from core.session.words import plain, short, size
from core.session.writing import answering, written
from core.types import Answer, Corpus, Model, ModelCard, ModelSpec, Role, Study

CARDS_A_ROW = 3
SHOWN_TEXTS = 1_000


def corpus_report(corpus: Corpus) -> None:
    """What was read and what was noticed on the way."""
    stored = pipeline.store().corpora.report(corpus.fingerprint)
    report = corpora.Report.from_json(stored) if stored else None
    columns = st.columns(4)
    columns[0].metric("Texts", f"{len(corpus):,}")
    columns[1].metric("Labels", f"{len(set(corpus.labels)):,}" if corpus.labels else "none")
    repeats = len(corpus) - len(set(corpus.texts))
    columns[2].metric("Exact duplicates", f"{repeats:,}", help="Kept as rows, embedded once.")
    columns[3].metric("Queries", f"{len(corpus.queries):,}" if corpus.queries else "none")
    if report is not None:
        st.caption(plain(" ".join(report.sentences())))


@st.fragment
def texts_table(corpus: Corpus) -> None:
    """The texts themselves, on request: all of them, or a random sample that says so; runs alone when asked for."""
    if not st.toggle("Show the texts", key="show_texts"):
        return
    table = pd.DataFrame({"text": corpus.texts})
    if corpus.labels:
        table.insert(0, "label", corpus.labels)
    if corpus.ids:
        table.insert(0, "id", corpus.ids)
    if len(table) > SHOWN_TEXTS:
        st.caption(f"A random sample of {SHOWN_TEXTS:,} of {len(table):,} texts, seed 0, in their order.")
        table = table.sample(SHOWN_TEXTS, random_state=0).sort_index()
    show.table(table, "texts", column_config={"text": st.column_config.TextColumn(width="large")})


def model_cards(study: Study, cut: dict[str, Answer | None], first: dict[str, Answer | None]) -> None:
    """One card per model: what it is, what it cannot see of these texts, what is embedded, how fast that went."""
    colours = show.colours(study)
    for start in range(0, len(study.models), CARDS_A_ROW):
        row = study.models[start : start + CARDS_A_ROW]
        for column, model in zip(st.columns(min(CARDS_A_ROW, len(study.models))), row, strict=False):
            key = model.spec.key
            with column.container(border=True, height="stretch", key=f"card-{key}"):
                facts, state = _facts(model, cut[key], first[key]), _state(study, model, first[key])
                show.heading(model.spec, colours[key], facts, state)
                if model.spec.card.note:
                    st.caption(plain(model.spec.card.note))


def _facts(model: Model, cut: Answer | None, first: Answer | None) -> list[str]:
    card = show.card(model.spec)
    dimension = first["dimension"] if first else model.spec.dimension or card.dimension
    lines = [
        f"**{dimension or '?'}** dimensions",
        plain(_whereabouts(model.spec, card)),
    ]
    if cut is None:
        lines.append("counting tokens …")
    elif cut["limit"] is None:
        lines.append(_unlimited(model.spec, card))
    else:
        seen = (
            "all texts fit"
            if not cut["over"]
            else f"**{cut['share']:.1%}** of texts cut, {cut['cut']:.1%} of tokens lost"
        )
        lines.append(f"{cut['limit']:,} tokens at most · {seen}")
    lines.append(plain(f"{card.licence or 'licence unknown'}"))
    if run_by := standing.backend(model.spec):
        lines.append(plain(run_by))
    return lines


def _state(study: Study, model: Model, first: Answer | None) -> list[str]:
    vectors = pipeline.store().vectors
    shelf = model.space.shelf(Role.DOCUMENT)
    share = 1.0 if first else vectors.present(shelf, study.corpus.digests).mean()
    lines = [f"{share:.0%} of these texts embedded"]
    runs = vectors.runs(shelf)
    mine = [run for run in runs if run.corpus == study.corpus.fingerprint] or runs
    # A handful of typed sentences says little about the pace of a corpus.
    largest = max((run.texts for run in mine), default=0)
    told = [run for run in mine if 2 * run.texts >= largest]
    texts, seconds = sum(run.texts for run in told), sum(run.seconds for run in told)
    if seconds > 0:
        lines.append(f"{texts / seconds:,.0f} texts/s when {texts:,} were embedded")
    if first and first["zeros"]:
        lines.append(f"**{first['zeros']:,}** texts have no vector: no word the model knows")
    return lines


def _whereabouts(spec: ModelSpec, card: ModelCard) -> str:
    """How big a model is, or who has it."""
    if providers.brought(spec):
        return "vectors computed elsewhere"
    if providers.REGISTRY[spec.provider].remote:
        return f"runs at {agreeing.goes_to(spec)}"
    return (
        f"{_millions(card.parameters)} · {size(card.download_bytes) if card.download_bytes else 'nothing to download'}"
    )


def _unlimited(spec: ModelSpec, card: ModelCard) -> str:
    """Where no text is known to be cut: there is no limit, or whoever runs the model knows it."""
    if not (providers.brought(spec) or providers.REGISTRY[spec.provider].remote):
        return "no limit on text length"
    return f"{card.max_tokens:,} tokens at most" if card.max_tokens else "limit on text length not known here"


def _millions(parameters: int | None) -> str:
    if not parameters:
        return "no trained weights"
    return f"{parameters / 1e6:,.1f} M parameters"


def gap_rows(study: Study, first: dict[str, Answer | None]) -> list[dict[str, Any]]:
    """Rows for the similarity chart, of the models that are done."""
    labels = show.labels(study)
    return [
        {
            "model": key,
            "label": labels[key],
            "within": found["within_similarity"],
            "between": found["between_similarity"],
            "overall": found["overall_similarity"],
        }
        for key, found in first.items()
        if found is not None
    ]


def try_it(study: Study) -> None:
    """Type a sentence, see its nearest texts under each model side by side."""
    typed = st.text_input(
        "Type a sentence",
        key="try_it",
        placeholder="How do I … ?",
        max_chars=2_000,
        persist_state="session",
        help="It is embedded as a query by each model and compared with all texts (cosine).",
    )
    text = corpora.clean(typed or "")
    if not text:
        st.caption("The nearest texts under each model appear here, side by side.")
        return
    query = written((text,))
    colours, asked = show.colours(study), answering(study, query.texts)
    if not asked.models:
        return
    labels = show.labels(asked)
    questions = [pipeline.ask("search", asked.only(key), query=query.fingerprint, k=5) for key in labels]
    found = answers(questions)
    tables = [answer["nearest"] for answer in found if answer is not None]
    named = pd.concat(tables)["row"].value_counts() if tables else pd.Series(dtype=int)
    columns = st.columns(len(labels))
    for column, model, answer in zip(columns, asked.models, found, strict=True):
        with column:
            show.heading(model.spec, colours[model.spec.key])
            if answer is None:
                st.caption("at work …")
                continue
            show.texts(
                [
                    (short(study.corpus.texts[row], 160), _caption(study.corpus, row, cosine))
                    for row, cosine in answer["nearest"][["row", "cosine"]].itertuples(index=False)
                ],
                marked=[len(tables) > 1 and named[row] == len(tables) for row in answer["nearest"]["row"]],
            )
    if 1 < len(tables) == len(labels):
        st.caption("★ found by every model. Scores of different models are not on one scale: compare the order.")


def _caption(corpus: Corpus, row: int, cosine: float) -> str:
    label = f" · {corpus.labels[row]}" if corpus.labels else ""
    return f"{cosine:.3f}{label} · row {row + 1}"
