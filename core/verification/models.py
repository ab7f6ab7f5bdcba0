"""Are models and rerankers on this machine those of the record?"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core import catalog, pipeline, providers, rerankers, work
from core.errors import NotMade, VecassayError
from core.recording import public
from core.report.privacy import FOLDER
from core.report.record import Record, Used
from core.types import Corpus, Model, ModelSpec
from core.verification.findings import CANNOT, CHANGED, HOLDS, Finding

SPOKEN = {
    "provider": "library", "name": "name", "weights": "weights or revision", "query_prompt": "prompt of queries",
    "document_prompt": "prompt of texts", "max_tokens": "token limit", "dimension": "dimension asked for",
    "backend": "precision", "made": "how it was made", "fitted_on": "texts it was fitted on",
}  # fmt: skip
PRECISIONS = {"": "float32", "bf16": "bfloat16 (OpenVINO)"}
LONG = 60
_SPEC = TypeAdapter(ModelSpec)


@dataclass(frozen=True, eq=False)
class Found:
    """What is here: models and rerankers by key, and a finding for each that the record names."""

    models: Mapping[str, Model]
    rerankers: Mapping[str, ModelSpec]
    findings: tuple[Finding, ...]
    refitted: frozenset[str] = frozenset()
    """Keys of models that are fitted on texts, which are others now."""


def models(record: Record, corpus: Corpus, instead: Mapping[str, str]) -> Found:
    """Look for every model and reranker; `instead` names some by PROVIDER:NAME. Nothing is downloaded."""
    here: dict[str, Model] = {}
    ranking: dict[str, ModelSpec] = {}
    findings, refitted = [], set()
    for used in record.models:
        try:
            model = _model(used, corpus, instead.get(used.key, ""))
        except VecassayError as error:
            findings.append(Finding(f"model {used.label}", CANNOT, _absent(used, error)))
            continue
        changes = dict(_changes(used, model))
        if "fitted_on" in changes:
            refitted.add(used.key)
        here[used.key] = model
        findings.append(_compared(used, changes))
    for used in record.rerankers:
        finding, spec = _reranker(used)
        findings.append(finding)
        ranking |= {} if spec is None else {used.key: spec}
    return Found(here, ranking, tuple(findings), frozenset(refitted))


def _model(used: Used, corpus: Corpus, instead: str) -> Model:
    store = pipeline.store()
    if instead and used.key in catalog.models():
        raise VecassayError(f"{used.key} is a model of the catalogue, and --model cannot put another in its place")
    if instead:
        store.models.add(_elsewhere(used, instead), "command line")
    try:
        spec = work.find_spec(store, used.key)
    except VecassayError:
        spec = _recorded(used)
        if spec.name.startswith((FOLDER, "/", "~")):
            raise VecassayError(
                f"it was in a folder called {spec.name.removeprefix(FOLDER)!r}, and a record does not tell where. Name "
                f"it with --model {used.key}={spec.provider}:/path/to/folder"
            ) from None
        store.models.add(spec, "command line")
    with suppress(NotMade):
        return work.resolve(spec, corpus)
    providers.REGISTRY[spec.provider].prepare(spec, texts=corpus.texts)  # its files are here: nothing is fetched
    return work.resolve(spec, corpus)


def _recorded(used: Used) -> ModelSpec:
    """The spec as the record has it."""
    try:
        spec = _SPEC.validate_python(dict(used.spec))
    except ValidationError as error:
        said = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise VecassayError(f"the record does not say what it is ({said})") from error
    if spec.provider not in providers.REGISTRY:
        raise VecassayError(f"there is no library {spec.provider!r} here")
    return replace(spec, key=used.key)


def _elsewhere(used: Used, instead: str) -> ModelSpec:
    """The record's spec with its files somewhere else: prompts and limits stay."""
    provider, colon, name = instead.partition(":")
    if not colon or provider not in providers.REGISTRY:
        raise VecassayError(f"expected {used.key}=PROVIDER:NAME after --model; got {instead!r}")
    path = str(Path(name).expanduser().resolve()) if name.startswith((".", "~")) else name
    return replace(_recorded(used), provider=provider, name=path)


def _absent(used: Used, error: VecassayError) -> str:
    return (
        f"{used.label} cannot be looked at here: {str(error).rstrip('.')}. Bring it here (Library page, or "
        f"python -m core embed with --models), then verify again."
    )


def _changes(used: Used, model: Model) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Everything that makes the space and is another now: name, then, now."""
    now = public(asdict(model.space))
    for name in SPOKEN:
        before, after = used.space.get(name), now.get(name)
        moved = name == "name" and str(before).startswith(FOLDER) and str(after).startswith(FOLDER)
        if before != after and not moved:
            yield name, (before, after)


def _compared(used: Used, changes: Mapping[str, tuple[Any, Any]]) -> Finding:
    part = f"model {used.label}"
    if not changes:
        return Finding(part, HOLDS, f"{used.label} has the files, prompts and settings of the record.")
    told = "; ".join(_told(name, then, now) for name, (then, now) in changes.items())
    details = {name: [then, now] for name, (then, now) in changes.items()}
    if set(changes) == {"fitted_on"}:
        return Finding(part, HOLDS, f"{used.label} is fitted anew, because it is fitted on the texts.", details)
    return Finding(part, CHANGED, f"{used.label} is not the model of the record: {told}.", details)


def _told(name: str, then: Any, now: Any) -> str:
    if name != "backend":
        return f"{SPOKEN[name]} was {_cut(then)}, is {_cut(now)}"
    before, after = (PRECISIONS.get(value, _cut(value)) for value in (then, now))
    return (
        f"{SPOKEN[name]} was {before}, is {after} (what runs it is chosen by processor and setting: the same choice "
        f"needs a processor with bfloat16 and VECASSAY_BACKEND as it was then)"
    )


def _cut(value: Any) -> str:
    text = "none" if value in (None, "") else repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONG else f"{text[: LONG - 1]}…"


def _reranker(used: Used) -> tuple[Finding, ModelSpec | None]:
    part = f"reranker {used.label}"
    try:
        spec = work.find_spec(pipeline.store(), used.key)
        identity = rerankers.identity(spec)
    except VecassayError as error:
        return Finding(part, CANNOT, _absent(used, error)), None
    if identity == used.digest:
        return Finding(part, HOLDS, f"{used.label} has the files and settings of the record."), spec
    details = {"identity": [used.digest, identity]}
    return Finding(part, CHANGED, f"{used.label} is not the reranker of the record: its files changed.", details), spec
