"""Reading and checking texts: one format family per file, found by the end of a file's name.

`preview` looks at a file, `read`, `paste`, `read_folder`, `read_zip` and `sample` give texts (`Corpus`) and what was
done to them (`Report`); `read_queries` and `read_qrels` give them queries and judgements, `to_beir` and `to_qrels`
write these for other tools. Every text goes through `clean`. Whatever is refused is refused before anything is
embedded, in one sentence (`VecassayError`) with the line. A new file here with a registered reader adds a format.
"""

from core.corpora.beir import read_folder, read_zip
from core.corpora.cleaning import clean
from core.corpora.formats import REGISTRY, Table
from core.corpora.hub import read_hub
from core.corpora.limits import Limits
from core.corpora.pairs import QueryColumns, QueryPreview, preview_queries
from core.corpora.preview import Preview, preview
from core.corpora.qrels import read_qrels
from core.corpora.queries import NO_ANSWER, read_queries
from core.corpora.reading import paste, read
from core.corpora.report import Reading, Report
from core.corpora.samples import SAMPLES, Sample, sample
from core.corpora.testset import bare, to_beir, to_qrels, with_judgements
from core.registry import discover

__all__ = [
    "NO_ANSWER",
    "REGISTRY",
    "SAMPLES",
    "Limits",
    "Preview",
    "QueryColumns",
    "QueryPreview",
    "Reading",
    "Report",
    "Sample",
    "Table",
    "bare",
    "clean",
    "paste",
    "preview",
    "preview_queries",
    "read",
    "read_folder",
    "read_hub",
    "read_qrels",
    "read_queries",
    "read_zip",
    "sample",
    "to_beir",
    "to_qrels",
    "with_judgements",
]

discover("core.corpora")
