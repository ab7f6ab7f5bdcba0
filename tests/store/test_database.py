import os
import sqlite3
import tempfile
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url, update

from core.errors import VecassayError
from core.store import Store, StoreError, database, open_store, tables
from core.types import ModelSpec, Question, Role
from tests.store import samples
from tests.store.conftest import BUDGET, SERVER, Opener
from tests.store.samples import SHELF, SPACE, digests, flip, write

QUESTION = Question("overlap", {})
SECRET = "s3cr3t-w0rd"
CORPUS = samples.corpus()


def _fill(store: Store) -> None:
    write(store, 1, 2)
    store.answers.put(QUESTION, {"x": 1}, 1.0)
    store.corpora.add(CORPUS, {"rows": 3}, "upload", "ann")
    store.models.add(ModelSpec("mine", "Mine", "static", "a/b"), "ann")


def _check_everything_reads(store: Store) -> None:
    """Also what a reader does on the way: describe, count, pin."""
    store.vectors.describe(SHELF, SPACE, Role.DOCUMENT)
    with store.pinned([SHELF]):
        assert store.vectors.read(SHELF, digests(1, 2, 3)).present.tolist() == [True, True, False]
    store.renew()
    store.vectors.count(SHELF, asked=3, found=2)
    assert store.answers.get(QUESTION.key) == {"x": 1}
    assert store.corpora.get(CORPUS.fingerprint) is not None
    assert store.corpora.report(CORPUS.fingerprint) == {"rows": 3}
    assert len(store.corpora.listed("ann")) == len(store.models.listed("ann")) == 1
    assert store.vectors.shelves()[0].n == 2
    assert store.budget.size() > 0
    assert store.budget.trim(BUDGET) == 0


WRITES: dict[str, Callable[[Store], Any]] = {
    "vectors": lambda store: write(store, *range(100, 1100), d=64, shelf="new"),
    "answer": lambda store: store.answers.put(Question("large", {}), {"x": "y" * 300_000}, 1.0),
    "texts": lambda store: store.corpora.add(samples.corpus("Many", tuple(map(str, range(90_000)))), {}, "upload", "a"),
}
SMALL_WRITES: dict[str, Callable[[Store], Any]] = {
    **WRITES,
    "model": lambda store: store.models.add(ModelSpec("b", "B", "static", "b"), "ann"),
    "list": lambda store: store.corpora.rename(CORPUS.fingerprint, "ann", "New"),
    "Deleting": lambda store: store.vectors.remove(SHELF),
}


def test_a_store_has_an_id_of_its_own_for_good(store: Store, opened: Opener, tmp_path: Path) -> None:
    other = open_store(f"sqlite:///{tmp_path / 'new' / 'folder' / 'other.sqlite'}", BUDGET)
    assert len(store.id) == 32
    assert int(store.id, 16) >= 0
    assert opened().id == store.id != other.id
    other.close()


def test_many_open_a_new_store_at_once(url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: open_store(url, BUDGET), range(6)))
    assert len({store.id for store in stores}) == 1
    for store in stores:
        _check_writes(store)
        store.close()


def _check_writes(store: Store) -> None:
    write(store, 1)
    assert store.vectors.read(SHELF, digests(1)).present.all()


def test_a_newer_store_is_left_alone(store: Store, opened: Opener) -> None:
    with store.database.engine.begin() as connection:
        connection.execute(update(tables.meta).where(tables.meta.c.name == "schema").values(value="99"))
    with pytest.raises(StoreError, match=r"newer Vecassay \(layout 99.*Update Vecassay"):
        opened()


def test_a_transaction_that_fails_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.store.vectors.LARGEST_BLOCK_BYTES", 16)
    written = []

    def fail_at_the_third(*_: Any) -> Any:
        written.append(1)
        if len(written) == 3:
            raise KeyboardInterrupt
        return insert(*_)

    insert = store.vectors.write.__globals__["_insert"]
    monkeypatch.setattr("core.store.vectors._insert", fail_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        write(store, 1, 2, 3, 4)
    assert not store.vectors.present(SHELF, digests(1, 2, 3, 4)).any()
    monkeypatch.undo()
    _check_writes(store)


# Read-only


@contextmanager
def _frozen_folder() -> Iterator[Path]:
    """A folder whose files we may read and not write; root steps down for it, because root may always write."""
    with tempfile.TemporaryDirectory() as name:
        folder, steps_down = Path(name), os.geteuid() == 0
        store = open_store(f"sqlite:///{folder / 'store.sqlite'}", BUDGET)
        _fill(store)
        store.close()
        (folder / "store.sqlite").chmod(0o444)
        folder.chmod(0o555)
        if steps_down:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if steps_down:
                os.seteuid(0)
            folder.chmod(0o755)


def test_a_store_in_a_folder_that_may_only_be_read() -> None:
    with _frozen_folder() as folder:
        store = open_store(f"sqlite:///{folder / 'store.sqlite'}", BUDGET)
        _check_everything_reads(store)
        with pytest.raises(StoreError, match=r"Saving 1 vectors .* may only be read"):
            write(store, 3)
        store.close()
        with pytest.raises(StoreError, match="cannot be opened"):
            open_store(f"sqlite:///{folder / 'new.sqlite'}", BUDGET)
        with pytest.raises(StoreError, match="cannot be made"):
            open_store(f"sqlite:///{folder / 'sub' / 'new.sqlite'}", BUDGET)


def test_a_file_that_may_only_be_read_while_another_writes(file: Path) -> None:
    writer = open_store(f"sqlite:///{file}", BUDGET)
    _fill(writer)
    reader = open_store(f"sqlite:///file:{file}?mode=ro&uri=true", BUDGET)
    assert reader.location() == str(file)
    _check_everything_reads(reader)
    write(writer, 3)
    assert reader.vectors.present(SHELF, digests(3)).all()
    for what, act in SMALL_WRITES.items():
        with pytest.raises(StoreError, match=f"{what}.*may only be read"):
            act(reader)
    reader.close()
    writer.close()


def test_damage_in_a_file_that_may_only_be_read_is_left_out(file: Path) -> None:
    writer = open_store(f"sqlite:///{file}", BUDGET)
    _fill(writer)
    write(writer, 3)
    for column in (tables.block_data.c.vectors, tables.answer_data.c.body, tables.corpus_data.c.body):
        flip(writer, column)
    reader = open_store(f"sqlite:///file:{file}?mode=ro&uri=true", BUDGET)
    assert reader.vectors.read(SHELF, digests(1, 2, 3)).present.tolist() == [False, False, True]
    assert reader.answers.get(QUESTION.key) is None
    assert reader.corpora.get(CORPUS.fingerprint) is None
    assert reader.faults() == []
    reader.close()
    writer.close()


@pytest.mark.postgres
@pytest.mark.skipif(not SERVER, reason="VECASSAY_TEST_POSTGRES names no server to test on")
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_postgres_that_may_only_be_read(store: Store, url: str) -> None:
    _fill(store)
    address = make_url(url)
    options = f"{address.query['options']} -cdefault_transaction_read_only=on"
    reader = open_store(address.update_query_dict({"options": options}).render_as_string(False), BUDGET)
    _check_everything_reads(reader)
    for what, act in SMALL_WRITES.items():
        with pytest.raises(StoreError, match=f"{what}.*may only be read"):
            act(reader)
    reader.close()


# Full, locked, broken


def _limit(store: Store, pages: int) -> None:
    """Let the file have this many pages, as if the disk ended there."""

    @event.listens_for(store.database.engine, "connect")
    def _end(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    store.close()


@pytest.mark.parametrize("what", WRITES)
def test_a_full_disk_is_told_and_loses_nothing(file: Path, what: str) -> None:
    store = open_store(f"sqlite:///{file}", BUDGET)
    _fill(store)
    before = store.budget.size()
    with store.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    _limit(store, int(pages or 0) + 1)
    with pytest.raises(StoreError, match=rf"Saving .*{what}.*disk is full.*VECASSAY_STORE") as failure:
        WRITES[what](store)
    assert str(file) in str(failure.value)
    _check_everything_reads(store)
    assert store.budget.size() == before
    _limit(store, 100_000)
    WRITES[what](store)
    assert store.budget.size() > before
    store.close()


def test_a_store_locked_for_too_long_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    store = open_store(f"sqlite:///{file}", BUDGET)
    _fill(store)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    _check_everything_reads(store)
    with pytest.raises(StoreError, match="locked for too long"):
        write(store, 3)
    other.execute("ROLLBACK")
    other.close()
    write(store, 3)
    store.close()


def test_a_file_that_is_no_store_is_told(file: Path) -> None:
    file.write_text("Dear diary, " * 1000)
    with pytest.raises(StoreError, match=r"not a Vecassay store.*Move it away"):
        open_store(f"sqlite:///{file}", BUDGET)
    assert file.read_text().startswith("Dear diary")


def test_a_folder_in_the_files_place_is_told(file: Path) -> None:
    file.mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(f"sqlite:///{file}", BUDGET)


def test_a_store_cut_in_half_is_told(file: Path) -> None:
    store = open_store(f"sqlite:///{file}", BUDGET)
    for number in range(200):
        write(store, number, d=256)
    store.close()
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(StoreError, match=r"damaged.*Move it away"):
        open_store(f"sqlite:///{file}", BUDGET)


def test_a_damaged_page_is_told(file: Path) -> None:
    store = open_store(f"sqlite:///{file}", BUDGET)
    write(store, *range(200), d=256)
    write(store, *range(200, 400), d=256)
    store.close()
    with file.open("r+b") as raw:
        raw.seek(-8 * database.PAGE_BYTES, os.SEEK_END)
        raw.write(b"\xff" * database.PAGE_BYTES)
    store = open_store(f"sqlite:///{file}", BUDGET)
    with pytest.raises(StoreError, match=r"damaged.*Move it away"):
        store.vectors.read(SHELF, digests(*range(400)))
    store.close()


# Addresses and passwords


def _whole(error: BaseException) -> str:
    """All that a log would show."""
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "cannot be read as a database URL"),
        (SECRET, "cannot be read as a database URL"),
        (f"postgresql+psycopg://me:{SECRET}@host:port/db", "cannot be read as a database URL"),
        (f"postgresql+psycopg://me:12:{SECRET}@1@h:{SECRET}/db", "cannot be read as a database URL"),
        (f"nosuch://me:{SECRET}@host/db", "cannot be read as a database URL"),
        (f"postgresql+nosuch://me:{SECRET}@host/db", "cannot be read as a database URL"),
        (f"mysql://me:{SECRET}@host/db", "cannot be a store"),
        (f"postgresql+psycopg://me:{SECRET}@host", "cannot be a store"),
        ("sqlite://", "cannot be a store"),
        (f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/db", "127.0.0.1:1/db: the database server does not answer"),
        (f"postgresql://me:{SECRET}@127.0.0.1:1/db", "127.0.0.1:1/db: the database server does not answer"),
        (f"postgresql+psycopg://127.0.0.1:1/db?password={SECRET}", "the database server does not answer"),
        (f"postgresql+psycopg://127.0.0.1/db?nonsense={SECRET}", "an option after the"),
    ],
)
def test_a_wrong_address_is_told_without_its_password(url: str, why: str) -> None:
    with pytest.raises(VecassayError, match=why) as failure:
        open_store(url, BUDGET)
    assert SECRET not in _whole(failure.value)


@pytest.mark.postgres
@pytest.mark.skipif(not SERVER, reason="VECASSAY_TEST_POSTGRES names no server to test on")
def test_a_server_that_refuses_is_told_without_the_password() -> None:
    nobody = make_url(SERVER).set(username="nobody-here", password=SECRET)
    nowhere = make_url(SERVER).set(database="no-such-database", password=SECRET)
    for address in (nobody, nowhere):
        with pytest.raises(StoreError, match="refused to let us in") as failure:
            open_store(address.render_as_string(False), BUDGET)
        assert SECRET not in _whole(failure.value)


@pytest.mark.postgres
@pytest.mark.skipif(not SERVER, reason="VECASSAY_TEST_POSTGRES names no server to test on")
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_nothing_about_a_postgres_shows_the_password(url: str) -> None:
    store = open_store(make_url(url).set(password=SECRET).render_as_string(False), BUDGET)
    _check_writes(store)
    server = make_url(SERVER)
    assert store.location() == f"{server.host}:{server.port}/{server.database}"
    assert SECRET not in repr(store) + repr(store.database) + repr(store.database.engine) + store.location()
    store.close()


def test_the_location_of_a_file_is_its_path(file: Path) -> None:
    store = open_store(f"sqlite:///{file}", BUDGET)
    assert store.location() == str(file)
    store.close()
