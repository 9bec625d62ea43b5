"""Search and suggestions as the catalogue grows.

Nothing is remembered, so that every request reads the database: in the same time a small catalogue is asked more often,
and would answer more of it from memory.
"""

from collections.abc import Sequence
from pathlib import Path

from benchmarks import scripts
from benchmarks.databases import Database
from benchmarks.servers import RUNS, Side, drive, p95, rate, service
from benchmarks.table import Row


def searches(databases: Sequence[Database], folder: Path) -> list[Row]:
    """The time that 95 of 100 requests stay below, over that of the first database; and how many are answered."""
    rows: list[Row] = []
    first: dict[str, float] = {}
    for database in databases:
        with service(database.url, MEMORY_FOR_ANSWERS_BYTES="0") as ours:
            for what, way in (("search", "/v1/credentials?limit=20&q="), ("suggest", "/v1/suggest?q=")):
                side = Side(ours, scripts.typed(folder, what, way))
                drive(side)
                runs = [drive(side) for _ in range(RUNS)]
                first.setdefault(what, p95(runs))
                rows += [
                    Row(
                        what=f"{what}, time of 95 of 100, {database}",
                        ours=p95(runs),
                        unit="ms",
                        beside=f"{databases[0]}",
                        other=first[what],
                        below=4 if database is not databases[0] else None,
                    ),
                    Row(what=f"{what}, {database}", ours=rate(runs), unit="/s"),
                ]
    return rows
