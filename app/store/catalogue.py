"""Queries over the credentials of the catalogue and the decisions on them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, CompoundSelect, Select, String, and_, bindparam, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.domain.dataset import CatalogueEntry
from app.domain.rules import Decision
from app.store import inline, kept
from app.store.inline import rows, tuples
from app.store.releases import in_release
from app.store.search import Term, dialect_of, key_of, matching, written
from app.store.tables import (
    CredentialDeliveryRow,
    CredentialIdentifierRow,
    CredentialNameRow,
    CredentialRow,
    CredentialSkillRow,
    DecisionCredentialRow,
    DecisionRow,
    StatementRow,
    columns_of,
)

_ENTRY: TypeAdapter[CatalogueEntry] = TypeAdapter(CatalogueEntry)
_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)

MOST_IDENTIFIED = 5
"""Most entries that one identifier gives."""
MOST_SUGGESTED = 1_000
"""Most ids from which near ones are picked."""


def _entry(body: dict[str, Any]) -> CatalogueEntry:
    return _ENTRY.validate_python({**body, "credential": {**body["credential"], "id": body["id"]}})


_CREDENTIALS = columns_of(CredentialRow)
_NAMES = columns_of(CredentialNameRow)
_DECISIONS = columns_of(DecisionRow)
_SPOKEN_OF = columns_of(DecisionCredentialRow)
_DELIVERIES = columns_of(CredentialDeliveryRow)
_IDENTIFIERS = columns_of(CredentialIdentifierRow)
_SHOWN = columns_of(CredentialSkillRow)

_FACETS: dict[str, ColumnElement[Any]] = {
    "issuer_country": _CREDENTIALS.issuer_country,
    "kind": _CREDENTIALS.kind,
    "framework": _CREDENTIALS.framework,
    "eqf_level": _CREDENTIALS.eqf_min,
    "field": func.substr(_CREDENTIALS.field, 1, 2),
    "language": _CREDENTIALS.language,
    "delivery": _DELIVERIES.delivery,
    "collection": _CREDENTIALS.collection,
}
_IN_RELEASE = "since <= ? AND (until IS NULL OR until > ?)"
_ONE_CREDENTIAL = f"SELECT body FROM credentials WHERE id = ? AND {_IN_RELEASE}"  # noqa: S608 - constants
_UNDECIDED = " AND NOT EXISTS (SELECT 1 FROM decision_credentials WHERE credential = credentials.id)"
_UNDECIDED_ON_POSTGRESQL = (_ONE_CREDENTIAL + _UNDECIDED).replace("body", "body::text", 1).replace("?", "%s")
_ITS_DECISIONS = (
    "SELECT body FROM decisions JOIN decision_credentials ON decision_pk = pk "  # noqa: S608 - constants
    f"WHERE credential = ? AND {_IN_RELEASE} ORDER BY id"
)

FACETS = tuple(_FACETS)
"""What credentials can be counted by."""


class Hit(NamedTuple):
    """A credential that a query found: its key and id, and its folded names."""

    key: int
    credential: str
    names: Sequence[str]


async def find_credential(session: AsyncSession, release: int, credential_id: str) -> CatalogueEntry | None:
    """The catalogue entry with this id in a release, or None."""
    if (connection := inline.connection_of(session)) is not None:
        found = inline.fetch(connection, _ONE_CREDENTIAL, (credential_id, release, release))
        return _entry(json.loads(found[0])) if found else None
    read = await rows(session, _by_id_query(release), {"id": credential_id})
    return _entry(read[0].body) if read else None


@lru_cache(maxsize=16)
def _by_id_query(release: int) -> Select[dict[str, Any]]:
    """The query for a credential, with the parameter ``id``."""
    wanted = _CREDENTIALS.id == bindparam("id", type_=String)
    return select(_CREDENTIALS.body).where(wanted, *in_release(CredentialRow, release))


async def find_undecided(engine: AsyncEngine, release: int, credential_id: str) -> CatalogueEntry | None:
    """The same, for a credential that no decision ever spoke of, with one read by key.

    None for others, and where that takes a session.
    """
    asked = (credential_id, release, release)
    if (connection := inline.connection_of(engine)) is not None:
        found: list[Any] | None = inline.fetch(connection, _ONE_CREDENTIAL + _UNDECIDED, asked)
    else:
        found = await kept.fetch(engine, _UNDECIDED_ON_POSTGRESQL, asked)
    return _entry(json.loads(found[0])) if found else None


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


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which credentials of the catalogue are wanted; what is None is no filter."""

    issuer_country: str | None = None
    kind: str | None = None
    framework: str | None = None
    eqf_min: int | None = None
    """Least EQF level: its levels reach at least so high."""
    eqf_max: int | None = None
    hours_min: float | None = None
    """Least hours of learning: its size reaches at least so high."""
    hours_max: float | None = None
    field: str | None = None
    """ISCED-F code, or the beginning of one."""
    language: str | None = None
    delivery: str | None = None
    decided_in: str | None = None
    """Code of a place in which a published decision on it gives something."""
    identifier: str | None = None
    """An identifier or address elsewhere."""
    skill: str | None = None
    """Address of a skill that it attests."""
    collection: str | None = None


def _conditions(wanted: Wanted, release: int) -> list[ColumnElement[bool]]:
    columns = _CREDENTIALS
    found = list(in_release(CredentialRow, release))
    for name in ("issuer_country", "kind", "framework", "language", "collection"):
        value = getattr(wanted, name)
        if value is not None:
            found.append(columns[name] == value)
    if wanted.field is not None:
        found.append(columns.field.startswith(wanted.field, autoescape=True))
    for least, most, low, high in (
        (columns.eqf_min, columns.eqf_max, wanted.eqf_min, wanted.eqf_max),
        (columns.hours_min, columns.hours_max, wanted.hours_min, wanted.hours_max),
    ):
        if low is not None:
            found.append(most >= low)
        if high is not None:
            found.append(least <= high)
    if wanted.delivery is not None:
        query = select(_DELIVERIES.credential_pk).where(_DELIVERIES.delivery == wanted.delivery)
        found.append(columns.pk.in_(query))
    if wanted.identifier is not None:
        query = select(_IDENTIFIERS.credential_pk).where(_IDENTIFIERS.value == wanted.identifier)
        found.append(columns.pk.in_(query))
    if wanted.skill is not None:
        found.append(columns.pk.in_(select(_SHOWN.credential_pk).where(_SHOWN.skill == wanted.skill)))
    if wanted.decided_in is not None:
        query = (
            select(_SPOKEN_OF.credential)
            .join_from(DecisionCredentialRow, DecisionRow, _DECISIONS.pk == _SPOKEN_OF.decision_pk)
            .where(
                _DECISIONS.jurisdiction == wanted.decided_in,
                _DECISIONS.status != "not_recognised",
                *in_release(DecisionRow, release),
            )
        )
        found.append(columns.id.in_(query))
    return found


async def list_credentials(
    session: AsyncSession, release: int, wanted: Wanted, *, after: str, limit: int
) -> list[CatalogueEntry]:
    """Entries in the order of their ids, from behind the id ``after``."""
    query = select(_CREDENTIALS.body).where(_CREDENTIALS.id > after, *_conditions(wanted, release))
    return [_entry(row.body) for row in await rows(session, query.order_by(_CREDENTIALS.id).limit(limit))]


async def find_identified(session: AsyncSession, release: int, identifier: str) -> list[CatalogueEntry]:
    """The first few entries with an identifier or address elsewhere, in the order of their ids."""
    return [_entry(row.body) for row in await rows(session, _identified_query(release), {"value": identifier})]


@lru_cache(maxsize=16)
def _identified_query(release: int) -> Select[dict[str, Any]]:
    """The query for an identifier, with the parameter ``value``."""
    its = select(_IDENTIFIERS.credential_pk).where(_IDENTIFIERS.value == bindparam("value", type_=String))
    query = select(_CREDENTIALS.body).where(_CREDENTIALS.pk.in_(its), *in_release(CredentialRow, release))
    return query.order_by(_CREDENTIALS.id).limit(MOST_IDENTIFIED)


async def find_hits(
    session: AsyncSession, release: int, wanted: Wanted, terms: Sequence[Term], title: str, *, most: int
) -> list[Hit]:
    """Credentials that have every term, and those of exactly this folded title, in no order."""
    query = _hits_query(dialect_of(session), release, wanted, most)
    asked = {"title": title, "terms": written(session, terms)}
    found = {row[0]: row for row in await tuples(session, query, asked)}.values()
    names = _lists([row[2] for row in found])
    return [Hit(row[0], row[1], its) for row, its in zip(found, names, strict=True)]


def _lists(written: Sequence[Any]) -> Sequence[list[str]]:
    """Lists in JSON, which SQLite gives as they were written: read in one go, which takes a tenth of the time."""
    return json.loads(f"[{','.join(written)}]") if written and isinstance(written[0], str) else written


@lru_cache(maxsize=256)
def _hits_query(dialect: str, release: int, wanted: Wanted, most: int) -> CompoundSelect[int, str, list[str]]:
    """The query for hits, with the parameters ``title`` and ``terms``: making it takes longer than asking it."""
    conditions = _conditions(wanted, release)
    its = (_CREDENTIALS.pk, _CREDENTIALS.id, _CREDENTIALS.names)
    exact = select(*its).join_from(CredentialRow, CredentialNameRow, _NAMES.credential_pk == _CREDENTIALS.pk)
    exact = exact.where(_NAMES.name == bindparam("title", type_=String), *conditions)
    found = matching(dialect, select(*its), bindparam("terms", type_=String)).where(*conditions)
    return union_all(
        select(exact.order_by(_CREDENTIALS.pk).limit(most).subquery()),
        select(found.order_by(key_of(dialect)).limit(most).subquery()),
    )


async def get_entries(session: AsyncSession, keys: Sequence[int]) -> list[CatalogueEntry]:
    """The entries with these keys, in their order."""
    query = select(_CREDENTIALS.pk, _CREDENTIALS.body).where(_CREDENTIALS.pk.in_(keys))
    found = {row.pk: row.body for row in await rows(session, query)}
    return [_entry(found[key]) for key in keys]


async def find_entries(session: AsyncSession, release: int, ids: Sequence[str]) -> dict[str, CatalogueEntry]:
    """The entries with these ids, as far as they are in the release."""
    found: dict[str, CatalogueEntry] = {}
    for start in range(0, len(ids), 500):
        query = select(_CREDENTIALS.body).where(
            _CREDENTIALS.id.in_(ids[start : start + 500]), *in_release(CredentialRow, release)
        )
        found |= {entry.id: entry for entry in map(_entry, (await session.execute(query)).scalars())}
    return found


async def count_credentials(session: AsyncSession, release: int, wanted: Wanted, terms: Sequence[Term]) -> int:
    """How many credentials there are."""
    query = _selected(session, [func.count()], release, wanted, terms)
    return int((await session.execute(query)).scalar_one())


async def count_by(
    session: AsyncSession, release: int, wanted: Wanted, terms: Sequence[Term], facet: str
) -> list[tuple[str, int]]:
    """How many credentials there are for each value of a facet, the most frequent first."""
    label = _FACETS[facet]
    query = _selected(session, [label, func.count()], release, wanted, terms)
    if facet == "delivery":
        query = query.join(CredentialDeliveryRow, _DELIVERIES.credential_pk == _CREDENTIALS.pk)
    query = query.where(label.is_not(None)).group_by(label)
    rows = (await session.execute(query)).all()
    return sorted(((str(value), int(count)) for value, count in rows), key=lambda row: (-row[1], row[0]))


def _selected(
    session: AsyncSession, columns: list[Any], release: int, wanted: Wanted, terms: Sequence[Term]
) -> Select[Any]:
    query: Select[Any] = select(*columns)
    query = matching(dialect_of(session), query, written(session, terms)) if terms else query.select_from(CredentialRow)
    return query.where(*_conditions(wanted, release))


async def list_decisions(
    session: AsyncSession, release: int, *, after: str, limit: int, **wanted: str | None
) -> list[Decision]:
    """Decisions in the order of their ids, those that equal every given value; ``credential`` looks into them."""
    credential = wanted.pop("credential", None)
    query = select(_DECISIONS.body).where(_DECISIONS.id > after, *in_release(DecisionRow, release))
    for name, value in wanted.items():
        if value is not None:
            query = query.where(_DECISIONS[name] == value)
    if credential is not None:
        spoken = select(_SPOKEN_OF.decision_pk).where(_SPOKEN_OF.credential == credential)
        query = query.where(_DECISIONS.pk.in_(spoken))
    rows = await session.execute(query.order_by(_DECISIONS.id).limit(limit))
    return [_DECISION.validate_python(body) for body in rows.scalars()]


class IssuerCount(NamedTuple):
    """An issuer and how many credentials of it the catalogue has."""

    name: str
    country: str | None
    credentials: int


async def list_issuer_counts(session: AsyncSession, release: int, *, after: str, limit: int) -> list[IssuerCount]:
    """Issuers in the order of their names, from behind the name ``after``."""
    query = (
        select(_CREDENTIALS.issuer, func.min(_CREDENTIALS.issuer_country), func.count())
        .where(_CREDENTIALS.issuer > after, *in_release(CredentialRow, release))
        .group_by(_CREDENTIALS.issuer)
        .order_by(_CREDENTIALS.issuer)
        .limit(limit)
    )
    return [IssuerCount(*row) for row in (await session.execute(query)).all()]


class ProgrammeCount(NamedTuple):
    """A programme into which a recogniser counts credentials, and by how many decisions."""

    recogniser: str
    programme: str
    decisions: int


async def list_programmes(
    session: AsyncSession, release: int, recogniser: str | None, *, after: tuple[str, str], limit: int
) -> list[ProgrammeCount]:
    """Programmes in the order of their titles, then of recognisers, from behind the two that ``after`` names."""
    title, body = after
    behind = or_(_DECISIONS.programme > title, and_(_DECISIONS.programme == title, _DECISIONS.recogniser > body))
    query = select(_DECISIONS.recogniser, _DECISIONS.programme, func.count())
    query = query.where(behind, *in_release(DecisionRow, release))
    if recogniser is not None:
        query = query.where(_DECISIONS.recogniser == recogniser)
    query = query.group_by(_DECISIONS.recogniser, _DECISIONS.programme)
    rows = await session.execute(query.order_by(_DECISIONS.programme, _DECISIONS.recogniser).limit(limit))
    return [ProgrammeCount(*row) for row in rows.all()]


async def find_decisions(session: AsyncSession, release: int, credential_id: str) -> list[Decision]:
    """The decisions on a credential, in the order of their ids."""
    if (connection := inline.connection_of(session)) is not None:
        found = inline.fetch(connection, _ITS_DECISIONS, (credential_id, release, release))
        return [_DECISION.validate_python(json.loads(body)) for body in found]
    read = await rows(session, _decisions_query(release), {"id": credential_id})
    return [_DECISION.validate_python(row.body) for row in read]


@lru_cache(maxsize=16)
def _decisions_query(release: int) -> Select[dict[str, Any]]:
    """The query for the decisions on a credential, with the parameter ``id``."""
    return (
        select(_DECISIONS.body)
        .join_from(DecisionRow, DecisionCredentialRow, _SPOKEN_OF.decision_pk == _DECISIONS.pk)
        .where(_SPOKEN_OF.credential == bindparam("id", type_=String), *in_release(DecisionRow, release))
        .order_by(_DECISIONS.id)
    )


async def find_decision(session: AsyncSession, release: int, decision_id: str) -> Decision | None:
    """The decision with this id in a release, or None."""
    query = select(_DECISIONS.body).where(_DECISIONS.id == decision_id, *in_release(DecisionRow, release))
    body = (await session.execute(query)).scalar_one_or_none()
    return None if body is None else _DECISION.validate_python(body)
