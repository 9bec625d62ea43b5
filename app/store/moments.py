"""Moments as they are stored and read."""

from datetime import UTC, datetime


def as_utc(moment: datetime) -> datetime:
    """A stored moment with its zone: SQLite keeps none, and PostgreSQL gives that of the server."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
