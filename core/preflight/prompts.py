"""Whether a model has the prompts it was trained with, and whether it does anything with them."""

from contextlib import suppress

from core import catalog, providers
from core.errors import VecassayError
from core.preflight import GREEN, RED, UNKNOWN, YELLOW, Found, Seen, check, lowest, no_vectors
from core.providers.sources import locate
from core.types import ModelSpec

FILE = "config_sentence_transformers.json"
QUERY, DOCUMENT = ("query", "search_query", "s2p_query"), ("document", "passage", "search_document", "corpus")
"""How models call their prompts for retrieval."""
IGNORED = 1 - 1e-6


@check("prompt", "Prompts the model asks for")
def prompt(seen: Seen) -> Found:
    """Prompts of the catalogue's entry of the same name, or of the model's own files, that the model is run without."""
    spec = seen.model.spec
    query, document, others, whose = _wanted(spec)
    lacking = [name for name, asked, given in _pairs(query, document, spec) if asked and not given]
    n = len(lacking)
    if lacking:
        level = YELLOW if spec.query_prompt or spec.document_prompt else RED
        said = " and ".join(f"{asked!r} before {name}" for name, asked, _ in _pairs(query, document, spec) if asked)
        sentence = f"{whose} {said}; without prompts before {' and '.join(lacking)} its vectors are worse. Add them: "
        return Found(level, f"{sentence}Library, “Add a model”.", float(n), f"{n} missing")
    if others and not (spec.query_prompt or spec.document_prompt):
        named = ", ".join(others[:5])
        sentence = f"{whose} for tasks ({named}), and none is used. Add the one for your task, if it is among them."
        return Found(YELLOW, sentence, float(len(others)), "none used")
    used = "those it asks for are used" if query or document or others else "nothing says that it wants any"
    return Found(GREEN, f"Prompts: {used}.", 0.0, "none missing")


def _pairs(query: str, document: str, spec: ModelSpec) -> tuple[tuple[str, str, str], ...]:
    """What stands before queries and texts: name, as asked for, as given."""
    return (("queries", query, spec.query_prompt), ("texts", document, spec.document_prompt))


def _wanted(spec: ModelSpec) -> tuple[str, str, tuple[str, ...], str]:
    """Prompts of queries and of texts, names of others, and who says so."""
    for known in catalog.models().values():
        if (known.provider, known.name) == (spec.provider, spec.name) and (known.query_prompt or known.document_prompt):
            return known.query_prompt, known.document_prompt, (), "The catalogue has it with"
    own = _own(spec)
    query, document = (next((own[name] for name in names if name in own), "") for names in (QUERY, DOCUMENT))
    others = tuple(name for name in own if name not in (*QUERY, *DOCUMENT))
    return query, document, others, "Its own files ask for" if query or document else "Its own files have prompts"


def _own(spec: ModelSpec) -> dict[str, str]:
    """Prompts that say something, of the model's own files, by name."""
    provider = providers.REGISTRY[spec.provider]
    if provider.remote or provider.fitted:
        return {}
    with suppress(VecassayError):  # such as one that is made here, and has no files of its own
        found = locate(spec.name, spec.revision).json(FILE).get("prompts") or {}
        return {str(name): str(words) for name, words in found.items() if words}
    return {}


@check("role", "Queries told from texts")
def role(seen: Seen) -> Found:
    """Whether words for roles change anything: the same texts as queries and as documents must differ."""
    spec = seen.model.spec
    if spec.query_prompt == spec.document_prompt:
        return Found(GREEN, "The model has no words for roles: queries and texts are embedded alike.")
    if seen.probes is None:
        return no_vectors(seen)
    asked, told = seen.probes.asked, seen.probes.alone[0]
    rows = range(len(told))
    same = sum((lowest(asked[i : i + 1], told[i : i + 1]) or 0.0) > IGNORED for i in rows) if asked is not None else 0
    if asked is None or not rows:
        return Found(UNKNOWN, "No text was embedded as a query and as a text.")
    words = f"{same} of {len(rows)} the same"
    if not same:
        return Found(GREEN, "The same text has another vector as a query, as it should.", 0.0, words)
    sentence = (
        f"{same} of {len(rows)} texts have one vector as query and as text, although the model is run with "
        f"{spec.query_prompt!r} and {spec.document_prompt!r}. Whoever runs it ignores them: check prompts and endpoint."
    )
    return Found(RED if same == len(rows) else YELLOW, sentence, same / len(rows), words)
