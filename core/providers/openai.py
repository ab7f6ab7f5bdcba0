"""OpenAI's embedding models, and any endpoint that speaks its protocol: Ollama, vLLM, TEI, LM Studio, LiteLLM ..."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.errors import VecassayError
from core.providers import REGISTRY, Encoder, access, calls
from core.types import Corpus, Floats, Ints, ModelCard, ModelSpec, Progress, Role, Space

KEYS = ("OPENAI_API_KEY",)
LIMITS = calls.Limits(texts=512, tokens=200_000)
ENDPOINT_LIMITS = calls.Limits(texts=32, tokens=16_000, at_once=2)
"""What small servers take: text-embeddings-inference refuses more than 32 texts unless told otherwise."""
TOO_LONG = ("maximum context length", "context length", "too long", "input length", "must have less than", "max_tokens")


class OpenAI:
    """Embeddings by OpenAI's protocol; with an address in `url`, by whoever answers there."""

    key = "openai"
    label = "OpenAI, or an endpoint that speaks its protocol"
    help = "A model's name, such as text-embedding-3-small. With an address, any server: Ollama, vLLM, TEI, LM Studio."
    requires: tuple[str, ...] = ("openai",)
    fitted = False
    remote = True
    keys = KEYS

    def space(self, spec: ModelSpec, corpus: Corpus | None = None) -> Space:  # noqa: ARG002 - not fitted
        """Identity by name and address: whoever answers there is trusted to give one name to one model."""
        return Space(
            provider=self.key,
            name=spec.name,
            weights="",
            query_prompt=spec.query_prompt,
            document_prompt=spec.document_prompt,
            dimension=spec.dimension,
            made=access.check_url(spec.url) if spec.url else "",
            label=spec.label,
        )

    def ready(self, spec: ModelSpec) -> bool:  # noqa: ARG002 - the same for all
        """Always: there are no files."""
        return True

    def card(self, spec: ModelSpec) -> ModelCard:
        """The catalogue's card."""
        return spec.card

    def token_counts(self, spec: ModelSpec, texts: Sequence[str]) -> Ints | None:  # noqa: ARG002 - the same for all
        """None: its tokenizer is not here; the vendor's own count is kept with each request."""
        return None

    def prepare(self, spec: ModelSpec, progress: Progress | None = None, texts: Sequence[str] = ()) -> None:
        """Nothing: there are no files."""

    def load(self, spec: ModelSpec, corpus: Corpus | None = None) -> Encoder:  # noqa: ARG002 - not fitted
        """A client of the vendor's own SDK, which tries again by itself, honouring Retry-After; sends nothing yet."""
        access.allowed(spec)
        key = access.needed_key(spec, KEYS)
        import openai

        client = openai.OpenAI(
            api_key=key or "none",
            base_url=access.check_url(spec.url) if spec.url else "https://api.openai.com/v1",
            max_retries=access.ATTEMPTS - 1,
            timeout=access.SECONDS,
        )

        def call(texts: list[str], role: Role) -> calls.Answered:
            return _call(client, spec, [spec.prompt(role) + text for text in texts], key)

        return calls.HostedEncoder(spec, ENDPOINT_LIMITS if spec.url else LIMITS, call)


def _call(client: Any, spec: ModelSpec, texts: list[str], key: str) -> calls.Answered:
    import openai

    asked: dict[str, Any] = {"model": spec.name, "input": texts}
    if spec.dimension is not None:
        asked["dimensions"] = spec.dimension
    if spec.url:  # not every server knows base64, the SDK's own choice
        asked["encoding_format"] = "float"
    try:
        answer = client.embeddings.create(**asked)
    except openai.APIStatusError as error:
        if error.status_code in (400, 413, 422) and any(word in str(error).lower() for word in TOO_LONG):
            raise calls.TooLong from error
        raise access.told(spec, error.status_code, str(error), key) from error
    except openai.APIConnectionError as error:  # a timeout is one, too
        raise access.told(spec, None, str(error.__cause__ or error), key) from error
    except (openai.OpenAIError, ValueError) as error:
        raise VecassayError(f"{spec.label}: the answer could not be read ({error}). Nothing of it is kept.") from error
    return calls.Answered(_rows(spec, answer, len(texts)), getattr(answer.usage, "prompt_tokens", None) or None)


def _rows(spec: ModelSpec, answer: Any, n: int) -> Floats:
    """Vectors in the order asked, whatever order they came in."""
    found = sorted(answer.data or [], key=lambda each: each.index)
    lengths = {len(each.embedding) for each in found}
    if [each.index for each in found] != list(range(n)) or len(lengths) != 1:
        raise VecassayError(
            f"{spec.label} answered with vectors {sorted(lengths)} wide for {len(found)} of {n} texts; nothing of that "
            f"request is kept. Try again; if it stays so, the endpoint is not to be used."
        )
    return np.array([each.embedding for each in found], np.float32)


REGISTRY.add(OpenAI.key, OpenAI())
