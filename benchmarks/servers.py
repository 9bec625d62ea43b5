"""Starts servers, drives them with wrk, and reads what it measured."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import httpx

from app.settings import ROOT

SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))
RUNS = 5
WARMING = 30
"""Seconds of asking for random ids before what counts: the service works out once what like credentials share."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server: one process."""

    address: str
    pid: int

    def processor_seconds(self) -> float:
        """Processor time that it has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def settle(self) -> None:
        """Wait until it has done what was still asked of it when a run ended, so that the next side has the machine."""
        before, now = -1.0, self.processor_seconds()
        while now - before > 0.05:
            time.sleep(0.25)
            before, now = now, self.processor_seconds()

    def peak_megabytes(self) -> float:
        """The most memory that it has held so far (VmHWM)."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


@contextmanager
def running(command: Sequence[str], port_option: str | None = "--port", **environment: str) -> Iterator[Server]:
    """A server that is told its port as the last argument, behind an option or alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    whole = [*command, *([port_option] if port_option else []), port]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(whole, env={**os.environ, **environment}, cwd=ROOT, stdout=told, stderr=told)
        server = Server(f"http://127.0.0.1:{port}", process.pid)
        try:
            if not _answers(server.address, process):
                told.seek(0)
                raise RuntimeError(f"{' '.join(whole)} does not answer: {told.read().decode(errors='replace')}")
            yield server
        finally:
            process.terminate()
            process.wait(timeout=20)


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    """Whether it answers within two minutes, be it that the address is not known to it."""
    for _ in range(1_200):
        if process.poll() is not None:
            return False
        try:
            httpx.get(f"{address}/health/live", timeout=30)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return True
    return False


def serving(
    application: str, *, python: str = sys.executable, factory: bool = False, **environment: str
) -> AbstractContextManager[Server]:
    """An ASGI application under uvicorn with one worker."""
    options = ["--no-access-log", "--log-level", "error", *(["--factory"] if factory else [])]
    return running([python, "-m", "uvicorn", application, *options], **environment)


def service(database_url: str, **environment: str) -> AbstractContextManager[Server]:
    """The service on a database."""
    return serving("app.main:create_app", factory=True, DATABASE_URL=database_url, **environment)


@dataclass(frozen=True)
class Side:
    """A server and the script that tells wrk what to ask it."""

    server: Server
    script: Path
    seconds: int = SECONDS
    """How long a run of it lasts."""
    warming: int = SECONDS
    """How long the run lasts that goes before and does not count."""


class Driven:
    """What a run of wrk gave."""

    def __init__(self, text: str) -> None:
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])  # type: ignore[index]
        self.p95_ms = int(re.search(r"p95 (\d+) us", text)[1]) / 1000  # type: ignore[index]


def drive(side: Side) -> Driven:
    """Send requests over eight connections. Every answer must be a success."""
    command = [
        "wrk",
        "-t1",
        "-c8",
        f"-d{side.seconds}s",
        "--timeout",
        "60s",
        "-s",
        str(side.script),
        side.server.address,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RuntimeError(f"{side.script.name}: {done.stdout}")
    side.server.settle()
    return Driven(done.stdout)


def alternately(sides: dict[str, Side]) -> dict[str, list[Driven]]:
    """Drive several servers in turn, so that what disturbs one run disturbs all sides alike."""
    found: dict[str, list[Driven]] = {name: [] for name in sides}
    for side in sides.values():
        drive(replace(side, seconds=side.warming))
    for _ in range(RUNS):
        for name, side in sides.items():
            found[name].append(drive(side))
    return found


def rate(runs: list[Driven]) -> float:
    """Requests per second: the median of the runs."""
    return median(run.rate for run in runs)


def p95(runs: list[Driven]) -> float:
    """The time that 95 of 100 requests stay below, in ms: the median of the runs."""
    return median(run.p95_ms for run in runs)
