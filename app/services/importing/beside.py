"""Reads and checks the rows of a job in a process beside this one.

It holds no connection to the database and keeps nothing: it sends chunks, and waits while nobody takes them, so no more
than two are in memory. When this process ends, however it ends, the other finds nobody to send to and ends too.
"""

import multiprocessing
import signal
import traceback
from multiprocessing.connection import Connection

from app.domain.ruleset import RuleSet
from app.services.importing.chunks import BrokenFile, Chunk, Chunks
from app.store.jobs import Job

_PROCESSES = multiprocessing.get_context("spawn")
"""Nothing of this process is inherited: no lock that one of its threads holds, no connection."""


class CheckerDied(Exception):
    """The process that checked rows could not go on."""


class Beside:
    """A process that checks rows; it starts while this one goes on."""

    def __init__(self) -> None:
        self._connection, other = _PROCESSES.Pipe()
        self._process = _PROCESSES.Process(target=_work, args=(other,), name="passerelle-checks", daemon=True)
        self._process.start()
        other.close()

    def has_started(self) -> bool:
        """Whether it waits for a job."""
        return self._connection.poll()

    def begin(self, job: Job, rules: RuleSet) -> None:
        """Let it read the job's file behind the last row that was kept. Raises CheckerDied."""
        self._receive()  # that it has started
        try:
            self._connection.send((job, rules.release, rules.data))  # what was compiled cannot be sent
        except ConnectionError as gone:
            raise self._died() from gone

    def next(self) -> Chunk | None:
        """The next chunk, or None behind the last; waits for it. Raises BrokenFile and CheckerDied."""
        found = self._receive()
        if isinstance(found, Exception):
            raise found
        return found

    def _receive(self) -> Chunk | BrokenFile | CheckerDied | None:
        try:
            found: Chunk | BrokenFile | CheckerDied | None = self._connection.recv()
        except (EOFError, ConnectionError) as gone:
            raise self._died() from gone
        return found

    def _died(self) -> CheckerDied:
        self._process.join(1)
        return CheckerDied(f"It ended with {self._process.exitcode}.")

    def end(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self._process.close()
        self._connection.close()


def _work(connection: Connection) -> None:
    """Say that one has started, then send the chunks of the job that comes, and None behind the last."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, which tells every process; the other one decides
    try:
        connection.send(None)
        job, release, data = connection.recv()
        try:
            chunks = Chunks(job, RuleSet(release, data))
            while (chunk := chunks.next()) is not None:
                connection.send(chunk)
            connection.send(None)
        except BrokenFile as broken:
            connection.send(broken)
        except Exception:  # noqa: BLE001 - whatever it is, the other process tells it
            connection.send(CheckerDied(traceback.format_exc()))
        connection.recv()  # until the other has taken all, and ends this process
    except (EOFError, ConnectionError):
        return
