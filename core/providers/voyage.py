"""Voyage AI's embedding models."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from core.providers import REGISTRY, access, calls, tries
from core.providers.hosted import Hosted, in_order, unreadable
from core.types import ModelSpec, Role

# https://docs.voyageai.com/reference/embeddings-api: at most 1,000 texts a request, and 1M tokens (voyage-4-lite,
# voyage-3.5-lite), 320K (voyage-4, voyage-3.5, voyage-2) or 120K (all others). The least is kept to for all.
MOST_TEXTS = 1000
MOST_TOKENS = 120_000
TOO_LONG = ("too many tokens", "max allowed tokens", "lower the number of tokens", "context window", "context length")


class Voyage(Hosted):
    """Voyage AI, by its own library.

    It is first asked to refuse texts that are too long, so that they are counted; then to cut each of them at its end.
    """

    key = "voyage"
    label = "Voyage AI"
    help = (
        "A model's name, such as voyage-3.5. Instead of prompts it takes the words query and document. Vectors come in "
        "full precision; what fewer bits would cost is on the page Trade-offs."
    )
    requires: tuple[str, ...] = ("voyageai",)
    keys = ("VOYAGE_API_KEY",)
    roles = ("query", "document")

    def limits(self, spec: ModelSpec) -> calls.Limits:  # noqa: ARG002 - the same for all
        """The least that is documented for any model."""
        return calls.Limits(texts=MOST_TEXTS, tokens=MOST_TOKENS)

    def connect(self, spec: ModelSpec, key: str) -> Callable[[list[str], Role], calls.Answered]:
        """One request; a text that is refused alone as too long is sent again to be cut by the vendor."""

        def call(texts: list[str], role: Role) -> calls.Answered:
            try:
                return tries.until_answered(spec, key, partial(_once, spec, key, texts, role, cut=False))
            except calls.TooLong:
                if len(texts) > 1:
                    raise
            answered = tries.until_answered(spec, key, partial(_once, spec, key, texts, role, cut=True))
            return replace(answered, cut=1)

        return call


def _once(spec: ModelSpec, key: str, texts: list[str], role: Role, *, cut: bool) -> calls.Answered:
    import voyageai

    try:
        # Not Client.embed: given the name of an open model, that would run it here, and code that comes with it.
        answer = voyageai.Embedding.create(
            input=texts,
            model=spec.name,
            input_type=spec.prompt(role) or None,
            truncation=cut,
            output_dimension=spec.dimension,
            output_dtype="float",
            api_key=key or "none",
            base_url=access.check_url(spec.url) if spec.url else None,
            request_timeout=access.SECONDS,
        )
        vectors = in_order(spec, answer.data, len(texts))
        used = getattr(answer, "usage", None)
    except voyageai.error.VoyageError as error:
        raise _failed(spec, error) from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise unreadable(spec, error) from None
    return calls.Answered(vectors, getattr(used, "total_tokens", None) or None)


def _failed(spec: ModelSpec, error: Exception) -> Exception:
    """What a VoyageError means."""
    status, body = getattr(error, "http_status", None), getattr(error, "json_body", None)
    said = str(body["detail"]) if isinstance(body, dict) and "detail" in body else str(error)
    if status is not None and status < 400:
        return unreadable(spec, error)
    if status in (400, 413, 422) and any(word in said.lower() for word in TOO_LONG):
        return calls.TooLong()
    return tries.Failed(status, said, tries.asked(getattr(error, "headers", {})))


REGISTRY.add(Voyage.key, Voyage())
