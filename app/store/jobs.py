"""Jobs that import: kept in the database, worked on by one process at a time.

Whoever works on a job holds a lease and renews it. Every change that a worker makes asks that it still holds the job,
so a process that was thought dead and comes back changes nothing any more.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.store import staging
from app.store.job_tables import ImportJobRow, ImportProblemRow
from app.store.moments import as_utc
from app.store.tables import columns_of

Kind = Literal["framework", "catalogue", "decisions", "skills"]
State = Literal["fetching", "queued", "running", "succeeded", "failed", "cancelled", "undone"]

FINISHED: frozenset[State] = frozenset({"succeeded", "failed", "cancelled", "undone"})

_JOBS = columns_of(ImportJobRow)
_PROBLEMS = columns_of(ImportProblemRow)


class LostJob(Exception):
    """Another process has the job now, or somebody cancelled it: this one has to leave it alone."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as it stands."""

    number: int
    kind: Kind | Literal[""]
    """What its file holds; empty while it is fetched and nobody said it."""
    collection: str
    state: State
    dry_run: bool
    on_error: Literal["abort", "skip"]
    format: str
    mapping: Mapping[str, str]
    options: Mapping[str, str]
    url: str | None
    reached: str | None
    file: str
    file_name: str
    bytes: int
    checksum: str
    who: str
    who_name: str
    address: str
    idempotency_key: str | None
    request_checksum: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    rows: int | None
    row: int
    digest: str
    ground: str
    counts: Mapping[str, int]
    problems: int
    release: int | None
    failure: str | None
    cancelling: bool
    attempts: int


@dataclass(frozen=True, kw_only=True)
class JobProblem:
    """What is wrong with a row."""

    row: int
    place: str
    found: str
    expected: str
    file: str | None = None


LONGEST_TEXT = 500
"""Most characters of what is told of a problem, of each of its parts: senders choose some of them."""


def short(text: str) -> str:
    """A text as it is told, with its end left out when it is too long."""
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


_FIELDS = tuple(Job.__dataclass_fields__)


def _job(row: Any) -> Job:
    values: dict[str, Any] = {name: getattr(row, name) for name in _FIELDS}
    values |= {name: as_utc(value) for name, value in values.items() if isinstance(value, datetime)}
    return Job(**values)


_SELECT = select(*(_JOBS[name] for name in _FIELDS))


async def add_job(session: AsyncSession, **values: Any) -> int:
    """Add a job that waits: its number."""
    row = {
        "state": "queued", "created_at": datetime.now(UTC), "counts": {}, "row": 0, "digest": "", "ground": "",
        "problems": 0, "cancelling": False, "attempts": 0, "options": {}, **values,
    }  # fmt: skip
    return int((await session.execute(insert(ImportJobRow).values(row).returning(_JOBS.number))).scalar_one())


async def find_job(session: AsyncSession, number: int) -> Job | None:
    """A job, or None."""
    row = (await session.execute(_SELECT.where(_JOBS.number == number))).one_or_none()
    return None if row is None else _job(row)


async def find_job_by_key(session: AsyncSession, who: str, key: str) -> Job | None:
    """The job that this caller began under this key, or None."""
    query = _SELECT.where(_JOBS.who == who, _JOBS.idempotency_key == key)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _job(row)


async def list_jobs(session: AsyncSession, *, before: int | None, limit: int) -> list[Job]:
    """Jobs, the newest first, from below the number ``before``."""
    query = _SELECT.order_by(_JOBS.number.desc()).limit(limit)
    if before is not None:
        query = query.where(_JOBS.number < before)
    return [_job(row) for row in (await session.execute(query)).all()]


def _is_free() -> ColumnElement[bool]:
    """Whether a job waits, or was left by a process that died, and no earlier job on the same data is unfinished."""
    earlier = aliased(ImportJobRow)
    first = ~exists().where(
        earlier.collection == _JOBS.collection,  # type: ignore[arg-type]
        earlier.number < _JOBS.number,
        earlier.state.in_(["fetching", "queued", "running"]),  # type: ignore[attr-defined]
    )
    left = and_(_JOBS.state == "running", _JOBS.lease_until < time.time())
    return and_(or_(_JOBS.state == "queued", left), first)


async def find_free(session: AsyncSession) -> int | None:
    """Number of the next job that nobody works on, or None."""
    number: int | None = (await session.execute(select(func.min(_JOBS.number)).where(_is_free()))).scalar_one_or_none()
    return number


async def claim(session: AsyncSession, number: int, runner: str, seconds: float) -> Job | None:
    """Take a job that nobody works on for so many seconds; None where somebody else was first.

    One conditional statement, so that of several processes one gets it.
    """
    now = datetime.now(UTC)
    taking = update(ImportJobRow).where(_JOBS.number == number, _is_free())
    values = {
        "state": "running", "runner": runner, "lease_until": time.time() + seconds,
        "started_at": func.coalesce(_JOBS.started_at, now), "attempts": _JOBS.attempts + 1,
    }  # fmt: skip
    done = await session.execute(taking.values(values), execution_options={"synchronize_session": False})
    return await find_job(session, number) if done.rowcount else None  # type: ignore[attr-defined]


async def renew(session: AsyncSession, number: int, runner: str, seconds: float) -> bool:
    """Keep a job for so many more seconds; whether somebody asked to stop it. Raises LostJob."""
    await change(session, number, runner, lease_until=time.time() + seconds)
    return bool((await session.execute(select(_JOBS.cancelling).where(_JOBS.number == number))).scalar_one())


async def change(session: AsyncSession, number: int, by: str, /, *, during: State = "running", **values: Any) -> None:
    """Change a job that one works on. Raises LostJob where one does not any more, or somebody ended it."""
    changing = update(ImportJobRow).where(_JOBS.number == number, _JOBS.runner == by, _JOBS.state == during)
    done = await session.execute(changing.values(values), execution_options={"synchronize_session": False})
    if not done.rowcount:  # type: ignore[attr-defined]
        raise LostJob


async def finish(
    session: AsyncSession, number: int, runner: str, state: State, *, during: State = "running", **values: Any
) -> None:
    """End a job that one works on, and forget what waited for it, in one transaction. Raises LostJob."""
    values |= {"state": state, "finished_at": datetime.now(UTC), "runner": None, "lease_until": None}
    await change(session, number, runner, during=during, **values)
    await staging.clear_staged(session, number)


async def let_go(session: AsyncSession, runner: str, *, during: State = "running") -> None:
    """Leave what one works on to others at once, because this process ends."""
    leaving = update(ImportJobRow).where(_JOBS.runner == runner, _JOBS.state == during)
    await session.execute(leaving.values(lease_until=0.0), execution_options={"synchronize_session": False})


async def ask_to_stop(session: AsyncSession, number: int) -> bool:
    """Cancel a job that waits, or ask whoever works on it to stop; whether it was not finished yet."""
    values = {"state": "cancelled", "finished_at": datetime.now(UTC)}
    is_waiting = _JOBS.state.in_(["fetching", "queued"])
    waiting = update(ImportJobRow).where(_JOBS.number == number, is_waiting)
    options = {"synchronize_session": False}
    if (await session.execute(waiting.values(values), execution_options=options)).rowcount:  # type: ignore[attr-defined]
        return True
    running = update(ImportJobRow).where(_JOBS.number == number, _JOBS.state == "running")
    done = await session.execute(running.values(cancelling=True), execution_options=options)
    return bool(done.rowcount)  # type: ignore[attr-defined]


async def find_files(session: AsyncSession) -> list[tuple[str, bool]]:
    """The files of all jobs, and whether somebody may still need each: a job that is not finished, or rejected rows."""
    unfinished = _JOBS.state.not_in(FINISHED)
    needed = or_(unfinished, and_(_JOBS.problems > 0, _JOBS.kind != "framework"))
    return [(file, bool(is_needed)) for file, is_needed in (await session.execute(select(_JOBS.file, needed))).all()]


async def mark_undone(session: AsyncSession, number: int) -> None:
    """Note that what a job did was taken back."""
    marking = update(ImportJobRow).where(_JOBS.number == number, _JOBS.state == "succeeded")
    await session.execute(marking.values(state="undone"), execution_options={"synchronize_session": False})


async def find_later(session: AsyncSession, job: Job) -> Job | None:
    """The first later job that made a release of the same data and was not undone, or None."""
    query = _SELECT.where(
        _JOBS.collection == job.collection, _JOBS.release > job.release, _JOBS.state == "succeeded"
    ).order_by(_JOBS.release)
    row = (await session.execute(query.limit(1))).one_or_none()
    return None if row is None else _job(row)


async def add_problems(session: AsyncSession, job: int, problems: Sequence[JobProblem]) -> None:
    """Keep what is wrong with rows of a job."""
    rows = [
        {
            "job": job, "file": p.file, "row": p.row, "place": short(p.place), "found": short(p.found),
            "expected": short(p.expected),
        }
        for p in problems
    ]  # fmt: skip
    if rows:
        await session.execute(insert(ImportProblemRow), rows)


async def list_problems(session: AsyncSession, job: int, *, after: int, limit: int) -> list[tuple[int, JobProblem]]:
    """What is wrong with the rows of a job, each behind a key to read on from, in the order in which it was found."""
    query = select(*_PROBLEMS).where(_PROBLEMS.job == job, _PROBLEMS.pk > after).order_by(_PROBLEMS.pk).limit(limit)
    return [
        (row.pk, JobProblem(row=row.row, place=row.place, found=row.found, expected=row.expected, file=row.file))
        for row in (await session.execute(query)).all()
    ]


async def list_rejected(session: AsyncSession, job: int) -> list[int]:
    """The rows with which something is wrong, in order."""
    query = select(_PROBLEMS.row).where(_PROBLEMS.job == job).distinct().order_by(_PROBLEMS.row)
    return list((await session.execute(query)).scalars())


async def forget_problems(session: AsyncSession, job: int, rows: Iterable[int] | None = None) -> None:
    """Forget what was found, because the file is read again from the beginning."""
    forgetting = delete(ImportProblemRow).where(_PROBLEMS.job == job)
    if rows is not None:
        forgetting = forgetting.where(_PROBLEMS.row.in_(list(rows)))
    await session.execute(forgetting)
