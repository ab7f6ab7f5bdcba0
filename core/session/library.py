"""The parts of the Library page: what is stored, how big, used by whom, and how to delete it."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd
import streamlit as st

from core import jobs, pipeline, providers
from core.digest import digest
from core.errors import VecassayError
from core.session import agreeing, choice, identity, show, standing, warming
from core.session.panel import forget
from core.session.words import count, plain, size
from core.settings import settings
from core.store import Shelf
from core.types import ModelSpec, Role


def store_summary() -> None:
    """Where the store is, how full, and how much it saved."""
    kept = pipeline.store()
    shelves = kept.vectors.shelves()
    asked, found = sum(shelf.asked for shelf in shelves), sum(shelf.found for shelf in shelves)
    used = kept.budget.size()
    columns = st.columns(4)
    columns[0].metric("Vectors", f"{sum(shelf.n for shelf in shelves):,}")
    columns[1].metric(
        "Stored",
        size(used),
        help=f"Vectors, answers and texts. Budget {size(settings().store_bytes)} "
        "(VECASSAY_STORE_BYTES): beyond it the least recently used vectors and answers leave.",
    )
    columns[2].metric(
        "Found in the cache", f"{found / asked:.0%}" if asked else "–", help=f"{found:,} of {asked:,} texts asked for."
    )
    columns[3].metric("Jobs running", f"{len(jobs.jobs().active()):,}")
    st.caption(f"Store: {plain(kept.location())}")
    faults = kept.faults()
    if faults:
        st.warning(
            f"{count(len(faults), 'damaged row')} found and dropped; what was in them is computed again when needed. "
            f"Check the disk if this number grows.",
            icon=":material/healing:",
        )
        table = pd.DataFrame([asdict(fault) for fault in faults])
        table["found"] = pd.to_datetime(table["found"], unit="s", utc=True)
        show.table(table, "faults")


def model_shelf() -> None:
    """The catalogue and added models: what they are, whether their files are here."""
    specs, added = choice.model_specs(), pipeline.store().models.listed(identity.owner())
    rows = []
    for spec in specs.values():
        card = show.card(spec)
        rows.append(
            {
                "model": spec.label,
                "files": _files(spec),
                "library": providers.REGISTRY[spec.provider].label,
                "name": spec.name,
                "dimensions": spec.dimension or card.dimension,
                "parameters": card.parameters,
                "download": None if card.download_bytes is None else card.download_bytes / 1e6,
                "max tokens": card.max_tokens,
                "languages": ", ".join(card.languages),
                "licence": card.licence,
                "Matryoshka": ", ".join(map(str, card.matryoshka)),
                "query prompt": spec.query_prompt,
                "text prompt": spec.document_prompt,
                "note": card.note,
            }
        )
    show.table(
        pd.DataFrame(rows),
        "models",
        placeholder="–",
        column_config={
            "model": st.column_config.TextColumn(pinned=True),
            "parameters": st.column_config.NumberColumn(format="compact"),
            "download": st.column_config.NumberColumn("download, MB", format="%.0f"),
        },
    )
    _removable(added)


def spending_shelf() -> None:
    """What hosted models came to, on all texts together; nothing where none was ever asked."""
    spent = pipeline.store().spending.by_model()
    if not spent:
        return
    st.subheader("Hosted models", help="What was sent away from this server, by everyone on it.")
    table = pd.DataFrame(
        {
            "model": list(spent),
            "texts sent": [each.n for each in spent.values()],
            "tokens": [each.tokens for each in spent.values()],
            "texts cut": [each.cut for each in spent.values()],
            "money": [each.money for each in spent.values()],
        }
    )
    money = st.column_config.NumberColumn(
        format="%.6f", help="Tokens at the price that was agreed to, in its currency; the vendor's bill decides."
    )
    show.table(table, "spending", column_config={"money": money})


def _removable(added: list[ModelSpec]) -> None:
    for spec in added:
        words, delete = st.columns([8, 1.4], vertical_alignment="center")
        words.markdown(f"**{plain(spec.label)}** :gray[{plain(spec.name)} · added by you]")
        with delete.popover("Remove", key=f"remove-{spec.key}"):
            st.write("Remove this model from your list? Its files and vectors stay.")
            if st.button("Remove it", key=f"removed-{spec.key}", type="primary"):
                pipeline.store().models.remove(spec.key, identity.owner())
                choice.choose(models=tuple(key for key in choice.current().models if key != spec.key))
                st.rerun()


def _files(spec: ModelSpec) -> str:
    missing = providers.unavailable(providers.REGISTRY[spec.provider])
    if missing:
        return f"needs: {missing}"
    if providers.REGISTRY[spec.provider].remote:
        return "at an endpoint" if spec.url else "at the vendor"
    try:
        return "here" if standing.ready(spec) else "not here yet"
    except VecassayError as error:
        return str(error)


def vector_shelf() -> None:
    """Stored vectors by model, with how often they were found; delete them, or all answers."""
    shelves = pipeline.store().vectors.shelves()
    picked = _shelf_table(shelves) if shelves else None
    if not shelves:
        st.info("Nothing is embedded yet. Open Overview, and its texts are.", icon=":material/hourglass_empty:")
    left, right = st.columns(2)
    with left:
        if shelves:
            _delete_vectors(picked)
    with right:
        _delete_answers()


def _shelf_table(shelves: Sequence[Shelf]) -> Shelf | None:
    """All shelves, and the one selected."""
    table = pd.DataFrame(
        {
            "model": [shelf.label for shelf in shelves],
            "role": [_role(shelf) for shelf in shelves],
            "vectors": [shelf.n for shelf in shelves],
            "dimensions": [shelf.d for shelf in shelves],
            "MB": [shelf.bytes / 1e6 for shelf in shelves],
            "found": [shelf.found / shelf.asked if shelf.asked else None for shelf in shelves],
            "asked for": [shelf.asked for shelf in shelves],
            "embedded": [shelf.encoded for shelf in shelves],
            "texts/s": [shelf.encoded / shelf.seconds if shelf.seconds else None for shelf in shelves],
            "last used": pd.to_datetime([shelf.used for shelf in shelves], unit="s", utc=True),
            "space": [shelf.space.digest[:12] if shelf.space else "" for shelf in shelves],
        }
    )
    # The selection is a row number: it must not outlive the order of the rows.
    event = st.dataframe(
        table,
        hide_index=True,
        key=f"vectors-{digest(shelf.shelf for shelf in shelves)}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "MB": st.column_config.NumberColumn(format="%.1f"),
            "found": st.column_config.NumberColumn("found in cache", format="percent"),
            "texts/s": st.column_config.NumberColumn(format="%.0f"),
            "last used": st.column_config.DatetimeColumn(format="distance"),
        },
    )
    show.download(table, "vectors")
    return next((shelves[row] for row in event["selection"]["rows"] if row < len(shelves)), None)


def _role(shelf: Shelf) -> str:
    """Whose vectors they are: a model without words for roles has one shelf for texts and queries."""
    space = shelf.space
    return "both" if space and space.shelf(Role.QUERY) == space.shelf(Role.DOCUMENT) else shelf.role


def _delete_vectors(shelf: Shelf | None) -> None:
    if shelf is None:
        st.caption("Select a row to delete its vectors.")
        return
    with st.popover(f"Delete {count(shelf.n, 'vector')} of {plain(shelf.label)}", key=f"delete-{shelf.shelf}"):
        st.write("They are computed again when a page needs them. This is for everyone on this server.")
        if st.button("Delete them", key="deleted-vectors", type="primary"):
            pipeline.store().vectors.remove(shelf.shelf)
            agreeing.forget()
            warming.stop()
            st.rerun()


def _delete_answers() -> None:
    answers = pipeline.store().answers
    there = len(answers.list())
    # A key of its own for each number: the popover closes when they are gone.
    with st.popover(f"Delete {count(there, 'answer')}", key=f"delete-answers-{there}", disabled=not there):
        st.write("Answers (tables and figures) are computed again from the vectors when a page asks.")
        if st.button("Delete them", key="deleted-answers", type="primary"):
            answers.clear()
            forget()
            warming.stop()
            st.rerun()
