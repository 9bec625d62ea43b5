"""Answers of batches per second of processor time, in process and as lines over HTTP; and the memory that they take.

Asked again, the service finds what it keeps about like credentials; asked first, it works everything out. A catalogue
of which each credential is asked about once lies between. In process nothing is read as JSON or written. Memory is the
server's peak since its start, its code, rules and memories included.
"""

import asyncio
import json
import os
import time
from collections.abc import Iterable, Sequence
from datetime import date
from statistics import median
from typing import Any

import httpx

from app.api.schemas import RecognitionRequest
from app.services.lookup import look_up
from app.services.releasing import RuleSets
from app.store.database import open_database, open_session
from benchmarks.databases import Database
from benchmarks.scripts import questions
from benchmarks.servers import RUNS, Server, service
from benchmarks.table import Row

ITEMS = int(os.environ.get("BENCH_ITEMS", "1000000"))
"""Questions of the large batch whose memory is measured."""
FEW = 10_000


async def _in_process(url: str, asked: Sequence[dict[str, Any]], again: int) -> tuple[float, float]:
    """Answers a second of processor time, on questions that are asked first, and on the same asked again, so often."""
    engine = open_database(url)
    rulesets = RuleSets(engine)
    await rulesets.refresh()
    rules = await rulesets.get()
    wanted = [RecognitionRequest.model_validate({**one, "as_of": date(2026, 11, 28)}).question() for one in asked]
    async with open_session(engine) as session:

        async def speed(times: int) -> float:
            start = time.process_time()
            for question in wanted * times:
                await look_up(session, rules, question)
            return len(wanted) * times / (time.process_time() - start)

        speeds = await speed(1), await speed(again)
    await engine.dispose()
    return speeds


def _send(ours: Server, asked: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """Answers and bytes that came back for these questions, sent and read as streams."""
    lines = (json.dumps(one).encode() + b"\n" for one in asked)
    head = {"Content-Type": "application/x-ndjson"}
    answers = length = 0
    way = f"{ours.address}/v1/recognition/batch"
    with httpx.stream("POST", way, content=lines, headers=head, timeout=None) as response:  # noqa: S113 - hours, with a million
        response.raise_for_status()
        for part in response.iter_raw():
            answers += part.count(b"\n")
            length += len(part)
    return answers, length


def _over_http(url: str, asked: Sequence[dict[str, Any]], again: int) -> tuple[float, float]:
    """The same through a server that was just started: answers a second of its processor time."""
    with service(url) as ours:

        def speed(times: int) -> float:
            start = ours.processor_seconds()
            answers, _ = _send(ours, [*asked] * times)
            if answers != len(asked) * times:
                raise RuntimeError(f"{len(asked) * times} questions got {answers} answers.")
            return answers / (ours.processor_seconds() - start)

        return speed(1), speed(again)


def batches(database: Database) -> list[Row]:
    """By id and described, on one place and for one purpose, or on the whole world and for all."""
    rows = []
    for world, count, again in ((False, 1_000, 1), (True, 10, 3)):
        for described in (False, True):
            asked = list(questions(count, database.size, described=described, world=world))
            inside = zip(*(asyncio.run(_in_process(database.url, asked, again)) for _ in range(RUNS)), strict=True)
            through = zip(*(_over_http(database.url, asked, again) for _ in range(RUNS)), strict=True)
            what = f"batch {'described' if described else 'by id'}, {'the world' if world else 'one place'}"
            for when, ours, other in zip(("asked first", "asked again"), through, inside, strict=True):
                rows.append(
                    Row(
                        what=f"{what}, {when}, lines over HTTP, {database}",
                        ours=median(ours),
                        unit="answers/s and core",
                        beside="in process",
                        other=median(other),
                    )
                )
    return rows


def memory(database: Database) -> list[Row]:
    """The most memory that the server held for a large batch, over that for a small one; the large one goes once."""

    def peak(count: int) -> tuple[float, float]:
        with service(database.url) as ours:
            start = time.perf_counter()
            answers, _ = _send(ours, questions(count, database.size, described=False))
            if answers != count:
                raise RuntimeError(f"{count} questions got {answers} answers.")
            return ours.peak_megabytes(), count / (time.perf_counter() - start)

    few = median(peak(FEW)[0] for _ in range(RUNS))
    many, speed = peak(ITEMS)
    return [
        Row(
            what=f"memory for a batch of {ITEMS:,} lines, {database}",
            ours=many,
            unit="MB",
            beside=f"a batch of {FEW:,}",
            other=few,
            below=1.2,
        ),
        Row(what=f"batch of {ITEMS:,} lines, client included, {database}", ours=speed, unit="answers/s"),
    ]
