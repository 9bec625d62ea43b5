"""Writes and reads releases."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from app.domain.answers import place_of
from app.domain.credential import Credential
from app.domain.dataset import SECTIONS, CatalogueEntry, Dataset
from app.domain.evaluation import facts_of
from app.domain.levels import Framework, LevelLink
from app.domain.report import Question, ReleaseReference
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.domain.text import fold
from app.store import search
from app.store.tables import (
    CURATED,
    STATEMENT_TABLES,
    ActiveReleaseRow,
    CredentialDeliveryRow,
    CredentialIdentifierRow,
    CredentialNameRow,
    CredentialRow,
    DecisionCredentialRow,
    LevelPairRow,
    LevelRow,
    ReleaseRow,
    StatementRow,
    columns_of,
)

_DATASET: TypeAdapter[Dataset] = TypeAdapter(Dataset)
_RELEASES = columns_of(ReleaseRow)
_ACTIVE = columns_of(ActiveReleaseRow)

_CATALOGUE = ("credentials", "decisions")
"""Sections that stay in SQL; the others are compiled into a rule set."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release as it is listed."""

    number: int
    checksum: str
    created_at: datetime
    counts: Mapping[str, int]
    active: bool


async def find_active_number(session: AsyncSession) -> int | None:
    """Number of the release that is served, or None before the first load."""
    number: int | None = (await session.execute(select(_ACTIVE.number))).scalar_one_or_none()
    return number


async def find_newest(session: AsyncSession) -> ReleaseRow | None:
    """The release with the highest number, or None before the first load."""
    query = select(ReleaseRow).order_by(_RELEASES.number.desc()).limit(1)
    return (await session.execute(query)).scalar_one_or_none()


async def list_releases(session: AsyncSession) -> list[Release]:
    """All releases, the newest first."""
    active = await find_active_number(session)
    rows = (await session.execute(select(ReleaseRow).order_by(_RELEASES.number.desc()))).scalars()
    return [
        Release(
            number=row.number,
            checksum=row.checksum,
            created_at=row.created_at,
            counts=row.counts,
            active=row.number == active,
        )
        for row in rows
    ]


async def activate(session: AsyncSession, number: int) -> None:
    """Serve this release; one row changes, so that readers see the old one or the new one."""
    if await find_active_number(session) is None:
        await session.execute(insert(ActiveReleaseRow).values(id=1, number=number))
    else:
        await session.execute(update(ActiveReleaseRow).values(number=number))


async def add_release(session: AsyncSession, dataset: Dataset, files_checksum: str) -> int:
    """Store a dataset as a release and return its number; the same statements as the newest give no new one.

    Statements that the newest release has unchanged are left alone; changed and removed ones are closed; new ones are
    added. The caller holds the transaction.
    """
    bodies: dict[str, dict[str, Any]] = {
        section: {item["id"]: item for item in items}
        for section, items in _DATASET.dump_python(dataset, mode="json", exclude_defaults=True).items()
        if section in SECTIONS
    }
    checksum = hashlib.sha256(json.dumps(bodies, sort_keys=True).encode()).hexdigest()
    newest = await find_newest(session)
    if newest is not None and newest.checksum == checksum:
        await session.execute(
            update(ReleaseRow).where(_RELEASES.number == newest.number).values(files_checksum=files_checksum)
        )
        return int(newest.number)
    number = 1 if newest is None else newest.number + 1
    await session.execute(
        insert(ReleaseRow).values(
            number=number,
            checksum=checksum,
            files_checksum=files_checksum,
            created_at=datetime.now(UTC),
            counts={section: len(items) for section, items in bodies.items()},
        )
    )
    rules = RuleSet(ReleaseReference(number=number, checksum=checksum), dataset)
    for table in STATEMENT_TABLES:
        items = {item.id: item for item in getattr(dataset, table.section)}
        await _write(session, table, bodies.get(table.section, {}), items, rules)
    return number


async def _write(
    session: AsyncSession,
    table: type[StatementRow],
    bodies: Mapping[str, dict[str, Any]],
    items: Mapping[str, Any],
    rules: RuleSet,
) -> None:
    """Close what changed or went, add what changed or came; also where only what is searched by has changed."""
    number = rules.release.number
    columns = columns_of(table)
    own = {row_id: columns_of_statement(table, item, rules) for row_id, item in items.items()}
    derived = [name for name in _DERIVED if name in columns]
    query = select(columns.pk, columns.id, columns.body, *(columns[name] for name in derived))
    query = query.where(columns.until.is_(None))
    if "collection" in columns:
        query = query.where(columns.collection == CURATED)
    kept, closed = set(), []
    for pk, row_id, body, *found in (await session.execute(query)).all():
        if bodies.get(row_id) == body and found == [own[row_id][name] for name in derived]:
            kept.add(row_id)
        else:
            closed.append(pk)
    for start in range(0, len(closed), 500):
        await session.execute(update(table).where(columns.pk.in_(closed[start : start + 500])).values(until=number))
    added = [row_id for row_id in bodies if row_id not in kept]
    if not added:
        return
    last = (await session.execute(select(func.max(columns.pk)))).scalar_one() or 0
    rows: list[dict[str, Any]] = []
    children: dict[type[SQLModel], list[dict[str, Any]]] = {}
    for pk, row_id in enumerate(added, start=last + 1):
        item = items[row_id]
        rows.append({"pk": pk, "since": number, "until": None, "body": bodies[row_id], **own[row_id]})
        for child, child_rows in _children(item, pk).items():
            children.setdefault(child, []).extend(child_rows)
    await session.execute(insert(table), params=rows)
    for child, child_rows in children.items():
        if child_rows:
            await session.execute(insert(child), params=child_rows)
    if table is CredentialRow:
        await search.add_texts(session, ((row["pk"], text_of(items[row["id"]])) for row in rows))
    await _move_sequence(session, table, last + len(added))


async def _move_sequence(session: AsyncSession, table: type[StatementRow], last: int) -> None:
    """Tell PostgreSQL's sequence that keys were given by hand."""
    if session.get_bind().dialect.name == "postgresql":
        name = table.__tablename__
        await session.execute(select(func.setval(func.pg_get_serial_sequence(name, "pk"), last)))


_DERIVED = ("eqf_min", "eqf_max", "hours_min", "hours_max")
"""Columns that follow from other statements too."""


def text_of(entry: CatalogueEntry) -> str:
    """The folded words by which a credential is found."""
    credential = entry.credential
    texts = (credential.title, *credential.aliases, credential.issuer.name or "")
    return " ".join(dict.fromkeys(word for name in texts for word in fold(name).split()))


def _sizes(credential: Credential, rules: RuleSet) -> dict[str, float | int | None]:
    """Its EQF levels and its hours, as far as published links lead there today."""
    facts = facts_of(Question(credential=credential, as_of=datetime.now(UTC).date()), rules)
    hours = facts.notional_hours()
    level = None if credential.level is None else rules.levels.convert(credential.level, "eqf", facts.as_of)
    numbers = [int(value) for value in level.levels if value.isdigit()] if level else []
    return {
        "eqf_min": min(numbers, default=None),
        "eqf_max": max(numbers, default=None),
        "hours_min": None if hours is None or hours.min is None else float(hours.min),
        "hours_max": None if hours is None or hours.max is None else float(hours.max),
    }


def columns_of_statement(table: type[StatementRow], item: Any, rules: RuleSet) -> dict[str, Any]:
    """The values of a statement's own columns."""
    source = item.credential if isinstance(item, CatalogueEntry) else item
    special = {
        "id": item.id,
        "to_system": getattr(getattr(item, "equals", None), "system", None),
        "issuer": getattr(getattr(source, "issuer", None), "name", None),
        "issuer_country": getattr(getattr(source, "issuer", None), "country", None),
        "collection": CURATED,
    }
    if isinstance(item, CatalogueEntry):
        special["framework"] = item.credential.level.framework if item.credential.level else None
        special |= _sizes(item.credential, rules)
    elif isinstance(item, Decision):
        special["jurisdiction"] = place_of(item, rules)
    result = {}
    for name in table.model_fields:
        if name in ("pk", "since", "until", "body"):
            continue
        result[name] = special[name] if name in special else getattr(source, name, getattr(item, name, None))
    return result


def _children(item: Any, pk: int) -> dict[type[SQLModel], list[dict[str, Any]]]:
    """Rows of the tables below a statement's own."""
    if isinstance(item, Framework):
        return {
            LevelRow: [
                {"framework_pk": pk, "position": n, "framework": item.id, "value": level.value, "title": level.title}
                for n, level in enumerate(item.levels)
            ]
        }
    if isinstance(item, LevelLink):
        pairs = [(left, right) for left, values in item.table.items() for right in values or (None,)]
        return {
            LevelPairRow: [
                {"link_pk": pk, "position": n, "level": left, "to_level": right}
                for n, (left, right) in enumerate(pairs)
            ]
        }
    if isinstance(item, CatalogueEntry):
        credential = item.credential
        issuer = fold(credential.issuer.name) if credential.issuer.name else None
        names = dict.fromkeys(fold(name) for name in (credential.title, *credential.aliases))
        known = [(i.scheme, i.value) for i in credential.identifiers] + [("uri", uri) for uri in credential.same_as]
        return {
            CredentialIdentifierRow: [
                {"credential_pk": pk, "position": n, "scheme": scheme, "value": value}
                for n, (scheme, value) in enumerate(dict.fromkeys(known))
            ],
            CredentialDeliveryRow: [
                {"credential_pk": pk, "delivery": delivery} for delivery in dict.fromkeys(credential.delivery or ())
            ],
            CredentialNameRow: [
                {"credential_pk": pk, "position": n, "name": name, "issuer": issuer} for n, name in enumerate(names)
            ],
        }
    if isinstance(item, Decision):
        return {
            DecisionCredentialRow: [
                {"decision_pk": pk, "credential": credential} for credential in dict.fromkeys(item.credentials)
            ]
        }
    return {}


async def find_rules(session: AsyncSession, number: int) -> RuleSet | None:
    """The framework data of a release, compiled; None when there is no such release."""
    release = await session.get(ReleaseRow, number)
    if release is None:
        return None
    sections: dict[str, list[dict[str, Any]]] = {}
    for table in STATEMENT_TABLES:
        if table.section not in _CATALOGUE:
            columns = columns_of(table)
            query = select(columns.body).where(*in_release(table, number)).order_by(columns.id)
            sections[table.section] = list((await session.execute(query)).scalars())
    dataset = _DATASET.validate_python(sections)
    return RuleSet(ReleaseReference(number=release.number, checksum=release.checksum), dataset)


def in_release(table: type[StatementRow], number: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions that pick the rows of a release."""
    columns = columns_of(table)
    return columns.since <= number, columns.until.is_(None) | (columns.until > number)


assert {table.section for table in STATEMENT_TABLES} == {field.name for field in fields(Dataset)} - {"about"}
