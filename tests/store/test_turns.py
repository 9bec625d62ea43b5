"""Migrating and loading by several processes at once: each takes its turn, and all succeed."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.services.administration import migrate
from app.store.database import DatabaseAway, open_database, open_session, sync_url
from app.store.migrating import is_migrated
from app.store.turns import take_turn
from tests.factories import EXLAND
from tests.servers import PASSERELLE, environment


def together(database_url: str, cwd: Path, *commands: list[str]) -> list[str]:
    """What commands that are started at once print; every one of them succeeds."""
    started = [
        subprocess.Popen(
            [PASSERELLE, *command], cwd=cwd, env=environment(database_url, {"DATA_DIR": str(EXLAND)}),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for command in commands
    ]  # fmt: skip
    told = [process.communicate(timeout=120)[0] for process in started]
    assert [process.returncode for process in started] == [0] * len(started), told
    return told


def test_processes_that_start_at_once_on_an_empty_database_all_succeed(empty_database: str, tmp_path: Path) -> None:
    together(empty_database, tmp_path, *[["migrate"]] * 3)
    told = together(empty_database, tmp_path, *[["load"]] * 3)
    assert sorted(told) == ["Release 1 is active.\n"] * 2 + ["Release 1 is new and active.\n"]
    engine = create_engine(sync_url(empty_database))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM releases")).scalar_one() == 1
    engine.dispose()


def test_a_turn_waits_for_the_one_before_and_gives_up_in_the_end(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty_database)
    monkeypatch.setattr("app.store.turns.SECONDS", 0.2)
    engine = create_engine(sync_url(empty_database))
    with engine.connect() as first, engine.connect() as second:
        with first.begin():
            take_turn(first)
            with pytest.raises(DatabaseAway), second.begin():
                take_turn(second)
        with second.begin():
            take_turn(second)
    engine.dispose()


def test_a_migration_that_fails_leaves_the_tables_as_they_were(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command
    from alembic.operations import Operations

    from app.store.migrating import alembic_config

    command.upgrade(alembic_config(empty_database), "0002")
    engine = create_engine(sync_url(empty_database))

    def tables() -> list[str]:
        from sqlalchemy import inspect

        return sorted(inspect(engine).get_table_names())

    before = tables()
    monkeypatch.setattr(Operations, "create_index", property(lambda _: 1 / 0), raising=False)
    with pytest.raises(ZeroDivisionError):
        command.upgrade(alembic_config(empty_database), "head")
    assert tables() == before
    monkeypatch.undo()
    command.upgrade(alembic_config(empty_database), "head")
    engine.dispose()


def test_a_database_is_migrated_at_the_newest_version_or_at_one_from_the_future(empty_database: str) -> None:
    async def migrated() -> bool:
        engine = open_database(empty_database)
        async with open_session(engine) as session:
            found = await is_migrated(session)
        await engine.dispose()
        return found

    def at(version: str) -> None:
        engine = create_engine(sync_url(empty_database))
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        engine.dispose()

    assert not asyncio.run(migrated())
    migrate(empty_database)
    assert asyncio.run(migrated())
    at("0001")
    assert not asyncio.run(migrated())
    at("9999")
    assert asyncio.run(migrated())
