"""Tables as CSV, JSON or Parquet. CSV cells that a spreadsheet would run as a formula are defused."""

from collections.abc import Mapping
from io import BytesIO
from json import dumps
from typing import Any

import numpy as np
import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def defuse(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def to_csv(table: pd.DataFrame) -> bytes:
    """UTF-8 CSV with a header; formulas defused, in headers too."""
    texts = table.select_dtypes(exclude=["number", "bool"]).columns
    safe = table.assign(**{column: table[column].map(defuse) for column in texts})
    # RFC 4180's line end, because Python then quotes a lone carriage return too: unquoted, a spreadsheet would begin
    # a row there, and take what follows for a formula.
    return safe.rename(columns=defuse).to_csv(index=False, lineterminator="\r\n").encode()


def to_parquet(table: pd.DataFrame) -> bytes:
    """Parquet, as pandas writes it."""
    buffer = BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def to_json(answer: Mapping[str, Any]) -> bytes:
    """Indented JSON: tables as lists of rows, arrays as lists, NaN as null."""
    return dumps({name: _plain(value) for name, value in answer.items()}, indent=1, ensure_ascii=False).encode(
        errors="backslashreplace"
    )


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return [{name: _plain(cell) for name, cell in row.items()} for row in value.to_dict("records")]
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
