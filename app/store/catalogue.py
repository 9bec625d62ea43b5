"""Queries over the credentials of the catalogue and the decisions on them."""

from dataclasses import replace
from typing import Literal, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.dataset import CatalogueEntry
from app.domain.rules import Decision
from app.store.releases import in_release
from app.store.tables import (
    CredentialNameRow,
    CredentialRow,
    DecisionCredentialRow,
    DecisionRow,
    StatementRow,
    columns_of,
)

_ENTRY: TypeAdapter[CatalogueEntry] = TypeAdapter(CatalogueEntry)
_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)

MOST_NAMES = 5_000
"""Most names that are compared when no title matches exactly."""


MOST_SUGGESTED = 1_000
"""Most ids from which near ones are picked."""


class Name(NamedTuple):
    """A folded name of a credential, the folded name of its issuer, and its id."""

    name: str
    issuer: str | None
    credential: str


def _entry(body: object) -> CatalogueEntry:
    entry = _ENTRY.validate_python(body)
    return replace(entry, credential=replace(entry.credential, id=entry.id))


_CREDENTIALS = columns_of(CredentialRow)
_NAMES = columns_of(CredentialNameRow)
_DECISIONS = columns_of(DecisionRow)
_SPOKEN_OF = columns_of(DecisionCredentialRow)


async def find_credential(session: AsyncSession, release: int, credential_id: str) -> CatalogueEntry | None:
    """The catalogue entry with this id in a release, or None."""
    query = select(_CREDENTIALS.body).where(_CREDENTIALS.id == credential_id, *in_release(CredentialRow, release))
    body = (await session.execute(query)).scalar_one_or_none()
    return None if body is None else _entry(body)


async def find_near_ids(
    session: AsyncSession, release: int, section: Literal["credentials", "decisions"], wanted: str
) -> list[str]:
    """Ids that begin like the one wanted, else those that come first; to suggest from."""
    table: type[StatementRow] = CredentialRow if section == "credentials" else DecisionRow
    columns = columns_of(table)
    query = select(columns.id).where(*in_release(table, release)).order_by(columns.id).limit(MOST_SUGGESTED)
    for length in (8, 3, 0):
        beginning = columns.id.startswith(wanted[:length], autoescape=True)
        if found := list((await session.execute(query.where(beginning))).scalars()):
            return found
    return []


async def list_credentials(
    session: AsyncSession, release: int, *, after: str, limit: int, issuer_country: str | None, kind: str | None
) -> list[CatalogueEntry]:
    """Entries in the order of their ids, from behind the id ``after``."""
    query = select(_CREDENTIALS.body).where(_CREDENTIALS.id > after, *in_release(CredentialRow, release))
    if issuer_country is not None:
        query = query.where(_CREDENTIALS.issuer_country == issuer_country)
    if kind is not None:
        query = query.where(_CREDENTIALS.kind == kind)
    rows = await session.execute(query.order_by(_CREDENTIALS.id).limit(limit))
    return [_entry(body) for body in rows.scalars()]


async def find_names(session: AsyncSession, release: int, name: str) -> list[Name]:
    """Names equal to a folded title."""
    return await _find_names(session, release, _NAMES.name == name)


async def find_names_of_issuers(session: AsyncSession, release: int, issuers: list[str]) -> list[Name]:
    """Names of the credentials of these issuers, by folded name of the issuer; bounded."""
    return await _find_names(session, release, _NAMES.issuer.in_(issuers))


async def list_issuers(session: AsyncSession) -> list[str]:
    """Folded names of all issuers in the catalogue."""
    query = select(_NAMES.issuer).where(_NAMES.issuer.is_not(None)).distinct().order_by(_NAMES.issuer)
    return list((await session.execute(query)).scalars())


async def _find_names(session: AsyncSession, release: int, wanted: ColumnElement[bool]) -> list[Name]:
    query = (
        select(_NAMES.name, _NAMES.issuer, _CREDENTIALS.id)
        .join_from(CredentialNameRow, CredentialRow, _CREDENTIALS.pk == _NAMES.credential_pk)
        .where(wanted, *in_release(CredentialRow, release))
        .order_by(_CREDENTIALS.id, _NAMES.position)
        .limit(MOST_NAMES)
    )
    return [Name(*row) for row in (await session.execute(query)).all()]


async def find_decisions(session: AsyncSession, release: int, credential_id: str) -> list[Decision]:
    """The decisions on a credential, in the order of their ids."""
    query = (
        select(_DECISIONS.body)
        .join_from(DecisionRow, DecisionCredentialRow, _SPOKEN_OF.decision_pk == _DECISIONS.pk)
        .where(_SPOKEN_OF.credential == credential_id, *in_release(DecisionRow, release))
        .order_by(_DECISIONS.id)
    )
    return [_DECISION.validate_python(body) for body in (await session.execute(query)).scalars()]


async def find_decision(session: AsyncSession, release: int, decision_id: str) -> Decision | None:
    """The decision with this id in a release, or None."""
    query = select(_DECISIONS.body).where(_DECISIONS.id == decision_id, *in_release(DecisionRow, release))
    body = (await session.execute(query)).scalar_one_or_none()
    return None if body is None else _DECISION.validate_python(body)
