"""Measures an import against writing the same rows barely: python -m benchmarks.importing [ROWS] [DATABASE_URL]

Bare is what the driver does best (executemany on SQLite, COPY on PostgreSQL), into the table of credentials alone, with
its indexes, from rows that are ready in memory. An import reads the file, checks every row, makes all that credentials
are found by, and makes and activates a release. Both databases are fresh and on the same disk. The ratio counts.
"""

import asyncio
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from app.services.administration import Wish, import_file, load, migrate
from app.settings import ROOT
from app.store.database import open_database, open_session
from app.store.tables import CredentialRow, columns_of
from benchmarks.generate import credentials


def rows_of(count: int) -> list[tuple[Any, ...]]:
    """Rows of the table of credentials, ready to be written."""
    names = list(columns_of(CredentialRow).keys())
    rows = []
    for key, entry in enumerate(credentials(count), start=1_000_000):
        told = entry["credential"]
        row = {
            "pk": key, "id": entry["id"], "since": 1, "confidence": "low", "collection": "generated",
            "body": json.dumps(entry, separators=(",", ":")), "title": told["title"], "issuer": told["issuer"]["name"],
            "issuer_country": told["issuer"]["country"], "kind": told["kind"], "field": told["field"],
            "language": told["language"], "framework": told.get("level", {}).get("framework"),
        }  # fmt: skip
        rows.append(tuple(row.get(name) for name in names))
    return rows


async def bare(url: str, rows: list[tuple[Any, ...]]) -> float:
    """Seconds to write the rows with nothing else."""
    engine = open_database(url)
    names = ", ".join(columns_of(CredentialRow).keys())
    try:
        async with open_session(engine) as session, session.begin():
            driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
            start = time.perf_counter()
            if engine.dialect.name == "sqlite":
                marks = ", ".join("?" * len(rows[0]))
                await driver.executemany(f"INSERT INTO credentials ({names}) VALUES ({marks})", rows)  # noqa: S608
                await driver.commit()
            else:
                async with driver.cursor() as cursor, cursor.copy(f"COPY credentials ({names}) FROM STDIN") as copy:
                    for row in rows:
                        await copy.write_row(row)
                await driver.commit()
            return time.perf_counter() - start
    finally:
        await engine.dispose()


class Watched:
    """The most memory that this process holds while it is watched, in MiB, above what it held before."""

    def __enter__(self) -> "Watched":
        self.before = self.most = _resident()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self.most = max(self.most, _resident())

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def above(self) -> float:
        """MiB above what it held before."""
        return self.most - self.before


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main(count: int, url: str | None) -> None:
    """Measure once and print."""
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as place:
        file = Path(place) / "generated.ndjson"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(entry, separators=(",", ":")) + "\n" for entry in credentials(count))
        address = url or f"sqlite:///{place}/import.db"
        migrate(address)
        asyncio.run(load(address, ROOT / "data"))
        start = time.perf_counter()
        with Watched() as memory:
            job, problems = asyncio.run(import_file(address, file, Wish(kind="catalogue", collection="generated")))
        whole = time.perf_counter() - start
        assert (job.state, problems) == ("succeeded", []), (job, problems)
        other = f"sqlite:///{place}/bare.db" if url is None else url
        if url is None:
            migrate(other)
            asyncio.run(load(other, ROOT / "data"))
        alone = asyncio.run(bare(other, [(row[0] + 10**8, *row[1:]) for row in rows_of(count)]))
    print(  # noqa: T201
        f"{count} rows: import {whole:.1f} s, bare {alone:.1f} s, ratio {whole / alone:.1f}; "
        f"{memory.above:.0f} MiB above idle"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000, sys.argv[2] if len(sys.argv) > 2 else None)
