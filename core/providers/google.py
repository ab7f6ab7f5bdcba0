"""Google's embedding models, by the Gemini API."""

from collections.abc import Callable
from functools import partial
from typing import Any

from core.providers import REGISTRY, access, calls, tries
from core.providers.hosted import Hosted, matrix, unreadable
from core.types import ModelSpec, Role

# The service itself: "BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch". For tokens it
# names no limit of a request, only of a text (2,048); on Vertex AI the same models take 20,000 a request
# (https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings).
MOST_TEXTS = 100
MOST_TOKENS = 20_000
AT_ONCE = 2
"""Each text counts against the requests per minute."""
TOO_LONG = ("token count", "too long", "input token", "number of tokens")


class Google(Hosted):
    """Gemini's embedding models, by Google's own library.

    The service cuts texts that are too long at their end and does not say which; it cannot be asked to refuse them.
    """

    key = "google"
    label = "Google Gemini"
    help = (
        "A model's name, such as gemini-embedding-001. Instead of prompts it takes task types: RETRIEVAL_QUERY and "
        "RETRIEVAL_DOCUMENT, or one of its others. Texts beyond the model's limit (2,048 tokens) are cut, uncounted."
    )
    requires: tuple[str, ...] = ("google.genai",)
    keys = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
    roles = (
        "RETRIEVAL_QUERY",
        "RETRIEVAL_DOCUMENT",
        "SEMANTIC_SIMILARITY",
        "CLASSIFICATION",
        "CLUSTERING",
        "QUESTION_ANSWERING",
        "FACT_VERIFICATION",
        "CODE_RETRIEVAL_QUERY",
    )

    def limits(self, spec: ModelSpec) -> calls.Limits:  # noqa: ARG002 - the same for all
        """The documented number of texts; few at once."""
        return calls.Limits(texts=MOST_TEXTS, tokens=MOST_TOKENS, at_once=AT_ONCE)

    def connect(self, spec: ModelSpec, key: str) -> Callable[[list[str], Role], calls.Answered]:
        """One request, tried again here: the library takes no notice of the wait that the service asks for."""
        import httpx
        from google import genai
        from google.genai import types

        client = genai.Client(
            vertexai=False,
            api_key=key or "none",
            http_options=types.HttpOptions(
                base_url=access.check_url(spec.url) if spec.url else "https://generativelanguage.googleapis.com",
                timeout=int(access.SECONDS * 1000),
                httpx_client=httpx.Client(),
            ),
        )

        def call(texts: list[str], role: Role) -> calls.Answered:
            return tries.until_answered(spec, key, partial(_once, client, spec, texts, role))

        return call


def _once(client: Any, spec: ModelSpec, texts: list[str], role: Role) -> calls.Answered:
    import httpx
    from google.genai import errors, types

    try:
        answer = client.models.embed_content(
            model=spec.name,
            # Each text a content of its own: newer models take a list of strings for the parts of one.
            contents=[types.Content(parts=[types.Part(text=text)]) for text in texts],
            config=types.EmbedContentConfig(task_type=spec.prompt(role) or None, output_dimensionality=spec.dimension),
        )
        vectors = matrix(spec, [each.values or [] for each in answer.embeddings or []], len(texts))
    except errors.APIError as error:
        raise _failed(spec, error) from None
    except httpx.HTTPError as error:
        raise tries.Failed(None, str(error) or type(error).__name__) from None
    except (AttributeError, TypeError, ValueError) as error:
        raise unreadable(spec, error) from None
    return calls.Answered(vectors, getattr(answer.usage_metadata, "prompt_token_count", None) or None)


def _failed(spec: ModelSpec, error: Any) -> Exception:
    """What an APIError means."""
    status, said = error.code, str(error.message or error.details)
    if status < 400:
        return unreadable(spec, ValueError(said))
    if status == 400 and "api key" in said.lower():  # Google's way to say 401
        return tries.Failed(401, said)
    if status in (400, 413) and any(word in said.lower() for word in TOO_LONG):
        return calls.TooLong()
    wait = tries.asked(getattr(error.response, "headers", {}))
    return tries.Failed(status, said, _delay(error.details) if wait is None else wait)


def _delay(details: Any) -> float | None:
    """Seconds to wait as the body of a refusal says it: `{"retryDelay": "37s"}` among its details."""
    inner = details.get("error", {}) if isinstance(details, dict) else {}
    listed = inner.get("details", []) if isinstance(inner, dict) else []
    for each in listed if isinstance(listed, list) else ():
        said = str(each.get("retryDelay", "")) if isinstance(each, dict) else ""
        if said:
            return tries.asked({"retry-after": said.removesuffix("s")})
    return None


REGISTRY.add(Google.key, Google())
