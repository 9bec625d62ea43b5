"""Reads PostgreSQL through a connection that is kept.

To take a connection from the pool, ask whether it lives, begin, and give it back takes ten times as long as a look-up
by key. So one connection is kept for these; it begins no transaction: every statement sees the newest commit. Who finds
it away, slow or much asked goes through a session, which waits and tells.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.store.postgresql import BoundedConnection

SECONDS = 1.0
"""How long an answer may take before the connection is given up."""
MOST_WAITING = 32
"""Most statements that wait for their turn."""


class KeptConnection:
    """One connection of an engine; it is opened beside, so that nobody waits for that."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._held: tuple[AsyncConnection, BoundedConnection] | None = None
        """The connection as the pool gave it, and the driver's own in it."""
        self._opening: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def fetch(self, statement: str, parameters: Sequence[Any]) -> list[Any] | None:
        """The first column of every row; None when it cannot be told here and now."""
        if self._waiting >= MOST_WAITING:
            return None
        self._waiting += 1
        try:
            async with self._turn:
                if self._held is not None:
                    return await self._ask(self._held[1], statement, parameters)
        finally:
            self._waiting -= 1
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        return None

    async def _ask(self, driver: BoundedConnection, statement: str, parameters: Sequence[Any]) -> list[Any] | None:
        try:
            cursor = await driver.execute(statement, parameters)
            return [row[0] for row in await cursor.fetchall()]
        except psycopg.Error:
            await self._let_go(broken=True)
            return None
        except BaseException:  # whoever asked is gone, and the answer may yet come
            await self._let_go(broken=True)
            raise

    async def _open(self) -> None:
        try:
            connection = await self._engine.connect()
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, BoundedConnection)
            driver.seconds = SECONDS
            self._held = connection, driver
        except (DBAPIError, NoConnection):
            pass  # the next one who asks tries again
        finally:
            self._opening = None

    async def _let_go(self, *, broken: bool) -> None:
        held, self._held = self._held, None
        if held is not None:
            with suppress(DBAPIError):
                if broken:
                    await held[0].invalidate()
                await held[0].close()

    async def close(self) -> None:
        """Give the connection back."""
        if self._opening is not None:
            await self._opening
        await self._let_go(broken=False)


_KEPT: WeakKeyDictionary[AsyncEngine, KeptConnection] = WeakKeyDictionary()


async def fetch(engine: AsyncEngine, statement: str, parameters: Sequence[Any]) -> list[Any] | None:
    """The first column of every row of a statement that an index bounds; None when it must be asked in a session."""
    known = _KEPT.get(engine)
    if known is None:
        if engine.dialect.name != "postgresql":
            return None
        known = _KEPT[engine] = KeptConnection(engine)
    return await known.fetch(statement, parameters)


async def close(engine: AsyncEngine) -> None:
    """Give back the connection of an engine, if there is one."""
    known = _KEPT.pop(engine, None)
    if known is not None:
        await known.close()
