"""Lookups by id over a bare route that returns the same bytes.

Unequal: the bare route reads nothing and works nothing out; it is what the framework leaves. Of random ids in a small
catalogue the service remembers most answers; ``datasette.py`` measures it without that memory. Every run asks for ids
of its own; before the first some hundred thousand are asked for, as the rules must be worked out once for each
combination of level, size, kind and country.
"""

from pathlib import Path

import httpx

from benchmarks import scripts
from benchmarks.databases import Database
from benchmarks.servers import WARMING, Side, alternately, rate, service, serving
from benchmarks.table import Row


def lookups(database: Database, folder: Path) -> list[Row]:
    """Of random credentials, of one, and of one that the caller holds already."""
    address = scripts.LOOKUP % "gen-0000007"
    with service(database.url) as ours:
        answer = httpx.get(ours.address + address)
        body = folder / "body.json"
        body.write_bytes(answer.content)
        one = scripts.fixed(folder, "one", address)
        held = scripts.fixed(folder, "held", address, answer.headers["etag"])
        with serving("benchmarks.bare:app", BENCH_BODY=str(body)) as bare:
            found = alternately(
                {
                    "bare": Side(bare, one),
                    "random ids": Side(ours, scripts.random_ids(folder, database.size), warming=WARMING),
                    "one id": Side(ours, one),
                    "304": Side(ours, held),
                }
            )
    return [
        Row(
            what=f"lookup, {what}, {database}",
            ours=rate(found[what]),
            unit="/s",
            beside="bare FastAPI route, same bytes",
            other=rate(found["bare"]),
            least=goal,
        )
        for what, goal in (("random ids", 0.5), ("one id", 0.9), ("304", 1.0))
    ]
