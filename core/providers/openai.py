"""OpenAI's embedding models, and any endpoint that speaks its protocol: Ollama, vLLM, TEI, LM Studio, LiteLLM ..."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any
from weakref import finalize

import numpy as np

from core.errors import VecassayError
from core.providers import REGISTRY, access, calls, leaves
from core.providers.hosted import Hosted, in_order
from core.types import Floats, ModelSpec, Role

LIMITS = calls.Limits(texts=512, tokens=200_000)
ENDPOINT_LIMITS = calls.Limits(texts=32, tokens=16_000, at_once=2)
"""What small servers take: text-embeddings-inference refuses more than 32 texts unless told otherwise."""
TOO_LONG = ("maximum context length", "context length", "too long", "input length", "must have less than", "max_tokens")


class OpenAI(Hosted):
    """Embeddings by OpenAI's protocol; with an address in `url`, by whoever answers there."""

    key = "openai"
    label = "OpenAI, or an endpoint that speaks its protocol"
    help = "A model's name, such as text-embedding-3-small. With an address, any server: Ollama, vLLM, TEI, LM Studio."
    requires: tuple[str, ...] = ("openai",)
    keys = ("OPENAI_API_KEY",)

    def limits(self, spec: ModelSpec) -> calls.Limits:
        """OpenAI's own, or what small servers take."""
        return ENDPOINT_LIMITS if spec.url else LIMITS

    def connect(self, spec: ModelSpec, key: str) -> Callable[[list[str], Role], calls.Answered]:
        """One request of the vendor's own library, which tries again by itself, honouring Retry-After."""
        import openai

        # Texts go where it was agreed to, and nowhere else: no redirects, and no proxy for what stays here.
        http = openai.DefaultHttpxClient(follow_redirects=False, trust_env=leaves(spec))
        client = openai.OpenAI(
            api_key=key or "none",
            base_url=access.check_url(spec.url) if spec.url else "https://api.openai.com/v1",
            max_retries=access.ATTEMPTS - 1,
            timeout=access.SECONDS,
            http_client=http,
        )
        finalize(client, http.close)
        if spec.url:  # what the environment says for the vendor's own service is none of theirs: it may hold keys
            client.organization = client.project = None
            client._custom_headers = {}

        def call(texts: list[str], role: Role) -> calls.Answered:
            return _call(client, spec, [spec.prompt(role) + text for text in texts], key)

        return call


def _call(client: Any, spec: ModelSpec, texts: list[str], key: str) -> calls.Answered:
    import openai

    asked: dict[str, Any] = {"model": spec.name, "input": texts}
    if spec.dimension is not None:
        asked["dimensions"] = spec.dimension
    if spec.url:  # not every server knows base64, the SDK's own choice
        asked["encoding_format"] = "float"
    try:
        answer = client.embeddings.create(**asked)
        return calls.Answered(in_order(spec, answer.data or [], len(texts), read=_vector), _tokens(answer))
    except openai.APIStatusError as error:
        if error.status_code in (400, 413, 422) and any(word in str(error).lower() for word in TOO_LONG):
            raise calls.TooLong from None
        raise access.told(spec, error.status_code, str(error), key) from None  # its own words may hold the key
    except openai.APIConnectionError as error:  # a timeout is one, too
        raise access.told(spec, None, str(error.__cause__ or error), key) from None
    except (openai.OpenAIError, AttributeError, TypeError, ValueError) as error:
        raise _unreadable(spec, f"{type(error).__name__}") from None


def _vector(embedding: Any) -> Floats:
    if isinstance(embedding, str):
        return np.frombuffer(b64decode(embedding, validate=True), "<f4")
    return np.asarray(embedding, np.float32)


def _tokens(answer: Any) -> int | None:
    counted = getattr(getattr(answer, "usage", None), "prompt_tokens", None)
    return counted if isinstance(counted, int) and counted > 0 else None


def _unreadable(spec: ModelSpec, what: str) -> VecassayError:
    return VecassayError(
        f"{spec.label}: what came is no answer to what was asked ({what}); nothing of that request is kept. Check the "
        f"address (most end in /v1), then try again; if it stays so, the endpoint is not to be used."
    )


REGISTRY.add(OpenAI.key, OpenAI())
