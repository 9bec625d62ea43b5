"""Writes and reads releases."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.dataset import SECTIONS, Dataset
from app.domain.report import ReleaseReference
from app.domain.ruleset import RuleSet
from app.store.moments import as_utc
from app.store.rebasing import Ground, begin_release, get_release
from app.store.tables import (
    CURATED,
    STATEMENT_TABLES,
    ActivationRow,
    ActiveReleaseRow,
    CaseSetRow,
    CredentialRow,
    DecisionRow,
    ReleaseRow,
    SkillRow,
    StatementRow,
    columns_of,
    table_of,
)
from app.store.writing import Clash, write_section

_DATASET: TypeAdapter[Dataset] = TypeAdapter(Dataset)
_RELEASES = columns_of(ReleaseRow)
_ACTIVE = columns_of(ActiveReleaseRow)
_ACTIVATIONS = columns_of(ActivationRow)

OPERATOR = "command-line"
"""Who acts from the command line, or by starting the service."""

_CATALOGUE = ("credentials", "decisions", "skills")
"""Sections that stay in SQL; the others are compiled into a rule set."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A release as it is listed."""

    number: int
    checksum: str
    created_at: datetime
    counts: Mapping[str, int]
    collections: Mapping[str, Mapping[str, Any]]
    based_on: int | None
    imported: bool
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
            created_at=as_utc(row.created_at),
            counts=row.counts,
            collections=row.collections,
            based_on=row.based_on,
            imported=row.imported,
            active=row.number == active,
        )
        for row in rows
    ]


async def find_loaded(session: AsyncSession, files_checksum: str) -> int | None:
    """Number of the newest release that was read from these files, or None."""
    query = select(func.max(_RELEASES.number)).where(_RELEASES.files_checksum == files_checksum)
    number: int | None = (await session.execute(query)).scalar_one_or_none()
    return number


async def activate(session: AsyncSession, number: int, *, who: str = OPERATOR, reason: str | None = None) -> None:
    """Serve this release; one row changes, so that readers see the old one or the new one."""
    row = (await session.execute(select(_ACTIVE.activation))).one_or_none()
    await _serve(session, number, None if row is None else row.activation, who, reason)


async def list_activations(session: AsyncSession, *, after: datetime) -> list[tuple[int, str]]:
    """Releases that were activated after a moment, the earliest first, each with who did it."""
    query = select(_ACTIVATIONS.number, _ACTIVATIONS.who).where(_ACTIVATIONS.at > after).order_by(_ACTIVATIONS.pk)
    return [(row.number, row.who) for row in (await session.execute(query)).all()]


async def was_active(session: AsyncSession, number: int) -> bool:
    """Whether a release was ever activated."""
    query = select(func.count()).select_from(ActivationRow).where(_ACTIVATIONS.number == number)
    return bool((await session.execute(query)).scalar_one())


async def put_right(session: AsyncSession, number: int) -> None:
    """Let the checksum of a release be that of what it holds."""
    release = await get_release(session, number)
    checksum = checksum_of(release.data_checksum, release.collections)
    await session.execute(update(ReleaseRow).where(_RELEASES.number == number).values(checksum=checksum))


_BEFORE = table_of(ActivationRow).alias()
_PREVIOUS = (
    select(_BEFORE.c.number, _BEFORE.c.previous)
    .join(ActivationRow, _ACTIVATIONS.previous == _BEFORE.c.pk)
    .join(ActiveReleaseRow, _ACTIVE.activation == _ACTIVATIONS.pk)
)
"""What taking back the activation of the active release leads to."""


async def find_previous(session: AsyncSession) -> int | None:
    """Number of the release that was active before the active one was activated; None when there was none."""
    found = (await session.execute(_PREVIOUS)).one_or_none()
    return None if found is None else int(found.number)


async def roll_back(session: AsyncSession, *, who: str, reason: str | None = None) -> int | None:
    """Serve what was served before the active release was activated: its number, or None when there was nothing.

    Doing it again leads further back.
    """
    found = (await session.execute(_PREVIOUS)).one_or_none()
    if found is None:
        return None
    await _serve(session, found.number, found.previous, who, reason)
    return int(found.number)


async def _serve(session: AsyncSession, number: int, previous: int | None, who: str, reason: str | None) -> None:
    values = {"number": number, "previous": previous, "at": datetime.now(UTC), "who": who, "reason": reason}
    activation = (await session.execute(insert(ActivationRow).values(values).returning(_ACTIVATIONS.pk))).scalar_one()
    if await find_active_number(session) is None:
        await session.execute(insert(ActiveReleaseRow).values(id=1, number=number, activation=activation))
    else:
        await session.execute(update(ActiveReleaseRow).values(number=number, activation=activation))


async def add_release(
    session: AsyncSession,
    dataset: Dataset,
    files_checksum: str,
    *,
    imported: bool = False,
    cases: Sequence[Mapping[str, Any]] = (),
) -> int:
    """Store a dataset as a release that builds on the active one, and return its number.

    The same statements and cases as the active release has give no new one. Statements that it has unchanged are left
    alone; changed and removed ones are closed; new ones are added. The caller has its turn (``open_turn``).
    """
    bodies: dict[str, dict[str, Any]] = {
        section: {item["id"]: item for item in items}
        for section, items in _DATASET.dump_python(dataset, mode="json", exclude_defaults=True).items()
        if section in SECTIONS
    }
    data_checksum = hashlib.sha256(json.dumps(bodies, sort_keys=True).encode()).hexdigest()
    case_set = await _add_cases(session, cases)
    active = await find_active_number(session) or 0
    base = await get_release(session, active)
    if (base.data_checksum, base.cases) == (data_checksum, case_set):
        await session.execute(
            update(ReleaseRow).where(_RELEASES.number == active).values(files_checksum=files_checksum)
        )
        return active
    release = await begin_release(session, Ground(data=active, collections=active), active)
    checksum = checksum_of(data_checksum, release.collections)
    values = {
        "checksum": checksum, "data_checksum": data_checksum, "files_checksum": files_checksum, "imported": imported,
        "counts": {section: len(items) for section, items in bodies.items()}, "cases": case_set,
    }  # fmt: skip
    await session.execute(update(ReleaseRow).where(_RELEASES.number == release.number).values(values))
    rules = RuleSet(ReleaseReference(number=release.number, checksum=checksum), dataset)
    for table in STATEMENT_TABLES:
        items = {item.id: item for item in getattr(dataset, table.section)}
        await write_section(session, table, bodies.get(table.section, {}), items, rules)
    if release.collections:
        await refuse_clashes(session)
    return release.number


async def refuse_clashes(session: AsyncSession) -> None:
    """Raise Clash where the newest release has an id of the data folder in an imported collection too."""
    tables: tuple[type[StatementRow], ...] = (CredentialRow, DecisionRow, SkillRow)
    for table in tables:
        curated, other = columns_of(table), table_of(table).alias()
        query = select(curated.id).join_from(table, other, other.c.id == curated.id)
        query = query.where(curated.collection == CURATED, other.c.collection != CURATED)
        query = query.where(curated.until.is_(None), other.c.until.is_(None)).order_by(curated.id)
        if found := list((await session.execute(query)).scalars()):
            raise Clash(found)


async def _add_cases(session: AsyncSession, cases: Sequence[Mapping[str, Any]]) -> str | None:
    """Keep worked cases; the checksum under which they are kept, or None when there are none."""
    if not cases:
        return None
    checksum = hashlib.sha256(json.dumps(cases, sort_keys=True).encode()).hexdigest()
    if await session.get(CaseSetRow, checksum) is None:
        await session.execute(insert(CaseSetRow).values(checksum=checksum, cases=list(cases)))
    return checksum


async def find_cases(session: AsyncSession, number: int) -> list[dict[str, Any]]:
    """The worked cases that came with the framework data of a release."""
    query = select(columns_of(CaseSetRow).cases).join(ReleaseRow, _RELEASES.cases == columns_of(CaseSetRow).checksum)
    cases = (await session.execute(query.where(_RELEASES.number == number))).scalar_one_or_none()
    return cases or []


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


async def find_dataset(session: AsyncSession, number: int) -> Dataset:
    """All that the data folder, or what was imported in its place, gave to a release."""
    sections: dict[str, list[dict[str, Any]]] = {}
    for table in STATEMENT_TABLES:
        columns = columns_of(table)
        query = select(columns.body).where(*in_release(table, number)).order_by(columns.id)
        if "collection" in columns:
            query = query.where(columns.collection == CURATED)
        sections[table.section] = list((await session.execute(query)).scalars())
    return _DATASET.validate_python(sections)


def in_release(table: type[StatementRow], number: int) -> tuple[ColumnElement[bool], ...]:
    """The conditions that pick the rows of a release."""
    columns = columns_of(table)
    return columns.since <= number, columns.until.is_(None) | (columns.until > number)


assert {table.section for table in STATEMENT_TABLES} == {field.name for field in fields(Dataset)} - {"about"}
