"""The connection that is kept for look-ups: it answers as sessions do, or says that a session must be asked."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.store import kept
from app.store.database import Bounds, open_database

pytestmark = pytest.mark.anyio

BOUNDS = Bounds(pool_size=2, pool_seconds=2, connect_seconds=2, statement_seconds=10)


@pytest.fixture
async def engine(postgres_database: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(postgres_database, BOUNDS)
    yield engine
    await kept.close(engine)
    await engine.dispose()


async def answer(engine: AsyncEngine, statement: str = "SELECT 1", *parameters: Any) -> list[Any] | None:
    """What it answers as soon as it answers at all."""
    for _ in range(500):
        found = await kept.fetch(engine, statement, parameters)
        if found is not None:
            return found
        await asyncio.sleep(0.01)
    return None


async def test_the_first_one_does_not_wait_until_it_is_open(engine: AsyncEngine) -> None:
    assert await kept.fetch(engine, "SELECT 1", ()) is None
    assert await answer(engine) == [1]
    assert await answer(engine, "SELECT n FROM generate_series(1, %s) AS n", 3) == [1, 2, 3]


async def test_many_at_once_each_get_their_own_answer(engine: AsyncEngine) -> None:
    await answer(engine)
    found = await asyncio.gather(*(kept.fetch(engine, "SELECT %s::int", (n,)) for n in range(kept.MOST_WAITING + 5)))
    assert found[: kept.MOST_WAITING] == [[n] for n in range(kept.MOST_WAITING)]
    assert found[kept.MOST_WAITING :] == [None] * 5


async def test_what_takes_too_long_is_asked_in_a_session(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "SECONDS", 0.2)
    await answer(engine)
    slow, after = await asyncio.gather(
        kept.fetch(engine, "SELECT 7 FROM pg_sleep(5)", ()), kept.fetch(engine, "SELECT 1", ())
    )
    assert (slow, after) == (None, None)
    assert await answer(engine, "SELECT 2") == [2]


async def test_a_connection_that_was_ended_is_opened_again(engine: AsyncEngine) -> None:
    (process,) = await answer(engine, "SELECT pg_backend_pid()") or [0]
    async with engine.connect() as other:
        assert (await other.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})).scalar()
    assert await kept.fetch(engine, "SELECT 1", ()) is None
    (again,) = await answer(engine, "SELECT pg_backend_pid()") or [0]
    assert again not in (0, process)


async def test_nobody_gets_the_answer_to_a_question_that_was_given_up(engine: AsyncEngine) -> None:
    await answer(engine)
    asking = asyncio.create_task(kept.fetch(engine, "SELECT 7 FROM pg_sleep(0.3)", ()))
    await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await answer(engine, "SELECT 2") == [2]


async def test_a_statement_that_is_wrong_is_told_by_nobody_here(engine: AsyncEngine) -> None:
    await answer(engine)
    assert await kept.fetch(engine, "SELECT nonsense", ()) is None
    assert await answer(engine) == [1]


async def test_sqlite_has_no_need_of_one(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/p.db")
    assert await kept.fetch(engine, "SELECT 1", ()) is None
    await engine.dispose()


async def test_it_is_given_back(engine: AsyncEngine) -> None:
    await answer(engine)
    pool: Any = engine.sync_engine.pool
    assert pool.checkedout() == 1
    await kept.close(engine)
    assert pool.checkedout() == 0
