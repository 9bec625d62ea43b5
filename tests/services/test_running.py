"""What processes that work on imports leave behind when they end: jobs, and files."""

import asyncio
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.services.administration import load, operator
from app.services.importing import reading
from app.services.importing.requests import Wish, add_import
from app.services.importing.running import MOST_ATTEMPTS, UPLOAD_SECONDS, Runner, sweep
from app.store import jobs, releases
from app.store.database import open_database, open_session, open_writing
from app.store.jobs import Job
from tests.databases import migrated
from tests.factories import EXLAND

SOUND = "id,confidence,title\na,low,Ants\n"
FAULTY = "id,confidence,title\na,low,\n"

pytestmark = pytest.mark.anyio


@pytest.fixture
def loaded(empty_database: str) -> str:
    migrated(empty_database)
    asyncio.run(load(empty_database, EXLAND))
    return empty_database


@pytest.fixture
async def engine(loaded: str) -> AsyncEngine:
    return open_database(loaded)


@pytest.fixture(autouse=True)
async def closed(engine: AsyncEngine) -> AsyncIterator[None]:
    yield
    await engine.dispose()


async def sent(engine: AsyncEngine, folder: Path, content: str = SOUND, **wish: object) -> Job:
    """A job whose file lies in the folder as a received one does."""
    file = folder / uuid.uuid4().hex
    file.write_text(content)
    wished = Wish(**{"collection": "ants", **wish})  # type: ignore[arg-type]
    return await add_import(
        engine, file, "xf.yaml" if wished.kind == "framework" else "a.csv", wished, caller=operator()
    )


def lies(job: Job) -> bool:
    """Whether the file of a job is still there."""
    return Path(job.file).exists()


async def until(happens: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something has happened."""
    while not await happens():  # noqa: ASYNC110 - another process could do it, which sets no event
        await asyncio.sleep(0.001)


async def die(engine: AsyncEngine, number: int, times: int) -> None:
    """Take a job and end, as a process does that is killed; so many times."""
    for n in range(times):
        async with open_writing(engine) as session:
            assert await jobs.claim(session, number, f"dead-{n}", 0.0) is not None


async def is_gone(job: Job) -> bool:
    return not lies(job)


async def found(engine: AsyncEngine, number: int) -> Job:
    async with open_session(engine) as session:
        job = await jobs.find_job(session, number)
    assert job is not None
    return job


async def test_a_job_that_ends_every_process_is_given_up(engine: AsyncEngine, tmp_path: Path) -> None:
    job, later = await sent(engine, tmp_path), await sent(engine, tmp_path)
    await die(engine, job.number, MOST_ATTEMPTS)
    runner = Runner(engine, tmp_path)
    while await runner.run_next():
        pass
    job = await found(engine, job.number)
    assert (job.state, job.release) == ("failed", None)
    assert job.failure is not None
    assert job.failure.startswith(
        "It was begun 5 times, and each time the process that worked on it ended before a row"
    )
    assert not lies(job)
    assert (await found(engine, later.number)).state == "succeeded"  # the next one on the same data has its turn


async def test_a_job_is_done_by_the_last_process_that_may_take_it(engine: AsyncEngine, tmp_path: Path) -> None:
    job = await sent(engine, tmp_path)
    await die(engine, job.number, MOST_ATTEMPTS - 1)
    assert await Runner(engine).run_next()
    assert (await found(engine, job.number)).state == "succeeded"


async def test_a_job_that_gets_further_each_time_is_not_given_up(engine: AsyncEngine, tmp_path: Path) -> None:
    job = await sent(engine, tmp_path)
    await die(engine, job.number, MOST_ATTEMPTS - 1)
    async with open_writing(engine) as session:
        taken = await jobs.claim(session, job.number, "reader", 0.0)
    async with open_session(engine) as session:
        rules = await releases.find_rules(session, 1)
    assert taken is not None
    assert rules is not None
    await reading.read_job(engine, taken, "reader", rules)
    await die(engine, job.number, MOST_ATTEMPTS - 1)
    job = await found(engine, job.number)
    assert (job.state, job.row, job.attempts) == ("running", 2, MOST_ATTEMPTS)


async def test_a_process_that_ends_in_order_leaves_a_job_as_if_it_had_not_taken_it(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    """At whatever moment it ends: the first before it takes the job, the last in the middle of its rows."""
    content = "id,confidence,title\n" + "".join(f"a{n},low,Ants {n}\n" for n in range(5_000))
    job = await sent(engine, tmp_path, content)
    for moment in range(40):
        working = asyncio.create_task(Runner(engine).run_next())
        await asyncio.sleep(moment / 1000)
        working.cancel()
        async with asyncio.timeout(30):
            with suppress(asyncio.CancelledError):
                await working
        left = await found(engine, job.number)
        assert left.state in ("queued", "running")
        assert (left.attempts, left.row) == (0, 0)
    assert await Runner(engine).run_next()
    assert (await found(engine, job.number)).state == "succeeded"


async def test_files_that_nobody_needs_are_swept_and_the_others_stay(engine: AsyncEngine, tmp_path: Path) -> None:
    runner = Runner(engine)  # deletes no files, as if it ended before it could
    done, rejected = await sent(engine, tmp_path), await sent(engine, tmp_path, FAULTY)
    framework = await sent(engine, tmp_path, "rules: {}\n", kind="framework", collection=None)
    while await runner.run_next():
        pass
    states = [(await found(engine, job.number)).state for job in (done, rejected, framework)]
    assert states == ["succeeded", "failed", "failed"]
    waiting, stopped = await sent(engine, tmp_path), await sent(engine, tmp_path)
    async with open_writing(engine) as session:
        assert await jobs.ask_to_stop(session, stopped.number)
    coming, interrupted, other = tmp_path / uuid.uuid4().hex, tmp_path / uuid.uuid4().hex, tmp_path / "notes.txt"
    for file in (coming, interrupted, other):
        file.write_bytes(b"half of it")
    before = time.time() - UPLOAD_SECONDS - 1
    for file in (Path(waiting.file), Path(rejected.file), interrupted, other):
        os.utime(file, (before, before))
    await sweep(engine, tmp_path)
    assert [lies(job) for job in (done, rejected, framework, waiting, stopped)] == [False, True, False, True, False]
    assert [file.exists() for file in (coming, interrupted, other)] == [True, False, True]


async def test_a_process_that_works_on_imports_sweeps_when_it_starts(engine: AsyncEngine, tmp_path: Path) -> None:
    job = await sent(engine, tmp_path)
    assert await Runner(engine).run_next(job.number)
    assert lies(job)
    working = asyncio.create_task(Runner(engine, tmp_path).run_for_ever(0.01))
    try:
        await until(lambda: is_gone(job))
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
