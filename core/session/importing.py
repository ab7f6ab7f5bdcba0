"""The form for vectors that were computed elsewhere: look at what was matched with the chosen texts, then use it."""

from typing import Any

import streamlit as st

from core import importing, pipeline
from core.corpora import Limits
from core.errors import VecassayError
from core.importing import Brought
from core.importing.reading import ENDINGS
from core.providers.imported import Imported
from core.session import choice, identity, offering
from core.session.words import plain
from core.settings import MIB
from core.types import Corpus


def form(kind: str) -> bool:
    """Show the form where finished vectors are the kind of model to add; False, and nothing shown, for other kinds."""
    if kind == Imported.key:
        _form()
    return kind == Imported.key


def _form() -> None:
    try:
        corpus = choice.corpus(choice.current().corpus)
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    name = st.text_input(
        "Model they are of", key="import_name", placeholder="text-embedding-3-small", max_chars=40,
        help="Shown wherever these vectors are compared with others.",
    )  # fmt: skip
    texts = _upload(
        f"Vectors of the {len(corpus):,} texts of “{corpus.name}”",
        "import_texts",
        "NumPy: a row per text, in their order. Parquet: a column of lists of numbers; with a column called id or "
        "text, the order does not matter.",
    )
    queries = None
    if corpus.queries:
        queries = _upload(
            f"Vectors of its {len(corpus.queries):,} queries (optional)",
            "import_queries",
            "Likewise, for the queries of the test set. Without them retrieval cannot be scored with this model.",
        )
    if texts is None:
        st.button("Check", key="import_check", help="Says what was found in the file. Nothing is kept before.")
        return
    _offer(corpus, texts, queries, (name or "").strip())


def _upload(label: str, key: str, told: str) -> Any:
    most = -(-Limits.from_settings().max_bytes // MIB)
    return st.file_uploader(plain(label), key=key, type=[each[1:] for each in ENDINGS], max_upload_size=most, help=told)


def _offer(corpus: Corpus, texts: Any, queries: Any, name: str) -> None:
    """What was understood, and the button that keeps it."""

    def check() -> Brought:
        asked = None if queries is None else importing.read(queries.name, queries.getvalue())
        return importing.check(corpus, importing.read(texts.name, texts.getvalue()), asked)

    try:
        key = (corpus.fingerprint, texts.file_id, None if queries is None else queries.file_id)
        brought = offering.once("vectors", key, check)
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.success(plain(" ".join(brought.sentences())), icon=":material/fact_check:")
    if not name:
        st.info("Say which model they are of, so that people can tell them apart.", icon=":material/edit:")
    if not st.button("Use these vectors", type="primary", key="import_use", disabled=not name):
        return
    try:
        _keep(brought, name)
    except VecassayError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    offering.closed()
    st.rerun()


def _keep(brought: Brought, name: str) -> None:
    """Keep them as a model in the visitor's list, and choose it."""
    chosen = choice.current().models
    if len(chosen) >= choice.MOST_MODELS:
        raise VecassayError(f"At most {choice.MOST_MODELS} models are compared. Take one off in the sidebar first.")
    known = choice.model_specs().values()
    taken = [old.label for old in known if (old.name, old.revision) != (name, brought.finished.digest)]
    spec = importing.keep(pipeline.store(), brought, name, identity.owner(), label=offering.free(name, taken))
    choice.choose(models=tuple(dict.fromkeys((*chosen, spec.key))))
