"""Which folders of this machine a visitor may name."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st

from core.errors import VecassayError
from core.session.folders import allowed
from core.settings import settings

HERE = ["127.0.0.1", "127.8.9.1", "localhost", "::1"]
EVERYWHERE = ["", None, "0.0.0.0", "::", "192.168.1.7", "texts.example"]


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    settings.cache_clear()


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets VECASSAY_FOLDERS (None: unset) and the address the dashboard listens on."""

    def set_them(folders: str | None, address: str | None = "127.0.0.1") -> None:
        monkeypatch.delenv("VECASSAY_FOLDERS", raising=False)
        if folders is not None:
            monkeypatch.setenv("VECASSAY_FOLDERS", folders)
        monkeypatch.setattr(st, "get_option", {"server.address": address}.__getitem__)
        settings.cache_clear()

    return set_them


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """open/texts, open/file.txt, secret/keys and, inside open, links to secret, to itself and to texts."""
    for folder in ("open/texts", "open2", "secret/keys"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "open/file.txt").write_text("a text")
    (tmp_path / "open/out").symlink_to(tmp_path / "secret")
    (tmp_path / "open/ring").symlink_to(tmp_path / "open/ring")
    (tmp_path / "open/in").symlink_to(tmp_path / "open/texts")
    (tmp_path / "door").symlink_to(tmp_path / "open")
    return tmp_path


# Roots


def test_a_named_folder_and_all_below_it_are_allowed(tree: Path, set_up: Callable[..., None]) -> None:
    set_up(str(tree / "open"), address="0.0.0.0")
    assert allowed(str(tree / "open")) == tree / "open"
    assert allowed(f"  {tree}/open/texts/  ") == tree / "open/texts"
    assert allowed(str(tree / "open/in")) == tree / "open/texts"


def test_several_folders_may_be_named(tree: Path, set_up: Callable[..., None]) -> None:
    set_up(f"{tree}/open/texts:{tree}/secret:")
    assert allowed(str(tree / "secret/keys")) == tree / "secret/keys"
    assert allowed(str(tree / "open/texts")) == tree / "open/texts"
    with pytest.raises(VecassayError, match="may not be read"):
        allowed(str(tree / "open"))


def test_a_named_folder_may_itself_be_a_link(tree: Path, set_up: Callable[..., None]) -> None:
    set_up(str(tree / "door"))
    assert allowed(str(tree / "door/texts")) == allowed(str(tree / "open/texts")) == tree / "open/texts"


def test_a_home_folder_may_be_written_with_a_tilde(
    tree: Path, set_up: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tree))
    set_up("~/open")
    assert allowed("~/open/texts") == tree / "open/texts"


@pytest.mark.parametrize(
    "typed",
    [
        "secret",
        "open2",
        "",
        "open/../secret",
        "open/texts/../../secret/keys",
        "open/out",
        "open/out/keys",
        "open/in/../../secret",
        "open/nowhere/../../secret",
        "door/out",
    ],
)
def test_nothing_outside_is_reached(typed: str, tree: Path, set_up: Callable[..., None]) -> None:
    set_up(str(tree / "open"))
    with pytest.raises(VecassayError, match="may not be read from here") as caught:
        allowed(f"{tree}/{typed}")
    assert f"Allowed: {tree / 'open'}." in str(caught.value)
    assert "VECASSAY_FOLDERS" in str(caught.value)


def test_whether_a_folder_outside_exists_is_not_told(tree: Path, set_up: Callable[..., None]) -> None:
    set_up(str(tree / "open"))
    said = []
    for name in ("secret", "terces"):
        with pytest.raises(VecassayError) as caught:
            allowed(str(tree / name))
        said.append(str(caught.value).replace(name, "NAME"))
    assert said[0] == said[1]


@pytest.mark.parametrize("address", [*HERE, *EVERYWHERE])
def test_empty_means_none_wherever_it_listens(address: str | None, tree: Path, set_up: Callable[..., None]) -> None:
    for folders in ("", ":"):
        set_up(folders, address)
        with pytest.raises(VecassayError, match="reads no folders for visitors"):
            allowed(str(tree / "open"))


@pytest.mark.parametrize("address", HERE)
def test_unset_means_any_while_only_this_machine_can_visit(
    address: str, tree: Path, set_up: Callable[..., None]
) -> None:
    set_up(None, address)
    assert allowed(str(tree / "secret/keys")) == tree / "secret/keys"
    assert allowed("/") == Path("/")


@pytest.mark.parametrize("address", EVERYWHERE)
def test_unset_means_none_when_others_can_visit(address: str | None, tree: Path, set_up: Callable[..., None]) -> None:
    set_up(None, address)
    with pytest.raises(VecassayError, match="reads no folders for visitors"):
        allowed(str(tree / "open"))


# What is typed


@pytest.mark.parametrize("typed", ["", "  ", "\n", "\0", "/tmp\0/secret"])
def test_nothing_and_nul_are_no_path(typed: str, set_up: Callable[..., None]) -> None:
    set_up(None)
    with pytest.raises(VecassayError, match="Expected the path of a folder"):
        allowed(typed)


@pytest.mark.parametrize("typed", ["open/nowhere", "open/file.txt", "open/file.txt/below", "open/" + "x" * 300])
def test_what_is_no_folder_is_said(typed: str, tree: Path, set_up: Callable[..., None]) -> None:
    set_up(str(tree / "open"))
    with pytest.raises(VecassayError, match="There is no folder"):
        allowed(f"{tree}/{typed}")


@pytest.mark.parametrize("typed", ["~no-such-user-here/texts", "{tree}/open/ring", "{tree}/open/\ud800"])
def test_a_path_that_leads_nowhere_is_said(typed: str, tree: Path, set_up: Callable[..., None]) -> None:
    set_up(None)
    with pytest.raises(VecassayError, match="leads nowhere") as caught:
        allowed(typed.format(tree=tree))
    str(caught.value).encode()
