"""Rows that are checked in a process beside this one: the same as here, and the process never outlives its purpose."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from app.services.importing.beside import Beside, CheckerDied
from app.services.importing.chunks import SIZE, BrokenFile, Chunk, Chunks
from app.store.jobs import Job
from tests.factories import exland

LINES = 2 * SIZE + 10


def a_job(file: Path, **given: object) -> Job:
    """A job that imports a catalogue."""
    told: dict[str, object] = {
        "number": 7, "kind": "catalogue", "collection": "insects", "state": "running", "dry_run": False,
        "on_error": "skip", "format": "ndjson", "mapping": {}, "file": str(file), "file_name": file.name, "bytes": 1,
        "checksum": "", "who": "", "who_name": "", "address": "", "idempotency_key": None, "request_checksum": None,
        "created_at": datetime.now(UTC), "started_at": None, "finished_at": None, "rows": LINES, "row": 0,
        "digest": "", "ground": "", "counts": {}, "problems": 0, "release": None, "failure": None, "cancelling": False,
        "attempts": 1, "options": {}, "url": None, "reached": None,
    }  # fmt: skip
    return Job(**(told | given))  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Lines of which every hundredth has no title."""
    place = tmp_path / "insects.ndjson"
    with place.open("w") as out:
        for n in range(LINES):
            told = {"title": f"Ants {n}" if n % 100 else " ", "identifiers": [{"scheme": "n", "value": str(n)}]}
            out.write(json.dumps({"id": f"a-{n}", "confidence": "low", "credential": told}) + "\n")
    return place


@pytest.fixture
def beside() -> Iterator[Beside]:
    """A process that checks rows."""
    process = Beside()
    yield process
    process.end()


def all_of(chunks: Chunks | Beside) -> list[Chunk]:
    return list(iter(chunks.next, None))


def the_process() -> BaseProcess:
    (process,) = multiprocessing.active_children()
    return process


def test_it_gives_what_is_given_here(beside: Beside, file: Path) -> None:
    here = all_of(Chunks(a_job(file), exland()))
    beside.begin(a_job(file), exland())
    there = all_of(beside)
    assert there == here
    assert [chunk.read for chunk in there] == [SIZE, SIZE, 10]
    assert sum(len(chunk.prepared.problems) for chunk in there) == LINES // 100 + 1


def test_it_goes_on_behind_what_was_kept(beside: Beside, file: Path) -> None:
    first, *others = all_of(Chunks(a_job(file), exland()))
    beside.begin(a_job(file, row=first.last, digest=first.prepared.digest), exland())
    assert all_of(beside) == others


def test_it_tells_what_is_wrong_with_a_file(beside: Beside, tmp_path: Path) -> None:
    beside.begin(a_job(tmp_path / "gone.ndjson"), exland())
    with pytest.raises(BrokenFile) as broken:
        beside.next()
    assert broken.value.problem.found == "no file any more"


def test_faults_of_ours_are_told_with_their_place(beside: Beside, file: Path) -> None:
    beside.begin(a_job(file, format="no format"), exland())
    with pytest.raises(CheckerDied, match="KeyError: 'no format'"):
        beside.next()


def test_its_end_is_noticed(beside: Beside, file: Path) -> None:
    beside.begin(a_job(file), exland())
    the_process().kill()
    with pytest.raises(CheckerDied, match="-9"):
        all_of(beside)


@pytest.mark.parametrize("begun", [False, True])
def test_it_ends_when_nobody_is_left_to_take_chunks(file: Path, begun: bool) -> None:
    program = (
        "import multiprocessing, sys; from pathlib import Path; from tests.services import test_beside as here\n"
        "beside = here.Beside()\n"
        "if sys.argv[2] == 'True': beside.begin(here.a_job(Path(sys.argv[1])), here.exland())\n"
        "print(multiprocessing.active_children()[0].pid, flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program, str(file), str(begun)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with owner:
        assert owner.stdout is not None
        process = int(owner.stdout.readline())
        os.kill(process, 0)
        owner.send_signal(signal.SIGKILL)
        assert ended(process)


def ended(process: int) -> bool:
    """Whether a process that is no child of this one ends within a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
