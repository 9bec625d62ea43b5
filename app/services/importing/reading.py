"""Reads the rows of a job and lets them wait in the database, a chunk at a time, each for good."""

import asyncio
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncEngine

from app.documents.reading.statements import Saying
from app.documents.rows import RowFormat, Rows, read_rows
from app.documents.unreadable import UnreadableFile
from app.domain.ruleset import RuleSet
from app.services.importing.preparing import Prepared, Preparer, Section
from app.store import jobs, staging
from app.store.database import open_writing
from app.store.jobs import Job, JobProblem

CHUNK = 5_000
"""Rows that are checked and kept at a time."""

SECTIONS: dict[str, Section] = {"catalogue": "credentials", "decisions": "decisions"}
"""The section that each kind of import fills."""


class BrokenFile(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, problem: JobProblem) -> None:
        self.problem = problem


async def read_job(engine: AsyncEngine, job: Job, runner: str, rules: RuleSet) -> Job:
    """Read what is left of a job's file, and let its rows wait: the job as it then stands.

    A process that dies loses at most the chunk that it was reading. Raises BrokenFile and LostJob.
    """
    section = SECTIONS[job.kind]
    preparer = Preparer(section, rules, job.number, job.format, _said(job))
    known: set[str] = set()
    rows = await asyncio.to_thread(_from_row, job)
    while (step := await asyncio.to_thread(_prepared, rows, preparer, job.digest)) is not None:
        job = await _keep(engine, section, job, runner, *step, known)
    return job


def _said(job: Job) -> Saying:
    """What the sender of a job's file says of it."""
    return Saying(names=job.mapping, **job.options)  # type: ignore[arg-type]


def _from_row(job: Job) -> Rows:
    """The rows behind the last one that was kept."""
    rows = read_rows(Path(job.file), cast(RowFormat, job.format), SECTIONS[job.kind], job.mapping)
    return (row for row in rows if row[0] > job.row)


def _prepared(rows: Rows, preparer: Preparer, digest: str) -> tuple[int, int, Prepared] | None:
    """The next chunk, read and checked: its last row, how many it has, and what came of them. Raises BrokenFile.

    Not beside the writing of the chunk before: the two would only wait for each other, as one interpreter runs both.
    """
    try:
        chunk = list(islice(rows, CHUNK))
    except FileNotFoundError:
        raise BrokenFile(_whole(1, "no file any more", "the file that was sent")) from None
    except UnreadableFile as fault:
        raise BrokenFile(_whole(fault.row, fault.found, fault.expected)) from None
    return (chunk[-1][0], len(chunk), preparer.prepare(chunk, digest)) if chunk else None


def _whole(row: int, found: str, expected: str) -> JobProblem:
    return JobProblem(row=row, place="", found=found, expected=expected)


async def _keep(
    engine: AsyncEngine,
    section: Section,
    job: Job,
    runner: str,
    last: int,
    read: int,
    done: Prepared,
    known: set[str],
) -> Job:
    """Write a chunk down, and that it was read, in one transaction."""
    rejected = len({problem.row for problem in done.problems})
    counts = Counter(job.counts)
    counts.update(read=read, accepted=len(done.rows), rejected=rejected)
    changed: dict[str, Any] = {
        "row": last, "digest": done.digest, "counts": dict(counts), "problems": job.problems + len(done.problems),
    }  # fmt: skip
    async with open_writing(engine) as session:
        await jobs.change(session, job.number, runner, **changed)
        if done.rows:
            await staging.add_staged(session, section, done.rows)
        await staging.add_staged_words(session, job.number, done.words - known)
        await jobs.add_problems(session, job.number, done.problems)
    if len(known) < MOST_WORDS:
        known |= done.words
    return replace(job, **changed)


MOST_WORDS = 200_000
"""Most words that are remembered as written already."""
