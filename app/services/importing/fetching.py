"""Fetches files that shall be imported from their addresses: one at a time in each process, beside the imports.

An import from an address waits in the state ``fetching`` until a process has its file; then it waits for its turn like
one whose file was sent. A process that dies leaves it to another, which asks the address again.
"""

import asyncio
import logging
import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.errors import UnreadableQuestion
from app.domain.verification import FetchRecord
from app.services.fetching import Fetcher, NotKept
from app.services.importing.polling import LEASE, new_name, repeat
from app.services.importing.requests import Wish, described
from app.services.importing.understanding import understand
from app.store import fetches
from app.store.database import open_session, open_writing
from app.store.jobs import Job, LostJob
from app.store.tables import CURATED

log = logging.getLogger(__name__)

NOTED_SECONDS = 2.0
"""How often it is noted how much is there."""


class Downloader:
    """Fetches files for the imports of a database, into the folder of files that were sent.

    ``fetcher`` is None where nothing may be asked for; then imports from addresses fail and say so.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        folder: Path,
        fetcher: Fetcher | None,
        *,
        most: int,
        seconds: float,
        lease: float = LEASE,
    ) -> None:
        self._engine, self._folder, self.fetcher = engine, folder, fetcher
        self._most, self._seconds, self._lease = most, seconds, lease
        self._name = new_name()

    async def run_for_ever(self, seconds: float) -> None:
        """Fetch every file that nobody fetches; look for one every so many seconds."""
        try:
            await repeat(self.run_next, seconds, "files to fetch")
        finally:
            with suppress(DBAPIError):
                async with open_writing(self._engine) as session:
                    await fetches.let_go(session, self._name)

    async def run_next(self) -> bool:
        """Fetch the file of the next import that waits for one; whether there was any."""
        async with open_session(self._engine) as session:
            number = await fetches.find_free(session)
        if number is None:
            return False
        async with open_writing(self._engine) as session:
            job = await fetches.take(session, number, self._name, self._lease)
        if job is None:
            return False
        path = self._folder / uuid.uuid4().hex
        kept = False
        try:
            kept = await self._fetch(job, path)
        except LostJob:
            log.warning("import %d was cancelled or taken over while its file was fetched", job.number)
        except DBAPIError:
            raise
        except Exception as error:  # whatever it is, the sender hears of it and the next file has its turn
            log.exception("the file of import %d could not be fetched", job.number)
            await self._fail(job, f"Something went wrong on our side ({type(error).__name__}).")
        finally:
            if not kept:
                await asyncio.to_thread(path.unlink, missing_ok=True)
        return True

    async def _fetch(self, job: Job, path: Path) -> bool:
        """Fetch the file of an import and see what it is; whether it is there. Raises LostJob."""
        if self.fetcher is None:
            await self._fail(job, "No address may be asked for here (FETCHING is off): send the file itself.")
            return False
        try:
            record, media_type = await self._download(self.fetcher, job, path)
        except (NotKept, OSError) as fault:
            log.exception("the file of import %d could not be written", job.number)
            await self._fail(job, f"The file could not be written on our side ({fault}).")
            return False
        reached = record.redirected_to or record.address
        if record.problem is not None:
            await self._fail(job, f"{job.url} could not be fetched: {record.problem}.")
            return False
        name = unquote(urlsplit(reached).path.rpartition("/")[2])[:300] or "download"
        wish = _wish_of(job)
        try:
            found = await asyncio.to_thread(understand, path, name, wish.format, wish.kind, media_type)
            told = described(found, wish)
        except UnreadableQuestion as fault:
            await self._fail(job, str(fault), reached=reached, file_name=name)
            return False
        if told["collection"] != job.collection:
            text = f"Found framework data, which has no name; expected what becomes the collection {job.collection!r}."
            await self._fail(job, text, reached=reached, file_name=name)
            return False
        place = str(await asyncio.to_thread(path.absolute))
        async with open_writing(self._engine) as session:
            await fetches.arrive(session, job.number, self._name, file=place, file_name=name, reached=reached, **told)
        return True

    async def _download(self, fetcher: Fetcher, job: Job, path: Path) -> tuple[FetchRecord, str]:
        """What an address gives, written to a new file. Raises LostJob, NotKept and OSError."""
        assert job.url is not None
        there = 0

        def told(size: int) -> None:
            nonlocal there
            there = size

        async def stay_alive() -> None:
            while True:
                await asyncio.sleep(min(NOTED_SECONDS, self._lease / 4))
                try:
                    async with open_writing(self._engine) as session:
                        await fetches.keep(session, job.number, self._name, self._lease, there)
                except DBAPIError:
                    log.warning("could not renew the lease of import %d", job.number, exc_info=True)

        file = await asyncio.to_thread(_new_file, path)
        try:
            async with asyncio.TaskGroup() as tasks:
                living = tasks.create_task(stay_alive())
                found = await fetcher.download(job.url, file, most=self._most, seconds=self._seconds, told=told)
                living.cancel()
        except* LostJob:
            raise LostJob from None
        finally:
            await asyncio.to_thread(_close, file)
        return found

    async def _fail(self, job: Job, failure: str, **values: str) -> None:
        with suppress(LostJob):
            async with open_writing(self._engine) as session:
                await fetches.fail(session, job.number, self._name, failure, **values)


def _wish_of(job: Job) -> Wish:
    """How the file of an import shall be imported."""
    return Wish(
        kind=job.kind or None,
        collection=None if job.collection == CURATED else job.collection,
        format=job.format or None,  # type: ignore[arg-type]
        mapping=job.mapping,
        **job.options,  # type: ignore[arg-type]
    )


def _new_file(path: Path) -> IO[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb")


def _close(file: IO[bytes]) -> None:
    """Close a file when all of it is on the disk."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
