"""The audit log can only be added to, on both databases."""

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from app.services.administration import load
from app.store.database import sync_url
from tests.databases import migrated
from tests.factories import EXLAND

ADDING = (
    "INSERT INTO audit (id, at, caller, name, address, act, target) VALUES (1, '2026-01-01', 'a', 'a', 'a', 'a', 'a')"
)


@pytest.mark.parametrize(
    "attempt",
    [
        "DELETE FROM audit",
        "UPDATE audit SET caller = 'somebody else'",
        ADDING.replace("INSERT", "INSERT OR REPLACE").replace("'a'", "'b'"),
        "TRUNCATE audit",
        ADDING.replace("'a'", "'b'") + " ON CONFLICT (id) DO UPDATE SET caller = 'b'",
    ],
)
def test_what_was_written_stays(empty_database: str, attempt: str) -> None:
    """Statements that a database does not know fail there anyway."""
    migrated(empty_database)
    engine = create_engine(sync_url(empty_database))
    with engine.begin() as connection:
        connection.execute(text(ADDING))
    with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
        connection.execute(text(attempt))
    known = engine.dialect.name == "sqlite" or "OR REPLACE" not in attempt
    if known and not (engine.dialect.name == "sqlite" and "TRUNCATE" in attempt):
        assert "can only be added to" in str(refused.value)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT caller FROM audit")).scalars().all() == ["a"]
    engine.dispose()


def test_data_that_is_loaded_at_a_start_is_in_the_record(empty_database: str, tmp_path: Path) -> None:
    folder = shutil.copytree(EXLAND, tmp_path / "data")
    migrated(empty_database)
    for _ in range(2):  # the same files a second time are no act
        asyncio.run(load(empty_database, folder))
    file = folder / "catalogue" / "xf.yaml"
    file.write_text(file.read_text().replace("Beekeeping", "Beekeeping anew", 1))
    asyncio.run(load(empty_database, folder))
    engine = create_engine(sync_url(empty_database))
    with engine.connect() as connection:
        told = connection.execute(text("SELECT caller, act, target FROM audit ORDER BY id")).all()
    engine.dispose()
    assert [tuple(row) for row in told] == [
        ("command-line", "release.load", "release 1"), ("command-line", "release.load", "release 2"),
    ]  # fmt: skip
