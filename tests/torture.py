"""Kills a process that imports, activates and takes back, at random moments, and looks what it left.

``python -m tests.torture KILLS [DATABASE_URL]`` for many kills; the suite does a few.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.domain.errors import Fault
from app.services import activating
from app.services.administration import load, operator
from app.services.importing import jobs as importing
from app.services.importing.requests import Wish, add_import
from app.services.importing.running import Runner
from app.services.searching import Vocabularies, search_credentials
from app.store import jobs, releases
from app.store.catalogue import Wanted
from app.store.database import open_database, open_session
from app.store.job_tables import STAGED_CREDENTIALS, STAGED_WORDS
from app.store.releases import in_release
from app.store.tables import CredentialIdentifierRow, CredentialNameRow, CredentialRow, columns_of
from tests.databases import migrated
from tests.factories import EXLAND

ROWS = 1_200
"""Rows of the smallest file; the largest has five times as many."""
LEASE = 1.0
NAMES = ("red", "blue")
VERSIONS = 4


def write_file(folder: Path, name: str, version: int) -> Path:
    """A catalogue whose every row says which version it is; a part of the rows goes with each version."""
    file = folder / f"{name}-{version}.ndjson"
    lines = []
    for n in range(ROWS * (1 + version % VERSIONS)):
        told = {
            "title": f"{name} number {n} version {version}",
            "identifiers": [{"scheme": "n", "value": f"{name}{n}"}],
        }
        lines.append(json.dumps({"id": f"{name}-{n}", "confidence": "low", "credential": told}))
    file.write_text("\n".join(lines) + "\n")
    return file


async def work(url: str, folder: Path, seed: int) -> None:
    """Do one thing after another until somebody ends it."""
    chance = random.Random(seed)
    engine = open_database(url)
    runner = Runner(engine, lease=LEASE)
    print("ready", flush=True)  # noqa: T201
    while True:
        name = chance.choice(NAMES)
        what = chance.random()
        try:
            if what < 0.6:
                wish = Wish(kind="catalogue", collection=name)
                file = await asyncio.to_thread(write_file, folder, name, chance.randrange(VERSIONS))
                job = await add_import(engine, file, file.name, wish, caller=operator())
                await runner.run_next(job.number)
            elif what < 0.75:
                await activating.roll_back(engine, operator())
            elif what < 0.9:
                async with open_session(engine) as session:
                    known = await jobs.list_jobs(session, before=None, limit=6)
                await importing.undo(engine, operator(), chance.choice(known).number if known else 0)
            else:
                async with open_session(engine) as session:
                    numbers = [release.number for release in await releases.list_releases(session)]
                await activating.activate(engine, operator(), chance.choice(numbers))
        except Fault:
            continue


async def check(url: str) -> dict[str, int]:
    """Let what was interrupted be finished, and compare all with all: how many jobs there are by state."""
    engine = open_database(url)
    try:
        runner = Runner(engine, lease=LEASE)
        deadline = time.monotonic() + 60
        while True:
            while await runner.run_next():
                pass
            async with open_session(engine) as session:
                known = await jobs.list_jobs(session, before=None, limit=100_000)
            if all(job.state in jobs.FINISHED for job in known):
                break
            assert time.monotonic() < deadline, [job for job in known if job.state not in jobs.FINISHED]
            await asyncio.sleep(0.1)
        await _check_states(engine, known)
        states = [job.state for job in known]
        return {state: states.count(state) for state in sorted(set(states))}
    finally:
        await engine.dispose()


async def _check_states(engine: AsyncEngine, known: list[jobs.Job]) -> None:
    async with open_session(engine) as session:
        listed = {release.number: release for release in await releases.list_releases(session)}
        assert sum(release.active for release in listed.values()) == 1
        for release in listed.values():
            await _check_release(session, release)
        for job in known:
            assert job.state in ("succeeded", "undone"), job
            assert job.release is None or job.release in listed
            assert job.counts["accepted"] == job.row
        for table in (STAGED_CREDENTIALS, STAGED_WORDS):
            assert (await session.execute(select(func.count()).select_from(table))).scalar_one() == 0
        made = {job.release for job in known if job.release is not None}
        assert len(made) == len([job for job in known if job.release is not None])
        words = await Vocabularies().get(session, max(listed))
        number = next(n for n, release in listed.items() if release.active)
        for name in listed[number].collections:
            wanted = Wanted(collection=name)
            hits = await search_credentials(session, words, number, f"{name} number 7", wanted, after="", limit=5)
            assert any(entry.id == f"{name}-7" for entry in hits.entries), name


async def _check_release(session: AsyncSession, release: Any) -> None:
    """Every collection of a release is of one version, whole, with all that stands below its rows."""
    columns = columns_of(CredentialRow)
    for name in NAMES:
        here = [columns.collection == name, *in_release(CredentialRow, release.number)]
        titles = list((await session.execute(select(columns.title).where(*here))).scalars())
        expected = release.collections.get(name, {}).get("credentials", 0)
        assert len(titles) == expected, (release.number, name, len(titles), expected)
        versions = {title.rpartition(" ")[2] for title in titles}
        assert len(versions) == (1 if titles else 0), (release.number, name, versions)
        if titles:
            assert len(titles) == ROWS * (1 + int(versions.pop()) % VERSIONS)
        for table in (CredentialNameRow, CredentialIdentifierRow):
            below = columns_of(table).credential_pk
            query = select(func.count(below.distinct())).join(CredentialRow, columns.pk == below).where(*here)
            assert (await session.execute(query)).scalar_one() == len(titles)


def torture(url: str, kills: int, seed: int = 0) -> dict[str, int]:
    """Kill so many times; how many jobs there were by state."""
    chance = random.Random(seed)
    migrated(url)
    asyncio.run(load(url, EXLAND))
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for n in range(kills):
            command = [sys.executable, "-m", "tests.torture", "--work", url, folder, str(seed * 100_000 + n)]
            worker = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ, start_new_session=True)
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0.02, 2.0))  # the moment of the kill is what is tried
            assert worker.poll() is None, "the worker ended by itself"
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            worker.stdout.close()
            counts = asyncio.run(check(url))
    return counts


if __name__ == "__main__":
    if sys.argv[1] == "--work":
        asyncio.run(work(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
    else:
        with tempfile.TemporaryDirectory() as place:
            address = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{place}/torture.db"
            print(torture(address, int(sys.argv[1]), random.randrange(1000)))  # noqa: T201
