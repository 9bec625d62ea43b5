"""Reads single rows from SQLite in the thread that asks.

A look-up by key takes a few microseconds, and handing it to another thread and back ten times as long. So SQLite is
read through one plain connection per engine, without a transaction: every statement sees the newest commit. Only for
reads by key; anything that may take long goes through the session, and PostgreSQL always does.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

_CONNECTIONS: WeakKeyDictionary[Engine, sqlite3.Connection] = WeakKeyDictionary()


def connection_of(asked: AsyncSession | AsyncEngine) -> sqlite3.Connection | None:
    """The plain connection to a SQLite file, or None when it is no file or no SQLite."""
    bind = asked.sync_engine if isinstance(asked, AsyncEngine) else asked.get_bind()
    assert isinstance(bind, Engine)
    known = _CONNECTIONS.get(bind)
    if known is not None:
        return known
    if bind.dialect.name != "sqlite" or bind.url.database in (None, "", ":memory:"):
        return None
    address = f"file:{quote(bind.url.database or '')}?mode=ro"
    known = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    known.execute("PRAGMA busy_timeout=5000")
    _CONNECTIONS[bind] = known
    return known


def fetch(connection: sqlite3.Connection, statement: str, parameters: Sequence[Any]) -> list[Any]:
    """The first column of every row. Raises the same fault as the session when the file cannot be read."""
    try:
        return [row[0] for row in connection.execute(statement, parameters).fetchall()]
    except sqlite3.OperationalError as error:
        raise OperationalError(statement, None, error) from error


def close(engine: Engine) -> None:
    """Close the plain connection of an engine, if there is one."""
    known = _CONNECTIONS.pop(engine, None)
    if known is not None:
        known.close()
