"""What a table of vectors says of itself: which space they live in, so that no other model's query is asked of them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.errors import SpaceMismatch, VecassayError
from core.report.privacy import folder_name
from core.types import Space, check_same_space

KEY = b"vecassay"
VERSION = 1


@dataclass(frozen=True)
class Facts:
    """The space of a table's vectors and its digest, the model as people know it, and what the texts are.

    `space.name` of a folder on the writing machine is only its last part: `digest` is the identity. Vectors are the
    texts' (role "document"), float32, at length 1; a text like nothing has zeros.
    """

    space: Space
    digest: str
    model: str
    corpus: str
    texts: int
    dimension: int

    @classmethod
    def of(cls, space: Space, model: str, corpus: str, texts: int, dimension: int) -> "Facts":
        """The facts of a table about to be written."""
        return cls(replace(space, name=folder_name(space.name)), space.digest, model, corpus, texts, dimension)

    def check(self, space: Space) -> None:
        """Raise `SpaceMismatch`, naming both models, for vectors of another space."""
        if space.digest == self.digest:
            return
        check_same_space(replace(self.space, label=self.model), space)
        raise SpaceMismatch(f"Expected vectors of {self.model} ({self.digest}); got {space.digest}.")

    def metadata(self) -> dict[bytes, bytes]:
        """For the schema of an Arrow table: one entry, JSON."""
        told = {"format": VERSION, "role": "document", "normalised": True, **asdict(self)}
        return {KEY: json.dumps(told, sort_keys=True).encode("ascii")}


def read(metadata: Mapping[bytes, bytes] | None, name: str) -> Facts:
    """The facts in a schema's metadata; raises VecassayError for a table `name` that has none, or none we know."""
    raw = (metadata or {}).get(KEY)
    if raw is None:
        raise VecassayError(
            f"{name} does not say which model its vectors are of: it was not written by Vecassay, or lost its "
            f"metadata. Write it again with “python -m core export”, and query that."
        )
    try:
        told: dict[str, Any] = json.loads(raw)
        if told.get("format") != VERSION:
            raise VecassayError(f"Expected a table of format {VERSION}; {name} is of format {told.get('format')!r}.")
        fields = {field: told[field] for field in Facts.__dataclass_fields__ if field != "space"}
        return Facts(space=Space(**told["space"]), **fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise VecassayError(f"What {name} says of its vectors cannot be read ({error}). Export it again.") from error
