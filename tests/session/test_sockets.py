"""Small answers are not held back on this server's connections."""

import socket
from collections.abc import Iterator

import pytest
import streamlit as st

from core.session import sockets


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A socket made as Streamlit makes its own, which asyncio does not recognise as TCP."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        monkeypatch.setattr(st, "get_option", {"server.port": listener.getsockname()[1]}.__getitem__)
        yield listener


def _at_once(connection: socket.socket) -> bool:
    return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_connections_that_stand_and_those_to_come_answer_at_once(listening: socket.socket) -> None:
    with socket.create_connection(listening.getsockname()) as first, listening.accept()[0] as standing:
        assert not _at_once(standing)
        sockets.answer_at_once()
        assert _at_once(standing)
        with socket.create_connection(listening.getsockname()) as second, listening.accept()[0] as later:
            assert _at_once(later)
            assert not _at_once(second)  # the visitor's end is the visitor's
        assert not _at_once(first)


def test_other_sockets_are_left_alone(listening: socket.socket) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        sockets.answer_at_once()
        assert not _at_once(other)
        assert _at_once(listening)
