"""Opens the database: SQLite by default, PostgreSQL by setting one URL."""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from app.store import postgresql, turns

_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SYNC_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def _with_driver(database_url: str, drivers: dict[str, str]) -> URL:
    url = make_url(database_url)
    backend = url.drivername.partition("+")[0]
    if backend not in drivers:
        raise ValueError(f"DATABASE_URL: found {backend!r}, expected sqlite or postgresql.")
    return url.set(drivername=drivers[backend])


def sync_url(database_url: str) -> URL:
    """The URL for a synchronous driver, as migrations need it; the folder of a SQLite file is made."""
    url = _with_driver(database_url, _SYNC_DRIVERS)
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return url


DatabaseAway = OperationalError
"""What is raised when the database cannot be reached, or is busy for too long; and, on SQLite, for faults of ours."""

_AWAY_POSTGRESQL = re.compile("08...|25006|40...|53...|55P03|57...|58...")
"""States of SQL: the connection, a standby that takes no writes, a transaction that lost against another, resources,
a lock, the operator (a statement that took too long is ended in their name), the machine (PostgreSQL, appendix A)."""
_AWAY_SQLITE = frozenset(
    getattr(sqlite3, f"SQLITE_{name}")
    for name in (
        "BUSY", "LOCKED", "NOMEM", "READONLY", "INTERRUPT", "IOERR", "CORRUPT", "FULL", "CANTOPEN", "PROTOCOL", "NOTADB"
    )
)  # fmt: skip
"""The file is locked, or it or its disk cannot be used (https://www.sqlite.org/rescode.html)."""


def is_away(error: DBAPIError) -> bool:
    """Whether the database could not do its work now. Else the statement is wrong, which is a fault of ours."""
    if error.connection_invalidated:
        return True
    said = error.orig
    if (code := getattr(said, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in _AWAY_SQLITE  # the rest says more of the same kind
    state = getattr(said, "sqlstate", None)
    if state is not None:
        return _AWAY_POSTGRESQL.fullmatch(state) is not None
    return isinstance(error, OperationalError)  # never connected, or not in time


class NoBackup(Exception):
    """Why a database cannot be copied."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How long a request may be held up by PostgreSQL, in seconds, and how many connections a process keeps."""

    pool_size: int
    pool_seconds: float
    connect_seconds: int
    statement_seconds: float


def open_database(database_url: str, bounds: Bounds | None = None) -> AsyncEngine:
    """An engine with the settings that each database needs (WAL and foreign keys on SQLite).

    With bounds for answering requests; without them for commands, which take the time that they need.
    """
    url = _with_driver(database_url, _ASYNC_DRIVERS)
    if url.drivername.startswith("sqlite"):
        engine = create_async_engine(
            url,
            pool_size=4,
            hide_parameters=True,
            json_serializer=_compact,
            connect_args={"factory": _LettingGo},
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        return engine
    if bounds is None:
        return create_async_engine(url, pool_size=5, pool_pre_ping=True, hide_parameters=True, json_serializer=_compact)
    engine = create_async_engine(
        url,
        pool_size=bounds.pool_size,
        max_overflow=bounds.pool_size,
        pool_timeout=bounds.pool_seconds,
        pool_pre_ping=True,
        hide_parameters=True,
        json_serializer=_compact,
        connect_args={
            "async_creator_fn": postgresql.BoundedConnection.connect,
            "connect_timeout": bounds.connect_seconds,
            "tcp_user_timeout": bounds.connect_seconds * 1000,  # what was sent and is not acknowledged
            "options": f"-c statement_timeout={round(bounds.statement_seconds * 1000)}",
        },
    )
    postgresql.prepare(
        engine,
        ping_seconds=bounds.connect_seconds,
        statement_seconds=bounds.statement_seconds + bounds.connect_seconds,  # the server's own word comes first
    )
    return engine


class _LettingGo(sqlite3.Connection):
    """A connection that lets go of its file when it is closed, as it is when the task that used it is cancelled.

    SQLite keeps a closed connection, its transaction and the lock on the file, for as long as a statement is left over
    which somebody refers to, as the traceback of a cancelled task does (https://www.sqlite.org/c3ref/close.html).
    """

    def close(self) -> None:
        """Close the connection; what was not committed is undone at once."""
        if self.in_transaction:
            self.rollback()
        super().close()


def _compact(value: Any) -> str:
    """JSON as it is stored: without spaces, with letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={turns.SHORT * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def back_up(database_url: str, out: Path) -> None:
    """Copy a SQLite database to a file, whole and as it was at one moment, while it goes on being used."""
    url = sync_url(database_url)
    if url.drivername != "sqlite" or not url.database or not Path(url.database).is_file():
        raise NoBackup("DATABASE_URL: expected a SQLite file that is there; PostgreSQL is copied with pg_dump.")
    if out.exists():
        raise NoBackup(f"{out} is there already; nothing is written over.")
    with closing(sqlite3.connect(f"file:{quote(url.database)}?mode=ro", uri=True)) as connection:
        connection.execute("VACUUM INTO ?", (str(out),))


def first_line(error: Exception) -> str:
    """What went wrong, for a log: what the database said, without the statement and what was asked for."""
    said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {said}"


@asynccontextmanager
async def open_session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """One unit of work. Nothing is committed unless the caller begins a transaction."""
    session = AsyncSession(engine, expire_on_commit=False)
    try:
        yield session
    finally:
        with suppress(
            DBAPIError
        ):  # the database went away after it had answered: nothing is lost, and it is not used again
            await asyncio.shield(session.close())


@asynccontextmanager
async def open_turn(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A unit of work that writes a release: no other runs beside it, and it is committed at the end or not at all."""
    async with open_session(engine) as session, session.begin():
        await (await session.connection()).run_sync(turns.take_turn)
        yield session


@asynccontextmanager
async def open_applying(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A turn that writes millions of rows, in which the database may use more memory than else."""
    async with open_turn(engine) as session:
        connection = await session.connection()
        await connection.run_sync(turns.make_room)
        try:
            yield session
        finally:
            with suppress(DBAPIError):  # of a connection that is lost nothing is left to put back
                await connection.run_sync(turns.give_room_back)


@asynccontextmanager
async def open_writing(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A unit of work that writes much, and is committed at the end: on SQLite, where one writes at a time, a turn."""
    if engine.dialect.name == "sqlite":
        async with open_turn(engine) as session:
            yield session
    else:
        async with open_session(engine) as session, session.begin():
            yield session
