"""Which folders of this machine a visitor may name."""

from ipaddress import ip_address
from pathlib import Path

import streamlit as st

from core.errors import VecassayError
from core.settings import settings


def allowed(typed: str) -> Path:
    """The folder that was typed, resolved, if the operator allows it; raises VecassayError otherwise.

    Links and ".." are resolved first, so nothing outside an allowed folder can be reached through one inside.
    """
    if "\0" in typed or not typed.strip():
        raise VecassayError("Expected the path of a folder on the machine that runs Vecassay, such as ~/texts.")
    folder = _resolved(typed.strip())
    roots = _roots()
    if not any(folder.is_relative_to(root) for root in roots):
        raise VecassayError(
            f"The folder {folder} may not be read from here. "
            + (f"Allowed: {', '.join(map(str, roots))}. " if roots else "This server reads no folders for visitors. ")
            + "Upload a file instead, or ask the operator to set VECASSAY_FOLDERS."
        )
    if not _is_folder(folder):
        raise VecassayError(f"There is no folder {folder} on the machine that runs Vecassay. Check the path.")
    return folder


def _resolved(typed: str) -> Path:
    try:
        return Path(typed).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:  # no such user's ~, a ring of links, a broken character
        shown = typed.encode(errors="replace").decode()
        raise VecassayError(f"The path {shown} leads nowhere ({type(error).__name__}). Check it.") from error


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name too long, or a folder above it that this server may not enter
        return False


def _roots() -> list[Path]:
    named = settings().folders
    if named is not None:
        return [Path(part).expanduser().resolve() for part in named.split(":") if part]
    return [Path("/")] if only_here() else []


def only_here() -> bool:
    """Whether the dashboard listens on this machine's loopback alone."""
    address = st.get_option("server.address") or ""
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
