"""Lookups, search and batches on PostgreSQL, and lookups over reading the same rows with nothing but asyncpg.

Unequal, for asyncpg: it reads one row by id and sends it as stored, where the service reads the row of the release
that is asked, works out the answer, and checks who holds it already. The service has psycopg as its driver. Both keep
at most five connections, on the same server with its settings as installed.
"""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import make_url

from benchmarks import databases, others, scripts
from benchmarks.batches import batches
from benchmarks.databases import Database
from benchmarks.lookups import lookups
from benchmarks.searches import searches
from benchmarks.servers import WARMING, Side, alternately, rate, service, serving
from benchmarks.table import Row


def postgres(sizes: Sequence[int], folder: Path) -> list[Row]:
    """All that is measured on SQLite."""
    rows: list[Row] = []
    with databases.postgres_server() as server:
        all_sizes = [databases.postgres(server, size) for size in sizes]
        for database in all_sizes:
            rows += lookups(database, folder) + _over_asyncpg(database, folder)
        rows += searches(all_sizes, folder)
        for database in all_sizes:
            rows += batches(database)
    return rows


def _over_asyncpg(database: Database, folder: Path) -> list[Row]:
    """The same ids from a bare route that fetches the body of the credential."""
    address = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    ids = scripts.random_ids(folder, database.size)
    bodies = scripts.numbered(folder, "bodies", "/credentials/%s", "gen-%07d", 0, database.size)
    raw = serving("benchmarks.beside.asyncpg_app:app", python=others.python(), BENCH_POSTGRES=address)
    with raw as other, service(database.url) as ours, service(database.url, MEMORY_FOR_ANSWERS_BYTES="0") as fresh:
        found = alternately(
            {
                "other": Side(other, bodies),
                "ours": Side(ours, ids, warming=WARMING),
                "fresh": Side(fresh, ids, warming=WARMING),
            }
        )
    return [
        Row(
            what=f"lookup, {what}, {database}",
            ours=rate(found[side]),
            unit="/s",
            beside="bare FastAPI route, asyncpg, body by id",
            other=rate(found["other"]),
        )
        for what, side in (("random ids", "ours"), ("random ids, nothing remembered", "fresh"))
    ]
