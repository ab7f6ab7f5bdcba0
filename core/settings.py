"""The environment variables, typed, in one place."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import VecassayError

MIB = 1024**2
GIB = 1024**3


class Settings(BaseSettings):
    """Every setting: `VECASSAY_` and the name in capitals. Sizes are bytes."""

    model_config = SettingsConfigDict(env_prefix="VECASSAY_", frozen=True, extra="ignore")

    home: Path = Field(Path.home() / ".vecassay", description="Where the store and made or downloaded models are kept.")
    store: SecretStr = Field(
        SecretStr(""), description="Database URL; empty is SQLite in `home`. postgresql+psycopg://... for a cluster."
    )
    store_bytes: int = Field(
        20 * GIB, gt=0, description="Budget for vectors and answers; the least recently used leave first."
    )
    scheduler: str = Field("", description="Address of a Dask scheduler, tcp://...; empty starts one worker here.")
    worker_memory: int = Field(
        0, ge=0, description="A local worker over this is ended and started anew; 0 is 80 % of RAM."
    )
    model_memory: int = Field(
        4 * GIB, gt=0, description="Models kept loaded in a worker; the least recently used leave."
    )
    max_file_bytes: int = Field(200 * MIB, gt=0, description="Largest file of texts that is read.")
    max_rows: int = Field(
        200_000, gt=0, description="More rows than this are refused, or sampled at random if asked for."
    )
    max_text_chars: int = Field(100_000, gt=0, description="A longer text is refused.")
    hub_timeout: float = Field(
        5.0, gt=0, description="Seconds to wait for the model hub before saying it is not there."
    )
    warm: bool = Field(
        True, description="Prepare UMAP in the worker when the dashboard starts, while nobody waits for it yet."
    )
    backend: Literal["auto", "torch", "openvino"] = Field(
        "auto",
        description="What runs transformers: auto is the fastest whose vectors agree with PyTorch's on your texts.",
    )
    hosted: bool = Field(
        True, description="Whether texts may leave this machine to be embedded; false refuses hosted models."
    )
    endpoints: dict[str, str] = Field(
        {},
        description="Addresses of endpoints visitors may name, each with the variable that holds its key (empty: "
        "none), as a JSON object. While the dashboard listens on this machine only, any may be named, without a key.",
    )
    spend: float | None = Field(
        None, gt=0, description="Most that hosted models may cost together in 30 days, in the currency of their prices."
    )
    remote_code: tuple[str, ...] = Field((), description="Hub ids whose own Python code may run, as a JSON list.")
    folders: str | None = Field(
        None,
        description="Folders, separated by ':', that visitors may name as models or corpora. Unset: any while the "
        "dashboard listens on this machine only, none otherwise. Empty: none.",
    )

    @property
    def store_url(self) -> str:
        """The store's database URL, password included: never shown or logged."""
        return self.store.get_secret_value() or f"sqlite:///{self.home / 'store.sqlite'}"

    @property
    def models_folder(self) -> Path:
        """Where made models are kept."""
        return self.home / "models"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once; tests call `settings.cache_clear()` after changing the environment.

    Raises VecassayError, naming each variable that holds something else than expected.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = (f"VECASSAY_{str(e['loc'][0]).upper()}={e['input']}: {e['msg']}" for e in error.errors() if e["loc"])
        raise VecassayError(f"{'; '.join(wrong)}. Correct it, or unset it for its default.") from error


@lru_cache(maxsize=1)
def cores() -> int:
    """Cores this process may use: those it is bound to, and no more than its container is given."""
    from dask.system import cpu_count

    return max(1, int(cpu_count()))


def features() -> set[str]:
    """What this processor says it can do, in the words of Linux; empty on other systems."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(errors="replace").splitlines() if listed.is_file() else []
    flags = next((line for line in lines if line.partition(":")[0].strip() in ("flags", "Features")), "")
    return set(flags.partition(":")[2].split())
