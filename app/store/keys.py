"""Writes and reads API keys."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.access import SCOPES, ApiKey
from app.store.moments import as_utc
from app.store.tables import ApiKeyRow, columns_of

_KEYS = columns_of(ApiKeyRow)


async def add(session: AsyncSession, key: ApiKey, digest: str) -> None:
    """Store a key by the digest of its secret."""
    values = {name: getattr(key, name) for name in _KEYS.keys() if name not in ("digest", "scopes")}  # noqa: SIM118
    await session.execute(insert(ApiKeyRow).values(**values, scopes=list(key.scopes), digest=digest))


async def find(session: AsyncSession, key_id: str) -> tuple[ApiKey, str] | None:
    """A key and the digest of its secret."""
    row = (await session.execute(select(*_KEYS).where(_KEYS.id == key_id))).one_or_none()
    return None if row is None else (_key(row), row.digest)


async def list_all(session: AsyncSession) -> Sequence[ApiKey]:
    """All keys, revoked and expired ones too, the newest first."""
    rows = await session.execute(select(*_KEYS).order_by(_KEYS.created_at.desc(), _KEYS.id))
    return [_key(row) for row in rows]


async def revoke(session: AsyncSession, key_id: str, at: datetime) -> bool:
    """Mark a key as revoked, unless it is already; whether it was this call that did."""
    wanted: list[ColumnElement[bool]] = [_KEYS.id == key_id, _KEYS.revoked_at.is_(None)]
    done = await session.execute(update(ApiKeyRow).where(*wanted).values(revoked_at=at).returning(_KEYS.id))
    return done.one_or_none() is not None


async def note_use(session: AsyncSession, key_id: str, at: datetime, unless_since: datetime) -> None:
    """Write when a key was used, unless that was written since a moment (by another process, say)."""
    stale = or_(_KEYS.last_used_at.is_(None), _KEYS.last_used_at < unless_since)
    await session.execute(update(ApiKeyRow).where(_KEYS.id == key_id, stale).values(last_used_at=at))


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=tuple(scope for scope in SCOPES if scope in row.scopes),
        created_at=as_utc(row.created_at),
        created_by=row.created_by,
        expires_on=row.expires_on,
        last_used_at=row.last_used_at and as_utc(row.last_used_at),
        revoked_at=row.revoked_at and as_utc(row.revoked_at),
    )
