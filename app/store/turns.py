"""Lets one process at a time migrate the tables or write a release; the others wait for their turn."""

from sqlalchemy import Connection

from app.store import postgresql

KEY = 0x70617373
"""Number of the lock in PostgreSQL, where locks of this kind are numbers; nobody else uses it in our database."""
SECONDS = 900
"""How long a turn is waited for: longer than a catalogue of millions takes to load."""
SHORT = 5
"""How long SQLite waits for a lock otherwise."""

ROOM = 65_536
"""How many KiB of a database are kept in memory while an import is applied. With less, SQLite reads and writes pages of
indexes over names again and again; with more, it is not faster."""


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


def make_room(connection: Connection) -> None:
    """Give a transaction that writes millions of rows memory for them; nobody gets less than the operator gave."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{ROOM}")
        connection.exec_driver_sql("PRAGMA secure_delete=FAST")  # pages of waiting rows are let go, not overwritten
    else:
        connection.exec_driver_sql(
            "SELECT set_config(name, %s, true) FROM pg_settings "
            "WHERE name IN ('work_mem', 'gin_pending_list_limit') AND setting::bigint < %s",
            (str(ROOM), ROOM),
        )


def give_room_back(connection: Connection) -> None:
    """Let a connection that goes on being used keep as little as the others; PostgreSQL does that by itself."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size=-2000")
