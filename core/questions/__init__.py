"""Questions about texts and models: one family per file, each a function from digests and numbers to an answer.

Every question takes `work` (what it has at hand) and then, by name, `corpus` (a fingerprint), `models` (model key to
digest of its space) and whatever else changes its answer. What is not in the arguments is not in the answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from core.registry import Registry
from core.types import Answer, Role

Run = TypeVar("Run", bound=Callable[..., Answer])


@dataclass(frozen=True)
class Recipe:
    """How a question is answered: `embeds` names the arguments whose texts must have vectors first, in which roles.

    `unit` is what its progress counts; "" shows a percentage. `alone` is for timing: nothing else may run in that
    worker meanwhile. `idle` is for what nobody waits for yet: it lets everything else go first.
    """

    name: str
    doing: str
    run: Callable[..., Answer]
    embeds: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)
    version: int = 1
    kept: bool = True
    unit: str = "text"
    alone: bool = False
    idle: bool = False

    @property
    def takes(self) -> frozenset[str]:
        """Names of the arguments the question understands."""
        code: Any = self.run.__code__
        return frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]) - {"work"}


REGISTRY: Registry[Recipe] = Registry("question")


def recipe(
    doing: str,
    *,
    version: int = 1,
    kept: bool = True,
    unit: str = "text",
    alone: bool = False,
    idle: bool = False,
    **embeds: Role | tuple[Role, ...],
) -> Callable[[Run], Run]:
    """Register a question; raise `version` whenever its answer changes for the same arguments.

    `doing` is what people read while they wait; `kept=False` answers are never stored; `unit` is what progress counts
    ("" for a percentage); `alone` waits until nothing else runs in the worker, and keeps it so; `idle`
    goes after everything else. `embeds`: `corpus=Role.DOCUMENT`, or both roles where its own queries are asked.
    """
    roles = {name: (role,) if isinstance(role, Role) else role for name, role in embeds.items()}

    def register(run: Run) -> Run:
        REGISTRY.add(run.__name__, Recipe(run.__name__, doing, run, roles, version, kept, unit, alone, idle))
        return run

    return register
