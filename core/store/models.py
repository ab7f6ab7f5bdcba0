"""Models that people added, by key."""

import json
from dataclasses import dataclass
from time import time

from sqlalchemy import delete, select

from core.store import tables
from core.store.database import Database
from core.store.failures import StoreError
from core.types import ModelSpec

_rows = tables.models.c


@dataclass(frozen=True)
class Models:
    """Specs by key. A key means one spec, whoever added it; an owner `""` adds for everybody."""

    database: Database

    def add(self, spec: ModelSpec, owner: str) -> None:
        """Remember a model in one's list. Raises StoreError when its key is another model's already."""
        with self.database.writing(f"Saving the model {spec.label}", alone=True) as connection:
            known = connection.scalar(select(_rows.spec).where(_rows.key == spec.key).limit(1))
            if known is not None and _spec(known) != spec:
                raise StoreError(
                    f"The key {spec.key!r} is already used for another model, {_spec(known).name}. Give yours another."
                )
            row = {"key": spec.key, "owner": owner, "spec": json.dumps(spec.to_json()), "created": time()}
            connection.execute(self.database.insert(tables.models).values(row).on_conflict_do_nothing())

    def get(self, key: str) -> ModelSpec | None:
        """The model with this key, whoever added it, or None."""
        with self.database.reading("Reading a model") as connection:
            found = connection.scalar(select(_rows.spec).where(_rows.key == key).limit(1))
        return None if found is None else _spec(found)

    def listed(self, owner: str) -> list[ModelSpec]:
        """The models one added and those added for everybody, in the order they came."""
        chosen = select(_rows.key, _rows.spec).where(_rows.owner.in_([owner, ""])).order_by(_rows.created)
        with self.database.reading("Listing models") as connection:
            return [_spec(spec) for spec in dict(connection.execute(chosen).tuples().all()).values()]

    def remove(self, key: str, owner: str) -> None:
        """Take a model off one's list; its vectors stay until they are removed or evicted."""
        with self.database.writing("Deleting a model") as connection:
            connection.execute(delete(tables.models).where(_rows.key == key, _rows.owner == owner))


def _spec(text: str) -> ModelSpec:
    return ModelSpec.from_json(json.loads(text))
