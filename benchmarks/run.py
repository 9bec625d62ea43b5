"""Measures lookups, search and batches and prints a table of ratios: python -m benchmarks.run [SIZE ...]

Needs wrk. Databases are built once under var/bench and kept. All figures are of one worker on this machine, taken in
turn with what they are compared with; the ratio counts, not the rate.
"""

import asyncio
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from app.api.schemas import RecognitionRequest
from app.services.administration import Wish, import_file, load, migrate
from app.services.lookup import look_up
from app.services.releasing import RuleSets
from app.settings import ROOT
from app.store.database import open_database, open_session
from benchmarks.generate import SUBJECTS, TURNS, credentials
from benchmarks.servers import TELL_P95, alternately, drive, p95, rate, serving

FOLDER = ROOT / "var" / "bench"
LOOKUP = "/v1/credentials/%s/recognition?jurisdictions=NL&purposes=credit_transfer"
Row = tuple[str, str, str]


def database(size: int) -> str:
    """The URL of a database with so many generated credentials, built when it is not there."""
    path = FOLDER / f"{size}.db"
    url = f"sqlite:///{path}"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        file = FOLDER / f"{size}.ndjson"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(entry, separators=(",", ":")) + "\n" for entry in credentials(size))
        migrate(url)
        asyncio.run(load(url, ROOT / "data"))
        asyncio.run(import_file(url, file, Wish(kind="catalogue", collection="generated")))
        file.unlink()
    return url


def script(folder: Path, name: str, body: str) -> Path:
    """A script for wrk."""
    path = folder / f"{name}.lua"
    path.write_text(body + TELL_P95)
    return path


def _random_ids(size: int) -> str:
    way = LOOKUP.replace("%s", "' .. id .. '")
    return (
        "math.randomseed(42)\nrequest = function()\n"
        f"  local id = string.format('gen-%07d', math.random(0, {size - 1}))\n"
        f"  return wrk.format('GET', '{way}')\nend\n"
    )


def _searches(path: str) -> str:
    words = ",".join(f"'{word.lower()}'" for word in SUBJECTS[::3])
    turns = ",".join(f"'{word.lower()[:4]}'" for word in TURNS[::2])
    return (
        f"math.randomseed(7)\nlocal a = {{{words}}}\nlocal b = {{{turns}}}\nrequest = function()\n"
        f"  return wrk.format('GET', '{path}' .. a[math.random(#a)] .. '%20' .. b[math.random(#b)])\nend\n"
    )


def lookups(size: int, folder: Path) -> list[Row]:
    """Lookups by id over a bare route that returns the same bytes."""
    with serving("app.main:create_app", factory=True, DATABASE_URL=database(size)) as ours:
        address = LOOKUP % "gen-0000007"
        answer = httpx.get(ours + address)
        body = folder / "body.json"
        body.write_bytes(answer.content)
        fixed = script(folder, "fixed", f"request = function() return wrk.format('GET', '{address}') end\n")
        etag = answer.headers["etag"].replace('"', '\\"')
        head = f"wrk.headers['If-None-Match'] = \"{etag}\"\n"
        held = script(folder, "held", head + f"request = function() return wrk.format('GET', '{address}') end\n")
        many = script(folder, "many", _random_ids(size))
        with serving("benchmarks.bare:app", BENCH_BODY=str(body)) as bare:
            found = alternately(
                {"bare": (bare, fixed), "random": (ours, many), "repeated": (ours, fixed), "304": (ours, held)}
            )
    base = rate(found["bare"])
    return [
        (
            f"lookup, {what}, {size:,} rows",
            f"{rate(found[name]):,.0f}/s",
            f"{rate(found[name]) / base:.2f} of bare ({base:,.0f}/s)",
        )
        for what, name in (("random ids", "random"), ("one id", "repeated"), ("304", "304"))
    ]


def searches(sizes: list[int], folder: Path) -> list[Row]:
    """Search and suggestions at several sizes."""
    rows, first = [], {}
    for size in sizes:
        with serving("app.main:create_app", factory=True, DATABASE_URL=database(size)) as ours:
            for what, path in (("search", "/v1/credentials?limit=20&q="), ("suggest", "/v1/suggest?q=")):
                lua = script(folder, what, _searches(path))
                drive(ours, lua, 3)
                runs = [drive(ours, lua) for _ in range(5)]
                first.setdefault(what, p95(runs))
                rows.append((
                    f"{what}, {size:,} rows", f"p95 {p95(runs):.1f} ms, {rate(runs):,.0f}/s",
                    f"{p95(runs) / first[what]:.2f} times the p95 at {sizes[0]:,}",
                ))  # fmt: skip
    return rows


def _asked(count: int, size: int, *, described: bool) -> list[dict[str, Any]]:
    """Questions on one place: on credentials of the catalogue by id, or described in words that are not in it."""
    told = (
        [entry["credential"] for entry in credentials(count, seed=2)]
        if described
        else [{"id": f"gen-{n % size:07d}"} for n in range(0, count * 7, 7)]
    )
    return [{"credential": one, "jurisdictions": ["NL"], "purposes": ["credit_transfer"]} for one in told]


async def _in_process(url: str, asked: list[dict[str, Any]]) -> float:
    """Answers a second of processor time, on questions that were all asked once before, as those over HTTP were."""
    engine = open_database(url)
    rulesets = RuleSets(engine)
    await rulesets.refresh()
    rules = await rulesets.get()
    questions = [RecognitionRequest.model_validate({**one, "as_of": date(2026, 11, 28)}).question() for one in asked]
    async with open_session(engine) as session:
        for question in questions:
            await look_up(session, rules, question)
        start = time.process_time()
        for question in questions:
            await look_up(session, rules, question)
        spent = time.process_time() - start
    await engine.dispose()
    return len(questions) / spent


def batches(size: int) -> list[Row]:
    """Answers per second and core, in process and through HTTP."""
    url, rows = database(size), []
    for what, described in (("by id", False), ("described", True)):
        asked = _asked(2_000, size, described=described)
        inside = median(asyncio.run(_in_process(url, asked)) for _ in range(5))
        name = f"batch {what}, one place, {size:,} rows"
        rows.append((f"{name}, in process", f"{inside:,.0f} answers/s and core", ""))
        lines = "".join(json.dumps(one) + "\n" for one in asked).encode()
        with serving("app.main:create_app", factory=True, DATABASE_URL=url) as ours:
            through = [_send(ours, lines) for _ in range(6)][1:]
        rate_through = len(asked) / median(through)
        rows.append((f"{name}, lines", f"{rate_through:,.0f} answers/s", f"{rate_through / inside:.2f} of in process"))
    return rows


def _send(address: str, lines: bytes) -> float:
    """Seconds until all lines are answered."""
    head = {"Content-Type": "application/x-ndjson"}
    start = time.perf_counter()
    answer = httpx.post(f"{address}/v1/recognition/batch", content=lines, headers=head, timeout=120)
    assert answer.content.count(b"\n") >= lines.count(b"\n")
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        rows = [row for size in sizes for row in lookups(size, folder)]
        rows += searches(sizes, folder)
        rows += [row for size in sizes for row in batches(size)]
    cpu = subprocess.run(
        ["sh", "-c", "grep -m1 'model name' /proc/cpuinfo"], capture_output=True, text=True, check=False
    )
    say = sys.stdout.write
    say(f"{platform.python_version()}, {os.cpu_count()} cores, {cpu.stdout.partition(':')[2].strip()}\n\n")
    widths = [max(len(row[n]) for row in rows) for n in range(3)]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    say(f"\nlargest server: {peak:,.0f} MB\n")


if __name__ == "__main__":
    main()
