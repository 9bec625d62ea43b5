"""Queries over the credentials of the catalogue and the decisions on them."""

from dataclasses import replace

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.dataset import CatalogueEntry
from app.domain.rules import Decision
from app.store.releases import in_release
from app.store.tables import CredentialNameRow, CredentialRow, DecisionCredentialRow, DecisionRow

_ENTRY: TypeAdapter[CatalogueEntry] = TypeAdapter(CatalogueEntry)
_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)

NAMES_OF_ONE_ISSUER = 5_000
"""Most names of one issuer that are compared when no title matches exactly."""


def _entry(body: object) -> CatalogueEntry:
    entry = _ENTRY.validate_python(body)
    return replace(entry, credential=replace(entry.credential, id=entry.id))


async def find_credential(session: AsyncSession, release: int, credential_id: str) -> CatalogueEntry | None:
    """The catalogue entry with this id in a release, or None."""
    query = select(CredentialRow.body).where(CredentialRow.id == credential_id, *in_release(CredentialRow, release))
    body = (await session.execute(query)).scalar_one_or_none()
    return None if body is None else _entry(body)


async def list_credentials(
    session: AsyncSession, release: int, *, after: str, limit: int, issuer_country: str | None, kind: str | None
) -> list[CatalogueEntry]:
    """Entries in the order of their ids, from behind the id ``after``."""
    query = select(CredentialRow.body).where(CredentialRow.id > after, *in_release(CredentialRow, release))
    if issuer_country is not None:
        query = query.where(CredentialRow.issuer_country == issuer_country)
    if kind is not None:
        query = query.where(CredentialRow.kind == kind)
    rows = await session.execute(query.order_by(CredentialRow.id).limit(limit))
    return [_entry(body) for body in rows.scalars()]


async def find_names(session: AsyncSession, release: int, name: str) -> list[tuple[str, str | None, str]]:
    """Names equal to a folded title: name, folded issuer, credential id."""
    query = _names(release).where(CredentialNameRow.name == name)
    return [tuple(row) for row in (await session.execute(query)).all()]


async def find_names_of_issuers(
    session: AsyncSession, release: int, issuers: list[str]
) -> list[tuple[str, str | None, str]]:
    """All names of the credentials of these issuers, by folded name of the issuer; bounded."""
    query = _names(release).where(CredentialNameRow.issuer.in_(issuers)).limit(NAMES_OF_ONE_ISSUER)  # type: ignore
    return [tuple(row) for row in (await session.execute(query)).all()]


async def list_issuers(session: AsyncSession) -> list[str]:
    """Folded names of all issuers in the catalogue."""
    query = select(CredentialNameRow.issuer).where(CredentialNameRow.issuer.is_not(None)).distinct()  # type: ignore
    return list((await session.execute(query)).scalars())


def _names(release: int):  # type: ignore[no-untyped-def]
    return (
        select(CredentialNameRow.name, CredentialNameRow.issuer, CredentialRow.id)
        .join(CredentialRow, CredentialRow.pk == CredentialNameRow.credential_pk)  # type: ignore[arg-type]
        .where(*in_release(CredentialRow, release))
        .order_by(CredentialRow.id, CredentialNameRow.position)
    )


async def find_decisions(session: AsyncSession, release: int, credential_id: str) -> list[Decision]:
    """The decisions on a credential, in the order of their ids."""
    query = (
        select(DecisionRow.body)
        .join(DecisionCredentialRow, DecisionCredentialRow.decision_pk == DecisionRow.pk)  # type: ignore[arg-type]
        .where(DecisionCredentialRow.credential == credential_id, *in_release(DecisionRow, release))
        .order_by(DecisionRow.id)
    )
    return [_DECISION.validate_python(body) for body in (await session.execute(query)).scalars()]  # type: ignore


async def find_decision(session: AsyncSession, release: int, decision_id: str) -> Decision | None:
    """The decision with this id in a release, or None."""
    query = select(DecisionRow.body).where(DecisionRow.id == decision_id, *in_release(DecisionRow, release))
    body = (await session.execute(query)).scalar_one_or_none()
    return None if body is None else _DECISION.validate_python(body)
