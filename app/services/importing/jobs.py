"""Looks after jobs: what became of them, stopping one, and taking back what one did."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.documents.reading.statements import THING_FORMATS
from app.documents.rows import RowFormat, write_rejected
from app.documents.unreadable import UnreadableFile
from app.domain.access import Caller
from app.domain.errors import Conflict, UnreadableQuestion, unknown
from app.services.auditing import record
from app.services.importing.chunks import SECTIONS
from app.store import changes, differences, jobs, releases
from app.store.database import open_session, open_turn
from app.store.differences import Difference
from app.store.jobs import Job, list_jobs, list_problems
from app.store.rebasing import Ground, begin_release, get_release

__all__ = [
    "REJECTED_SUFFIXES", "REJECTED_TYPES", "cancel", "differences_between", "differences_of", "find_known",
    "get_job", "list_jobs", "list_problems", "undo", "write_rejects",
]  # fmt: skip

REJECTED_TYPES: dict[str, str] = {
    "ndjson": "application/x-ndjson",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    **dict.fromkeys(THING_FORMATS, "application/ld+json"),
}
"""Formats in which rejected rows are given back, and their media types."""
REJECTED_SUFFIXES: dict[str, str] = dict.fromkeys(THING_FORMATS, "jsonld")
"""How names of such files end, where it is not as the format is called."""


async def find_known(engine: AsyncEngine, caller: Caller, key: tuple[str, str]) -> Job | None:
    """The job that a caller began under a key, or None."""
    async with open_session(engine) as session:
        return await jobs.find_job_by_key(session, caller.id, key[0])


async def write_rejects(session: AsyncSession, job: Job, out: IO[bytes]) -> None:
    """Write the rejected rows of a job as they stand in its file, from the beginning of ``out``. Raises Conflict."""
    if job.format not in REJECTED_TYPES:
        raise Conflict("Framework data has no rows that could be rejected: nothing of it was applied.")
    rows = await jobs.list_rejected(session, job.number)
    if rows:
        try:
            await asyncio.to_thread(write_rejected, Path(job.file), cast(RowFormat, job.format), rows, out)
        except (UnreadableFile, OSError) as fault:
            raise Conflict(f"The rejected rows cannot be given back: {fault}") from None
    out.seek(0)


async def differences_between(
    session: AsyncSession,
    old: int,
    new: int,
    *,
    sections: Sequence[str] = tuple(changes.TABLES),
    after: str,
    limit: int,
) -> tuple[list[Difference], str | None]:
    """A page of what differs between two releases, and a cursor. Raises ValueError for an ``after`` that is none."""
    section, _, name = after.partition(" ")
    if after and (section not in changes.TABLES or not name):
        raise ValueError(after)
    found, following = await differences.list_differences(
        session, list(sections), old, new, after=(section, name), limit=limit
    )
    return found, following and " ".join(following)


async def differences_of(
    session: AsyncSession, job: Job, *, after: str, limit: int
) -> tuple[int | None, list[Difference], str | None]:
    """The release before that of a job, a page of what the job changed, and a cursor. Raises UnreadableQuestion."""
    if job.release is None:
        return None, [], None
    before = (await get_release(session, job.release)).based_on or 0
    sections = [SECTIONS[job.kind]] if job.kind in SECTIONS else list(changes.TABLES)
    try:
        found, following = await differences_between(
            session, before, job.release, sections=sections, after=after, limit=limit
        )
    except ValueError:
        text = f"Found {after[:100]!r}, expected a cursor as `next` gives it."
        raise UnreadableQuestion(text, "/after") from None
    return before, found, following


async def get_job(session: AsyncSession, number: int) -> Job:
    """A job. Raises UnknownReference."""
    job = await jobs.find_job(session, number)
    if job is None:
        raise unknown(
            "import", str(number), [str(known.number) for known in await jobs.list_jobs(session, before=None, limit=12)]
        )
    return job


async def cancel(engine: AsyncEngine, caller: Caller, number: int) -> Job:
    """Stop a job that is not finished; one that is worked on stops soon. Raises UnknownReference and Conflict."""
    async with open_session(engine) as session, session.begin():
        stopped = await jobs.ask_to_stop(session, number)
        job = await get_job(session, number)
        if not stopped:
            raise Conflict(f"Import {number} is finished: it {job.state}. What it did can be undone.")
        await record(session, caller, "import.cancel", f"import {number}", after={"state": job.state})
        return job


async def undo(engine: AsyncEngine, caller: Caller, number: int) -> tuple[Job, int | None]:
    """Take back what a job did, by a new release that is served: the job and the number of that release.

    The release is what is served now, with the one collection, or the framework data, as it was before the job. A
    draft that was never served is only marked. Raises UnknownReference, and Conflict where there is nothing to take
    back, or something later touched the same data.
    """
    async with open_turn(engine) as session:
        job = await get_job(session, number)
        if job.state != "succeeded" or job.release is None:
            raise Conflict(f"Import {number} has nothing to take back: it {job.state}, and made no release.")
        if (later := await jobs.find_later(session, job)) is not None:
            raise Conflict(
                f"Import {later.number} ({later.file_name!r}) later changed {job.collection!r} with release "
                f"{later.release}. Undo that one first."
            )
        active = await releases.find_active_number(session) or 0
        made, served = await get_release(session, job.release), await get_release(session, active)
        before = made.based_on or 0
        release = None
        if job.kind == "framework":
            if served.data_checksum == made.data_checksum:
                release = await begin_release(session, Ground(data=before, collections=active), active)
            elif await releases.was_active(session, job.release):
                raise Conflict(f"Other framework data is active than import {number} made, by release {active}.")
        elif served.collections.get(job.collection) == made.collections.get(job.collection):
            ground = Ground(data=active, collections=active, apart={job.collection: before})
            release = await begin_release(session, ground, active)
        else:
            raise Conflict(
                f"In release {active}, which is active, {job.collection!r} is not what import {number} made."
            )
        if release is not None:
            await releases.refuse_clashes(session)
            await releases.put_right(session, release.number)
            await releases.activate(session, release.number, who=caller.id)
        await jobs.mark_undone(session, number)
        told = None if release is None else release.number
        await record(
            session, caller, "import.undo", f"import {number}", before={"release": active}, after={"release": told}
        )
        return await get_job(session, number), told
