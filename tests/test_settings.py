"""The environment variables."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from core.errors import VecassayError
from core.settings import GIB, MIB, Settings, settings

READ: dict[str, tuple[str, Any]] = {
    "home": ("/srv/vecassay", Path("/srv/vecassay")),
    "store": ("sqlite:////srv/a.sqlite", SecretStr("sqlite:////srv/a.sqlite")),
    "store_bytes": ("1", 1),
    "scheduler": ("tcp://10.0.0.1:8786", "tcp://10.0.0.1:8786"),
    "worker_memory": ("0", 0),
    "model_memory": ("123", 123),
    "max_file_bytes": ("456", 456),
    "max_rows": ("789", 789),
    "max_text_chars": ("10", 10),
    "hub_timeout": ("0.5", 0.5),
    "warm": ("false", False),
    "backend": ("openvino", "openvino"),
    "hosted": ("false", False),
    "endpoints": ('{"http://localhost:11434/v1": ""}', {"http://localhost:11434/v1": ""}),
    "spend": ("2.5", 2.5),
    "remote_code": ('["org/one", "org/two"]', ("org/one", "org/two")),
    "folders": ("/a:/b", "/a:/b"),
}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.upper().startswith("VECASSAY_")]:
        monkeypatch.delenv(name)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_every_setting_has_a_test_and_says_what_it_is_for() -> None:
    assert set(READ) == set(Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize("name", READ)
def test_every_setting_is_read_from_its_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written, expected = READ[name]
    monkeypatch.setenv(f"VECASSAY_{name.upper()}", written)
    read = Settings()
    assert getattr(read, name) == expected
    others = set(Settings.model_fields) - {name}
    assert {other: getattr(read, other) for other in others} == {
        other: Settings.model_fields[other].default for other in others
    }


@pytest.mark.parametrize("name", READ)
def test_a_variable_without_the_prefix_is_not_ours(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name.upper(), READ[name][0])
    assert getattr(Settings(), name) == Settings.model_fields[name].default


def test_the_defaults_are_those_of_the_readme() -> None:
    read = Settings()
    assert read.home == Path.home() / ".vecassay"
    assert (read.store_bytes, read.model_memory, read.worker_memory) == (20 * GIB, 4 * GIB, 0)
    assert (read.max_file_bytes, read.max_rows, read.max_text_chars) == (200 * MIB, 200_000, 100_000)
    assert (read.remote_code, read.folders, read.scheduler) == ((), None, "")


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *(
            (name, bad)
            for name in ("store_bytes", "model_memory", "max_file_bytes")
            for bad in ("0", "-1", "20 GB", "")
        ),
        *((name, bad) for name in ("max_rows", "max_text_chars") for bad in ("0", "-1", "many", "1.5")),
        ("worker_memory", "-1"),
        ("worker_memory", "half"),
        ("hub_timeout", "0"),
        ("hub_timeout", "-2"),
        ("hub_timeout", "soon"),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"VECASSAY_{name.upper()}", bad)
    with pytest.raises(ValidationError, match=name):
        Settings()


def test_remote_code_is_a_json_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECASSAY_REMOTE_CODE", "org/one")
    with pytest.raises(ValueError, match="remote_code"):
        Settings()


def test_empty_folders_and_unset_folders_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().folders is None
    monkeypatch.setenv("VECASSAY_FOLDERS", "")
    assert Settings().folders == ""


def test_a_variable_we_do_not_know_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECASSAY_COLOUR", "red")
    assert not hasattr(Settings(), "colour")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().max_rows = 1


def test_the_store_is_sqlite_at_home_unless_a_url_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECASSAY_HOME", "/srv/v")
    assert Settings().store_url == "sqlite:////srv/v/store.sqlite"
    assert Settings().models_folder == Path("/srv/v/models")
    monkeypatch.setenv("VECASSAY_STORE", "postgresql+psycopg://u@h/db")
    assert Settings().store_url == "postgresql+psycopg://u@h/db"


def test_the_stores_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECASSAY_STORE", "postgresql+psycopg://u:hunter2@h/db")
    read = Settings()
    for shown in (repr(read), str(read), f"{read}", str(read.model_dump()), read.model_dump_json()):
        assert "hunter2" not in shown
    assert "hunter2" in read.store_url


def test_the_stores_password_is_not_in_the_error_about_another_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECASSAY_STORE", "postgresql+psycopg://u:hunter2@h/db")
    monkeypatch.setenv("VECASSAY_MAX_ROWS", "many")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "hunter2" not in str(caught.value) + repr(caught.value)


def test_settings_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECASSAY_MAX_ROWS", "5")
    assert settings().max_rows == 5
    monkeypatch.setenv("VECASSAY_MAX_ROWS", "6")
    assert settings().max_rows == 5
    settings.cache_clear()
    assert settings().max_rows == 6


def test_a_wrong_value_is_one_clear_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECASSAY_BACKEND", "nonsense")
    monkeypatch.setenv("VECASSAY_MAX_ROWS", "many")
    with pytest.raises(VecassayError, match=r"VECASSAY_MAX_ROWS=many: .*; VECASSAY_BACKEND=nonsense: .*'openvino'"):
        settings()
