"""What changed from one release to the next, read from the periods of the rows."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import Select, and_, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.store.tables import STATEMENT_TABLES, ReleaseRow, StatementRow, columns_of

TABLES = {table.section: table for table in STATEMENT_TABLES}


class Change(NamedTuple):
    """One statement that came, changed or went with a release."""

    release: int
    section: str
    id: str
    kind: Literal["added", "changed", "removed"]


async def list_changes(
    session: AsyncSession,
    sections: Sequence[str],
    *,
    since: int,
    until: int,
    after: tuple[int, str, str] | None = None,
    limit: int | None = None,
) -> list[Change]:
    """Changes with the releases behind ``since`` up to ``until``, in the order of release, section and id."""
    parts: list[Select[Any]] = []
    for section in sections:
        columns = columns_of(TABLES[section])
        for edge, came, went in ((columns.since, 1, 0), (columns.until, 0, 1)):
            parts.append(
                select(
                    edge.label("release"),
                    literal(section).label("section"),
                    columns.id.label("id"),
                    literal(came).label("came"),
                    literal(went).label("went"),
                ).where(edge > since, edge <= until)
            )
    every = union_all(*parts).subquery()
    key = (every.c.release, every.c.section, every.c.id)
    query = select(*key, func.max(every.c.came), func.max(every.c.went)).group_by(*key).order_by(*key)
    if after is not None:
        release, section, name = after
        query = query.where(
            or_(
                every.c.release > release,
                and_(every.c.release == release, every.c.section > section),
                and_(every.c.release == release, every.c.section == section, every.c.id > name),
            )
        )
    rows = (await session.execute(query if limit is None else query.limit(limit))).all()
    return [
        Change(release, section, name, "changed" if came and went else "added" if came else "removed")
        for release, section, name, came, went in rows
    ]


async def find_body(session: AsyncSession, section: str, statement_id: str, release: int) -> dict[str, Any] | None:
    """The statement as it stands in a release, or None."""
    table: type[StatementRow] = TABLES[section]
    columns = columns_of(table)
    query = select(columns.body).where(
        columns.id == statement_id, columns.since <= release, or_(columns.until.is_(None), columns.until > release)
    )
    body: dict[str, Any] | None = (await session.execute(query)).scalar_one_or_none()
    return body


async def list_bodies(
    session: AsyncSession, section: str, release: int, *, after: str, limit: int
) -> list[dict[str, Any]]:
    """Statements of a section as they stand in a release, in the order of ids, from behind the id ``after``."""
    table: type[StatementRow] = TABLES[section]
    columns = columns_of(table)
    query = select(columns.body).where(
        columns.id > after, columns.since <= release, or_(columns.until.is_(None), columns.until > release)
    )
    return list((await session.execute(query.order_by(columns.id).limit(limit))).scalars())


async def find_release_before(session: AsyncSession, moment: Any) -> int:
    """Number of the last release that was there at a moment; 0 when there was none."""
    columns = columns_of(ReleaseRow)
    query = select(func.max(columns.number)).where(columns.created_at <= moment)
    return int((await session.execute(query)).scalar_one() or 0)
