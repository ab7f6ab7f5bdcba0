"""Corpora by fingerprint, and who holds them. Whoever knows a fingerprint may read; lists show one's own."""

import json
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from time import time
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, select, update

from core.store import packing, tables
from core.store.budget import Budget
from core.store.contents import Contents
from core.store.database import Database
from core.store.failures import StoreError
from core.store.unpacked import Unpacked
from core.types import Corpus


@dataclass(frozen=True)
class Holding:
    """A corpus in somebody's list. `own` is false for one that another shared; who that is stays unsaid."""

    fingerprint: str
    name: str
    own: bool
    shared: bool
    added: float
    kind: str
    n_texts: int
    bytes: int
    used: float


_corpora, _held = tables.corpora.c, tables.holdings.c
_columns = (_corpora.kind, _corpora.n_texts, _corpora.bytes, _corpora.used)


@dataclass(frozen=True)
class Corpora:
    """Texts people brought. What somebody holds is never evicted."""

    database: Database
    budget: Budget
    _unpacked: Unpacked = field(default_factory=Unpacked, compare=False)

    @property
    def _contents(self) -> Contents:
        return Contents(self.database, "corpus", tables.corpora, tables.corpus_data)

    def add(self, corpus: Corpus, report: Any, kind: str, owner: str | None) -> str:
        """Keep a corpus and the JSON report of its reading; its fingerprint.

        `kind` is sample, upload, folder, hub or typed. Without an owner it is in nobody's list, and leaves when it was
        not used for 30 days and room is needed.
        """
        fingerprint, facts = corpus.fingerprint, {"kind": kind, "report": json.dumps(report), "name": corpus.name}
        here = self._exists(fingerprint)
        body = b"" if here else packing.pack_corpus(corpus)
        with self.database.writing(f"Saving the texts {corpus.name}", alone=True) as connection:
            same = tables.corpora.update().where(_corpora.fingerprint == fingerprint)
            news = facts if owner is not None else {}
            if not here or not connection.execute(same.values(used=time(), **news)).rowcount:
                body = body or packing.pack_corpus(corpus)  # somebody deleted it just now
                self._contents.put(connection, fingerprint, body, n_texts=len(corpus), **facts)
            if owner is not None:
                row = {"fingerprint": fingerprint, "owner": owner, "name": corpus.name, "shared": False}
                insert = self.database.insert(tables.holdings).values(**row, added=time())
                again = insert.on_conflict_do_update(
                    index_elements=["fingerprint", "owner"], set_={"name": corpus.name, "added": time()}
                )
                connection.execute(again)
        self.budget.saved(len(body))
        return fingerprint

    def get(self, fingerprint: str, owner: str | None = None) -> Corpus | None:
        """The corpus, or None; named as its owner named it, else as any holder did. A damaged one is dropped."""
        corpus = self._unpacked.get(fingerprint)
        if corpus is None or not self._contents.use(fingerprint):
            corpus = self._contents.read(fingerprint, packing.unpack_corpus)
            if corpus is not None:
                vars(corpus)["fingerprint"] = fingerprint  # the checksum covers it with the bytes
        if corpus is None:
            return None
        mine_first = select(_held.name).where(_held.fingerprint == fingerprint).order_by(_held.owner != (owner or ""))
        with self.database.reading("Reading a corpus's name") as connection:
            name = connection.scalar(mine_first.order_by(_held.added).limit(1))
        if name not in (None, corpus.name):
            corpus = copy(corpus)
            vars(corpus)["name"] = name  # what is known of its texts, digests and all, stays known
        self._unpacked.keep(fingerprint, corpus)
        return corpus

    def report(self, fingerprint: str) -> Any | None:
        """The report of the corpus's reading as it was given, or None when there is no such corpus."""
        with self.database.reading("Reading a report") as connection:
            found = connection.scalar(select(_corpora.report).where(_corpora.fingerprint == fingerprint))
        return None if found is None else json.loads(found)

    def listed(self, owner: str) -> list[Holding]:
        """One's own corpora, newest first, then those that others shared on purpose; nobody else's."""
        columns = (_held.fingerprint, _held.name, (_held.owner == owner).label("own"), _held.shared, _held.added)
        chosen = select(*columns, *_columns).join_from(tables.holdings, tables.corpora)
        visible = chosen.where(or_(_held.owner == owner, _held.shared))
        with self.database.reading("Listing corpora") as connection:
            rows = connection.execute(visible.order_by(_held.added.desc())).mappings().all()
        return _once(sorted((Holding(**{**row, "own": bool(row["own"])}) for row in rows), key=lambda row: not row.own))

    def share(self, fingerprint: str, owner: str, shared: bool) -> None:
        """Show one's own corpus in everybody's list, or no longer. Raises StoreError when one has no such corpus."""
        self._change(fingerprint, owner, shared=shared)

    def rename(self, fingerprint: str, owner: str, name: str) -> None:
        """Give one's own corpus another name. Raises StoreError when one has no such corpus."""
        self._change(fingerprint, owner, name=name)

    def remove(self, fingerprint: str, owner: str) -> None:
        """Take a corpus off one's list; the texts go when nobody else holds them."""
        with self.database.writing("Deleting texts", alone=True) as connection:
            gone = connection.execute(delete(tables.holdings).where(_mine(fingerprint, owner))).rowcount
            if gone:
                _delete_unheld(connection, fingerprint)
        self.database.give_back()

    def _change(self, fingerprint: str, owner: str, **values: Any) -> None:
        with self.database.writing("Changing an entry of your list") as connection:
            change = update(tables.holdings).where(_mine(fingerprint, owner)).values(**values)
            if not connection.execute(change).rowcount:
                raise StoreError(
                    f"There are no texts {fingerprint} in your list: they were deleted, or are somebody else's. "
                    f"Load the texts again to have them in your list."
                )

    def _exists(self, fingerprint: str) -> bool:
        with self.database.reading("Looking for texts") as connection:
            return bool(connection.scalar(select(exists().where(_corpora.fingerprint == fingerprint))))


def _mine(fingerprint: str, owner: str) -> ColumnElement[bool]:
    return and_(_held.fingerprint == fingerprint, _held.owner == owner)


def _delete_unheld(connection: Connection, fingerprint: str) -> None:
    held = exists().where(_held.fingerprint == fingerprint)
    connection.execute(delete(tables.corpora).where(_corpora.fingerprint == fingerprint, ~held))


def _once(holdings: Iterable[Holding]) -> list[Holding]:
    """The first holding of each corpus."""
    return list({holding.fingerprint: holding for holding in reversed(list(holdings))}.values())[::-1]
