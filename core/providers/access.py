"""How hosted models are reached: the address, the key that goes there and nowhere else, and errors without it."""

import os
from collections.abc import Sequence
from urllib.parse import urlsplit

from core.errors import VecassayError
from core.providers import leaves
from core.settings import settings
from core.types import ModelSpec

ATTEMPTS = 5
"""Tries of a request that is refused for now (429), fails at the vendor's (5xx) or gets no answer, waits in between."""
SECONDS = 60.0


def check_url(url: str) -> str:
    """An endpoint's address without a slash at its end; raises VecassayError unless it is http(s) and holds no key."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise VecassayError(
            f"{url.strip()[:80]!r} is no address of an endpoint. Expected one such as http://localhost:11434/v1."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise VecassayError(
            "The address of an endpoint must hold no user, password, key or question mark: it is shown to others. "
            "Keys come from the environment (VECASSAY_ENDPOINTS)."
        )
    return url.strip().rstrip("/")


def secret(spec: ModelSpec, names: Sequence[str]) -> tuple[str, str]:
    """The name of the variable that holds a model's key, and the key; empty where there is none.

    A vendor's own key is never sent to an address somebody typed: those have the key that the operator gave them.
    """
    if spec.url:
        known = {check_url(url): name for url, name in settings().endpoints.items()}
        names = [name for name in (known.get(check_url(spec.url), ""),) if name]
    found = next((name for name in names if os.environ.get(name)), names[0] if names else "")
    return found, os.environ.get(found, "") if found else ""


def allowed(spec: ModelSpec) -> None:
    """Raise VecassayError where the operator forbids that texts leave this machine."""
    if leaves(spec) and not settings().hosted:
        raise VecassayError(
            f"{spec.label} is hosted, and the operator forbids that texts leave this machine (VECASSAY_HOSTED). Choose "
            f"a model that runs here, or an endpoint on this machine."
        )


def needed_key(spec: ModelSpec, names: Sequence[str]) -> str:
    """The key; raises VecassayError, naming the variable, where a vendor's own service has none."""
    name, key = secret(spec, names)
    if not key and (name or not spec.url):
        raise VecassayError(
            f"{spec.label} needs a key: expected it in the environment variable {name}, which the worker does not "
            f"have. Set it where Vecassay is started, or in .streamlit/secrets.toml, and start again."
        )
    return key


def told(spec: ModelSpec, status: int | None, said: str, key: str) -> VecassayError:
    """The error a user can act on, from an HTTP status (None: no answer) and the vendor's words, without the key."""
    where = spec.url or f"{spec.provider}'s service"
    words = " ".join(said.split())[:300]
    if key:
        words = words.replace(key, "…")
    if status in (401, 403):
        return VecassayError(
            f"{spec.label}: {where} refuses the key ({status}). It was revoked, mistyped, or may not use this model. "
            f"Set a valid one and start again; what is embedded so far is kept."
        )
    sentences = {
        None: "gives no answer. Check the address and the network, then try again",
        404: f"knows no model {spec.name!r}. Check its name, and for an endpoint the address (most end in /v1)",
        429: "still says that too many requests or tokens were sent. Wait, or raise the account's limits",
    }
    sentence = sentences.get(status, f"refused the request ({status})")
    again = " What is embedded so far is kept: trying again goes on there." if status not in (400, 404) else ""
    return VecassayError(f"{spec.label}: {where} {sentence}. It said: {words or 'nothing'}.{again}")
