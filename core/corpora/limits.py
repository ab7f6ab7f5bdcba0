"""How much is read: sizes, rows and lengths above which a file is refused, and in what words."""

from dataclasses import dataclass

from core.errors import VecassayError
from core.settings import settings


@dataclass(frozen=True)
class Limits:
    """The largest file (bytes), the most rows and the longest text (characters) that are read."""

    max_bytes: int
    max_rows: int
    max_text_chars: int

    @classmethod
    def from_settings(cls) -> "Limits":
        """The limits of this installation."""
        known = settings()
        return cls(known.max_file_bytes, known.max_rows, known.max_text_chars)

    def check_bytes(self, name: str, size: int, what: str = "is") -> None:
        """Raise VecassayError when a file, or what it unpacks to, is too large."""
        if size > self.max_bytes:
            raise VecassayError(
                f"{name} {what} {_size(size)}; the limit is {_size(self.max_bytes)}. Load a smaller part of it, or "
                f"raise the setting VECASSAY_MAX_FILE_BYTES (now {self.max_bytes})."
            )

    def check_rows(self, name: str, total: int, sample: int | None) -> None:
        """Raise VecassayError when more rows are wanted than the limit, or a sample of none."""
        wanted = total if sample is None else min(sample, total)
        if sample is not None and sample < 1:
            raise VecassayError(f"A random sample needs at least 1 row; {sample} were asked for. Choose a larger one.")
        if wanted > self.max_rows:
            raise VecassayError(
                f"{name} has {total:,} rows and {wanted:,} were asked for; the limit is {self.max_rows:,}. Ask for a "
                f"random sample of at most {self.max_rows:,} rows, or raise the setting VECASSAY_MAX_ROWS."
            )

    def check_text(self, where: str, text: str) -> None:
        """Raise VecassayError when a text is too long; `where` names its file and row."""
        if len(text) > self.max_text_chars:
            raise VecassayError(
                f"{where}: this text has {len(text):,} characters; the limit is {self.max_text_chars:,}. Split it into "
                f"shorter texts, or raise the setting VECASSAY_MAX_TEXT_CHARS."
            )


def _size(size: int) -> str:
    """Bytes in the largest unit that keeps the number above one."""
    value, units = float(size), ["bytes", "KiB", "MiB", "GiB"]
    while value >= 1024 and len(units) > 1:
        value, units = value / 1024, units[1:]
    return f"{value:,.0f} {units[0]}" if units[0] == "bytes" else f"{value:,.1f} {units[0]}"
