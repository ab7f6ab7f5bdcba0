"""Every test that asks for a store runs on SQLite, and on PostgreSQL where VECASSAY_TEST_POSTGRES names a server."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from core.store import Store, open_store

SERVER = os.environ.get("VECASSAY_TEST_POSTGRES", "")
BUDGET = 1024**3
_needs_server = pytest.mark.skipif(not SERVER, reason="VECASSAY_TEST_POSTGRES names no server to test on")

Opener = Callable[..., Store]


@contextmanager
def _schema() -> Iterator[str]:
    """The URL of an empty schema on the server."""
    name = f"test_{uuid4().hex}"
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
        yield make_url(SERVER).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(False)
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, _needs_server])])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite'}"
    else:
        with _schema() as address:
            yield address


@pytest.fixture
def opened(url: str) -> Iterator[Opener]:
    """Opens the store under test, as often as asked: each is what another process would see."""
    stores = []

    def opener(budget: int = BUDGET) -> Store:
        stores.append(open_store(url, budget))
        return stores[-1]

    yield opener
    for each in stores:
        each.close()


@pytest.fixture
def store(opened: Opener) -> Store:
    return opened()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a store on SQLite may be made."""
    return tmp_path / "store.sqlite"
