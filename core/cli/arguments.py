"""What every verb of the command line understands: which texts, which models, which file to write."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from core import catalog, corpora, pipeline
from core.corpora import Limits, Reading
from core.errors import VecassayError
from core.report.export import to_csv, to_json, to_parquet
from core.types import Corpus, Progress, Study

APP = typer.Typer(
    help="See, measure and choose text-embedding models on your own data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Ending(StrEnum):
    """Files tables can be written as."""

    CSV = ".csv"
    JSON = ".json"
    PARQUET = ".parquet"


CorpusName = Annotated[
    str,
    typer.Argument(
        metavar="CORPUS",
        help="A sample (sentences, helpdesk), a file (CSV, TSV, JSONL, Parquet, TXT), a folder or ZIP in BEIR layout, "
        "or the fingerprint of texts the store has.",
    ),
]
Models = Annotated[
    str,
    typer.Option(
        help="Keys of the catalogue or of added models, or PROVIDER:NAME with a hub id, a folder, a hosted model's "
        "name or an endpoint's NAME@ADDRESS (sentence_transformers:BAAI/bge-small-en-v1.5, static:./potion, "
        "openai:text-embedding-3-small, openai:nomic-embed-text@http://localhost:11434/v1); commas between."
    ),
]
Out = Annotated[Path | None, typer.Option(help="File to write; its ending decides: .json, .csv or .parquet.")]
Column = Annotated[str | None, typer.Option(help="Column with the texts; guessed when left out.")]
Label = Annotated[str | None, typer.Option(help="Column with the labels; none when left out.")]
Sample = Annotated[int | None, typer.Option(min=1, help="Take a random sample of this many rows.")]
Queries = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="Queries for the texts: a table of query, relevant text or id, and optionally grade, kind and query id. "
        "The same file as CORPUS: its relevant texts are the texts. With --qrels: ids and texts of the queries alone.",
    ),
]
Qrels = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="Judgements for the queries: BEIR's query-id, corpus-id, score, or TREC qrels.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of every random choice.")]
DEFAULTS = ",".join(catalog.DEFAULT_MODELS)


@dataclass(frozen=True)
class Reader:
    """How a file is read: columns, sample and seed; and the queries and judgements to read with it, if any."""

    text: str | None
    label: str | None
    sample: int | None
    seed: int
    queries: Path | None = None
    qrels: Path | None = None
    ids: bool = False
    """Whether a column of ids is read, too."""

    def read(self, corpus: str) -> Corpus:
        """Texts from a sample, the store, a folder or a file; what was noticed goes to standard error."""
        path = Path(corpus).expanduser()
        if self.queries is not None:
            pairs = path.exists() and path.samefile(self.queries)
            texts = None if pairs else self._texts(corpus, path)
            qrels = None if self.qrels is None else (self.qrels.name, _bytes(self.qrels))
            return _kept(corpora.read_queries(self.queries.name, _bytes(self.queries), texts, qrels=qrels), "upload")
        texts = self._texts(corpus, path)
        if self.qrels is None:
            return texts
        return _kept(corpora.read_qrels(self.qrels.name, _bytes(self.qrels), texts), "upload")

    def _texts(self, corpus: str, path: Path) -> Corpus:
        if corpus in corpora.SAMPLES or not path.exists():
            return pipeline.find(pipeline.store(), corpus)
        if path.is_dir():
            return _kept(corpora.read_folder(path, sample=self.sample, seed=self.seed), "folder")
        return _kept(self._file(path), "upload")

    def _file(self, path: Path) -> Reading:
        data = _bytes(path)
        if path.suffix.lower() == ".zip":
            return corpora.read_zip(path.name, data, sample=self.sample, seed=self.seed)
        found = corpora.preview(path.name, data)
        return corpora.read(
            path.name,
            data,
            text=self.text or found.text,
            label=self.label,
            id=found.id if self.ids or self.queries is not None else None,  # judgements may name texts by it
            sample=self.sample,
            seed=self.seed,
        )


def _bytes(path: Path) -> bytes:
    """A file's bytes, once its size is known to be within the limit."""
    Limits.from_settings().check_bytes(path.name, path.stat().st_size)
    return path.read_bytes()


def _kept(reading: Reading, kind: str) -> Corpus:
    """Say what was read, and put it into the store."""
    for sentence in reading.report.sentences():
        typer.echo(sentence, err=True)
    pipeline.store().corpora.add(reading.corpus, reading.report.to_json(), kind=kind, owner="command line")
    return reading.corpus


def load(corpus: str, models: str, reader: Reader) -> Study:
    """The study the command line names."""
    keys = [key.strip() for key in models.split(",") if key.strip()]
    if not keys:
        raise VecassayError(f"Expected at least one model after --models, such as {DEFAULTS}.")
    return pipeline.study(reader.read(corpus), keys)


def check(out: Path | None, endings: tuple[Ending, ...]) -> None:
    """Refuse a file we could not write before any work is done; exit code 2."""
    if out is not None and out.suffix not in [ending.value for ending in endings]:
        raise typer.BadParameter(f"expected a file ending in {', '.join(endings)}; got {out.name}", param_hint="--out")
    if out is not None and not out.parent.is_dir():
        raise typer.BadParameter(f"the folder {out.parent} does not exist", param_hint="--out")


def write(out: Path, answer: dict[str, Any], table: str) -> None:
    """The whole answer as JSON, or its main table as CSV or Parquet."""
    if out.suffix == Ending.JSON:
        data = to_json(answer)
    elif out.suffix == Ending.PARQUET:
        data = to_parquet(answer[table])
    else:
        data = to_csv(answer[table])
    out.write_bytes(data)
    typer.echo(f"Written: {out}", err=True)


@contextmanager
def bar(label: str, unit: str = " texts") -> Iterator[Progress]:
    """A progress bar on a terminal, silence elsewhere."""
    with tqdm(desc=label, unit=unit, disable=not sys.stderr.isatty(), leave=False) as shown:

        def progress(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield progress
