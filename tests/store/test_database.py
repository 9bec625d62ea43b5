"""What is a database that is away, and what is a statement that is wrong; texts that PostgreSQL cannot hold."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import create_engine, literal, select, text
from sqlalchemy.exc import DBAPIError

from app.store.database import Bounds, is_away, open_database, open_session, open_writing, sync_url
from app.store.turns import take_turn
from tests.databases import migrated

BOUNDS = Bounds(pool_size=2, pool_seconds=2, connect_seconds=2, statement_seconds=1)


def fault_of(database_url: str, *statements: str) -> DBAPIError:
    """The fault that the last of these statements ends in, sent as a request sends them."""

    async def send() -> None:
        engine = open_database(database_url, BOUNDS)
        try:
            async with open_session(engine) as session, session.begin():
                for statement in statements:
                    await session.execute(text(statement))
        finally:
            await engine.dispose()

    with pytest.raises(DBAPIError) as fault:
        asyncio.run(send())
    return fault.value


@pytest.mark.parametrize(
    "statement",
    ["SELECT nothing FROM api_keys", "SELECT * FROM nowhere", "SELEKT 1", "INSERT INTO audit (id) VALUES (1)"],
)
def test_a_statement_that_is_wrong_is_no_outage(empty_database: str, statement: str) -> None:
    migrated(empty_database)
    assert not is_away(fault_of(empty_database, statement))


@contextmanager
def turn_taken(database_url: str) -> Iterator[None]:
    """Somebody else writes."""
    engine = create_engine(sync_url(database_url))
    with engine.connect() as connection, connection.begin():
        take_turn(connection)
        yield
    engine.dispose()


def test_a_database_that_is_locked_is_away(empty_database: str) -> None:
    migrated(empty_database)
    patience, statement = (
        ("PRAGMA busy_timeout=50", "DELETE FROM api_keys")
        if empty_database.startswith("sqlite")
        else ("SET LOCAL lock_timeout = 50", "SELECT pg_advisory_xact_lock(1885434739)")
    )
    with turn_taken(empty_database):
        assert is_away(fault_of(empty_database, patience, statement))


@pytest.mark.parametrize("content", [b"no database at all, but text " * 100, None])
def test_a_file_that_cannot_be_read_is_away(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "p.db"
    path.mkdir() if content is None else path.write_bytes(content)
    engine = create_engine(sync_url(f"sqlite:///{path}"))
    with pytest.raises(DBAPIError) as fault, engine.connect() as connection:
        connection.execute(text("SELECT * FROM sqlite_schema"))
    assert is_away(fault.value)


def test_a_disk_that_fails_is_away(tmp_path: Path) -> None:
    """The file loses its end while it is read, as on a disk that fails."""
    url = f"sqlite:///{tmp_path}/p.db"
    migrated(url)
    engine = create_engine(sync_url(url))
    with closing(engine.raw_connection()) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[attr-defined]
    engine.dispose()
    with (tmp_path / "p.db").open("r+b") as file:
        file.truncate(file.seek(0, 2) // 2)
    assert is_away(fault_of(url, "PRAGMA integrity_check", "SELECT * FROM audit"))


@pytest.mark.parametrize(
    "statements",
    [
        ("SELECT pg_sleep(30)",),
        ("SELECT pg_terminate_backend(pg_backend_pid())",),
        ("SET TRANSACTION READ ONLY", "DELETE FROM api_keys"),
        ("DO $$ BEGIN RAISE serialization_failure; END $$",),
        ("DO $$ BEGIN RAISE deadlock_detected; END $$",),
        ("DO $$ BEGIN RAISE io_error; END $$",),
        ("DO $$ BEGIN RAISE too_many_connections; END $$",),
    ],
)
def test_a_postgresql_that_could_not_do_its_work_is_away(postgres_database: str, statements: tuple[str, ...]) -> None:
    migrated(postgres_database)
    assert is_away(fault_of(postgres_database, *statements))


def test_a_postgresql_that_is_not_there_is_away() -> None:
    assert is_away(fault_of("postgresql://nobody@127.0.0.1:1/nothing", "SELECT 1"))


def test_a_text_that_no_database_holds_is_found_nowhere(empty_database: str) -> None:
    async def ask() -> None:
        engine = open_database(empty_database, BOUNDS)
        async with open_session(engine) as session:
            names = select(literal("bees").label("name")).subquery()
            found = await session.execute(select(names.c.name).where(names.c.name == "be\0es"))
            assert found.all() == []
        await engine.dispose()

    asyncio.run(ask())


def test_a_writing_that_is_cancelled_lets_others_write_though_its_traceback_is_kept(empty_database: str) -> None:
    slow_then_more = "SELECT count(*) FROM generate_series(1, 300000) UNION ALL SELECT 1"
    if empty_database.startswith("sqlite"):
        slow_then_more = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000) "
            "SELECT count(*) FROM n UNION ALL SELECT 1"
        )
    kept = []

    async def write_until_cancelled() -> None:
        engine = open_database(empty_database)
        reading = asyncio.Event()

        async def write() -> None:
            async with open_writing(engine) as session:
                await session.execute(text("DELETE FROM api_keys"))
                reading.set()
                try:
                    await session.execute(text(slow_then_more))
                except BaseException as cancelled:
                    kept.append(cancelled)
                    raise

        writing = asyncio.create_task(write())
        await reading.wait()
        await asyncio.sleep(0.01)
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
        assert [type(fault) for fault in kept] == [asyncio.CancelledError]
        async with asyncio.timeout(20), open_writing(engine) as session:
            await session.execute(text("DELETE FROM api_keys"))
        await engine.dispose()

    migrated(empty_database)
    asyncio.run(write_until_cancelled())


def test_a_turn_may_wait_longer_than_a_request(postgres_database: str) -> None:
    async def wait() -> None:
        engine = open_database(postgres_database, BOUNDS)
        async with open_session(engine) as session, session.begin():
            await (await session.connection()).run_sync(take_turn)
            await session.execute(text("SELECT pg_sleep(3.5)"))
        async with open_session(engine) as session:  # the next to use the connection may not
            with suppress(DBAPIError):
                await session.execute(text("SELECT pg_sleep(30)"))
                pytest.fail("it was waited for")
        await engine.dispose()

    asyncio.run(wait())
