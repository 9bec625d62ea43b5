"""Rows of an import that wait, and how they become a collection: by few statements over all of them at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    select,
    text,
    update,
)
from sqlalchemy import Column as SqlColumn
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from app.store import search
from app.store.job_tables import (
    BIG,
    STAGED_CREDENTIALS,
    STAGED_DECISIONS,
    STAGED_SKILLS,
    STAGED_WORDS,
    staged_keys,
)
from app.store.tables import (
    CredentialDeliveryRow,
    CredentialIdentifierRow,
    CredentialNameRow,
    CredentialRow,
    CredentialSkillRow,
    DecisionCredentialRow,
    DecisionRow,
    SkillRow,
    StatementRow,
    columns_of,
    table_of,
)
from app.store.writing import DERIVED, move_sequence

STAGES: dict[str, tuple[Table, type[StatementRow]]] = {
    "credentials": (STAGED_CREDENTIALS, CredentialRow),
    "decisions": (STAGED_DECISIONS, DecisionRow),
    "skills": (STAGED_SKILLS, SkillRow),
}
"""By section the table in which its rows wait, and the one in which they end."""

_MATCHED = Table(
    "matched_rows", MetaData(), SqlColumn("staged", BIG, primary_key=True), SqlColumn("pk", Integer, nullable=False),
    SqlColumn("same", Boolean, nullable=False), prefixes=["TEMPORARY"],
)  # fmt: skip
_FRESH = Table(
    "fresh_rows", MetaData(), SqlColumn("staged", BIG, primary_key=True), SqlColumn("pk", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)  # fmt: skip


@dataclass(frozen=True)
class Applied:
    """What an import did to a collection, in statements."""

    added: int
    changed: int
    removed: int
    unchanged: int


def staged_columns(section: str) -> list[str]:
    """The columns of a waiting row, in order."""
    return [column.name for column in STAGES[section][0].columns]


async def add_staged(session: AsyncSession, section: str, rows: Sequence[Sequence[Any]]) -> None:
    """Let rows wait, their columns in order and JSON as text: by COPY on PostgreSQL, at once on SQLite."""
    table = STAGES[section][0]
    names = ", ".join(staged_columns(section))
    driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    if _is_sqlite(session):
        marks = ", ".join("?" * len(table.columns))
        await driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)  # noqa: S608 - constants
        return
    async with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in rows:
            await copy.write_row(row)


async def add_staged_words(session: AsyncSession, job: int, words: Iterable[str]) -> None:
    """Let words of titles and issuers wait."""
    rows = [{"job": job, "word": word} for word in sorted(words)]
    statement = "INSERT INTO staged_words (job, word) VALUES (:job, :word) ON CONFLICT (job, word) DO NOTHING"
    if rows:
        await session.execute(text(statement), rows)


async def clear_staged(session: AsyncSession, job: int) -> None:
    """Forget what waits for a job."""
    for table, _ in STAGES.values():
        await session.execute(delete(table).where(*_of_job(table, job)))
    await session.execute(delete(STAGED_WORDS).where(STAGED_WORDS.c.job == job))


async def drop_staged(session: AsyncSession, section: str, job: int, rows: Sequence[int]) -> None:
    """Forget single rows that wait."""
    table, first = STAGES[section][0], staged_keys(job)[0]
    for start in range(0, len(rows), 500):
        keys = [first + row for row in rows[start : start + 500]]
        await session.execute(delete(table).where(table.c.pk.in_(keys)))


def _of_job(table: Table, job: int) -> tuple[ColumnElement[bool], ...]:
    first, end = staged_keys(job)
    return table.c.pk >= first, table.c.pk < end


async def look_over(session: AsyncSession, section: str) -> None:
    """Tell PostgreSQL how many rows wait and stand, before it plans how to compare them.

    It looks by itself about once a minute. Until then it takes a million rows for a few, and compares each with each.
    """
    staged, table = STAGES[section]
    await _analyse(session, staged, "pk", "id")
    await _analyse(session, table_of(table), "id", "collection", "since", "until")


async def find_doubles(session: AsyncSession, section: str, job: int) -> list[tuple[int, str]]:
    """Rows whose id an earlier row has already, with that id."""
    table, first = STAGES[section][0], staged_keys(job)[0]
    query = select(table.c.id, func.min(table.c.pk).label("pk")).where(*_of_job(table, job))
    twice = query.group_by(table.c.id).having(func.count() > 1).subquery()
    later = select(table.c.pk, table.c.id).join(twice, and_(twice.c.id == table.c.id, table.c.pk > twice.c.pk))
    rows = await session.execute(later.where(*_of_job(table, job)).order_by(table.c.pk))
    return [(row.pk - first, row.id) for row in rows.all()]


async def find_taken(session: AsyncSession, section: str, job: int, collection: str) -> list[tuple[int, str]]:
    """Rows whose id another collection of the newest release has, with that id."""
    staged, table = STAGES[section]
    columns, first = columns_of(table), staged_keys(job)[0]
    query = select(staged.c.pk, staged.c.id).join(table, columns.id == staged.c.id)
    query = query.where(*_of_job(staged, job), columns.until.is_(None), columns.collection != collection)
    return [(row.pk - first, row.id) for row in (await session.execute(query.order_by(staged.c.pk))).all()]


async def find_unknown_credentials(session: AsyncSession, job: int) -> list[tuple[int, str]]:
    """Rows of decisions that speak of a credential that the newest release lacks, with its id."""
    staged, columns = STAGED_DECISIONS, columns_of(CredentialRow)
    named = _elements(session, staged.c.credentials)
    known = exists().where(columns.id == named.c.value, columns.until.is_(None))
    query = select(staged.c.pk, named.c.value).select_from(staged.join(named, literal(True)))
    query = query.where(*_of_job(staged, job), ~known).order_by(staged.c.pk)
    return [(pk - staged_keys(job)[0], value) for pk, value in (await session.execute(query)).all()]


async def apply_staged(session: AsyncSession, section: str, job: int, collection: str, number: int) -> Applied:
    """Make a collection of the newest release, ``number``, what waits for a job; the caller has its turn."""
    staged, table = STAGES[section]
    columns = columns_of(table)
    standing = [columns.collection == collection, columns.until.is_(None)]
    last = (await session.execute(select(func.max(columns.pk)))).scalar_one() or 0
    waiting = await _count(session, select(func.count()).select_from(staged).where(*_of_job(staged, job)))
    before = await _count(session, select(func.count()).select_from(table).where(*standing))
    key: ColumnElement[Any] = sql_cast(staged.c.pk - staged_keys(job)[0] + last, Integer)
    source: FromClause = staged
    same = matched = 0
    if before:
        await _match(session, section, job, standing)
        matched = await _count(session, select(func.count()).select_from(_MATCHED))
        same = await _count(session, select(func.count()).select_from(_MATCHED).where(_MATCHED.c.same))
        unchanged = select(_MATCHED.c.pk).where(_MATCHED.c.same)
        closing = update(table).where(*standing, columns.pk.not_in(unchanged)).values(until=number)
        await session.execute(closing, execution_options={"synchronize_session": False})
        await _number_fresh(session, staged, job, last)
        source, key = staged.join(_FRESH, _FRESH.c.staged == staged.c.pk), _FRESH.c.pk
    chosen = _of_job(staged, job)
    own = [name for name in columns.keys() if name in staged.c and name != "pk"]  # noqa: SIM118 - no mapping
    rows = select(key, literal(number), literal(collection), *(staged.c[name] for name in own))
    names = ["pk", "since", "collection", *own]
    await _add(session, table, names, rows.select_from(source).where(*chosen).order_by(staged.c.pk))
    await _add_below(session, section, source, key, chosen)
    if section == "credentials":
        await search.move_texts(session, select(key, staged.c.words).select_from(source).where(*chosen))
        words = select(STAGED_WORDS.c.word).where(STAGED_WORDS.c.job == job)
        await search.move_words(session, words)
    if before:
        for temporary in (_MATCHED, _FRESH):
            await (await session.connection()).run_sync(temporary.drop)
    await move_sequence(session, table)
    return Applied(added=waiting - matched, changed=matched - same, removed=before - matched, unchanged=same)


async def _match(session: AsyncSession, section: str, job: int, standing: Sequence[ColumnElement[bool]]) -> None:
    """Find which waiting rows stand already, and whether they say the same."""
    staged, table = STAGES[section]
    columns = columns_of(table)
    await (await session.connection()).run_sync(lambda sync: _MATCHED.create(sync, checkfirst=False))
    derived = [name for name in DERIVED if name in staged.c]
    if _is_sqlite(session):
        says = func.json(columns.body) == func.json(staged.c.body)
    else:
        says = sql_cast(columns.body, JSONB) == sql_cast(staged.c.body, JSONB)
    same = and_(says, *(columns[name].is_not_distinct_from(staged.c[name]) for name in derived))
    query = select(staged.c.pk, columns.pk, same).join(table, columns.id == staged.c.id)
    query = query.where(*_of_job(staged, job), *standing)
    await session.execute(insert(_MATCHED).from_select(["staged", "pk", "same"], query))
    await _analyse(session, _MATCHED)


async def _number_fresh(session: AsyncSession, staged: Table, job: int, last: int) -> None:
    """Give keys to the waiting rows that are to be added."""
    await (await session.connection()).run_sync(lambda sync: _FRESH.create(sync, checkfirst=False))
    place = func.row_number().over(order_by=staged.c.pk)
    stands = exists().where(_MATCHED.c.staged == staged.c.pk, _MATCHED.c.same)
    query = select(staged.c.pk, sql_cast(place + last, Integer)).where(*_of_job(staged, job), not_(stands))
    await session.execute(insert(_FRESH).from_select(["staged", "pk"], query))
    await _analyse(session, _FRESH)


async def _add_below(
    session: AsyncSession,
    section: str,
    source: FromClause,
    key: ColumnElement[Any],
    chosen: Sequence[ColumnElement[bool]],
) -> None:
    """Add the rows below those that were added, out of their lists."""
    staged = STAGES[section][0]
    if section == "decisions":
        named = _elements(session, staged.c.credentials)
        rows = select(key, named.c.value).select_from(source.join(named, literal(True))).where(*chosen)
        await _add(session, DecisionCredentialRow, ["decision_pk", "credential"], rows)
    if section != "credentials":
        return
    names = _elements(session, staged.c.names)
    rows = select(key, names.c.key, names.c.value, staged.c.name_of_issuer)
    rows = rows.select_from(source.join(names, literal(True))).where(*chosen)
    await _add(session, CredentialNameRow, ["credential_pk", "position", "name", "issuer"], rows)
    given = _elements(session, staged.c.deliveries)
    rows = select(key, given.c.value).select_from(source.join(given, literal(True))).where(*chosen)
    await _add(session, CredentialDeliveryRow, ["credential_pk", "delivery"], rows)
    known = _elements(session, staged.c.identifiers)
    scheme, value = (_part(session, known.c.value, n) for n in (0, 1))
    rows = select(key, known.c.key, scheme, value).select_from(source.join(known, literal(True))).where(*chosen)
    await _add(session, CredentialIdentifierRow, ["credential_pk", "position", "scheme", "value"], rows)
    shown = _elements(session, staged.c.skills)
    rows = select(key, shown.c.value).select_from(source.join(shown, literal(True)))
    rows = rows.where(*chosen, staged.c.skills.is_not(None))
    await _add(session, CredentialSkillRow, ["credential_pk", "skill"], rows)


def _elements(session: AsyncSession, column: ColumnElement[Any]) -> Any:
    """The elements of a list in JSON, each with its place."""
    if _is_sqlite(session):
        return func.json_each(column).table_valued("key", "value", joins_implicitly=True)
    elements = (
        func.json_array_elements_text(column).table_valued("value", with_ordinality="ordinality").render_derived()
    )
    place = sql_cast(elements.c.ordinality - 1, Integer).label("key")
    return select(place, elements.c.value.label("value")).select_from(elements).lateral()


def _part(session: AsyncSession, pair: ColumnElement[Any], place: int) -> ColumnElement[Any]:
    """One of two texts in a list in JSON."""
    if _is_sqlite(session):
        return func.json_extract(pair, f"$[{place}]")
    return sql_cast(pair, JSON).op("->>")(place)


async def _add(session: AsyncSession, table: type[SQLModel], names: Sequence[str], rows: Select[Any]) -> None:
    statement = insert(table_of(table)).from_select(names, rows, include_defaults=False)
    await session.execute(statement)


async def _count(session: AsyncSession, query: Select[Any]) -> int:
    return int((await session.execute(query)).scalar_one())


async def _analyse(session: AsyncSession, table: Table, *columns: str) -> None:
    """Tell PostgreSQL how large a table has become, and what is in these of its columns, or in all."""
    if not _is_sqlite(session):
        await session.execute(text(f"ANALYZE {table.name}" + (f" ({', '.join(columns)})" if columns else "")))


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"
