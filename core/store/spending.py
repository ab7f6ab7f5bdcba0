"""Texts that leave this machine: who agreed to send which ones where, and what it came to."""

from dataclasses import asdict, dataclass
from time import time

from sqlalchemy import Table, func, select

from core.store import tables
from core.store.database import Database

_agreed, _sums = tables.agreements.c, tables.spending.c


@dataclass(frozen=True)
class Agreement:
    """Leave to send these texts (their digest) to this space's model, at a price per million tokens, up to `most`."""

    space: str
    texts: str
    owner: str
    per_million: float
    most: float | None
    created: float


@dataclass(frozen=True)
class Spent:
    """What requests came to: texts sent, tokens as the vendor counted them, texts cut to fit, money."""

    n: int = 0
    tokens: int = 0
    cut: int = 0
    money: float = 0.0


@dataclass(frozen=True)
class Spending:
    """Agreements and the books of every request. A store made before there were any gets its tables with the first."""

    database: Database

    def agree(self, space: str, texts: str, owner: str, per_million: float, most: float | None = None) -> None:
        """Allow sending; a later agreement about the same texts and model takes the place of an earlier one."""
        facts = {"owner": owner, "per_million": per_million, "most": most, "created": time()}
        with self.database.writing("Keeping an agreement", alone=True) as connection:
            tables.agreements.create(connection, checkfirst=True)
            insert = self.database.insert(tables.agreements).values(space=space, texts=texts, **facts)
            connection.execute(insert.on_conflict_do_update(index_elements=["space", "texts"], set_=facts))

    def agreed(self, space: str, texts: str) -> Agreement | None:
        """The agreement about these texts and this space, or None."""
        if not self._there(tables.agreements):
            return None
        chosen = select(tables.agreements).where((_agreed.space == space) & (_agreed.texts == texts))
        with self.database.reading("Looking for an agreement") as connection:
            row = connection.execute(chosen).mappings().first()
        return None if row is None else Agreement(**row)

    def add(self, space: str, texts: str, label: str, spent: Spent) -> None:
        """Note a request that was answered."""
        row = {"space": space, "texts": texts, "label": label, **asdict(spent), "finished": time()}
        with self.database.writing("Noting what was spent", alone=True) as connection:
            tables.spending.create(connection, checkfirst=True)
            connection.execute(tables.spending.insert().values(row))

    def spent(self, space: str | None = None, texts: str | None = None, since: float = 0.0) -> Spent:
        """What requests came to, of one space and texts or of all, since a time (seconds since 1970)."""
        if not self._there(tables.spending):
            return Spent()
        sums = (func.coalesce(func.sum(_sums[name]), 0) for name in Spent.__dataclass_fields__)
        chosen = select(*sums).where(_sums.finished >= since)
        if space is not None:
            chosen = chosen.where(_sums.space == space)
        if texts is not None:
            chosen = chosen.where(_sums.texts == texts)
        with self.database.reading("Adding up what was spent") as connection:
            n, tokens, cut, money = connection.execute(chosen).one()
        return Spent(int(n), int(tokens), int(cut), float(money))

    def by_model(self) -> dict[str, Spent]:
        """What each model came to, by its label."""
        if not self._there(tables.spending):
            return {}
        sums = (func.sum(_sums[name]) for name in Spent.__dataclass_fields__)
        chosen = select(_sums.label, *sums).group_by(_sums.label).order_by(_sums.label)
        with self.database.reading("Adding up what was spent") as connection:
            rows = connection.execute(chosen).all()
        return {str(row[0]): Spent(int(row[1]), int(row[2]), int(row[3]), float(row[4])) for row in rows}

    def _there(self, table: Table) -> bool:
        return self.database.has(table, "Looking for what was spent")
