"""The templates beside this file."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template


@lru_cache(maxsize=8)
def template(name: str, *, html: bool = False, finalize: Callable[[Any], Any] | None = None) -> "Template":
    """A template by its file's name: `html` escapes what it prints, else `finalize` does; no variable may lack."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=html,  # noqa: S701 - what is no HTML is escaped by `finalize`
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=html,
    )
    return environment.get_template(name)
