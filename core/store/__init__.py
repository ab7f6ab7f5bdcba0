"""What is kept: vectors, answers, corpora and added models, in one database.

Read it in this order: `tables` (what is kept), `database` (how it is reached), `vectors`, `answers`, `corpora`,
`models`, `timings`, `judging`, then `budget` and `pins` (what leaves) and `turns` (who may write alone).
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import func, select

from core.store import tables
from core.store.answers import AnswerEntry, Answers
from core.store.budget import Budget
from core.store.corpora import Corpora, Holding
from core.store.database import Database
from core.store.failures import StoreError
from core.store.faults import Fault, Faults
from core.store.judging import Judging
from core.store.models import Models
from core.store.spending import Agreement, Spending, Spent
from core.store.timings import Timing, Timings
from core.store.turns import turn
from core.store.usage import Run
from core.store.vectors import Found, Shelf, Vectors

__all__ = [
    "Agreement",
    "AnswerEntry",
    "Fault",
    "Found",
    "Holding",
    "Run",
    "Shelf",
    "Size",
    "Spent",
    "Store",
    "StoreError",
    "Timing",
    "open_store",
]


@dataclass(frozen=True)
class Size:
    """How much is kept of one kind: vectors, answers, corpora or models."""

    what: str
    count: int
    bytes: int


@dataclass(frozen=True)
class Store:
    """Everything that is kept. Threads may share one; processes open their own on the same database."""

    database: Database
    budget: Budget
    vectors: Vectors
    answers: Answers
    corpora: Corpora
    models: Models
    timings: Timings
    judging: Judging
    spending: Spending

    @property
    def id(self) -> str:
        """32 hexadecimal digits that only this store has."""
        return self.database.id

    def location(self) -> str:
        """Where it is, for people: a path, or host and database; never a password."""
        return self.database.location

    def pinned(self, keys: Sequence[str]) -> AbstractContextManager[None]:
        """Keep shelves, answers and corpora with these keys from being evicted while the block runs.

        Pins last ten minutes; whatever is saved by this process renews them, and so does `renew`.
        """
        return self.budget.pins.pinned(keys)

    def turn(self, key: str, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """Be the only process of this store inside a block of this key; `waiting` is called while another one is."""
        return turn(self.database, f"turn:{key}", waiting)

    def renew(self) -> None:
        """Let this process's pins last ten minutes from now."""
        self.budget.pins.renew()

    def faults(self) -> list[Fault]:
        """What was found damaged and dropped, newest first."""
        return Faults(self.database).list()

    def sizes(self) -> list[Size]:
        """How much is kept of each kind."""
        blocks, answers, corpora = tables.blocks.c, tables.answers.c, tables.corpora.c
        kinds = {
            "vectors": select(func.sum(blocks.n), func.sum(blocks.bytes)),
            "answers": select(func.count(), func.sum(answers.bytes)).select_from(tables.answers),
            "corpora": select(func.count(), func.sum(corpora.bytes)).select_from(tables.corpora),
            "models": select(
                func.count(func.distinct(tables.models.c.key)), func.sum(func.length(tables.models.c.spec))
            ),
        }
        with self.database.reading("Measuring the store") as connection:
            rows = {what: connection.execute(sums).one() for what, sums in kinds.items()}
        return [Size(what, int(row[0] or 0), int(row[1] or 0)) for what, row in rows.items()]

    def close(self) -> None:
        """Let go of the database; the next use opens it again."""
        self.database.engine.dispose()


def open_store(url: str, budget: int) -> Store:
    """Open the store at a database URL, making it if it is not there; `budget` is bytes.

    Raises StoreError when it cannot be opened, with the reason and what to do.
    """
    database = Database(url)
    limit = Budget(database, budget)
    return Store(
        database,
        limit,
        Vectors(database, budget=limit),
        Answers(database, limit),
        Corpora(database, limit),
        Models(database),
        Timings(database),
        Judging(database),
        Spending(database),
    )
