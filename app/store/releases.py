"""Writes and reads releases."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.dataset import SECTIONS, CatalogueEntry, Dataset
from app.domain.levels import Framework, LevelLink
from app.domain.report import ReleaseReference
from app.domain.rules import Decision
from app.domain.ruleset import RuleSet
from app.domain.text import fold
from app.store.tables import (
    STATEMENT_TABLES,
    ActiveReleaseRow,
    CredentialNameRow,
    DecisionCredentialRow,
    LevelPairRow,
    LevelRow,
    ReleaseRow,
    StatementRow,
)

_DATASET: TypeAdapter[Dataset] = TypeAdapter(Dataset)
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
    return (await session.execute(select(ActiveReleaseRow.number))).scalar_one_or_none()


async def find_by_files(session: AsyncSession, files_checksum: str) -> int | None:
    """The newest release read from exactly these files, or None."""
    query = select(func.max(ReleaseRow.number)).where(ReleaseRow.files_checksum == files_checksum)
    return (await session.execute(query)).scalar_one()


async def list_releases(session: AsyncSession) -> list[Release]:
    """All releases, the newest first."""
    active = await find_active_number(session)
    rows = (await session.execute(select(ReleaseRow).order_by(ReleaseRow.number.desc()))).scalars()  # type: ignore
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
    newest = (await session.execute(select(ReleaseRow).order_by(ReleaseRow.number.desc()).limit(1))).scalar_one_or_none()  # type: ignore
    if newest is not None and newest.checksum == checksum:
        await session.execute(
            update(ReleaseRow).where(ReleaseRow.number == newest.number).values(files_checksum=files_checksum)
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
    for table in STATEMENT_TABLES:
        items = {item.id: item for item in getattr(dataset, table.section)}
        await _write(session, table, bodies.get(table.section, {}), items, number)
    return number


async def _write(
    session: AsyncSession,
    table: type[StatementRow],
    bodies: Mapping[str, dict[str, Any]],
    items: Mapping[str, Any],
    number: int,
) -> None:
    """Close what changed or went, add what changed or came."""
    query = select(table.pk, table.id, table.body).where(table.until.is_(None))
    kept, closed = set(), []
    for pk, row_id, body in (await session.execute(query)).all():
        if bodies.get(row_id) == body:
            kept.add(row_id)
        else:
            closed.append(pk)
    for start in range(0, len(closed), 500):
        await session.execute(
            update(table).where(table.pk.in_(closed[start : start + 500])).values(until=number)  # type: ignore[union-attr]
        )
    added = [row_id for row_id in bodies if row_id not in kept]
    if not added:
        return
    last = (await session.execute(select(func.max(table.pk)))).scalar_one() or 0
    rows, children = [], {child: [] for child in (LevelRow, LevelPairRow, CredentialNameRow, DecisionCredentialRow)}
    for pk, row_id in enumerate(added, start=last + 1):
        item = items[row_id]
        rows.append({"pk": pk, "since": number, "until": None, "body": bodies[row_id], **_columns(table, item)})
        for child, child_rows in _children(item, pk).items():
            children[child] += child_rows
    await session.execute(insert(table), params=rows)
    for child, child_rows in children.items():
        if child_rows:
            await session.execute(insert(child), params=child_rows)
    await _move_sequence(session, table, last + len(added))


async def _move_sequence(session: AsyncSession, table: type[StatementRow], last: int) -> None:
    """Tell PostgreSQL's sequence that keys were given by hand."""
    if session.get_bind().dialect.name == "postgresql":
        name = table.__tablename__
        await session.execute(select(func.setval(func.pg_get_serial_sequence(name, "pk"), last)))  # type: ignore


def _columns(table: type[StatementRow], item: Any) -> dict[str, Any]:
    """The values of a statement's own columns."""
    source = item.credential if isinstance(item, CatalogueEntry) else item
    special = {
        "id": item.id,
        "to_system": getattr(getattr(item, "equals", None), "system", None),
        "issuer": getattr(getattr(source, "issuer", None), "name", None),
        "issuer_country": getattr(getattr(source, "issuer", None), "country", None),
    }
    result = {}
    for name in table.model_fields:
        if name in ("pk", "since", "until", "body"):
            continue
        result[name] = special[name] if name in special else getattr(source, name, getattr(item, name, None))
    return result


def _children(item: Any, pk: int) -> dict[type, list[dict[str, Any]]]:
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
        return {
            CredentialNameRow: [
                {"credential_pk": pk, "position": n, "name": name, "issuer": issuer} for n, name in enumerate(names)
            ]
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
            query = select(table.body).where(*in_release(table, number)).order_by(table.id)  # type: ignore
            sections[table.section] = list((await session.execute(query)).scalars())
    dataset = _DATASET.validate_python(sections)
    return RuleSet(ReleaseReference(number=release.number, checksum=release.checksum), dataset)


def in_release(table: type[StatementRow], number: int) -> Iterable[Any]:
    """The conditions that pick the rows of a release."""
    return (
        table.since <= number,
        (table.until.is_(None)) | (table.until > number),  # type: ignore[union-attr, operator]
    )


assert {table.section for table in STATEMENT_TABLES} == {field.name for field in fields(Dataset)} - {"about"}
