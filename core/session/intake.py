"""Texts and models in: two dialogs that check first and load second."""

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from core import catalog, corpora, pipeline, providers
from core.corpora import Limits, Preview, Reading
from core.errors import VecassayError
from core.providers.backends import LABELS, OPENVINO, TORCH
from core.session import choice, folders, hosting, hub, identity, importing, offering
from core.session.words import plain
from core.settings import settings
from core.types import ModelSpec

NONE = "(none)"
MIB = 1024**2


def add_texts() -> None:
    """The button that opens the dialog for texts, which stays open when the page runs again, as when a job ends."""
    if st.button("Add texts", icon=":material/note_add:", width="stretch"):
        st.session_state["_dialog"] = "texts"
    if st.session_state.get("_dialog") == "texts":
        _texts()
    hub.under_way()


def add_model() -> None:
    """The button that opens the dialog for a model, which stays open likewise."""
    if st.button("Add a model", icon=":material/add_circle:", width="stretch"):
        st.session_state["_dialog"] = "model"
    if st.session_state.get("_dialog") == "model":
        _model()


@st.dialog("Add texts", width="large", on_dismiss=offering.closed)
def _texts() -> None:
    """Paste lines, upload a file, name a folder or a data set of the hub; look at what was found; use it."""
    paste, upload, folder, data_set = st.tabs(["Paste", "File", "Folder", "Hub"])
    with paste:
        typed = st.text_area("One text a line", height=200, key="paste_texts", placeholder="How do I reset my device?")
        name = st.text_input("Name", "Pasted texts", key="paste_name", max_chars=80) or "Pasted texts"
        if typed and typed.strip():
            offering.offer("paste", (typed, name), partial(_pasted, typed, name), "typed")
        else:
            st.button("Check", key="paste_check", help="Reads what you typed and says what was found.")
    with upload:
        _file()
    with folder:
        path = st.text_input(
            "Folder with corpus.jsonl, queries.jsonl and qrels/*.tsv (BEIR layout)",
            key="folder_path",
            placeholder="~/datasets/cranfield",
            help="A folder on the machine that runs Vecassay. Its queries are used on the retrieval pages.",
        )
        if path:
            offering.offer("folder", path, lambda: corpora.read_folder(folders.allowed(path)), "folder")
        else:
            st.button("Check", key="folder_check", help="Reads the folder and says what was found.")
    with data_set:
        hub.from_hub()


def _pasted(typed: str, name: str) -> Reading:
    """Typed texts under the name as it was typed; a file's would lose what looks like its folder."""
    reading = corpora.paste(typed)
    return replace(reading, corpus=replace(reading.corpus, name=corpora.clean(name) or reading.corpus.name))


def _file() -> None:
    limits = Limits.from_settings()
    file = st.file_uploader(
        "CSV, TSV, JSONL or Parquet with a column of texts, TXT with one text a line, or a ZIP in BEIR layout",
        key="upload",
        max_upload_size=-(-limits.max_bytes // MIB),  # beyond it the browser says so, and sends nothing
    )
    if file is None:
        return
    data = file.getvalue()
    if file.name.lower().endswith(".zip"):
        offering.offer("file", file.file_id, partial(corpora.read_zip, file.name, data, limits=limits), "upload")
        return
    try:
        preview = offering.once("preview", file.file_id, lambda: corpora.preview(file.name, data, limits))
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    columns = _columns(preview, file.file_id)
    sample, seed = _sampling(preview, limits, file.file_id)
    read = partial(corpora.read, file.name, data, **columns, sample=sample, seed=seed, limits=limits)
    offering.offer("file", (file.file_id, *columns.values(), sample, seed), read, "upload")


def _columns(preview: Preview, file: str) -> dict[str, str | None]:
    """Which column holds the texts, the labels and the ids."""
    if len(preview.columns) < 2:
        return {"text": preview.text, "label": None, "id": None}
    left, middle, right = st.columns(3)
    text = left.selectbox(
        "Text column", preview.columns, index=list(preview.columns).index(preview.text), key=f"text-{file}"
    )
    others = [NONE, *(column for column in preview.columns if column != text)]
    label = middle.selectbox(
        "Label column",
        others,
        index=others.index(preview.label) if preview.label in others else 0,
        key=f"label-{file}-{text}",
        help="A topic, intent or class per text, if you have one: pages then compare within and between labels.",
    )
    id = right.selectbox(  # noqa: A001 - what it is called everywhere
        "Id column",
        others,
        index=others.index(preview.id) if preview.id in others else 0,
        key=f"id-{file}-{text}",
        help="A name of its own for each text, if they have one: judgements of queries can then name texts by it. "
        "Without ids, texts go by their row number.",
    )
    st.dataframe(pd.DataFrame(list(preview.rows), columns=list(preview.columns)), hide_index=True)
    return {"text": text, "label": None if label == NONE else label, "id": None if id == NONE else id}


def _sampling(preview: Preview, limits: Limits, file: str) -> tuple[int | None, int]:
    over = preview.total > limits.max_rows
    if over:
        st.warning(
            f"The file has {preview.total:,} rows; at most {limits.max_rows:,} are read at once (VECASSAY_MAX_ROWS). "
            f"Take a random sample, or ask the operator to raise the limit.",
            icon=":material/warning:",
        )
    if not st.checkbox("Take a random sample of the rows", value=over, key=f"sampled-{file}"):
        return None, 0
    left, right = st.columns(2)
    most = min(preview.total, limits.max_rows)
    rows = left.number_input("Rows", 1, max(1, most), min(most, 10_000), key=f"rows-{file}")
    seed = right.number_input("Seed", 0, 2**31 - 1, 0, key=f"seed-{file}", help="The same seed takes the same rows.")
    return int(rows), int(seed)


@st.dialog("Add a model", width="large", on_dismiss=offering.closed)
def _model() -> None:
    """A model by hub id, folder or address; what is typed is checked before it is kept."""
    here_first = sorted(providers.REGISTRY.items(), key=lambda each: each[1].remote)
    kinds = {key: provider for key, provider in here_first if not provider.fitted}
    kinds |= {"imported": kinds.pop("imported")}  # last: the others embed new texts, too
    kind = st.radio("Library", list(kinds), format_func=_named, key="model_kind", horizontal=True)
    st.caption(plain(kinds[kind].help))
    if importing.form(kind):
        return
    spec = hosting.typed(kind) if kinds[kind].remote else _typed(kind)
    if spec is None:
        return
    try:
        _keep(spec)
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    offering.closed()
    st.rerun()


def _named(kind: str) -> str:
    provider = providers.REGISTRY[kind]
    if not provider.remote or settings().hosted:
        return provider.label
    where = "here only on this machine" if kind == hosting.ENDPOINTS else "hosted: not allowed here"
    return f"{provider.label} ({where})"


def _typed(kind: str) -> ModelSpec | None:
    """The fields for a model that runs here; the model once "Add" is pressed."""
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
    backend = _run_by() if hasattr(providers.REGISTRY[kind], "backend") else ""
    if not st.button("Add", type="primary", key="model_add"):
        return None
    return ModelSpec(
        key="",
        label=(label or "").strip(),
        provider=kind,
        name=(name or "").strip(),
        revision=(revision or "").strip() or None,
        query_prompt=query or "",
        document_prompt=document or "",
        dimension=int(dimension) if dimension else None,
        backend=backend,
    )


def _run_by() -> str:
    """What is to run the model: the setting's word unless one is chosen."""
    wish = st.radio(
        "Run by",
        ("", TORCH, OPENVINO),
        format_func=lambda wish: LABELS.get(wish, "Automatic"),
        key="model_backend",
        horizontal=True,
        help="Automatic takes the fastest whose vectors agree with PyTorch's on your texts. Add a model twice, run by "
        "one and by the other, to compare them side by side.",
    )
    return str(wish or "")


def _keep(spec: ModelSpec) -> None:
    """Check a typed model, remember it and choose it; one that is there already is only chosen."""
    if not spec.name:
        raise VecassayError("Expected a hub id such as 'intfloat/e5-small-v2', or the path of a model's folder.")
    chosen = choice.current().models
    if len(chosen) >= choice.MOST_MODELS:
        raise VecassayError(f"At most {choice.MOST_MODELS} models are compared. Take one off in the sidebar first.")
    provider = providers.REGISTRY[spec.provider]
    if not provider.remote and spec.name.startswith(("/", "~", ".")):
        spec = replace(spec, name=str(folders.allowed(spec.name)))
    if provider.ready(spec):
        width = provider.card(replace(spec, dimension=None)).dimension
        if width and spec.dimension and spec.dimension > width:
            raise VecassayError(f"The model has {width} dimensions: expected at most these, got {spec.dimension}.")
    known = choice.model_specs()
    same = [old for old in known.values() if replace(old, key="", label="", card=spec.card) == replace(spec, label="")]
    if same and spec.label in ("", same[0].label):
        found = same[0]
    else:
        label = spec.label or spec.name.rstrip("/").split("/")[-1]
        label += f" ({LABELS[spec.backend]})" if spec.backend and not spec.label else ""
        found = catalog.keyed(replace(spec, label=offering.free(label, (old.label for old in known.values()))))
        found = pipeline.store().models.get(found.key) or found
    if found.key not in catalog.models():
        pipeline.store().models.add(found, identity.owner())
    choice.choose(models=tuple(dict.fromkeys((*chosen, found.key))))
