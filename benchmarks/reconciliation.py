"""Reconciliation as OpenRefine asks for it, over datasette-reconcile and csv-reconcile on the same titles.

Unequal, for them: datasette-reconcile does not mend typing errors, so that a mistyped title costs it one fruitless
search and gets no answer; neither looks whether a query is an id or an identifier elsewhere, and both score by the
title alone, datasette-reconcile the first few that its search gives. Unequal, for us: csv-reconcile compares each query
with every row in Python (its compiled part is not in what is installed) under Flask's own server, as its command does.
All are asked for five candidates.
"""

import csv
import math
import random
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from app.settings import ROOT
from benchmarks import others, scripts
from benchmarks.databases import FOLDER, Database, sqlite_file
from benchmarks.servers import SECONDS, Driven, Server, Side, alternately, rate, running, service, serving
from benchmarks.table import Row

EACH = 10
"""Queries in a request."""
LEAST = 3.0
MOST_ROWS_OF_CSV = 100_000
"""csv-reconcile compares every query with every row: with more rows a request takes minutes. So how the titles are
typed is nothing to it, and it is asked only for those that stand as they are."""
_OURS, _DATASETTE, _CSV = "/reconcile", "/catalogue/credentials/-/reconcile", "/reconcile"


def _titles(file: Path, count: int) -> list[str]:
    """Titles of random generated credentials."""
    with sqlite3.connect(file) as connection:
        first, size = connection.execute(
            "SELECT min(pk), count(*) FROM credentials WHERE collection = 'generated'"
        ).fetchone()
        keys = random.Random(11).choices(range(first, first + size), k=count)
        find = "SELECT title FROM credentials WHERE pk = ?"
        found = [connection.execute(find, (key,)).fetchone()[0] for key in keys]
    connection.close()
    return found


def reconciliation(database: Database, folder: Path) -> list[Row]:
    """Queries a second, on titles as they stand and on titles as people type them."""
    file = sqlite_file(database)
    titles = _titles(file, 3_000)
    rows: list[Row] = []
    with service(database.url) as ours:
        for what, mistyped in (("titles as they stand", False), ("titles as typed", True)):
            batches = scripts.queries(titles, EACH, mistyped=mistyped)
            name = f"reconcile, {what}, {database}"
            mine = Side(ours, scripts.reconciled(folder, "ours", _OURS, batches))
            served = serving("benchmarks.beside.datasette_app:app", python=others.python(), BENCH_FILE=str(file))
            with served as other:
                found = alternately(
                    {"other": Side(other, scripts.reconciled(folder, "fts", _DATASETTE, batches)), "ours": mine}
                )
                rows.append(_row(name, found, "datasette-reconcile"))
            if not mistyped and database.size <= MOST_ROWS_OF_CSV:
                command = [others.python(), "-m", "benchmarks.beside.csv_reconcile_app", str(_csv_table(file))]
                with running(command, port_option=None) as other:
                    script = scripts.reconciled(folder, "csv", _CSV, batches)
                    its = Side(other, script, _long_enough(other, batches))
                    found = alternately({"other": its, "ours": mine})
                    rows.append(_row(name, found, "csv-reconcile"))
    return rows


def _row(name: str, found: dict[str, list[Driven]], beside: str) -> Row:
    return Row(
        what=name,
        ours=rate(found["ours"]) * EACH,
        unit="queries/s",
        beside=beside,
        other=rate(found["other"]) * EACH,
        least=LEAST,
    )


def _csv_table(file: Path) -> Path:
    """The folder of csv-reconcile's table of ids and titles, built when it is not there."""
    folder = FOLDER / f"csv-{file.stem}"
    if not (folder / "built").exists():
        folder.mkdir(exist_ok=True)
        with (
            sqlite3.connect(file) as connection,
            (folder / "titles.csv").open("w", newline="", encoding="utf-8") as out,
        ):
            writer = csv.writer(out)
            writer.writerow(("id", "title"))
            writer.writerows(connection.execute("SELECT id, title FROM credentials WHERE until IS NULL"))
        connection.close()
        build = ["-m", "benchmarks.beside.csv_reconcile_app", str(folder), "0", str(folder / "titles.csv")]
        subprocess.run([others.python(), *build], check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        (folder / "built").touch()
    return folder


def _long_enough(other: Server, batches: Sequence[str]) -> int:
    """Seconds in which a slow server answers each of its eight connections twice."""
    start = time.perf_counter()
    httpx.post(other.address + _CSV, data={"queries": batches[0]}, timeout=600).raise_for_status()
    return max(SECONDS, math.ceil(16 * (time.perf_counter() - start)))
