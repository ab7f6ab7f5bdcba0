"""What was read and what was done to it, in numbers and in plain words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core.types import Corpus


@dataclass(frozen=True)
class Report:
    """What reading found, in rows and characters.

    `rows_read` rows were looked at: all of the file, or a sample of its `sampled_from` rows. `empty_dropped` of them
    had no text. `duplicates` texts repeat an earlier one exactly and are kept. `repaired` texts were changed by
    `clean`. `labels` is the number of different labels; `longest` the length of the longest text.
    """

    rows_read: int = 0
    empty_dropped: int = 0
    duplicates: int = 0
    repaired: int = 0
    encoding: str = ""
    sampled_from: int | None = None
    seed: int = 0
    labels: int = 0
    longest: int = 0
    notes: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """The report in plain words; what did not happen is not mentioned."""
        read = f"{counted(self.rows_read, 'row')} read"
        if self.empty_dropped:
            read += f", {counted(self.empty_dropped, 'empty row')} dropped"
        said = [f"{read}; the longest text has {counted(self.longest, 'character')}."]
        if self.sampled_from is not None:
            said.append(f"They are a random sample of the {self.sampled_from:,} rows in the file (seed {self.seed}).")
        if self.duplicates:
            repeat = "text repeats" if self.duplicates == 1 else "texts repeat"
            said.append(f"{self.duplicates:,} {repeat} an earlier one exactly: kept, and embedded once.")
        if self.repaired:
            said.append(
                f"{counted(self.repaired, 'text')} tidied: surrounding spaces, line ends, NUL or broken characters."
            )
        if self.labels:
            said.append(f"{counted(self.labels, 'label')}.")
        if self.encoding:
            said.append(f"Encoding: {self.encoding}.")
        return [*said, *self.notes]

    def to_json(self) -> dict[str, Any]:
        """A plain dictionary, the opposite of `from_json`."""
        return {**asdict(self), "notes": list(self.notes)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Report":
        """Read what `to_json` wrote; what is not there has its default."""
        return cls(**{**raw, "notes": tuple(raw.get("notes", ()))})


@dataclass(frozen=True, eq=False)
class Reading:
    """The texts and the report on them."""

    corpus: Corpus
    report: Report


def counted(number: int, one: str, more: str = "") -> str:
    """1 text, 2 texts; 1 query, 2 queries."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"
