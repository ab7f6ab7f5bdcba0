"""The books of each shelf: what it is, how often it was asked, what encoding it took."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from time import time

from sqlalchemy import func, select

from core.store import tables
from core.store.database import Database
from core.store.failures import StoreError
from core.types import Role, Space


@dataclass(frozen=True)
class Run:
    """One encoding: texts really encoded, how long it took (seconds), where and when (seconds since 1970)."""

    shelf: str
    corpus: str
    texts: int
    seconds: float
    tokens: int | None
    machine: str
    finished: float


@dataclass(frozen=True)
class Usage:
    """Counters and runs. Keeping them never stops the work they are about: a store that is full or may only be
    read keeps none, and says nothing.
    """

    database: Database

    def describe(self, shelf: str, space: Space, role: Role) -> None:
        """Say what a shelf holds; written only when that is news."""
        known = select(tables.usage.c.label, tables.usage.c.role, tables.usage.c.space).where(
            tables.usage.c.shelf == shelf
        )
        facts = {"label": space.label, "role": role.value, "space": json.dumps(asdict(space), sort_keys=True)}
        with self.database.reading("Reading about a shelf") as connection:
            row = connection.execute(known).mappings().first()
        if row is None or dict(row) != facts:
            insert = self.database.insert(tables.usage).values(shelf=shelf, **facts)
            with suppress(StoreError), self.database.writing("Describing a shelf") as connection:
                connection.execute(insert.on_conflict_do_update(index_elements=["shelf"], set_=facts))

    def spaces(self) -> list[str]:
        """What every shelf there ever was holds: the facts of its space, as JSON."""
        with self.database.reading("Reading about shelves") as connection:
            return [str(raw) for raw in connection.scalars(select(tables.usage.c.space).distinct()) if raw]

    def count(self, shelf: str, *, asked: int = 0, found: int = 0, encoded: int = 0, seconds: float = 0.0) -> None:
        """Add to a shelf's counters: texts asked for, found, encoded, and seconds of encoding."""
        more = {"asked": asked, "found": found, "encoded": encoded, "seconds": seconds}
        insert = self.database.insert(tables.usage).values(shelf=shelf, **more)
        # Added by the database, so that two processes that count at once both count.
        sums = {name: tables.usage.c[name] + value for name, value in more.items()}
        with suppress(StoreError), self.database.writing("Counting") as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["shelf"], set_=sums))

    def encoded(self, shelf: str | None = None) -> int:
        """How many texts ever went through an encoder, for one shelf or all."""
        total = select(func.coalesce(func.sum(tables.usage.c.encoded), 0))
        chosen = total if shelf is None else total.where(tables.usage.c.shelf == shelf)
        with self.database.reading("Reading the counters") as connection:
            return int(connection.scalar(chosen) or 0)

    def log_run(
        self, shelf: str, corpus: str, texts: int, seconds: float, *, tokens: int | None = None, machine: str = ""
    ) -> None:
        """Note an encoding that finished now."""
        run = Run(shelf, corpus, texts, seconds, tokens, machine, time())
        with suppress(StoreError), self.database.writing("Noting a run") as connection:
            connection.execute(tables.runs.insert().values(asdict(run)))

    def runs(self, shelf: str) -> list[Run]:
        """A shelf's encodings, newest first."""
        columns = [column for column in tables.runs.c if column.name != "id"]
        chosen = select(*columns).where(tables.runs.c.shelf == shelf).order_by(tables.runs.c.id.desc())
        with self.database.reading("Reading about runs") as connection:
            return [Run(**row) for row in connection.execute(chosen).mappings()]
