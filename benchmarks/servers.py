"""Starts servers, drives them with wrk, and reads what it measured."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx

SECONDS = 3
RUNS = 5
TELL_P95 = """
done = function(summary, latency, requests) io.write(string.format("p95 %d us\\n", latency:percentile(95))) end
"""


@contextmanager
def serving(application: str, *, factory: bool = False, **environment: str) -> Iterator[str]:
    """A server with one worker; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        application,
        "--port",
        str(port),
        "--no-access-log",
        "--log-level",
        "error",
    ]
    server = subprocess.Popen(command + (["--factory"] if factory else []), env={**os.environ, **environment})
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(f"{address}/health/live", timeout=2)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


class Driven:
    """What a run of wrk gave."""

    def __init__(self, text: str) -> None:
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])  # type: ignore[index]
        self.faults = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        self.p95_ms = int(re.search(r"p95 (\d+) us", text)[1]) / 1000  # type: ignore[index]


def drive(address: str, script: Path, seconds: int = SECONDS) -> Driven:
    """Send requests for some seconds over eight connections."""
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "-s", str(script), address]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    driven = Driven(done.stdout)
    assert driven.faults is None, done.stdout
    return driven


def alternately(sides: dict[str, tuple[str, Path]], runs: int = RUNS) -> dict[str, list[Driven]]:
    """Drive several servers in turn, so that what disturbs one run disturbs all sides alike."""
    found: dict[str, list[Driven]] = {name: [] for name in sides}
    for address, script in sides.values():
        drive(address, script, 2)
    for _ in range(runs):
        for name, (address, script) in sides.items():
            found[name].append(drive(address, script))
    return found


def rate(runs: list[Driven]) -> float:
    """Requests per second: the median of the runs."""
    return median(run.rate for run in runs)


def p95(runs: list[Driven]) -> float:
    """The time that 95 of 100 requests stay below, in ms: the median of the runs."""
    return median(run.p95_ms for run in runs)
