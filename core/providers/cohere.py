"""Cohere's embedding models."""

from collections.abc import Callable
from functools import partial
from typing import Any

from core.providers import REGISTRY, access, calls, tries
from core.providers.hosted import Hosted, matrix, unreadable
from core.types import ModelSpec, Role

# https://docs.cohere.com/reference/embed: at most 96 texts a request. For tokens it names no limit of a request, only
# of a text (512 for v3 models, 128,000 for embed-v4.0); elsewhere the same models take 128,000 a request
# (https://docs.oracle.com/en-us/iaas/Content/generative-ai/cohere-embed-4.htm), and estimates may be too low.
MOST_TEXTS = 96
MOST_TOKENS = 80_000
TOO_LONG = ("too many tokens", "too long", "maximum number of tokens", "token limit", "total number of tokens")


class Cohere(Hosted):
    """Cohere, by its own library.

    It is asked to cut texts that are too long at their end (`truncate=END`) and does not say which: models with 512
    tokens would otherwise refuse many requests, each of which counts against the account's limits.
    """

    key = "cohere"
    label = "Cohere"
    help = (
        "A model's name, such as embed-v4.0. Instead of prompts it needs the words search_query and search_document "
        "(or clustering, or classification, for both). Texts beyond the model's limit are cut at their end, uncounted."
    )
    requires: tuple[str, ...] = ("cohere",)
    keys = ("CO_API_KEY", "COHERE_API_KEY")
    roles = ("search_query", "search_document", "clustering", "classification")
    role_needed = True

    def limits(self, spec: ModelSpec) -> calls.Limits:  # noqa: ARG002 - the same for all
        """The documented number of texts; tokens with a margin."""
        return calls.Limits(texts=MOST_TEXTS, tokens=MOST_TOKENS)

    def connect(self, spec: ModelSpec, key: str) -> Callable[[list[str], Role], calls.Answered]:
        """One request, tried again here: the library itself gives up where a request gets no answer in time."""
        import cohere

        client = cohere.ClientV2(
            api_key=key or "none",
            base_url=access.check_url(spec.url) if spec.url else "https://api.cohere.com",
            timeout=access.SECONDS,
            max_retries=0,
        )

        def call(texts: list[str], role: Role) -> calls.Answered:
            return tries.until_answered(spec, key, partial(_once, client, spec, texts, role))

        return call


def _once(client: Any, spec: ModelSpec, texts: list[str], role: Role) -> calls.Answered:
    import httpx
    from cohere.core import ApiError

    wish = {} if spec.dimension is None else {"output_dimension": spec.dimension}
    try:
        answer = client.embed(
            model=spec.name,
            texts=texts,
            input_type=spec.prompt(role),
            embedding_types=["float"],
            truncate="END",
            **wish,
        )
        vectors = matrix(spec, answer.embeddings.float_ or [], len(texts))
        billed = getattr(answer.meta, "billed_units", None)
    except ApiError as error:
        raise _failed(spec, error) from None
    except httpx.HTTPError as error:
        raise tries.Failed(None, str(error) or type(error).__name__) from None
    except (AttributeError, TypeError, ValueError) as error:
        raise unreadable(spec, error) from None
    tokens = getattr(billed, "input_tokens", None)
    return calls.Answered(vectors, int(tokens) if tokens else None)


def _failed(spec: ModelSpec, error: Any) -> Exception:
    """What an ApiError means."""
    status, body = error.status_code, error.body
    said = str(body.get("message", body)) if isinstance(body, dict) else str(body)
    if status is not None and status < 400:
        return unreadable(spec, ValueError(said))
    if status in (400, 413, 422) and any(word in said.lower() for word in TOO_LONG):
        return calls.TooLong()
    # 498 is Cohere's own number for a token that is not valid.
    return tries.Failed(401 if status == 498 else status, said, tries.asked(error.headers or {}))


REGISTRY.add(Cohere.key, Cohere())
