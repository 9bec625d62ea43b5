"""Begins a release from the statements of earlier ones, whichever those are.

Rows know one line of releases, and the newest is its end. A release that shall build on an earlier one, because that
one is served and the newest is a draft or was rolled back, starts with taking the end of the line back there: what came
since is closed, and what went since is added again as copies, with all that stands below it. Nothing is rewritten, so
every release in between reads as before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Subquery, exists, func, insert, literal, select, true, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from app.store import search
from app.store.tables import (
    CURATED,
    STATEMENT_TABLES,
    CredentialDeliveryRow,
    CredentialIdentifierRow,
    CredentialNameRow,
    CredentialRow,
    CredentialSkillRow,
    DecisionCredentialRow,
    DecisionRow,
    FrameworkRow,
    LevelLinkRow,
    LevelPairRow,
    LevelRow,
    ReleaseRow,
    StatementRow,
    columns_of,
    table_of,
)
from app.store.writing import move_sequence

_RELEASES = columns_of(ReleaseRow)

_BELOW: Mapping[type[StatementRow], tuple[tuple[type[SQLModel], str], ...]] = {
    FrameworkRow: ((LevelRow, "framework_pk"),),
    LevelLinkRow: ((LevelPairRow, "link_pk"),),
    CredentialRow: (
        (CredentialIdentifierRow, "credential_pk"),
        (CredentialDeliveryRow, "credential_pk"),
        (CredentialNameRow, "credential_pk"),
        (CredentialSkillRow, "credential_pk"),
    ),
    DecisionRow: ((DecisionCredentialRow, "decision_pk"),),
}
"""Tables whose rows stand below a statement's, and the column that holds its key."""

NOTHING = ReleaseRow(
    number=0, checksum="", data_checksum="", files_checksum="", created_at=datetime.min, counts={}, collections={}
)
"""What the first release builds on."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Which releases a new one takes its statements from, before its own change. 0 is the empty beginning."""

    data: int
    """For framework data and the catalogue of the data folder."""
    collections: int
    """For imported collections."""
    apart: Mapping[str, int] = field(default_factory=dict)
    """For single collections, by their name."""


async def begin_release(session: AsyncSession, ground: Ground, based_on: int) -> ReleaseRow:
    """Add a release that holds what its ground holds, as the newest. The caller has its turn (``open_turn``).

    Its checksums are still those of its ground; whoever changes its statements puts them right.
    """
    newest = (await session.execute(select(func.max(_RELEASES.number)))).scalar_one() or 0
    number = newest + 1
    data, others = await get_release(session, ground.data), await get_release(session, ground.collections)
    collections = {name: told for name, told in others.collections.items() if name not in ground.apart}
    for name, release in ground.apart.items():
        known = (await get_release(session, release)).collections
        if name in known:
            collections[name] = known[name]
    row = {
        "number": number, "based_on": based_on or None, "checksum": data.checksum, "collections": collections,
        "data_checksum": data.data_checksum, "files_checksum": data.files_checksum, "created_at": datetime.now(UTC),
        "counts": data.counts, "imported": data.imported, "cases": data.cases,
    }  # fmt: skip
    await session.execute(insert(ReleaseRow).values(row))
    for table in STATEMENT_TABLES:
        for scope, base in _scopes(table, ground):
            if base != newest:
                await _take_back(session, table, scope, base, number)
    return await get_release(session, number)


async def get_release(session: AsyncSession, number: int) -> ReleaseRow:
    """A release that exists; the empty beginning for 0."""
    if number == 0:
        return NOTHING
    query = select(ReleaseRow).where(_RELEASES.number == number).execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one()


def _scopes(table: type[StatementRow], ground: Ground) -> list[tuple[list[ColumnElement[bool]], int]]:
    """Which rows of a table are taken from which release."""
    columns = columns_of(table)
    if "collection" not in columns:
        return [([], ground.data)]
    return [
        ([columns.collection == CURATED], ground.data),
        ([columns.collection.not_in([CURATED, *ground.apart])], ground.collections),
        *(([columns.collection == name], base) for name, base in ground.apart.items()),
    ]


async def _take_back(
    session: AsyncSession, table: type[StatementRow], scope: Sequence[ColumnElement[bool]], base: int, number: int
) -> None:
    """Let the rows in scope that hold in the release ``number`` be those of the release ``base``."""
    columns = columns_of(table)
    came = update(table).where(columns.until.is_(None), columns.since > base, *scope)
    await session.execute(came.values(until=number), execution_options={"synchronize_session": False})
    went = [columns.since <= base, columns.until > base, *scope]
    if not (await session.execute(select(exists().where(*went)))).scalar_one():
        return
    last = (await session.execute(select(func.max(columns.pk)))).scalar_one()
    place = func.row_number().over(order_by=columns.pk)
    copies = select(columns.pk.label("old"), sql_cast(place + last, Integer).label("new")).where(*went).subquery()
    await _copy(session, table, "pk", copies, since=literal(number), until=None)
    for child, key in _BELOW.get(table, ()):
        await _copy(session, child, key, copies)
    if table is CredentialRow:
        await search.copy_texts(session, copies)
    await move_sequence(session, table)


async def _copy(session: AsyncSession, table: type[SQLModel], key: str, copies: Subquery, **changed: Any) -> None:
    """Add the rows of old keys again under the new ones."""
    columns = columns_of(table)
    names = [name for name in columns.keys() if changed.get(name, True) is not None]  # noqa: SIM118 - no mapping
    values = [copies.c.new if name == key else changed.get(name, columns[name]) for name in names]
    chosen = select(*values).join_from(copies, table, columns[key] == copies.c.old).where(true())
    statement = insert(table_of(table)).from_select(names, chosen, include_defaults=False)
    await session.execute(statement)
