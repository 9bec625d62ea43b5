"""Reads the rows of a job and lets them wait in the database, a chunk at a time, each for good.

Checking a row takes longer than writing it down, and one interpreter does not do both at once. So the rows of a large
file are checked by a process beside this one, a chunk ahead of what is being written; until it has started, here.
"""

import asyncio
import os
from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.ruleset import RuleSet
from app.services.importing.beside import Beside
from app.services.importing.chunks import SECTIONS, Chunk, Chunks
from app.store import jobs, staging
from app.store.database import open_writing
from app.store.jobs import Job

MANY = 40_000
"""Rows from which on a process of their own is worth starting, which takes a second or two of a processor."""
BYTES_OF_A_ROW = 256
"""About how long a row is, where nobody counted them."""

MOST_WORDS = 200_000
"""Most words that are remembered as written already."""


async def read_job(engine: AsyncEngine, job: Job, runner: str, rules: RuleSet, many: int = MANY) -> Job:
    """Read what is left of a job's file, and let its rows wait: the job as it then stands.

    A process that dies loses at most the chunk that it was reading. With ``many`` rows another one checks them. Raises
    BrokenFile, LostJob and CheckerDied.
    """
    left = (job.bytes // BYTES_OF_A_ROW if job.rows is None else job.rows) - job.row
    beside = Beside() if left >= many and (os.cpu_count() or 1) > 1 else None
    known: set[str] = set()
    try:
        chunks = await asyncio.to_thread(Chunks, job, rules)
        while (chunk := await asyncio.to_thread(chunks.next)) is not None:
            job = await _keep(engine, job, runner, chunk, known)
            if beside is not None and beside.has_started():
                await asyncio.to_thread(beside.begin, job, rules)
                break
        else:
            return job
        while (chunk := await asyncio.to_thread(beside.next)) is not None:
            job = await _keep(engine, job, runner, chunk, known)
        return job
    finally:
        if beside is not None:
            await asyncio.shield(asyncio.to_thread(beside.end))


async def _keep(engine: AsyncEngine, job: Job, runner: str, chunk: Chunk, known: set[str]) -> Job:
    """Write a chunk down, and that it was read, in one transaction."""
    done = chunk.prepared
    rejected = len({problem.row for problem in done.problems})
    counts = Counter(job.counts)
    counts.update(read=chunk.read, accepted=len(done.rows), rejected=rejected)
    changed: dict[str, Any] = {
        "row": chunk.last, "digest": done.digest, "counts": dict(counts), "problems": job.problems + len(done.problems),
        "attempts": 1,
    }  # fmt: skip
    async with open_writing(engine) as session:
        await jobs.change(session, job.number, runner, **changed)
        if done.rows:
            await staging.add_staged(session, SECTIONS[job.kind], done.rows)
        await staging.add_staged_words(session, job.number, done.words - known)
        await jobs.add_problems(session, job.number, done.problems)
    if len(known) < MOST_WORDS:
        known |= done.words
    return replace(job, **changed)
