"""Takes the rows of a job's file a chunk at a time, read and checked."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import cast

from app.documents.reading.statements import Saying
from app.documents.rows import RowFormat, read_rows
from app.documents.unreadable import UnreadableFile
from app.domain.ruleset import RuleSet
from app.services.importing.preparing import Prepared, Preparer, Section
from app.store.jobs import Job, JobProblem

SIZE = 5_000
"""Rows that are checked and kept at a time."""

SECTIONS: dict[str, Section] = {"catalogue": "credentials", "decisions": "decisions", "skills": "skills"}
"""The section that each kind of import fills."""


class BrokenFile(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, problem: JobProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Chunk:
    """Rows that were read and checked."""

    last: int
    """The last row of the file in it."""
    read: int
    """How many rows it has, those that were rejected included."""
    prepared: Prepared


class Chunks:
    """The chunks of a job's file behind the last row that was kept."""

    def __init__(self, job: Job, rules: RuleSet) -> None:
        section = SECTIONS[job.kind]
        rows = read_rows(Path(job.file), cast(RowFormat, job.format), section, job.mapping)
        self._rows = (row for row in rows if row[0] > job.row)
        self._preparer = Preparer(section, rules, job.number, job.format, _said(job))
        self._digest = job.digest

    def next(self) -> Chunk | None:
        """The next chunk, or None behind the last. Raises BrokenFile."""
        try:
            rows = list(islice(self._rows, SIZE))
        except FileNotFoundError:
            raise BrokenFile(_whole(1, "no file any more", "the file that was sent")) from None
        except UnreadableFile as fault:
            raise BrokenFile(_whole(fault.row, fault.found, fault.expected)) from None
        if not rows:
            return None
        prepared = self._preparer.prepare(rows, self._digest)
        self._digest = prepared.digest
        return Chunk(rows[-1][0], len(rows), prepared)


def _said(job: Job) -> Saying:
    """What the sender of a job's file says of it."""
    return Saying(names=job.mapping, **job.options)  # type: ignore[arg-type]


def _whole(row: int, found: str, expected: str) -> JobProblem:
    return JobProblem(row=row, place="", found=found, expected=expected)
