"""Makes, lists and revokes API keys, and tells whose key is presented."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.access import (
    LONGEST_NAME,
    SCOPES,
    ApiKey,
    Caller,
    Scope,
    digest,
    id_in,
    is_digest_of,
    token,
    without_secrets,
)
from app.domain.errors import NotAllowed, NotAuthenticated, UnknownReference, UnreadableQuestion
from app.services.auditing import record
from app.store import keys


async def create_key(
    session: AsyncSession, caller: Caller, name: str, scopes: Iterable[Scope], expires_on: date | None
) -> tuple[ApiKey, str]:
    """Make a key: how it is listed, and the key itself, which is told this once and stored nowhere.

    Raises NotAllowed when the caller would give what it is not allowed itself, and UnreadableQuestion for a name that
    cannot be shown or a day that is over.
    """
    if not (name.strip() and name.isprintable() and len(name) <= LONGEST_NAME and without_secrets(name) == name):
        raise UnreadableQuestion(f"A name has 1 to {LONGEST_NAME} letters that can be shown, and no key.", "/name")
    wanted = tuple(scope for scope in SCOPES if scope in set(scopes))
    for scope in wanted:
        if scope not in caller.scopes:
            raise NotAllowed(f"You may not give the scope {scope!r}, because you do not hold it yourself.", scope)
    now = datetime.now(UTC)
    key = ApiKey(
        id=secrets.token_hex(6), name=name, scopes=wanted, created_at=now, created_by=caller.id, expires_on=expires_on
    )
    if key.has_expired(now.date()):
        raise UnreadableQuestion(f"Found {expires_on}, expected a day after today ({now.date()}, UTC).", "/expires_on")
    told = token(key.id, secrets.token_bytes(32))
    async with session.begin():
        await keys.add(session, key, digest(told))
        await record(session, caller, "key.create", f"key {key.id}", after=key)
    return key, told


async def list_keys(session: AsyncSession) -> Sequence[ApiKey]:
    """All keys, revoked and expired ones too, the newest first."""
    return await keys.list_all(session)


async def revoke_key(session: AsyncSession, caller: Caller, key_id: str) -> ApiKey:
    """Revoke a key, for good; one that was revoked before stays as it is. Raises UnknownReference."""
    now = datetime.now(UTC)
    async with session.begin():
        found = await keys.find(session, key_id)
        if found is None:
            known = await keys.list_all(session)
            raise UnknownReference("key", key_id, known=len(known))
        key, _ = found
        if not await keys.revoke(session, key_id, now):
            return key
        revoked = replace(key, revoked_at=now)
        await record(session, caller, "key.revoke", f"key {key_id}", before=key, after=revoked)
    return revoked


async def check_key(session: AsyncSession, presented: str, day: date) -> ApiKey:
    """The key that is presented. Raises NotAuthenticated, with a reason that tells a stranger nothing.

    Only who holds the whole key is told that it was revoked or has expired.
    """
    key_id = id_in(presented)
    found = await keys.find(session, key_id) if key_id else None
    if found is None:
        raise NotAuthenticated("The key is not known here.", presented=True)
    key, stored = found
    if not is_digest_of(stored, presented):
        raise NotAuthenticated("The key is not known here.", presented=True, key=key.id)
    if key.revoked_at is not None:
        raise NotAuthenticated("The key was revoked.", presented=True, key=key.id)
    if key.has_expired(day):
        raise NotAuthenticated(f"The key expired on {key.expires_on}.", presented=True, key=key.id)
    return key
