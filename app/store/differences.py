"""What differs between two releases, whichever they are, by what they say rather than by how they are stored."""

from typing import Any, Literal, NamedTuple

from sqlalchemy import Select, and_, not_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.store.changes import TABLES
from app.store.releases import in_release
from app.store.tables import columns_of


class Difference(NamedTuple):
    """A statement that one of two releases has and the other has not, or has otherwise."""

    section: str
    id: str
    change: Literal["added", "changed", "removed"]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def list_differences(
    session: AsyncSession,
    sections: list[str],
    old: int,
    new: int,
    *,
    after: tuple[str, str] = ("", ""),
    limit: int,
) -> tuple[list[Difference], tuple[str, str] | None]:
    """A page of differences in the order of sections and ids, and the place to read on from.

    A page may be shorter than asked for although others follow: copies of the same statement are no difference.
    """
    found: list[Difference] = []
    start, last = after
    for section in sorted(section for section in sections if section >= start):
        behind = last if section == start else ""
        room = limit - len(found)
        ids = await _changed_ids(session, section, old, new, behind, room + 1)
        bodies = [await _bodies(session, section, release, ids[:room]) for release in (old, new)]
        for name in ids[:room]:
            before, later = bodies[0].get(name), bodies[1].get(name)
            if before != later:
                change: Any = "added" if before is None else "removed" if later is None else "changed"
                found.append(Difference(section, name, change, before, later))
        if len(ids) > room:
            return found, (section, ids[room - 1] if room else behind)
    return found, None


async def _changed_ids(session: AsyncSession, section: str, old: int, new: int, after: str, limit: int) -> list[str]:
    """Ids of statements that are stored otherwise in one of the releases than in the other, in order."""
    table = TABLES[section]
    columns = columns_of(table)
    here, there = in_release(table, old), in_release(table, new)
    parts: list[Select[Any]] = []
    for own, other in ((here, there), (there, here)):
        query = select(columns.id).where(*own, not_(and_(*other)), columns.id > after)
        parts.append(query)
    every = union_all(*parts).subquery()
    query = select(every.c.id).group_by(every.c.id).order_by(every.c.id).limit(limit)
    return list((await session.execute(query)).scalars())


async def _bodies(session: AsyncSession, section: str, release: int, ids: list[str]) -> dict[str, Any]:
    table = TABLES[section]
    columns = columns_of(table)
    found: dict[str, Any] = {}
    for at in range(0, len(ids), 500):
        query = select(columns.id, columns.body).where(columns.id.in_(ids[at : at + 500]), *in_release(table, release))
        found |= {row.id: row.body for row in (await session.execute(query)).all()}
    return found
