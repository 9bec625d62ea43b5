"""What operators and stewards do from the command line."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.datasets.check import check_data, credit_cycles
from app.datasets.problems import InvalidData
from app.datasets.reader import json_schema
from app.domain.access import ApiKey, read_scope
from app.domain.dataset import SECTIONS
from app.domain.errors import NotReady, UnknownRelease, UnreadableQuestion
from app.domain.sources import Confidence
from app.services import activating, keys
from app.services.auditing import operator
from app.services.cases import read_cases
from app.services.exporting import as_lines, as_parquet, as_table
from app.services.importing.jobs import differences_between, get_job
from app.services.importing.requests import DatedBy, OnError, Wish, add_import
from app.services.importing.running import Runner
from app.services.importing.understanding import Format
from app.services.releasing import RuleSets, load_data
from app.store import releases
from app.store.database import DatabaseAway, NoBackup, back_up, first_line, open_database, open_session
from app.store.differences import Difference
from app.store.jobs import FINISHED, Job, JobProblem, Kind, list_problems
from app.store.migrating import migrate
from app.store.releases import Release

__all__ = [
    "Confidence", "DatabaseAway", "DatedBy", "Format", "InvalidData", "Job", "Kind", "NoBackup", "OnError", "Wish",
    "activate_release", "back_up", "check", "create_key", "cycles", "diff_releases", "export", "first_line",
    "framework_schema", "import_file", "list_keys", "list_releases", "load", "migrate", "operator", "revoke_key",
    "roll_back_release",
]  # fmt: skip

MOST_TOLD = 100
"""Most problems of a file that are told at once."""


def check(data: Path) -> int:
    """Check the data folder and the shape of its worked cases; the number of sound files of data.

    Raises InvalidData with all faults.
    """
    read_cases(data / "cases")
    return len(check_data(data))


def cycles(data: Path) -> list[str]:
    """Cycles of links between credits that do not close exactly, in words."""
    return credit_cycles(data)


def framework_schema() -> dict[str, Any]:
    """The JSON Schema of a framework file."""
    return json_schema()


async def import_file(
    database_url: str, file: Path, wish: Wish, told: Callable[[Job], None] = lambda _: None
) -> tuple[Job, list[JobProblem]]:
    """Import a file here and now: the finished job, and what is wrong with its rows. ``told`` hears how it goes on."""
    engine = open_database(database_url)
    try:
        job = await add_import(engine, file, file.name, wish, caller=operator())
        runner = Runner(engine)
        while job.state not in FINISHED:
            # where an earlier import of the same collection waits, that one goes first
            working = asyncio.create_task(_work(runner, job.number))
            try:
                while not working.done():
                    await asyncio.wait([working], timeout=0.25)
                    async with open_session(engine) as session:
                        job = await get_job(session, job.number)
                    told(job)
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
                await runner.let_go()
        async with open_session(engine) as session:
            found = await list_problems(session, job.number, after=0, limit=MOST_TOLD)
        return job, [problem for _, problem in found]
    finally:
        await engine.dispose()


async def _work(runner: Runner, number: int) -> None:
    """Work on a job, or on whatever goes before it, or wait for who does."""
    if not await runner.run_next(number) and not await runner.run_next():
        await asyncio.sleep(0.5)


@asynccontextmanager
async def _session_for(database_url: str) -> AsyncIterator[AsyncSession]:
    """A session of a command, on an engine of its own."""
    engine = open_database(database_url)
    try:
        async with open_session(engine) as session:
            yield session
    finally:
        await engine.dispose()


async def list_releases(database_url: str) -> list[Release]:
    """All releases, the newest first."""
    async with _session_for(database_url) as session:
        return await releases.list_releases(session)


async def diff_releases(database_url: str, old: int, new: int) -> list[Difference]:
    """Every statement that differs between two releases. Raises UnknownRelease."""
    async with _session_for(database_url) as session:
        known = {release.number for release in await releases.list_releases(session)}
        for number in (old, new):
            if number not in known:
                raise UnknownRelease(number, max(known, default=0))
        every: list[Difference] = []
        after: str | None = ""
        while after is not None:
            found, after = await differences_between(session, old, new, after=after, limit=1_000)
            every += found
        return every


async def activate_release(database_url: str, number: int, reason: str | None) -> int:
    """Serve a release: number of the one that is served then."""
    engine = open_database(database_url)
    try:
        return await activating.activate(engine, operator(), number, reason=reason)
    finally:
        await engine.dispose()


async def roll_back_release(database_url: str, reason: str | None) -> int:
    """Serve what was served before: its number."""
    engine = open_database(database_url)
    try:
        return await activating.roll_back(engine, operator(), reason=reason)
    finally:
        await engine.dispose()


async def export(database_url: str, section: str, out: Path, release: int | None, told: Callable[[int], None]) -> int:
    """Write a section of a release to a file: its bytes. Raises UnreadableQuestion, UnknownRelease and NotReady."""
    writers = {".ndjson": as_lines, ".csv": as_table, ".parquet": as_parquet}
    if out.suffix not in writers or section not in SECTIONS:
        expected = f"a file that ends in {', '.join(writers)} and one of {', '.join(SECTIONS)}"
        raise UnreadableQuestion(f"Found {section!r} and {out.name!r}, expected {expected}.")
    engine = open_database(database_url)
    try:
        number = (await RuleSets(engine).get(release)).release.number if release else await _active(engine)
        size = 0
        with out.open("wb") as file:
            async for part in writers[out.suffix](engine, section, number):
                file.write(part)
                size += len(part)
                told(size)
        return size
    finally:
        await engine.dispose()


async def _active(engine: AsyncEngine) -> int:
    async with open_session(engine) as session:
        number = await releases.find_active_number(session)
    if number is None:
        raise NotReady
    return number


async def load(database_url: str, data: Path) -> tuple[int, bool]:
    """Load the data folder into the database: number of the release that is served, and whether it is new."""
    engine = open_database(database_url)
    try:
        return await load_data(engine, data)
    finally:
        await engine.dispose()


async def create_key(
    database_url: str, name: str, scopes: Iterable[str], expires_on: date | None
) -> tuple[ApiKey, str]:
    """Make a key: how it is listed, and the key itself, told this once. Raises UnknownReference for other scopes."""
    wanted = [read_scope(scope) for scope in scopes]
    async with _session_for(database_url) as session:
        return await keys.create_key(session, operator(), name, wanted, expires_on)


async def list_keys(database_url: str) -> Sequence[ApiKey]:
    """All keys, the newest first."""
    async with _session_for(database_url) as session:
        return await keys.list_keys(session)


async def revoke_key(database_url: str, key_id: str) -> ApiKey:
    """Revoke a key, for good. Raises UnknownReference."""
    async with _session_for(database_url) as session:
        return await keys.revoke_key(session, operator(), key_id)
