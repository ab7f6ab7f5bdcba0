"""Reading and checking texts: one format family per file, found by the end of a file's name.

`preview` looks at a file, `read`, `paste`, `read_folder` and `sample` give texts (`Corpus`) and what was done to them
(`Report`). Every text goes through `clean`. Whatever is refused is refused before anything is embedded, in one
sentence (`VecassayError`) with the line. A new file here with a registered reader adds a format.
"""

from core.corpora.beir import read_folder
from core.corpora.cleaning import clean
from core.corpora.formats import REGISTRY, Table
from core.corpora.limits import Limits
from core.corpora.preview import Preview, preview
from core.corpora.reading import paste, read
from core.corpora.report import Reading, Report
from core.corpora.samples import SAMPLES, Sample, sample
from core.registry import discover

__all__ = [
    "REGISTRY",
    "SAMPLES",
    "Limits",
    "Preview",
    "Reading",
    "Report",
    "Sample",
    "Table",
    "clean",
    "paste",
    "preview",
    "read",
    "read_folder",
    "sample",
]

discover("core.corpora")
