"""OpenAI's embedding models, and any endpoint that speaks its protocol: Ollama, vLLM, TEI, LM Studio, LiteLLM ..."""

from collections.abc import Callable
from typing import Any

from core.providers import REGISTRY, access, calls
from core.providers.hosted import Hosted, in_order, unreadable
from core.types import ModelSpec, Role

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

        client = openai.OpenAI(
            api_key=key or "none",
            base_url=access.check_url(spec.url) if spec.url else "https://api.openai.com/v1",
            max_retries=access.ATTEMPTS - 1,
            timeout=access.SECONDS,
        )

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
        vectors = in_order(spec, answer.data or [], len(texts))
    except openai.APIStatusError as error:
        if error.status_code in (400, 413, 422) and any(word in str(error).lower() for word in TOO_LONG):
            raise calls.TooLong from None
        # Not chained: what the library says may hold the key.
        raise access.told(spec, error.status_code, str(error), key) from None
    except openai.APIConnectionError as error:  # a timeout is one, too
        raise access.told(spec, None, str(error.__cause__ or error), key) from None
    except (openai.OpenAIError, AttributeError, TypeError, ValueError) as error:
        raise unreadable(spec, error) from None
    return calls.Answered(vectors, getattr(answer.usage, "prompt_tokens", None) or None)


REGISTRY.add(OpenAI.key, OpenAI())
