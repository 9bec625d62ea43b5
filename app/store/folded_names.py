"""Queries over the folded names of credentials and their issuers: what a described credential is matched by."""

from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.store.releases import in_release
from app.store.tables import CredentialNameRow, CredentialRow, columns_of

MOST_NAMES = 5_000
"""Most names that are compared when no title matches exactly."""

_CREDENTIALS = columns_of(CredentialRow)
_NAMES = columns_of(CredentialNameRow)


class Name(NamedTuple):
    """A folded name of a credential, and the key of its row."""

    name: str
    credential_key: int


async def find_named(session: AsyncSession, release: int, name: str, issuers: list[str]) -> set[str]:
    """Ids of the credentials with this folded name, of these issuers (by folded name) or of none."""
    theirs = or_(_NAMES.issuer.in_(issuers), _NAMES.issuer.is_(None))
    query = (
        select(_CREDENTIALS.id)
        .join_from(CredentialNameRow, CredentialRow, _CREDENTIALS.pk == _NAMES.credential_pk)
        .where(_NAMES.name == name, theirs, *in_release(CredentialRow, release))
        .limit(MOST_NAMES)
    )
    return set((await session.execute(query)).scalars())


async def list_names(session: AsyncSession, issuers: list[str]) -> list[Name]:
    """Folded names of credentials of these issuers in any release; the first of very many."""
    query = (
        select(_NAMES.name, _NAMES.credential_pk)
        .where(_NAMES.issuer.in_(issuers))
        .order_by(_NAMES.issuer, _NAMES.name, _NAMES.credential_pk)
        .limit(MOST_NAMES)
    )
    return [Name(*row) for row in (await session.execute(query)).all()]


async def find_ids(session: AsyncSession, release: int, keys: list[int]) -> dict[int, str]:
    """Ids of the credentials with these keys, as far as they are in the release."""
    query = select(_CREDENTIALS.pk, _CREDENTIALS.id).where(
        _CREDENTIALS.pk.in_(keys), *in_release(CredentialRow, release)
    )
    return {row.pk: row.id for row in await session.execute(query)}


async def list_issuers(session: AsyncSession) -> list[str]:
    """Folded names of all issuers in the catalogue."""
    query = select(_NAMES.issuer).where(_NAMES.issuer.is_not(None)).distinct().order_by(_NAMES.issuer)
    return list((await session.execute(query)).scalars())
