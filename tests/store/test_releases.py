"""Releases on both databases: immutable, numbered, switched in one step."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import SQLModel

import app.store.job_tables  # noqa: F401 - makes the tables known
from app.datasets.problems import InvalidData
from app.datasets.reader import read_files
from app.domain.dataset import Dataset, merged
from app.services.administration import import_file, load, migrate
from app.services.importing.requests import Wish
from app.services.releasing import RuleSets, load_data
from app.store import catalogue, releases
from app.store.database import open_database, open_session, sync_url
from app.store.migrating import is_described
from app.store.tables import LevelPairRow, LevelRow, RuleRow
from tests.factories import EXLAND


@pytest.fixture
def run(empty_database: str) -> Callable[[Callable[[AsyncEngine], Awaitable[Any]]], Any]:
    """Runs a coroutine against a migrated database."""
    migrate(empty_database)

    def runner(work: Callable[[AsyncEngine], Awaitable[Any]]) -> Any:
        async def with_engine() -> Any:
            engine = open_database(empty_database)
            try:
                return await work(engine)
            finally:
                await engine.dispose()

        return asyncio.run(with_engine())

    return runner


def dataset() -> Dataset:
    return merged(file.dataset for file in read_files([EXLAND / "frameworks", EXLAND / "catalogue"]))


async def add(engine: AsyncEngine, data: Dataset, files: str = "x") -> int:
    async with open_session(engine) as session, session.begin():
        number = await releases.add_release(session, data, files)
        await releases.activate(session, number)
    return number


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"include_name": is_described})


def test_migrations_from_empty_equal_the_tables(empty_database: str) -> None:
    migrate(empty_database)
    engine = create_engine(sync_url(empty_database))
    with engine.connect() as connection:
        assert compare_metadata(_context(connection), SQLModel.metadata) == []
    engine.dispose()


def test_migrations_can_be_taken_back(empty_database: str) -> None:
    from alembic import command

    from app.store.migrating import alembic_config

    migrate(empty_database)
    command.downgrade(alembic_config(empty_database), "base")
    engine = create_engine(sync_url(empty_database))
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()


def test_what_is_stored_outlives_migrations_back_and_forth(empty_database: str, tmp_path: Path) -> None:
    from alembic import command

    from app.store.migrating import alembic_config

    engine = create_engine(sync_url(empty_database))

    def stored() -> dict[str, list[str]]:
        with engine.connect() as connection:
            tables = SQLModel.metadata.sorted_tables
            return {table.name: sorted(map(repr, connection.execute(select(table)))) for table in tables}

    migrate(empty_database)
    asyncio.run(load(empty_database, EXLAND))
    skills = [{"label": "Tie", "uri": "https://skills.example/tie"}, {"label": "Untie"}]
    knots = {"id": "knots", "confidence": "low", "credential": {"title": "Knots", "skills": skills + skills}}
    (tmp_path / "knots.ndjson").write_text(json.dumps(knots))
    asyncio.run(import_file(empty_database, tmp_path / "knots.ndjson", Wish(collection="knots")))
    before = stored()
    assert before["credentials"]
    assert before["credential_names"]
    assert before["credential_skills"] == ["(2, 'https://skills.example/tie')"]
    command.downgrade(alembic_config(empty_database), "0009")
    command.upgrade(alembic_config(empty_database), "head")
    assert stored() == before
    engine.dispose()


def test_a_release_comes_back_as_it_was_stored(run: Any) -> None:
    async def work(engine: AsyncEngine) -> None:
        number = await add(engine, dataset())
        rules = await RuleSets(engine).get(number)
        assert rules.data == replace(dataset(), credentials=(), decisions=())
        async with open_session(engine) as session:
            entry = await catalogue.find_credential(session, number, "xf-beekeeping")
            decisions = await catalogue.find_decisions(session, number, "xf-beekeeping")
        assert entry is not None
        assert replace(entry.credential, id=None) == dataset().credentials[0].credential
        assert tuple(decisions) == dataset().decisions

    run(work)


def test_the_same_statements_make_no_new_release(run: Any) -> None:
    async def work(engine: AsyncEngine) -> None:
        assert await add(engine, dataset()) == 1
        assert await add(engine, dataset(), "other files") == 1

    run(work)


def test_an_old_release_reads_as_it_was_and_unchanged_statements_are_stored_once(run: Any) -> None:
    async def work(engine: AsyncEngine) -> None:
        first = dataset()
        changed = replace(first.rules[0], statement="Now otherwise.")
        second = replace(first, rules=(changed, *first.rules[2:]))
        assert (await add(engine, first), await add(engine, second)) == (1, 2)
        rulesets = RuleSets(engine)
        assert (await rulesets.get(1)).data.rules == first.rules
        assert (await rulesets.get(2)).data.rules == second.rules
        async with open_session(engine) as session:
            count = (await session.execute(select(func.count()).select_from(RuleRow))).scalar_one()
        assert count == len(first.rules) + 1

    run(work)


def test_frameworks_and_links_are_tables_and_not_blobs(run: Any) -> None:
    async def work(engine: AsyncEngine) -> None:
        await add(engine, dataset())
        async with open_session(engine) as session:
            query = select(LevelRow.value).where(LevelRow.framework == "xgq").order_by(LevelRow.position)
            assert list((await session.execute(query)).scalars()) == ["A", "B", "C", "D"]
            pairs = select(LevelPairRow.to_level).where(LevelPairRow.level == "4").order_by(LevelPairRow.position)
            assert list((await session.execute(pairs)).scalars()) == ["6", "7"]

    run(work)


def test_a_failed_load_changes_nothing(run: Any, tmp_path: Path) -> None:
    async def work(engine: AsyncEngine) -> None:
        await load_data(engine, EXLAND)
        for folder in ("frameworks", "catalogue", "evidence"):
            (tmp_path / folder).mkdir()
        (tmp_path / "frameworks" / "bad.yaml").write_text("rules: [{id: x}]")
        with pytest.raises(InvalidData, match=r"bad\.yaml line 1, /rules/0: found no 'statement'"):
            await load_data(engine, tmp_path)
        async with open_session(engine) as session:
            assert [r.number for r in await releases.list_releases(session)] == [1]
            assert await releases.find_active_number(session) == 1

    run(work)


def test_loading_the_same_files_again_makes_no_release(run: Any) -> None:
    async def work(engine: AsyncEngine) -> None:
        assert await load_data(engine, EXLAND) == (1, True)
        assert await load_data(engine, EXLAND) == (1, False)

    run(work)


def test_a_worker_notices_a_newly_activated_release(run: Any) -> None:
    async def work(engine: AsyncEngine) -> None:
        rulesets = RuleSets(engine)
        await rulesets.refresh()
        assert not rulesets.is_ready
        await add(engine, dataset())
        watching = asyncio.create_task(rulesets.keep_fresh(0.01))
        for _ in range(300):
            await asyncio.sleep(0.01)
            if rulesets.is_ready:
                break
        watching.cancel()
        assert (await rulesets.get()).release.number == 1

    run(work)


def test_the_moment_of_a_release_has_its_zone(run: Any) -> None:
    async def work(engine: AsyncEngine) -> None:
        await add(engine, dataset())
        async with open_session(engine) as session:
            (release,) = await releases.list_releases(session)
        assert release.created_at.utcoffset() == timedelta(0)

    run(work)


def test_foreign_keys_are_enforced(run: Any) -> None:
    async def work(engine: AsyncEngine) -> None:
        async with open_session(engine) as session:
            with pytest.raises(Exception, match=r"(?i)foreign key"):
                await session.execute(text("INSERT INTO active_release (id, number, activation) VALUES (1, 99, 99)"))

    run(work)
