"""Small vectors, texts and damage that the store's tests share."""

import numpy as np
from sqlalchemy import Column, Table, select, update

from core.digest import digest_bytes
from core.store import Store
from core.types import Corpus, Floats, Judgement, Query, Role, Space

SPACE = Space("static", "a-model", "w1", label="A model")
SHELF = SPACE.shelf(Role.DOCUMENT)


def digests(*numbers: int) -> list[bytes]:
    return [digest_bytes([f"text {number}"]) for number in numbers]


def vectors(*numbers: int, d: int = 4) -> Floats:
    """Rows that tell which text they belong to: number, number + 0.1, ..."""
    return np.array([[number + 0.1 * column for column in range(d)] for number in numbers], np.float32).reshape(-1, d)


def write(store: Store, *numbers: int, shelf: str = SHELF, d: int = 4) -> None:
    store.vectors.write(shelf, digests(*numbers), vectors(*numbers, d=d))


def corpus(name: str = "Ten", texts: tuple[str, ...] = ("one", "two", "three")) -> Corpus:
    return Corpus(name, texts)


def full_corpus() -> Corpus:
    return Corpus(
        "Everything",
        ("a\0b", "\ud800 alone", "שלום", "👩‍🚀", "", "<script>", "x" * 100_000),
        labels=("1", "2", "3", "4", "5", "6", "\0"),
        ids=tuple("abcdefg"),
        titles=("", "t", "\udfff", "", "", "", ""),
        queries=(Query("q1", "what\0?", "typo"), Query("q2", "\ud83d", "")),
        judgements=(Judgement("q1", "a", 2), Judgement("q2", "g", 0), Judgement("q1", "b", -1)),
    )


def flip(store: Store, column: Column[bytes], byte: int = -1, row: int = 0) -> None:
    """Change one bit of one byte of a stored blob, behind the store's back."""
    table = column.table
    assert isinstance(table, Table)
    (key,) = table.primary_key.columns
    with store.database.engine.begin() as connection:
        name, raw = connection.execute(select(key, column).order_by(key)).all()[row]
        damaged = bytearray(raw)
        damaged[byte] ^= 1
        connection.execute(update(table).where(key == name).values({column.name: bytes(damaged)}))


def age(store: Store, table: Table, seconds: float) -> None:
    """Make all rows of a table look as if they were last used this long ago."""
    with store.database.engine.begin() as connection:
        connection.execute(update(table).values(used=table.c.used - seconds))
