"""Adds to the audit log and reads it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import eq, ge, lt
from typing import Any

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.described import described
from app.store.moments import as_utc
from app.store.tables import AuditRow, columns_of

_AUDIT = columns_of(AuditRow)


@described
@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """An act, or a refused attempt at one."""

    id: int
    """Number of the entry, rising."""
    at: datetime
    """When."""
    caller: str
    """Who: id of the key, `oidc:` with issuer and subject, `command-line`, or `unknown`."""
    name: str
    """What people call them."""
    address: str
    """From where."""
    act: str
    """What was done, such as `key.create`; `refused` for what was not allowed."""
    target: str
    """What it was done to."""
    before: Any = None
    """How that stood before, where it was there."""
    after: Any = None
    """How it stands since, where it still is."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which entries; what is None does not matter."""

    act: str | None = None
    caller: str | None = None
    target: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Up to, not including, this moment."""
    older_than: int | None = None
    """Entries with a lower number."""


async def add(session: AsyncSession, **values: Any) -> None:
    """Add an entry; the caller holds the transaction."""
    await session.execute(insert(AuditRow).values(**values))


async def find(session: AsyncSession, wanted: Wanted, limit: int) -> Sequence[AuditEntry]:
    """Entries, the newest first."""
    tests: list[tuple[Any, Callable[[Any, Any], ColumnElement[bool]], ColumnElement[Any]]] = [
        (wanted.act, eq, _AUDIT.act),
        (wanted.caller, eq, _AUDIT.caller),
        (wanted.target, eq, _AUDIT.target),
        (wanted.since, ge, _AUDIT.at),
        (wanted.until, lt, _AUDIT.at),
        (wanted.older_than, lt, _AUDIT.id),
    ]
    asked = [test(column, value) for value, test, column in tests if value is not None]
    rows = await session.execute(select(*_AUDIT).where(*asked).order_by(_AUDIT.id.desc()).limit(limit))
    return [AuditEntry(**{**row._mapping, "at": as_utc(row.at)}) for row in rows]
