"""Queries people asked of some texts, and the grades they gave. In no budget: a person's work leaves by hand only."""

from dataclasses import dataclass
from time import time
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, select

from core.digest import digest
from core.store import tables
from core.store.database import Database
from core.types import Judgement, Query

_asked, _given = tables.asked.c, tables.grades.c


@dataclass(frozen=True)
class Judging:
    """Per texts and person: the queries, and one grade per query and text. `base` is the fingerprint of the bare texts.

    A store made before there was any gets its tables with the first query.
    """

    database: Database

    def ask(self, base: str, owner: str, query: Query) -> None:
        """Remember a query; one with the same id gets this text and kind, and keeps its grades and its place."""
        facts = {"text": query.text, "kind": query.kind}
        self._put(tables.asked, _key(base, owner, query.id), facts, base=base, owner=owner, query_id=query.id)

    def withdraw(self, base: str, owner: str, query_id: str) -> None:
        """Forget one's own query and every grade one gave for it."""
        if self._there():
            with self.database.writing("Deleting a query", alone=True) as connection:
                for table in (tables.grades, tables.asked):
                    own = and_(_mine(table, base, owner), table.c.query_id == query_id)
                    connection.execute(delete(table).where(own))

    def grade(self, base: str, owner: str, judgement: Judgement) -> None:
        """Keep a grade; the last one given for a query and a text stands."""
        names = {"query_id": judgement.query_id, "text_id": judgement.text_id}
        key = _key(base, owner, judgement.query_id, judgement.text_id)
        self._put(tables.grades, key, {"grade": judgement.grade}, base=base, owner=owner, **names)

    def ungrade(self, base: str, owner: str, query_id: str, text_id: str) -> None:
        """Take one grade back."""
        if self._there():
            with self.database.writing("Taking a grade back") as connection:
                own = _given.key == _key(base, owner, query_id, text_id)
                connection.execute(delete(tables.grades).where(own))

    def read(self, base: str, owner: str) -> tuple[tuple[Query, ...], tuple[Judgement, ...]]:
        """One's queries and grades on these texts, in the order they first came."""
        if not self._there():
            return (), ()
        asked = select(_asked.query_id, _asked.text, _asked.kind).where(_mine(tables.asked, base, owner))
        given = select(_given.query_id, _given.text_id, _given.grade).where(_mine(tables.grades, base, owner))
        with self.database.reading("Reading judgements") as connection:
            queries = connection.execute(asked.order_by(_asked.created, _asked.key)).tuples().all()
            grades = connection.execute(given.order_by(_given.created, _given.key)).tuples().all()
        return tuple(Query(*row) for row in queries), tuple(Judgement(*row) for row in grades)

    def _put(self, table: Table, key: str, changes: dict[str, Any], **facts: Any) -> None:
        """Write one row, or only what changed of it."""
        row = {"key": key, "created": time(), **facts, **changes}
        insert = self.database.insert(table).values(row)
        with self.database.writing("Keeping a judgement", alone=True) as connection:
            for each in (tables.asked, tables.grades):
                each.create(connection, checkfirst=True)
            connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=changes))

    def _there(self) -> bool:
        return self.database.has(tables.grades, "Looking for judgements")


def _key(*parts: str) -> str:
    """One short name for what may be long: ids come from people's files, and an index takes only so much."""
    return digest(["judging", *parts])


def _mine(table: Table, base: str, owner: str) -> ColumnElement[bool]:
    return and_(table.c.base == base, table.c.owner == owner)
