"""What the verbs that weigh candidates understand: which candidates, and how rankings are scored."""

from typing import Annotated

import typer

from core import catalog, pipeline, rerankers
from core.cli.arguments import bar
from core.errors import VecassayError
from core.retrieval import candidates as words_of
from core.types import ModelSpec, Study

Besides = Annotated[
    str,
    typer.Option(
        help="What to weigh besides each model alone: bm25, KEY+bm25 (fused), KEY>RERANKER, KEY+bm25>RERANKER; "
        "commas between."
    ),
]
Rerankers = Annotated[
    str,
    typer.Option(
        help="Put these rerankers behind each candidate: keys of the catalogue, or cross_encoder:NAME with a hub id or "
        "folder; commas between."
    ),
]
Measure = Annotated[str, typer.Option(help="Measure of quality, such as nDCG@10, R@100 or AP.")]
Rel = Annotated[int, typer.Option(min=1, help="A text counts as relevant from this grade.")]
Copies = Annotated[bool, typer.Option(help="Copies of a judged text share its grade.")]
Margin = Annotated[float, typer.Option(min=0, max=1, help="A difference that does not matter.")]


def words(study: Study, besides: str, behind: str) -> tuple[str, ...]:
    """The candidates: each model alone, what else is named, and each of these with a reranker behind it.

    Rerankers are made ready. Raises VecassayError when a candidate uses a model that is not in the study.
    """
    keys = [model.spec.key for model in study.models]
    found = list(dict.fromkeys([*keys, *_parts(besides)]))
    unknown = [key for key in words_of.models(found) if key not in keys]
    if unknown:
        raise VecassayError(
            f"--candidates names {', '.join(unknown)}, which is not among the models {', '.join(keys)}. Name it after "
            f"--models too."
        )
    added = [_reranker(name).key for name in _parts(behind)]
    plain = [word for word in found if not words_of.parse(word).reranker]
    found += [word for key in added for word in (f"{base}>{key}" for base in plain) if word not in found]
    for key in words_of.rerankers(found):
        spec = _reranker(key)
        if not rerankers.ready(spec):
            with bar(f"Getting {spec.label} ready", " bytes") as progress:
                rerankers.prepare(spec, progress)
    return tuple(found)


def _reranker(name: str) -> ModelSpec:
    """A reranker by key or cross_encoder:NAME; the refusal names those of the catalogue."""
    kept = pipeline.store()
    known = ":" in name or name in catalog.rerankers() or kept.models.get(name) is not None
    spec = pipeline.named(kept, name) if known else None
    if spec is None or spec.provider not in rerankers.REGISTRY:
        raise VecassayError(
            f"{name} is no reranker. Known: {', '.join(catalog.rerankers())}; one of your own is named as "
            f"cross_encoder:FOLDER."
        )
    return spec


def _parts(given: str) -> list[str]:
    return [part.strip() for part in given.split(",") if part.strip()]
