"""What must not leave the machine with a record: passwords in addresses, and where somebody's files lie."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.settings import settings

_PASSWORD = re.compile(r"([A-Za-z][\w+.-]*://)[^\s/@]*@")
_TOKEN = re.compile(r"(?i)\b((?:api[_-]?key|token|password|passwd|secret)=)[^\s,;&\"']+")
FOLDER = "folder:"
_SEPARATORS = re.compile(r"[/\\]")
_ABSOLUTE = re.compile(r"(/|~|\\\\|[A-Za-z]:[\\/])")


def folder_name(name: str) -> str:
    """A model's name as others may see it: of a folder only its last part, all else as it is.

    >>> folder_name("/home/anna/models/potion"), folder_name("intfloat/e5-small-v2")
    ('folder:potion', 'intfloat/e5-small-v2')
    """
    return f"{FOLDER}{_SEPARATORS.split(name.rstrip('/'))[-1]}" if _ABSOLUTE.match(name) else name


def clean(value: Any) -> Any:
    """The same tree without passwords in addresses, `token=...` values and the paths of home folders."""
    if isinstance(value, Mapping):
        return {clean(str(name)): clean(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return _line(value) if isinstance(value, str) else value


def _line(text: str) -> str:
    for home in sorted({str(settings().home), str(Path.home())}, key=len, reverse=True):
        if len(home) > 1:
            text = text.replace(home, "~")
    return _TOKEN.sub(r"\1…", _PASSWORD.sub(r"\1…@", text))
