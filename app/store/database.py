"""Opens the database: SQLite by default, PostgreSQL by setting one URL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

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


def open_database(database_url: str) -> AsyncEngine:
    """An engine with the settings that each database needs (WAL and foreign keys on SQLite)."""
    url = _with_driver(database_url, _ASYNC_DRIVERS)
    if url.drivername.startswith("sqlite"):
        engine = create_async_engine(url, pool_size=4)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        return engine
    return create_async_engine(url, pool_size=5, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@asynccontextmanager
async def open_session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """One unit of work. Nothing is committed unless the caller begins a transaction."""
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session
