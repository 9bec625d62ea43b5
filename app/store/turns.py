"""Lets one process at a time migrate the tables or write a release; the others wait for their turn."""

from sqlalchemy import Connection

from app.store import postgresql

KEY = 0x70617373
"""Number of the lock in PostgreSQL, where locks of this kind are numbers; nobody else uses it in our database."""
SECONDS = 900
"""How long a turn is waited for: longer than a catalogue of millions takes to load."""
SHORT = 5
"""How long SQLite waits for a lock otherwise."""


def take_turn(connection: Connection) -> None:
    """Begin a transaction that no other of its kind runs beside; it is over with the transaction, however it ends.

    SQLite locks its file for writers, PostgreSQL takes an advisory lock. Within the transaction a statement may take as
    long as it needs. Raises OperationalError when the turn did not come in time.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA busy_timeout={SECONDS * 1000}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql(f"PRAGMA busy_timeout={SHORT * 1000}")
    else:
        postgresql.unbind(connection)
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {SECONDS * 1000}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({KEY})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
