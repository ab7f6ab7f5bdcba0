"""What a printed record is made of: sections with lines, bullets and a table."""

from dataclasses import dataclass

from core.report.record import Record

CHOSEN, LEADS, TIED = "chosen", "leads, not decided", "not shown to be worse"
WORSE, STRUCK = "shown to be worse", "struck out"


@dataclass(frozen=True)
class Table:
    """A table of short texts; `left` are the columns that hold words (negative counts from the end)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: tuple[int, ...] = (0,)

    def is_left(self, column: int) -> bool:
        """Whether a column holds words and not numbers."""
        return column in self.left or column - len(self.columns) in self.left


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it."""

    key: str
    heading: str
    lines: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    table: Table | None = None

    @property
    def says(self) -> bool:
        """Whether anything stands under the heading."""
        return bool(self.lines or self.bullets or (self.table and self.table.rows))


def labels(record: Record) -> dict[str, str]:
    """What people read for each candidate; two of one label get their key behind it."""
    names = [way.label for way in record.candidates]
    return {
        way.key: way.label if names.count(way.label) == 1 else f"{way.label} ({way.key})" for way in record.candidates
    }


def standing(record: Record, key: str) -> str:
    """How a candidate came out, in a few words."""
    ruling = record.ruling
    if key in ruling.struck:
        return STRUCK
    if key == ruling.chosen:
        return CHOSEN if ruling.status == "decided" else LEADS
    return TIED if key in ruling.tie_group else WORSE
