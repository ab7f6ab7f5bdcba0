"""Answers by question key."""

import json
from dataclasses import dataclass

from sqlalchemy import select, true

from core.store import packing, tables
from core.store.budget import Budget
from core.store.contents import Contents
from core.store.database import Database
from core.types import Answer, Question


@dataclass(frozen=True)
class AnswerEntry:
    """One kept answer: its question (arguments as JSON text), seconds it took, bytes, times since 1970."""

    key: str
    name: str
    arguments: str
    seconds: float
    bytes: int
    created: float
    used: float


@dataclass(frozen=True)
class Answers:
    """What questions returned."""

    database: Database
    budget: Budget

    @property
    def _contents(self) -> Contents:
        return Contents(self.database, "answer", tables.answers, tables.answer_data)

    def get(self, key: str) -> Answer | None:
        """The kept answer, or None; a damaged one is dropped and reported."""
        return self._contents.read(key, packing.unpack)

    def put(self, question: Question, answer: Answer, seconds: float) -> None:
        """Keep an answer and how long it took; replaces an earlier one. Raises TypeError as `packing.pack` does."""
        body = packing.pack(answer)
        arguments = json.dumps(question.arguments, sort_keys=True)
        with self.database.writing(f"Saving the answer to {question.name}") as connection:
            facts = {"name": question.name, "arguments": arguments, "seconds": seconds}
            self._contents.put(connection, question.key, body, **facts)
        self.budget.saved(len(body))

    def remove(self, key: str) -> None:
        """Delete one answer, so that it is asked anew."""
        self._contents.remove(tables.answers.c.key == key)

    def list(self) -> list[AnswerEntry]:
        """All kept answers, last used first."""
        columns = [tables.answers.c[name] for name in AnswerEntry.__dataclass_fields__]
        with self.database.reading("Listing answers") as connection:
            chosen = select(*columns).order_by(tables.answers.c.used.desc(), tables.answers.c.key)
            return [AnswerEntry(**row) for row in connection.execute(chosen).mappings()]

    def clear(self, name: str | None = None) -> None:
        """Delete all answers, or those to questions of one name."""
        self._contents.remove(true() if name is None else tables.answers.c.name == name)
