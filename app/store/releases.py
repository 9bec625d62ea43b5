"""Writes and reads releases."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.dataset import SECTIONS, Dataset
from app.domain.report import ReleaseReference
from app.domain.ruleset import RuleSet
from app.store.tables import (
    CURATED,
    STATEMENT_TABLES,
    ActiveReleaseRow,
    CredentialRow,
    ReleaseRow,
    StatementRow,
    columns_of,
)
from app.store.writing import Clash, write_section

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
    collections: Mapping[str, Mapping[str, Any]]
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
            created_at=row.created_at.replace(tzinfo=row.created_at.tzinfo or UTC),  # SQLite keeps no zone
            counts=row.counts,
            collections=row.collections,
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
    data_checksum = hashlib.sha256(json.dumps(bodies, sort_keys=True).encode()).hexdigest()
    newest = await find_newest(session)
    if newest is not None and newest.data_checksum == data_checksum:
        await session.execute(
            update(ReleaseRow).where(_RELEASES.number == newest.number).values(files_checksum=files_checksum)
        )
        return int(newest.number)
    if newest is not None and newest.collections:
        await _refuse_clashes(session, list(bodies.get("credentials", {})))
    number = 1 if newest is None else newest.number + 1
    collections = newest.collections if newest else {}
    checksum = checksum_of(data_checksum, collections)
    await session.execute(
        insert(ReleaseRow).values(
            number=number,
            checksum=checksum,
            data_checksum=data_checksum,
            files_checksum=files_checksum,
            created_at=datetime.now(UTC),
            counts={section: len(items) for section, items in bodies.items()},
            collections=collections,
        )
    )
    rules = RuleSet(ReleaseReference(number=number, checksum=checksum), dataset)
    for table in STATEMENT_TABLES:
        items = {item.id: item for item in getattr(dataset, table.section)}
        await write_section(session, table, bodies.get(table.section, {}), items, rules)
    return number


async def _refuse_clashes(session: AsyncSession, ids: list[str]) -> None:
    """Raise Clash where an imported collection has one of these ids."""
    columns = columns_of(CredentialRow)
    found: list[str] = []
    for start in range(0, len(ids), 500):
        query = select(columns.id).where(
            columns.id.in_(ids[start : start + 500]), columns.until.is_(None), columns.collection != CURATED
        )
        found += (await session.execute(query)).scalars()
    if found:
        raise Clash(sorted(found))


def checksum_of(data_checksum: str, collections: Mapping[str, Mapping[str, Any]]) -> str:
    """The checksum of a release: that of the data folder, and those of the collections when there are any."""
    if not collections:
        return data_checksum
    parts = [data_checksum, *(f"{name}:{collections[name]['checksum']}" for name in sorted(collections))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


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
