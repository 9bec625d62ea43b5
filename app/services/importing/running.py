"""Works on jobs: one at a time in each process, kept by a lease, taken over when a process dies."""

import asyncio
import logging
import re
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.datasets.problems import InvalidData
from app.domain.errors import NotReady
from app.services.importing.applying import OtherGround, OtherKind, RejectedRows, apply_job, caller_of
from app.services.importing.chunks import SECTIONS, BrokenFile
from app.services.importing.framework import OtherBase, import_framework
from app.services.importing.polling import LEASE, new_name, repeat
from app.services.importing.reading import read_job
from app.store import jobs, releases, staging
from app.store.database import open_session, open_writing
from app.store.jobs import Job, JobProblem, LostJob
from app.store.rebasing import get_release

MOST_ATTEMPTS = 5
"""How often a job is taken without getting further: a file that ends every process must not end them for ever."""
SWEEP_SECONDS = 3600.0
"""How often a process looks for files that nobody needs any more."""

UPLOAD_SECONDS = 604_800.0
"""How long a file that no job knows may still be on its way to become one: since it was last written to."""
SENT_NAME = r"[0-9a-f]{32}"
"""Names of files that were sent, as they are received; the folder may hold others, which are not ours."""

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Somebody asked to stop."""


class Runner:
    """Works on the jobs of a database, under a name of its own."""

    def __init__(self, engine: AsyncEngine, folder: Path | None = None, lease: float = LEASE) -> None:
        """``folder`` holds the files that were sent; those in it are deleted when nobody needs them any more."""
        self._engine = engine
        self._folder = folder
        self._lease = lease
        self._sweeping = 0.0
        self.name = new_name()

    async def run_for_ever(self, seconds: float) -> None:
        """Work on every job that nobody works on; look for one every so many seconds. Remove files left behind."""
        try:
            await repeat(self._step, seconds, "imports")
        finally:
            await self.let_go()

    async def _step(self) -> bool:
        if self._folder is not None and time.monotonic() >= self._sweeping:
            self._sweeping = time.monotonic() + SWEEP_SECONDS
            await sweep(self._engine, self._folder)
        return await self.run_next()

    async def let_go(self) -> None:
        """Leave what is unfinished to others at once."""
        with suppress(DBAPIError):
            async with open_writing(self._engine) as session:
                await jobs.let_go(session, self.name)

    async def run_next(self, number: int | None = None) -> bool:
        """Work on the next job, or on this one, until it is finished; whether there was one to take."""
        if number is None:
            async with open_session(self._engine) as session:
                number = await jobs.find_free(session)
        if number is None:
            return False
        claiming = asyncio.create_task(self._claim(number))
        try:
            job = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            if taken := await claiming:  # while this process was told to end
                await self._stop(taken)
            raise
        if job is None:
            return False
        if job.attempts > MOST_ATTEMPTS:
            await self._give_up(job)
            return True
        working = asyncio.create_task(self._work(job))
        living = asyncio.create_task(self._stay_alive(job.number, working))
        try:
            await asyncio.wait([working])
        finally:
            for task in (living, working):
                task.cancel()
            await asyncio.gather(living, working, return_exceptions=True)
            if working.cancelled():  # which it may be before it began
                await asyncio.shield(self._stop(job))
            await asyncio.shield(clean_up(self._engine, job.number, self._folder))
        return True

    async def _claim(self, number: int) -> Job | None:
        async with open_writing(self._engine) as session:
            return await jobs.claim(session, number, self.name, self._lease)

    async def _stay_alive(self, number: int, working: "asyncio.Task[None]") -> None:
        """Renew the lease while a job is worked on; stop the work when somebody asks, or when the job was lost."""
        while True:
            await asyncio.sleep(self._lease / 4)
            try:
                async with open_writing(self._engine) as session:
                    stopping = await jobs.renew(session, number, self.name, self._lease)
            except LostJob:
                return
            except DBAPIError:
                log.warning("could not renew the lease of import %d", number, exc_info=True)
                continue
            if stopping:
                working.cancel()
                return

    async def _work(self, job: Job) -> None:
        try:
            await self._import(job)
        except LostJob:
            log.warning("import %d was taken over or ended by somebody else", job.number)
        except (OperationalError, InterfaceError):
            log.exception("import %d could not go on; it will be tried again", job.number)
        except Exception as error:  # whatever it is, the sender hears of it and the next job has its turn
            log.exception("import %d failed", job.number)
            await self._fail(job, f"Something went wrong on our side ({type(error).__name__}).")

    async def _import(self, job: Job) -> None:
        """Read, check and apply a job, again from the start when the framework data changes meanwhile."""
        if job.kind == "framework":
            await self._import_framework(job)
            return
        while True:
            job = await self._on_ground(job)
            try:
                async with open_session(self._engine) as session:
                    active = await releases.find_active_number(session)
                    rules = None if active is None else await releases.find_rules(session, active)
                if rules is None:
                    raise NotReady
                job = await read_job(self._engine, job, self.name, rules)
                job = await self._without_doubles(job)
                if job.problems and job.on_error == "abort":
                    await self._fail(job, f"{job.counts['rejected']} rows cannot be imported.")
                elif not job.counts.get("accepted"):
                    await self._fail(job, "There is no row that can be imported.")
                else:
                    await apply_job(self._engine, job, self.name)
            except OtherGround:
                continue
            except BrokenFile as broken:
                await self._fail(job, f"The file cannot be read: {broken.problem.found}.", [broken.problem])
            except RejectedRows as rejected:
                await self._fail(job, f"{len(rejected.problems)} rows do not fit.", rejected.problems)
            except (NotReady, OtherKind) as fault:
                await self._fail(job, str(fault))
            return

    async def _import_framework(self, job: Job) -> None:
        while True:
            try:
                await import_framework(self._engine, job, self.name, caller_of(job))
            except OtherBase:
                continue
            except InvalidData as invalid:
                problems = [
                    JobProblem(file=p.file, row=p.line, place=p.pointer, found=p.found, expected=p.expected)
                    for p in invalid.problems
                ]
                await self._fail(job, f"{len(problems)} faults in the data.", problems)
            return

    async def _on_ground(self, job: Job) -> Job:
        """The job, begun again where the framework data is not that against which its rows were checked."""
        async with open_writing(self._engine) as session:
            active = await releases.find_active_number(session)
            ground = "" if active is None else (await get_release(session, active)).data_checksum
            if job.ground == ground:
                return job
            await jobs.change(session, job.number, self.name, ground=ground, row=0, digest="", counts={}, problems=0)
            await staging.clear_staged(session, job.number)
            await jobs.forget_problems(session, job.number)
            again = await jobs.find_job(session, job.number)
        assert again is not None
        return again

    async def _without_doubles(self, job: Job) -> Job:
        """The job after rows whose id an earlier row has were rejected."""
        section = SECTIONS[job.kind]
        async with open_session(self._engine) as session:
            doubles = await staging.find_doubles(session, section, job.number)
        if not doubles:
            return job
        problems = [
            JobProblem(row=row, place="/id", found=f"{name!r} a second time", expected="each id once")
            for row, name in doubles
        ]
        counts = Counter(job.counts)
        counts.update(accepted=-len(doubles), rejected=len(doubles))
        async with open_writing(self._engine) as session:
            await jobs.change(
                session, job.number, self.name, counts=dict(counts), problems=job.problems + len(problems)
            )
            await staging.drop_staged(session, section, job.number, [row for row, _ in doubles])
            await jobs.add_problems(session, job.number, problems)
            found = await jobs.find_job(session, job.number)
        assert found is not None
        return found

    async def _give_up(self, job: Job) -> None:
        """End a job that was taken again and again and got no further."""
        place = f"after row {job.row}" if job.row else "before a row was kept"
        log.error("import %d is given up: it was begun %d times and got no further", job.number, MOST_ATTEMPTS)
        with suppress(LostJob):
            await self._fail(
                job,
                f"It was begun {MOST_ATTEMPTS} times, and each time the process that worked on it ended {place}. The "
                "file may need more memory than there is, or the database may have no room: the log says more. "
                "Send it again in smaller parts.",
            )
        await clean_up(self._engine, job.number, self._folder)

    async def _fail(self, job: Job, failure: str, problems: list[JobProblem] | None = None) -> None:
        problems = problems or []
        async with open_writing(self._engine) as session:
            count = job.problems + len(problems)
            await jobs.finish(session, job.number, self.name, "failed", failure=failure, problems=count)
            await jobs.add_problems(session, job.number, problems)

    async def _stop(self, job: Job) -> None:
        """End the job when somebody asked to; a process that merely ends leaves it to others, as if not taken."""
        with suppress(LostJob, DBAPIError):
            async with open_writing(self._engine) as session:
                found = await jobs.find_job(session, job.number)
                if found is not None and found.cancelling:
                    await jobs.finish(session, job.number, self.name, "cancelled")
                elif found is not None:
                    await jobs.change(session, job.number, self.name, lease_until=0.0, attempts=found.attempts - 1)


async def clean_up(engine: AsyncEngine, number: int, folder: Path | None) -> None:
    """Forget the file of a job that is finished, unless rows of it were rejected and can be given back."""
    with suppress(DBAPIError):
        async with open_session(engine) as session:
            job = await jobs.find_job(session, number)
        if job is not None and job.state in jobs.FINISHED and not (job.problems and job.kind in SECTIONS):
            await asyncio.to_thread(forget_file, job, folder)


async def sweep(engine: AsyncEngine, folder: Path) -> None:
    """Delete files that nobody needs and that a process left behind which ended before it could delete them."""
    lying = await asyncio.to_thread(_lying, folder)  # before the jobs are read: what comes later has its job then
    if not lying:
        return
    async with open_session(engine) as session:
        known = {Path(file).name: is_needed for file, is_needed in await jobs.find_files(session)}
    for file, age in lying:
        if not known.get(file.name, age < UPLOAD_SECONDS):
            log.info("the file %s was left behind and is deleted", file.name)
            await asyncio.to_thread(file.unlink, missing_ok=True)


def _lying(folder: Path) -> list[tuple[Path, float]]:
    """The files that were sent, each with the seconds since it was last written to."""
    now = time.time()
    found = []
    for file in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # its job was finished just now
            if re.fullmatch(SENT_NAME, file.name):
                found.append((file, now - file.stat().st_mtime))
    return found


def forget_file(job: Job, folder: Path | None) -> None:
    """Delete the file of a job when it lies in the folder of files that were sent."""
    file = Path(job.file)
    if folder is not None and file.parent == folder.absolute():
        file.unlink(missing_ok=True)
