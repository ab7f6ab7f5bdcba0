"""The dashboard's questions without a browser: `python -m core embed|compare CORPUS --models ... --out ...`.

Exit codes: 0 done, 1 it could not be done (the reason is on standard error), 2 the command line was wrong.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from tqdm import tqdm

from core import catalog, corpora, pipeline
from core.corpora import Limits, Reading
from core.errors import VecassayError
from core.report.export import to_csv, to_json, to_parquet
from core.types import Corpus, Progress, Role, Study
from core.work import Work

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
        help="A sample (sentences, helpdesk), a file (CSV, TSV, JSONL, Parquet, TXT), a folder in BEIR layout, "
        "or the fingerprint of texts the store has.",
    ),
]
Models = Annotated[
    str,
    typer.Option(
        help="Keys of the catalogue or of added models, or PROVIDER:NAME with a hub id or folder "
        "(sentence_transformers:BAAI/bge-small-en-v1.5, static:./potion); commas between."
    ),
]
Out = Annotated[Path | None, typer.Option(help="File to write; its ending decides: .json, .csv or .parquet.")]
Column = Annotated[str | None, typer.Option(help="Column with the texts; guessed when left out.")]
Label = Annotated[str | None, typer.Option(help="Column with the labels; none when left out.")]
Sample = Annotated[int | None, typer.Option(min=1, help="Take a random sample of this many rows.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of every random choice.")]
DEFAULTS = ",".join(catalog.DEFAULT_MODELS)


@APP.command()
def embed(
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    label: Label = None,
    sample: Sample = None,
    seed: Seed = 0,
) -> None:
    """Embed texts with each model, keep the vectors, and say how many were new.

    With --out FILE.parquet the vectors are written too: one row per text and model.
    """
    check(out, (Ending.PARQUET, Ending.JSON, Ending.CSV))
    study = load(corpus, models, Reader(text, label, sample, seed))
    frames, rows = [], []
    for model in study.models:
        shelf = model.space.shelf(Role.DOCUMENT)
        before = pipeline.store().vectors.encoded(shelf)
        with bar(f"Embedding: {model.label}") as progress:
            work = Work(pipeline.store(), pipeline.respond, progress)
            embedded = work.embed(study.corpus.texts, model, Role.DOCUMENT, fit=study.corpus)
        new = pipeline.store().vectors.encoded(shelf) - before
        n, d = embedded.vectors.shape
        typer.echo(f"{model.label}: {new:,} of {n:,} embedded, {n - new:,} from the cache or repeated; {d} dimensions")
        rows.append(
            {"model": model.spec.key, "texts": n, "embedded": new, "dimensions": d, "space": model.space.digest}
        )
        vectors = {"vector": list(embedded.vectors)}
        frames.append(pd.DataFrame({"model": model.spec.key, "row": range(n), "text": study.corpus.texts, **vectors}))
    if out is not None:
        tables = pd.concat(frames, ignore_index=True) if out.suffix == Ending.PARQUET else pd.DataFrame(rows)
        write(out, {"embed": tables}, "embed")


@APP.command()
def compare(
    corpus: CorpusName,
    models: Models = DEFAULTS,
    out: Out = None,
    text: Column = None,
    label: Label = None,
    sample: Sample = None,
    seed: Seed = 0,
    k: Annotated[int, typer.Option(min=1, help="Neighbours per text.")] = 10,
) -> None:
    """How far models agree: neighbour overlap, linear CKA and RSA for every two, and first figures of each."""
    check(out, (Ending.JSON, Ending.CSV, Ending.PARQUET))
    study = load(corpus, models, Reader(text, label, sample, seed))
    profiles = []
    for model in study.models:
        with bar(f"Embedding: {model.label}") as progress:
            found = pipeline.answer("profile", study.only(model.spec.key), progress=progress)
        profiles.append({"model": model.spec.key, **found})
    agreement = pd.DataFrame(columns=["measure", "a", "b", "value", "n", "note"])
    if len(study.models) > 1:
        agreement = pipeline.answer("agreement", study, k=k, seed=seed)["agreement"]
    answer = {
        "corpus": study.corpus.fingerprint,
        "texts": len(study.corpus),
        "k": k,
        "seed": seed,
        "models": pd.DataFrame(profiles),
        "agreement": agreement,
    }
    if out is None:
        typer.echo(pd.DataFrame(profiles).round(3).to_string(index=False))
        typer.echo(f"\nn = {len(study.corpus):,} texts, k = {k}, seed {seed}")
        typer.echo(agreement.round(3).to_string(index=False) if len(agreement) else "One model: nothing to agree with.")
    else:
        write(out, answer, "agreement" if len(study.models) > 1 else "models")


@dataclass(frozen=True)
class Reader:
    """How a file is read: columns, sample and seed."""

    text: str | None
    label: str | None
    sample: int | None
    seed: int

    def read(self, corpus: str) -> Corpus:
        """Texts from a sample, the store, a folder or a file; what was noticed goes to standard error."""
        path = Path(corpus).expanduser()
        if corpus in corpora.SAMPLES or not path.exists():
            return pipeline.find(pipeline.store(), corpus)
        limits = Limits.from_settings()
        reading = corpora.read_folder(path, limits=limits) if path.is_dir() else self._file(path, limits)
        for sentence in reading.report.sentences():
            typer.echo(sentence, err=True)
        kind = "folder" if path.is_dir() else "upload"
        pipeline.store().corpora.add(reading.corpus, reading.report.to_json(), kind=kind, owner="command line")
        return reading.corpus

    def _file(self, path: Path, limits: Limits) -> Reading:
        data = path.read_bytes()
        text = self.text or corpora.preview(path.name, data, limits).text
        return corpora.read(
            path.name, data, text=text, label=self.label, sample=self.sample, seed=self.seed, limits=limits
        )


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
def bar(label: str) -> Iterator[Progress]:
    """A progress bar on a terminal, silence elsewhere."""
    with tqdm(desc=label, unit=" texts", disable=not sys.stderr.isatty(), leave=False) as shown:

        def progress(done: int, total: int) -> None:
            shown.total = total
            shown.update(done - shown.n)

        yield progress


def main(run: Callable[[], None] = APP) -> int:
    """Run the command line; returns the exit code."""
    try:
        run()
    except VecassayError as error:
        typer.echo(f"vecassay: {error}", err=True)
        return 1
    except OSError as error:
        typer.echo(f"vecassay: {error.filename or 'file'}: {error.strerror}", err=True)
        return 1
    return 0
