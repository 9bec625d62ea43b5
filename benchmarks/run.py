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

import httpx

from app.api.schemas import RecognitionRequest
from app.services.administration import load, load_catalogue, migrate
from app.services.lookup import look_up
from app.services.releasing import RuleSets
from app.settings import ROOT
from app.store.database import open_database, open_session
from benchmarks.generate import SUBJECTS, TURNS, credentials
from benchmarks.servers import alternately, drive, p95, rate, serving

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
        asyncio.run(load_catalogue(url, file, "generated", lambda _: None))
        file.unlink()
    return url


def script(folder: Path, name: str, body: str) -> Path:
    """A script for wrk."""
    path = folder / f"{name}.lua"
    path.write_text(body)
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


async def _in_process(url: str, count: int) -> float:
    engine = open_database(url)
    rulesets = RuleSets(engine)
    await rulesets.refresh()
    rules = await rulesets.get()
    questions = [
        RecognitionRequest.model_validate({
            "credential": entry["credential"], "jurisdictions": ["NL"], "purposes": ["credit_transfer"],
            "as_of": date(2026, 11, 28),
        }).question()
        for entry in credentials(count, seed=2)
    ]  # fmt: skip
    async with open_session(engine) as session:
        for question in questions[: count // 2]:
            await look_up(session, rules, question)
        start = time.process_time()
        for question in questions[count // 2 :]:
            await look_up(session, rules, question)
        spent = time.process_time() - start
    await engine.dispose()
    return (count - count // 2) / spent


def batches(size: int) -> list[Row]:
    """Answers per second and core, in process and through HTTP, and the memory that a longer batch needs."""
    url = database(size)
    inside = median(asyncio.run(_in_process(url, 4_000)) for _ in range(3))
    rows = [("batch, one place, in process", f"{inside:,.0f} answers/s and core", "goal 20,000")]
    lines = [
        json.dumps({"credential": e["credential"], "jurisdictions": ["NL"], "purposes": ["credit_transfer"]}) + "\n"
        for e in credentials(4_000, seed=2)
    ]
    with serving("app.main:create_app", factory=True, DATABASE_URL=url) as ours:
        address, head = f"{ours}/v1/recognition/batch", {"Content-Type": "application/x-ndjson"}

        def send(count: int) -> float:
            body = (line.encode() for n in range(count // len(lines)) for line in lines)
            start = time.perf_counter()
            got = 0
            with httpx.stream("POST", address, content=body, headers=head, timeout=120) as response:
                for part in response.iter_raw():
                    got += part.count(b"\n")
            assert got >= count
            return count / (time.perf_counter() - start)

        send(4_000)
        through = median(send(8_000) for _ in range(5))
    rows.append(("batch, one place, HTTP lines", f"{through:,.0f} answers/s", f"{through / inside:.2f} of in process"))
    return rows


def main() -> None:
    """Print the table."""
    sizes = [int(size) for size in sys.argv[1:]] or [10_000, 100_000]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        rows = [row for size in sizes for row in lookups(size, folder)]
        rows += searches(sizes, folder)
        rows += batches(sizes[0])
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
