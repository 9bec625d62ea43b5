"""Makes a draft release of framework data that was sent: one YAML file, or a zip archive of a data folder."""

import asyncio
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from app.datasets.check import check_data
from app.datasets.checks import check_files
from app.datasets.consistency import check_consistency, cycles_of
from app.datasets.exceptions import DeviantLink, Exceptions
from app.datasets.problems import InvalidData, Problem
from app.datasets.reader import DataFile, read_dataset
from app.datasets.yaml_text import YamlText
from app.documents.rows import check_archive
from app.documents.unreadable import UnreadableFile
from app.domain.access import Caller
from app.domain.credit_cycles import TOLERANCE
from app.domain.dataset import SECTIONS, Dataset, merged
from app.services.auditing import record
from app.services.cases import read_cases
from app.store import jobs, releases
from app.store.database import open_session, open_turn
from app.store.jobs import Job
from app.store.rebasing import get_release
from app.store.writing import Clash

LARGEST_ARCHIVE = 67_108_864
"""Most bytes of an archive of framework data once unpacked."""
_FOLDERS = ("frameworks", "catalogue", "evidence", "cases")


class OtherBase(Exception):
    """Another release was activated while the data was read: it has to be checked again."""


async def import_framework(engine: AsyncEngine, job: Job, runner: str, caller: Caller) -> None:
    """Check the data, store it as a draft that builds on the active release, and end the job.

    An archive replaces all framework data. A single file adds its statements and replaces those of the same ids; what
    no longer holds is closed in it, not left out. Raises InvalidData, OtherBase and LostJob.
    """
    async with open_session(engine) as session:
        active = await releases.find_active_number(session)
        base = await releases.find_dataset(session, active) if active and job.format == "yaml" else Dataset()
        cases = await releases.find_cases(session, active or 0) if job.format == "yaml" else []
    if job.format == "yaml":
        dataset = await asyncio.to_thread(_with_file, job, base, f"release {active}")
    else:
        dataset, cases = await asyncio.to_thread(_from_archive, job)
    counts = {section: len(getattr(dataset, section)) for section in SECTIONS}
    async with open_turn(engine) as session:
        if await releases.find_active_number(session) != active:
            raise OtherBase
        if job.dry_run:
            await jobs.finish(session, job.number, runner, "succeeded", counts={**job.counts, **counts})
            return
        try:
            number = await releases.add_release(session, dataset, job.checksum, imported=True, cases=cases)
        except Clash as clash:
            expected = "ids that no imported catalogue has"
            raise InvalidData(
                [Problem(job.file_name, 1, "", f"the id {key!r}", expected) for key in clash.ids]
            ) from None
        made = None if number == active else number
        await jobs.finish(session, job.number, runner, "succeeded", counts=counts, release=made)
        checksum = (await get_release(session, number)).checksum
        await record(
            session, caller, "import.draft", f"import {job.number}",
            before={"release": active}, after={"draft": made, "checksum": checksum},
        )  # fmt: skip


def _with_file(job: Job, base: Dataset, name: str) -> Dataset:
    """The statements of a release with those of one file in their place or besides."""
    file = read_dataset(job.file_name, Path(job.file).read_bytes())
    own = {section: {item.id for item in getattr(file.dataset, section)} for section in SECTIONS}
    kept: dict[str, Any] = {
        section: tuple(item for item in getattr(base, section) if item.id not in own[section]) for section in SECTIONS
    }
    files = [DataFile(YamlText(name), replace(base, **kept)), file]
    known = {link for cycle in cycles_of(base) if cycle.deviation > TOLERANCE for link in cycle.links}
    standing = Exceptions(credit_links=tuple(DeviantLink(link=link, because=f"as in {name}") for link in known))
    problems = [*check_files(files), *check_consistency(files, standing)]
    if mine := [problem for problem in problems if problem.file == job.file_name]:
        raise InvalidData(mine)
    return merged(part.dataset for part in files)


def _from_archive(job: Job) -> tuple[Dataset, list[dict[str, Any]]]:
    """All that an archive of a data folder holds, and its worked cases."""
    with tempfile.TemporaryDirectory(prefix="passerelle-") as place:
        folder = Path(place)
        try:
            check_archive(Path(job.file), LARGEST_ARCHIVE)
            with zipfile.ZipFile(job.file) as archive:
                for entry, target in _wanted(archive, job.file_name):
                    (folder / target).parent.mkdir(parents=True, exist_ok=True)
                    (folder / target).write_bytes(archive.read(entry))
        except UnreadableFile as fault:
            raise InvalidData([Problem(job.file_name, 1, "", fault.found, fault.expected)]) from None
        except (zipfile.BadZipFile, OSError, EOFError) as error:
            raise InvalidData([Problem(job.file_name, 1, "", f"no archive ({error})", "a zip archive")]) from None
        if not (folder / "frameworks").is_dir():
            expected = "a folder 'frameworks' with YAML files, and beside it 'catalogue', 'evidence' and 'cases'"
            raise InvalidData([Problem(job.file_name, 1, "", "no framework files", expected)])
        return merged(file.dataset for file in check_data(folder)), read_cases(folder / "cases")


def _wanted(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """The entries of a data folder, each with its place below the folder; nothing may lead out of it."""
    for entry in archive.infolist():
        path = PurePosixPath(entry.filename)
        is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename or is_link:
            found = f"the entry {entry.filename!r}"[:200]
            raise InvalidData([Problem(name, 1, "", found, "names that stay within the archive")])
        if entry.is_dir() or path.suffix != ".yaml":
            continue
        start = next((n for n, part in enumerate(path.parts[:-1]) if part in _FOLDERS), None)
        if start is not None:
            yield entry, PurePosixPath(*path.parts[start:])
        elif path.name == "exceptions.yaml":
            yield entry, PurePosixPath(path.name)
