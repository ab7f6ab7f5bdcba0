"""Texts and models in: two dialogs that check first and load second."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core import catalog, corpora, pipeline, providers
from core.corpora import Limits, Preview, Reading
from core.digest import digest
from core.errors import VecassayError
from core.session import choice, folders, identity
from core.session.words import count, plain
from core.types import ModelCard, ModelSpec

NONE = "(none)"


@st.dialog("Add texts", width="large")
def add_texts() -> None:
    """Paste lines, upload a file or name a folder; look at what was found; use it."""
    paste, upload, folder = st.tabs(["Paste", "File", "Folder"])
    with paste:
        typed = st.text_area("One text a line", height=200, key="paste_texts", placeholder="How do I reset my device?")
        name = st.text_input("Name", "Pasted texts", key="paste_name", max_chars=80)
        if typed and typed.strip():
            _offer(lambda: corpora.paste(typed, name or "Pasted texts", Limits.from_settings()), "paste", "upload")
    with upload:
        _file()
    with folder:
        typed_path = st.text_input(
            "Folder with corpus.jsonl, queries.jsonl and qrels/*.tsv (BEIR layout)",
            key="folder_path",
            placeholder="~/datasets/cranfield",
            help="A folder on the machine that runs Vecassay. Its queries are used on the retrieval pages.",
        )
        if typed_path:
            _offer(
                lambda: corpora.read_folder(folders.allowed(typed_path), limits=Limits.from_settings()),
                "folder",
                "folder",
            )


def _file() -> None:
    limits = Limits.from_settings()
    suffixes = sorted(suffix.lstrip(".") for suffix in corpora.REGISTRY)
    file = st.file_uploader(
        f"CSV, TSV, JSONL, Parquet or TXT (one text a line), up to {limits.max_bytes // 1024**2:,} MB",
        type=suffixes,
        key="upload",
    )
    if file is None:
        return
    data = file.getvalue()
    try:
        preview = corpora.preview(file.name, data, limits)
    except VecassayError as error:
        st.error(plain(str(error)))
        return
    text, label = _columns(preview)
    sample, seed = _sampling(preview, limits)
    _offer(
        lambda: corpora.read(file.name, data, text=text, label=label, sample=sample, seed=seed, limits=limits),
        "file",
        "upload",
    )


def _columns(preview: Preview) -> tuple[str | None, str | None]:
    if len(preview.columns) < 2:
        return preview.text, None
    left, right = st.columns(2)
    text = left.selectbox(
        "Text column", preview.columns, index=list(preview.columns).index(preview.text or preview.columns[0])
    )
    others = [NONE, *(column for column in preview.columns if column != text)]
    label = right.selectbox(
        "Label column",
        others,
        index=others.index(preview.label) if preview.label in others else 0,
        help="A topic, intent or class per text, if you have one: pages then compare within and between labels.",
    )
    st.dataframe(pd.DataFrame(list(preview.rows), columns=list(preview.columns)), hide_index=True, height=180)
    return text, None if label == NONE else label


def _sampling(preview: Preview, limits: Limits) -> tuple[int | None, int]:
    over = preview.total > limits.max_rows
    if over:
        st.warning(
            f"The file has {preview.total:,} rows; at most {limits.max_rows:,} are read at once (VECASSAY_MAX_ROWS). "
            f"Take a random sample, or ask the operator to raise the limit."
        )
    if not st.checkbox("Take a random sample of the rows", value=over, key="sampled"):
        return None, 0
    left, right = st.columns(2)
    most = min(preview.total, limits.max_rows)
    rows = left.number_input("Rows", 1, max(1, most), min(most, 10_000), key="sample_rows")
    seed = right.number_input("Seed", 0, 2**31 - 1, 0, key="sample_seed", help="The same seed takes the same rows.")
    return int(rows), int(seed)


def _offer(read: Callable[[], Reading], key: str, kind: str) -> None:
    try:
        reading = read()
    except VecassayError as error:
        st.error(plain(str(error)))
        return
    st.success(plain(" ".join(reading.report.sentences())), icon=":material/fact_check:")
    if st.button(f"Use {count(len(reading.corpus), 'text')}", type="primary", key=f"use-{key}"):
        try:
            fingerprint = pipeline.store().corpora.add(
                reading.corpus, reading.report.to_json(), kind=kind, owner=identity.owner()
            )
        except VecassayError as error:
            st.error(plain(str(error)))
            return
        choice.choose(corpus=fingerprint)
        st.rerun()


@st.dialog("Add a model", width="large")
def add_model() -> None:
    """A model by hub id or folder; what is typed is checked before it is kept."""
    kinds = {key: provider for key, provider in providers.REGISTRY.items() if not provider.fitted}
    kind = st.radio("Library", list(kinds), format_func=lambda key: kinds[key].label, key="model_kind", horizontal=True)
    st.caption(plain(kinds[kind].help))
    name = st.text_input(
        "Hub id or folder", key="model_name", placeholder="sentence-transformers/all-MiniLM-L12-v2 or /models/mine"
    )
    label = st.text_input("Name to show", key="model_label", placeholder="the last part of the id", max_chars=40)
    left, right = st.columns(2)
    query = left.text_input("Put before queries", key="model_query", placeholder="query: ", help="See the model card.")
    document = right.text_input("Put before texts", key="model_document", placeholder="passage: ")
    dimension = left.number_input(
        "Dimensions to keep", 2, None, None, key="model_dimension", help="Empty keeps all. For Matryoshka models."
    )
    revision = right.text_input("Revision", key="model_revision", placeholder="main, a tag or a commit")
    if not st.button("Add", type="primary", disabled=not (name or "").strip(), key="model_add"):
        return
    spec = ModelSpec(
        key="",
        label=(label or "").strip() or name.strip().rstrip("/").split("/")[-1],
        provider=kind,
        name=name.strip(),
        revision=(revision or "").strip() or None,
        query_prompt=query or "",
        document_prompt=document or "",
        dimension=int(dimension) if dimension else None,
        card=ModelCard(),
    )
    try:
        _keep(spec)
    except VecassayError as error:
        st.error(plain(str(error)))
        return
    st.rerun()


def _keep(spec: ModelSpec) -> None:
    from dataclasses import replace

    if spec.name.startswith(("/", "~", ".")):
        spec = replace(spec, name=str(folders.allowed(spec.name)))
    provider = providers.REGISTRY[spec.provider]
    facts = [spec.provider, spec.name, spec.revision, spec.query_prompt, spec.document_prompt, spec.dimension]
    key = f"{catalog.slug(spec.label)}-{digest(map(str, facts))[:6]}"
    spec = replace(spec, key=key)
    provider.ready(spec)
    pipeline.store().models.add(spec, identity.owner())
    choice.choose(models=(*choice.current().models, key))
