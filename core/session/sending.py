"""A corpus with one model's vectors, to take to a vector database."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from core import pipeline, vectordb
from core.errors import VecassayError
from core.session import panel, show
from core.session.indexing import pick_model
from core.session.words import count, plain, size
from core.settings import MIB
from core.types import Embeddings, Model, Role, Study

MOST = 512 * MIB
"""Downloads are made in the web process: larger ones are for the command line."""
PLAIN = """import json
import lancedb

table = lancedb.connect("FOLDER").open_table({name!r})
facts = json.loads(table.schema.metadata[b"vecassay"])
print(facts["model"], facts["space"])  # ask only with vectors of this model

query = ...  # {dimension} numbers from it, at length 1
nearest = table.search(query).distance_type("dot").limit(10).select(["id", "text", "_distance"])
print(nearest.to_list())  # the cosine is 1 - _distance
"""
HERE = """from core import pipeline, vectordb
from core.types import Role
from core.work import Work

study = pipeline.study({corpus!r}, [{key!r}])
work = Work(pipeline.store(), pipeline.respond)
query = work.embed(["What you look for"], study.models[0], Role.QUERY, fit=study.corpus)
print(vectordb.opened("FOLDER/{name}.lance").search(query, 10))  # SpaceMismatch for another model's
"""


def send_to_database(study: Study) -> None:
    """Choose a model; its vectors with the texts as Parquet and as a table of LanceDB, and the lines that query it."""
    show.folded(
        "Vectors and texts as Parquet or as a LanceDB table, and the lines that query them",
        lambda: _send(study),
        key="send",
    )


def _send(study: Study) -> None:
    key = pick_model(
        study, "send_model", "Send the vectors of", "A table holds one model's vectors: others do not fit."
    )
    one = study.only(key)
    (found,) = panel.answers([pipeline.ask("profile", one)])
    if found is None:
        return
    name, takes = vectordb.table_name(study.corpus.name, key), 4 * found["n"] * found["dimension"]
    label, digest = show.labels(study)[key], one.models[0].space.digest
    st.caption(
        plain(
            f"{count(found['n'], 'text')} with id, text, label, title and vector ({found['dimension']:,} numbers at "
            f"length 1, {size(takes)} of float32). The table says that it is of {label}, space {digest}: Vecassay "
            f"refuses a query of any other model."
        )
    )
    _downloads(one, name, takes)
    st.markdown("**Query it with LanceDB alone**")
    st.code(PLAIN.format(name=name, dimension=found["dimension"]), language="python")
    st.markdown("**Query it with Vecassay, which checks the model**")
    st.code(HERE.format(corpus=study.corpus.fingerprint, key=key, name=name), language="python")


def _downloads(study: Study, name: str, takes: int) -> None:
    """Both files, each made when it is asked for; the command line instead where they are too large."""
    (model,) = study.models
    if takes > MOST:
        st.info("Too large to download here: write it on the server with this line.", icon=":material/terminal:")
        line = f"python -m core export {study.corpus.fingerprint} --model {model.spec.key} --to FOLDER"
        st.code(line, language="bash")
        return
    with st.container(horizontal=True):
        st.download_button(
            "Parquet",
            lambda: made(study, "parquet", Path.read_bytes),
            file_name=f"{name}.parquet",
            mime="application/vnd.apache.parquet",
            icon=":material/download:",
            key="send_parquet",
            on_click="ignore",
            help="One file that every database and data frame reads; what the vectors are is in its schema's metadata.",
        )
        st.download_button(
            "LanceDB table as ZIP",
            lambda: made(study, "lance", vectordb.zipped),
            file_name=f"{name}.lance.zip",
            mime="application/zip",
            icon=":material/download:",
            key="send_lance",
            on_click="ignore",
            help="Unpack it into a folder and open that folder with LanceDB. It has no index yet: searched exactly.",
        )


def made(study: Study, kind: str, read: Callable[[Path], bytes]) -> bytes:
    """The table of a study's one model in a format, as bytes; raises VecassayError when vectors are gone."""
    (model,) = study.models
    with TemporaryDirectory(prefix="vecassay-") as folder:
        (written,) = vectordb.write(
            study.corpus, _stored(study, model), model.label, Path(folder), key=model.spec.key, formats=[kind]
        )
        return read(written.path)


def _stored(study: Study, model: Model) -> Embeddings:
    """The vectors that the store has: nothing is embedded in this process."""
    found = pipeline.store().vectors.read(model.space.shelf(Role.DOCUMENT), study.corpus.digests)
    if found.vectors is None or not found.present.all():
        raise VecassayError(f"Some vectors of {model.label} left the store meanwhile. Reload the page to embed again.")
    return Embeddings(model.space, Role.DOCUMENT, found.vectors)
