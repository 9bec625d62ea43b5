"""Makes a collection what waits for a job: one transaction, in which the new release is made and activated."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.domain.access import Caller
from app.domain.errors import NotReady
from app.services.auditing import record
from app.services.importing.chunks import SECTIONS
from app.store import jobs, releases, staging
from app.store.database import open_applying, open_writing
from app.store.jobs import Job, JobProblem
from app.store.rebasing import Ground, begin_release, get_release
from app.store.staging import Applied
from app.store.tables import ReleaseRow, columns_of


class OtherGround(Exception):
    """The framework data changed after the rows were checked against it: they have to be checked again."""


class OtherKind(Exception):
    """A collection of one kind of statements was to be made one of another kind."""


class RejectedRows(Exception):
    """Rows that do not fit to what other collections hold; nothing was applied."""

    def __init__(self, problems: list[JobProblem]) -> None:
        self.problems = problems


class _Nothing(Exception):
    """Leaves a transaction without a trace."""


def caller_of(job: Job) -> Caller:
    """Who sent the file of a job."""
    return Caller(id=job.who, name=job.who_name, scopes=frozenset(), address=job.address)


async def apply_job(engine: AsyncEngine, job: Job, runner: str) -> None:
    """Apply what waits, activate the release that it makes, and end the job, all at once.

    A dry run does the same and takes it back; so does an import that changes nothing. Raises OtherGround, RejectedRows
    and LostJob, and then nothing has changed.
    """
    problems: list[JobProblem] = []
    told: dict[str, Any] = {}
    try:
        async with open_applying(engine) as session:
            before, number, applied, problems = await _apply(session, job)
            rejected = len({problem.row for problem in problems})
            told = {"counts": _counts(job, applied, rejected), "problems": job.problems + len(problems)}
            await jobs.add_problems(session, job.number, problems)
            if job.dry_run or not (applied.added or applied.changed or applied.removed):
                raise _Nothing
            await releases.activate(session, number, who=job.who)
            await jobs.finish(session, job.number, runner, "succeeded", **told, release=number)
            await record(
                session, caller_of(job), "import.apply", f"import {job.number}",
                before={"release": before}, after={"release": number, "collection": job.collection, **told["counts"]},
            )  # fmt: skip
    except _Nothing:
        async with open_writing(engine) as session:
            await jobs.finish(session, job.number, runner, "succeeded", **told)
            await jobs.add_problems(session, job.number, problems)


def _counts(job: Job, applied: Applied, rejected: int) -> dict[str, int]:
    return {
        **job.counts,
        "accepted": job.counts.get("accepted", 0) - rejected,
        "rejected": job.counts.get("rejected", 0) + rejected,
        "added": applied.added,
        "changed": applied.changed,
        "removed": applied.removed,
        "unchanged": applied.unchanged,
    }


async def _apply(session: AsyncSession, job: Job) -> tuple[int, int, Applied, list[JobProblem]]:
    """Make the release: what it builds on, its number, what changed, and what is wrong with rows rejected only now."""
    active = await releases.find_active_number(session)
    if active is None:
        raise NotReady
    base = await get_release(session, active)
    if base.data_checksum != job.ground:
        raise OtherGround
    section = SECTIONS[job.kind]
    release = await begin_release(session, Ground(data=active, collections=active), active)
    await staging.look_over(session, section)
    problems = await _strangers(session, job)
    if problems and job.on_error == "abort":
        raise RejectedRows(problems)
    rejected = sorted({problem.row for problem in problems})
    if problems:
        await staging.drop_staged(session, section, job.number, rejected)
    applied = await staging.apply_staged(session, section, job.number, job.collection, release.number)
    standing = release.collections.get(job.collection)
    if standing is not None and section not in standing:
        raise OtherKind(f"The collection {job.collection!r} holds {next(k for k in standing if k != 'checksum')}.")
    told = {"checksum": job.digest, section: applied.added + applied.changed + applied.unchanged}
    collections: Mapping[str, Mapping[str, object]] = {**release.collections, job.collection: told}
    whole = releases.checksum_of(release.data_checksum, collections)
    changing = update(ReleaseRow).where(columns_of(ReleaseRow).number == release.number)
    await session.execute(changing.values(checksum=whole, collections=collections))
    return active, release.number, applied, problems


async def _strangers(session: AsyncSession, job: Job) -> list[JobProblem]:
    """Rows whose id another collection has, and decisions on credentials that nobody has."""
    section = SECTIONS[job.kind]
    problems = [
        JobProblem(row=row, place="/id", found=f"{name!r}, which another collection has", expected="an id of its own")
        for row, name in await staging.find_taken(session, section, job.number, job.collection)
    ]
    if section == "decisions":
        problems += [
            JobProblem(row=row, place="/credentials", found=repr(name), expected="the id of a credential that is there")
            for row, name in await staging.find_unknown_credentials(session, job.number)
        ]
    return problems
