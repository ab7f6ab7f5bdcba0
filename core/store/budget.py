"""How much is kept, and what leaves first when that is too much."""

import logging
from contextlib import suppress
from threading import Lock
from time import time

from sqlalchemy import Connection, Select, Text, cast, delete, func, literal, select, union_all

from core.store import tables
from core.store.database import Database
from core.store.failures import StoreError
from core.store.pins import Pins, pinned_keys

AFTER_TRIM = 0.9
CHECKED_EVERY = 1 / 50
STEP_BYTES = 256 * 1024**2
UNLISTED_SECONDS = 30 * 24 * 3600.0
MOST_PARAMETERS = 500
_log = logging.getLogger(__name__)


class Budget:
    """The limit on vectors, answers and corpora together, in bytes; the least recently used leave first.

    What is pinned and corpora that somebody holds never leave, even if they alone are over the limit.
    """

    def __init__(self, database: Database, limit: int) -> None:
        self.limit = limit
        self.pins = Pins(database)
        self._database = database
        self._unchecked = float(limit)  # so that the first write of a process looks
        self._guard = Lock()

    def size(self) -> int:
        """Bytes kept: vectors, answers and corpora."""
        with self._database.reading("Measuring the store") as connection:
            return _size(connection)

    def saved(self, n_bytes: int) -> None:
        """Take note of bytes just written: pins are renewed, and now and then the store is trimmed."""
        with self._guard:
            self._unchecked += n_bytes
            due = self._unchecked > CHECKED_EVERY * self.limit
            if due:
                self._unchecked = 0.0
        self.pins.renew_when_due()
        if due:
            with suppress(StoreError):  # what was to be saved is saved
                self.trim(self.limit)

    def trim(self, limit: int) -> int:
        """When over `limit` bytes, delete the least recently used down to 90 % of it; bytes deleted."""
        if self.size() <= limit:
            return 0
        freed = 0
        # Step by step, so that nobody who writes waits long, and with fresh sizes, so that two processes that do
        # this at once do not both delete the same excess.
        while step := self._evict(int(AFTER_TRIM * limit)):
            freed += step
        if freed:
            _log.info("evicted %d bytes to stay within %d", freed, limit)
            self._database.give_back()
        return freed

    def _evict(self, target: int) -> int:
        with self._database.writing("Making room", alone=True) as connection:
            over = min(_size(connection) - target, STEP_BYTES)
            chosen: dict[str, list[str]] = {"block": [], "answer": [], "corpus": []}
            freed = 0
            for kind, key, n_bytes in connection.execute(_leaving()).tuples().all() if over > 0 else ():
                if freed >= over:
                    break
                chosen[kind].append(key)
                freed += n_bytes
            _delete(connection, chosen)
        return freed


def _size(connection: Connection) -> int:
    parts = (func.coalesce(func.sum(table.c.bytes), 0) for table in (tables.blocks, tables.answers, tables.corpora))
    return sum(int(connection.scalar(select(part)) or 0) for part in parts)


def _leaving() -> Select[tuple[str, str, int]]:
    """Everything that may leave, least recently used first: kind, key, bytes."""
    blocks, answers, corpora = tables.blocks.c, tables.answers.c, tables.corpora.c
    everything = union_all(
        select(literal("block").label("kind"), cast(blocks.id, Text).label("key"), blocks.bytes, blocks.used).where(
            blocks.shelf.not_in(pinned_keys())
        ),
        select(literal("answer"), answers.key, answers.bytes, answers.used).where(answers.key.not_in(pinned_keys())),
        select(literal("corpus"), corpora.fingerprint, corpora.bytes, corpora.used).where(
            corpora.used < time() - UNLISTED_SECONDS,
            corpora.fingerprint.not_in(pinned_keys()),
            corpora.fingerprint.not_in(select(tables.holdings.c.fingerprint)),
        ),
    ).subquery()
    rows = everything.c
    return select(rows.kind, rows.key, rows.bytes).order_by(rows.used, rows.kind, rows.key)


def _delete(connection: Connection, chosen: dict[str, list[str]]) -> None:
    columns = {"answer": tables.answers.c.key, "corpus": tables.corpora.c.fingerprint}
    for kind, keys in chosen.items():
        for start in range(0, len(keys), MOST_PARAMETERS):
            part = keys[start : start + MOST_PARAMETERS]
            if kind == "block":
                connection.execute(delete(tables.blocks).where(tables.blocks.c.id.in_([int(key) for key in part])))
            else:
                connection.execute(delete(columns[kind].table).where(columns[kind].in_(part)))
