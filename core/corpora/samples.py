"""Two corpora that come with Vecassay, to try things out at once."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.corpora.checks import Columns, check
from core.corpora.delimited import read_csv
from core.corpora.limits import Limits
from core.corpora.report import Reading
from core.registry import Registry

# The samples are ours and small: an operator's low limits are for what visitors bring.
_LIMITS = Limits(max_bytes=10_000_000, max_rows=10_000, max_text_chars=10_000)


@dataclass(frozen=True)
class Sample:
    """A bundled corpus as people meet it."""

    key: str
    label: str
    description: str
    columns: Columns


SAMPLES: Registry[Sample] = Registry("sample corpus")
SAMPLES.add(
    "sentences",
    Sample(
        "sentences",
        "Sentences",
        "Short sentences in 12 topics, with paraphrases, negations, and pairs that share words but not meaning.",
        Columns("text", label="label"),
    ),
)
SAMPLES.add(
    "helpdesk",
    Sample(
        "helpdesk",
        "Help desk",
        "Passages of a made-up product's help centre, labelled by subject.",
        Columns("text", label="label", id="id", title="title"),
    ),
)


@cache
def sample(key: str) -> Reading:
    """A bundled corpus by key; raises UnknownName with "did you mean"."""
    known = SAMPLES[key]
    file = Path(__file__).with_name(f"{key}.csv")
    return check(read_csv(known.label, file.read_bytes()), known.columns, _LIMITS)
