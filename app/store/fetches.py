"""Imports whose file is still to be fetched from its address: taken by one process at a time, under a lease."""

import time
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.store import jobs
from app.store.job_tables import ImportJobRow
from app.store.jobs import Job, change, find_job, finish
from app.store.tables import columns_of

_JOBS = columns_of(ImportJobRow)


def _is_free() -> ColumnElement[bool]:
    left: ColumnElement[bool] = or_(_JOBS.lease_until.is_(None), _JOBS.lease_until < time.time())
    return left & (_JOBS.state == "fetching")


async def find_free(session: AsyncSession) -> int | None:
    """Number of the first import whose file nobody fetches, or None."""
    number: int | None = (await session.execute(select(func.min(_JOBS.number)).where(_is_free()))).scalar_one_or_none()
    return number


async def take(session: AsyncSession, number: int, runner: str, seconds: float) -> Job | None:
    """Take an import whose file nobody fetches for so many seconds; None where somebody else was first."""
    taking = update(ImportJobRow).where(_JOBS.number == number, _is_free())
    values = {"runner": runner, "lease_until": time.time() + seconds}
    done = await session.execute(taking.values(values), execution_options={"synchronize_session": False})
    return await find_job(session, number) if done.rowcount else None  # type: ignore[attr-defined]


async def keep(session: AsyncSession, number: int, runner: str, seconds: float, size: int) -> None:
    """Note how much is there, and keep the import for so many more seconds. Raises LostJob."""
    await change(session, number, runner, during="fetching", bytes=size, lease_until=time.time() + seconds)


async def arrive(session: AsyncSession, number: int, runner: str, **values: Any) -> None:
    """Let an import whose file is there wait for its turn. Raises LostJob."""
    await change(session, number, runner, during="fetching", state="queued", runner=None, lease_until=None, **values)


async def fail(session: AsyncSession, number: int, runner: str, failure: str, **values: Any) -> None:
    """End an import whose file cannot be had. Raises LostJob."""
    await finish(session, number, runner, "failed", during="fetching", failure=failure, **values)


async def let_go(session: AsyncSession, runner: str) -> None:
    """Leave what one fetches to others at once, because this process ends."""
    await jobs.let_go(session, runner, during="fetching")
