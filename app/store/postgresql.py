"""Connections to PostgreSQL as requests need them: never waited for without an end, and asked about any text.

A server that accepts connections and then stands still sends nothing, closes nothing, and its kernel goes on to
acknowledge what arrives: neither its own statement timeout nor TCP notices. So every exchange with it has an end here.
"""

from typing import Any, TypeVar

from psycopg import AsyncConnection, OperationalError
from psycopg.abc import Buffer, PQGen
from psycopg.pq import TransactionStatus
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

_Result = TypeVar("_Result")


class BoundedConnection(AsyncConnection[Any]):
    """A connection that is given up when an answer takes too long."""

    seconds: float | None = None
    """How long an answer may take; None: as long as it needs."""

    async def wait(
        self,
        gen: PQGen[_Result],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109 - the driver's own: a cancelled wait would ask the server first
    ) -> _Result:
        """What the exchange gives. Raises OperationalError, and closes the connection, when it takes too long."""
        try:
            return await super().wait(gen, interval, self.seconds if timeout is None else timeout)
        except OperationalError as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()  # the answer may yet come, and would be taken for that to another question
            raise OperationalError("the server did not answer in time") from error


class AnyText(StrDumperUnknown):
    """Text for PostgreSQL, which has no NUL: what strangers ask with one in it is found nowhere, as on SQLite."""

    def dump(self, obj: str) -> Buffer | None:
        """The text as it is sent."""
        return super().dump(obj.replace("\0", "\ufffd"))


def prepare(engine: AsyncEngine, *, ping_seconds: float, statement_seconds: float) -> None:
    """Bound what connections of an engine are waited for: when they are taken from the pool, and in use."""

    def at_first(connection: Any, record: Any) -> None:
        record.driver_connection.adapters.register_dumper(str, AnyText)
        while_used(connection, record)

    def while_idle(_connection: Any, record: Any, *_: Any) -> None:
        if record.driver_connection is not None:
            record.driver_connection.seconds = ping_seconds

    def while_used(_connection: Any, record: Any, *_: Any) -> None:
        record.driver_connection.seconds = statement_seconds

    event.listen(engine.sync_engine, "connect", at_first)
    event.listen(engine.sync_engine, "checkout", while_used)
    event.listen(engine.sync_engine, "checkin", while_idle)


def unbind(connection: Connection) -> None:
    """Let a connection wait as long as it takes, until it is given back."""
    driver = connection.connection.driver_connection
    if isinstance(driver, BoundedConnection):
        driver.seconds = None
