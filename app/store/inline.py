"""Reads SQLite in the thread that asks.

A look-up by key takes a few microseconds, most searches less than a millisecond; to hand every statement to another
thread and back takes longer. So SQLite is read through one connection per engine, without a transaction: every
statement sees the newest commit. Only for reads that an index bounds; anything that may take long
goes through the session, and PostgreSQL always does.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVarTuple
from urllib.parse import quote
from weakref import WeakKeyDictionary

from sqlalchemy import Row, StaticPool, create_engine
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.sql.selectable import TypedReturnsRows

MAPPED = 2_147_418_112
"""Most bytes of the file that are read where the system keeps them in memory, without being copied: as many as SQLite
allows. They are the system's to take back; a search over millions of rows takes a third less time. The price: a page
that cannot be read, of a failed disk or a file that was cut, ends the process (https://www.sqlite.org/mmap.html)."""

Columns = TypeVarTuple("Columns")
_DIALECT = pysqlite.dialect(paramstyle="qmark")
_CONNECTIONS: WeakKeyDictionary[Engine, tuple[sqlite3.Connection, Connection]] = WeakKeyDictionary()


def connection_of(asked: AsyncSession | AsyncEngine) -> sqlite3.Connection | None:
    """The plain connection to a SQLite file, or None when it is no file or no SQLite."""
    known = _connections_of(asked)
    return None if known is None else known[0]


def _connections_of(asked: AsyncSession | AsyncEngine) -> tuple[sqlite3.Connection, Connection] | None:
    """The same, and SQLAlchemy's connection around it."""
    bind = asked.sync_engine if isinstance(asked, AsyncEngine) else asked.get_bind()
    assert isinstance(bind, Engine)
    known = _CONNECTIONS.get(bind)
    if known is not None:
        return known
    if bind.dialect.name != "sqlite" or bind.url.database in (None, "", ":memory:"):
        return None
    address = f"file:{quote(bind.url.database or '')}?mode=ro"
    plain = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    plain.execute("PRAGMA busy_timeout=5000")
    plain.execute(f"PRAGMA mmap_size={MAPPED}")
    around = create_engine("sqlite://", creator=lambda: plain, poolclass=StaticPool).connect()
    _CONNECTIONS[bind] = plain, around.execution_options(isolation_level="AUTOCOMMIT")
    return _CONNECTIONS[bind]


def fetch(connection: sqlite3.Connection, statement: str, parameters: Sequence[Any]) -> list[Any]:
    """The first column of every row. Raises the same fault as the session when the file cannot be read."""
    return [row[0] for row in _all(connection, statement, parameters)]


def _all(connection: sqlite3.Connection, statement: str, parameters: Sequence[Any]) -> list[Any]:
    try:
        return connection.execute(statement, parameters).fetchall()
    except sqlite3.OperationalError as error:
        raise OperationalError(statement, None, error) from error


async def rows(
    session: AsyncSession, query: TypedReturnsRows[*Columns], parameters: Mapping[str, Any] | None = None
) -> Sequence[Row[*Columns]]:
    """The rows of a query: on SQLite at once, on PostgreSQL through the session."""
    if (known := _connections_of(session)) is not None:
        return known[1].execute(query, parameters).all()
    connection = await session.connection()  # not the session: it would make objects
    return (await connection.execute(query, parameters)).all()


async def tuples(
    session: AsyncSession, query: TypedReturnsRows[*Columns], parameters: Mapping[str, Any]
) -> Sequence[Any]:
    """The same as plain tuples, for queries that are asked often and give many rows of texts and numbers."""
    connection = connection_of(session)
    if connection is None:
        return await rows(session, query, parameters)
    statement, names, fixed = _written(query)
    values = {**fixed, **parameters}
    return _all(connection, statement, [values[name] for name in names])


@lru_cache(maxsize=256)
def _written(query: TypedReturnsRows[*Columns]) -> tuple[str, Sequence[str], Mapping[str, Any]]:
    """A query in SQLite's words, the names of its parameters in order, and the values of those that it holds."""
    compiled = query.compile(dialect=_DIALECT)
    return str(compiled), compiled.positiontup or (), compiled.params


def close(engine: Engine) -> None:
    """Close the connection of an engine, if there is one."""
    known = _CONNECTIONS.pop(engine, None)
    if known is not None:
        known[1].close()
        known[0].close()
