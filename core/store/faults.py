"""What was found damaged, and therefore dropped: so that it can be shown."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from time import time

from sqlalchemy import ColumnElement, Table, delete, func, select

from core.store import tables
from core.store.database import Database
from core.store.failures import StoreError

KEPT = 1_000
_log = logging.getLogger(__name__)


class Damaged(Exception):
    """A row whose bytes are not those that were written; never leaves this package."""


@dataclass(frozen=True)
class Fault:
    """One damaged entry: when it was found (seconds since 1970), what kind, which key, what was wrong."""

    found: float
    kind: str
    key: str
    what: str


@dataclass(frozen=True)
class Faults:
    """The record of damage; the newest thousand are kept."""

    database: Database

    def drop(self, kind: str, key: str, what: str, table: Table, damaged: ColumnElement[bool]) -> None:
        """Delete damaged rows and note it; when we may not write they are only left unread."""
        _log.warning("damaged %s %s: %s", kind, key, what)
        with suppress(StoreError), self.database.writing("Dropping what is damaged") as connection:
            # Of several processes that found it, the one that deletes it reports it.
            if connection.execute(delete(table).where(damaged)).rowcount:
                row = {"found": time(), "kind": kind, "key": key, "what": what}
                connection.execute(tables.faults.insert().values(row))
                newest = select(func.max(tables.faults.c.id)).scalar_subquery()
                connection.execute(delete(tables.faults).where(tables.faults.c.id <= newest - KEPT))

    def list(self) -> list[Fault]:
        """What was found damaged, newest first."""
        rows = tables.faults.c
        chosen = select(rows.found, rows.kind, rows.key, rows.what).order_by(rows.id.desc())
        with self.database.reading("Listing what was damaged") as connection:
            return [Fault(*row) for row in connection.execute(chosen)]
