"""Drives a server at half of what it can do and watches its memory: python -m benchmarks.soak --minutes 30

First it is measured for some seconds how many questions the server answers; then half as many a second are sent, over a
few connections at even distances: look-ups of ever other credentials, questions in words, searches, small batches.
Every minute the memory of the process (resident, in MB) is printed. It is flat when the last third of the time differs
from the third before by at most 5 %; the first third does not count, in which memories fill. Ends with 1 when it is
not, or when an answer was wrong.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from statistics import mean
from typing import Any

import httpx

from benchmarks import databases
from benchmarks.generate import SUBJECTS
from benchmarks.servers import service

CREDENTIALS = 10_000
CONNECTIONS = 8
WARM_SECONDS, MEASURED_SECONDS = 5, 10
SAMPLES_A_MINUTE = 12
TOLERANCE = 0.05


def question(n: int) -> tuple[str, str, Any]:
    """The n-th request: method, address, body. The same are seldom asked twice."""
    credential, subject = f"gen-{n * 7919 % CREDENTIALS:07d}", SUBJECTS[n % len(SUBJECTS)]
    asked = {"credential": {"title": f"{subject} {n}", "notional_hours": n % 300}, "jurisdictions": ["NL", "IE"]}
    match n % 10:
        case 0:
            return "POST", "/v1/recognition/batch", [asked, {"credential": {"id": credential}}]
        case 1 | 2 | 3:
            return "POST", "/v1/recognition", asked
        case 4:
            return "GET", f"/v1/credentials?q={subject}&limit=20", None
        case _:
            return "GET", f"/v1/credentials/{credential}/recognition?jurisdictions=NL,IE", None


async def send(address: str, wait: Callable[[int], Awaitable[None]], until: float) -> Counter[int]:
    """The statuses of the answers to questions that are asked until then, each when it may be."""
    numbers, statuses = count(), Counter[int]()

    async def caller(client: httpx.AsyncClient) -> None:
        while time.monotonic() < until:
            n = next(numbers)
            await wait(n)
            method, path, body = question(n)
            statuses[(await client.request(method, path, json=body)).status_code] += 1

    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        await asyncio.gather(*(caller(client) for _ in range(CONNECTIONS)))
    return statuses


async def at_once(_: int) -> None:
    """Ask as fast as answers come."""


def evenly(rate: float) -> Callable[[int], Awaitable[None]]:
    """Ask so many times a second."""
    start = time.monotonic()

    async def wait(n: int) -> None:
        await asyncio.sleep(start + n / rate - time.monotonic())

    return wait


def resident(pid: int) -> float:
    """Memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


async def watch(pid: int, minutes: float) -> list[float]:
    """Memory at even distances; told at the start and every minute."""
    seen: list[float] = []
    for n in range(round(minutes * SAMPLES_A_MINUTE) + 1):
        seen.append(resident(pid))
        if n % SAMPLES_A_MINUTE == 0:
            sys.stdout.write(f"minute {n // SAMPLES_A_MINUTE}: {seen[-1]:.1f} MB\n")
            sys.stdout.flush()
        await asyncio.sleep(60 / SAMPLES_A_MINUTE)
    return seen


async def soak(address: str, pid: int, minutes: float) -> bool:
    """Measure, drive, watch; whether the memory is flat and every answer was one."""
    await send(address, at_once, time.monotonic() + WARM_SECONDS)
    capacity = (await send(address, at_once, time.monotonic() + MEASURED_SECONDS)).total() / MEASURED_SECONDS
    sys.stdout.write(f"{capacity:.0f} requests a second at most; driven at half\n")
    driving = send(address, evenly(capacity / 2), time.monotonic() + minutes * 60)
    statuses, seen = await asyncio.gather(driving, watch(pid, minutes))
    third = len(seen) // 3
    middle, last = mean(seen[-2 * third : -third]), mean(seen[-third:])
    flat = abs(last / middle - 1) <= TOLERANCE
    told = ", ".join(f"{status}: {number}" for status, number in sorted(statuses.items()))
    sys.stdout.write(
        f"{statuses.total()} requests, {statuses.total() / (minutes * 60):.0f} a second ({told})\n"
        f"middle third {middle:.1f} MB, last third {last:.1f} MB ({last / middle - 1:+.1%}): "
        f"{'flat' if flat else 'not flat'}\n"
    )
    return flat and statuses.keys() == {200}


def main() -> int:
    """Soak a server on SQLite; the database is that of ``make bench``, built once and kept."""
    parser = argparse.ArgumentParser(description="Drive a server at half of what it can do and watch its memory.")
    parser.add_argument("--minutes", type=float, default=30)
    minutes = parser.parse_args().minutes
    with service(databases.sqlite(CREDENTIALS).url) as server:
        return 0 if asyncio.run(soak(server.address, server.pid, minutes)) else 1


if __name__ == "__main__":
    sys.exit(main())
