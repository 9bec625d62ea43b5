"""Measures an import against writing the same rows barely: python -m benchmarks.importing [ROWS] [DATABASE_URL]

Bare is what the driver does best (executemany on SQLite, COPY on PostgreSQL), from rows that are ready in memory, into
tables with their indexes. It is measured twice: into the table of credentials alone, and into all the tables that an
import fills (names, identifiers, ways of teaching and texts for the search besides). An import reads the file, checks
every row, lets it wait, compares it with what stands, and makes and activates a release. Databases are fresh and on the
same disk; on PostgreSQL the bare rows go into the database that was imported into. The ratios count.

Memory is that of this process and those that it starts; that of a PostgreSQL server is not in it.
"""

import asyncio
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.domain.text import fold
from app.services.administration import Wish, import_file, load, migrate
from app.settings import ROOT
from app.store.database import open_database, open_session
from app.store.search import NAME
from app.store.tables import (
    CredentialDeliveryRow,
    CredentialIdentifierRow,
    CredentialNameRow,
    CredentialRow,
    columns_of,
)
from app.store.writing import words_of
from benchmarks.generate import credentials

FIRST = 101_000_000
"""Key of the first bare row, beyond those of an import."""

Rows = list[tuple[Any, ...]]


def tables_of(count: int, dialect: str) -> Iterator[tuple[str, Sequence[str], Rows]]:
    """The tables that an import fills, each with its columns and with rows that are ready to be written."""
    names = list(columns_of(CredentialRow).keys())
    rows: Rows = []
    for key, entry in enumerate(credentials(count), start=FIRST):
        told = entry["credential"]
        row = {
            "pk": key, "id": entry["id"], "since": 1, "confidence": "low", "collection": "generated",
            "body": json.dumps(entry, separators=(",", ":")), "title": told["title"], "issuer": told["issuer"]["name"],
            "issuer_country": told["issuer"]["country"], "kind": told["kind"], "field": told["field"],
            "language": told["language"], "framework": told.get("level", {}).get("framework"),
            "names": json.dumps([fold(told["title"])]),
        }  # fmt: skip
        rows.append(tuple(row.get(name) for name in names))
    yield "credentials", names, rows
    told = [(key, entry["credential"]) for key, entry in enumerate(credentials(count), start=FIRST)]
    folded = [(key, fold(item["title"]), fold(item["issuer"]["name"])) for key, item in told]
    rows = [(key, 0, title, issuer) for key, title, issuer in folded]
    yield CredentialNameRow.__tablename__, ("credential_pk", "position", "name", "issuer"), rows
    rows = [(key, way) for key, item in told for way in item["delivery"]]
    yield CredentialDeliveryRow.__tablename__, ("credential_pk", "delivery"), rows
    rows = [(key, n, i["scheme"], i["value"]) for key, item in told for n, i in enumerate(item["identifiers"])]
    yield CredentialIdentifierRow.__tablename__, ("credential_pk", "position", "scheme", "value"), rows
    rows = [(key, words_of([title], issuer)) for key, title, issuer in folded]
    yield NAME, ("rowid" if dialect == "sqlite" else "credential_pk", "words"), rows


async def bare(url: str, count: int) -> dict[str, float]:
    """Seconds to write the rows of each table with nothing else."""
    engine = open_database(url)
    taken: dict[str, float] = {}
    try:
        async with open_session(engine) as session, session.begin():
            driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
            for table, columns, rows in tables_of(count, engine.dialect.name):
                names = ", ".join(columns)
                start = time.perf_counter()
                if engine.dialect.name == "sqlite":
                    marks = ", ".join("?" * len(columns))
                    await driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608
                else:
                    async with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                        for row in rows:
                            await copy.write_row(row)
                await driver.commit()
                taken[table] = time.perf_counter() - start
    finally:
        await engine.dispose()
    return taken


class Watched:
    """The most memory that this process and its children hold while it is watched, in MiB, above what it held before.

    Pages that both hold count twice.
    """

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
    pages = 0
    own = Path("/proc/self")
    with suppress(OSError):  # what has just ended
        children = [child for task in (own / "task").iterdir() for child in (task / "children").read_text().split()]
        pages = sum(int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children)
    pages += int((own / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Phases:
    """How long the parts of an import take, as its statements show."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._applying: Any = None
        self._start = time.perf_counter()
        event.listen(Engine, "before_cursor_execute", self._before)
        event.listen(Engine, "after_cursor_execute", self._after)

    def _before(self, connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        connection.info["began"] = time.perf_counter()
        if statement.startswith("INSERT INTO releases"):
            self.seconds = {"reading, checking and letting wait": time.perf_counter() - self._start}
            self._applying = connection.connection.dbapi_connection

    def _after(self, connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if self.seconds and connection.connection.dbapi_connection is self._applying:
            words = statement.split()
            part = f"{words[0]} {words[2]}" if words[0] in ("INSERT", "DELETE") else words[0]
            self.seconds[part] = self.seconds.get(part, 0) + time.perf_counter() - connection.info["began"]

    def told(self, whole: float) -> str:
        """The parts that take a hundredth of the whole or more, and what is left of it."""
        event.remove(Engine, "before_cursor_execute", self._before)
        event.remove(Engine, "after_cursor_execute", self._after)
        parts = {part: seconds for part, seconds in self.seconds.items() if seconds > whole / 100}
        parts["committing and all else"] = whole - sum(parts.values())
        return ", ".join(f"{part} {seconds:.1f} s" for part, seconds in parts.items())


def main(count: int, url: str | None) -> None:
    """Measure once and print."""
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as place:
        file = Path(place) / "generated.ndjson"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(entry, separators=(",", ":")) + "\n" for entry in credentials(count))
        address = url or f"sqlite:///{place}/import.db"
        migrate(address)
        asyncio.run(load(address, ROOT / "data"))
        phases = Phases()
        start = time.perf_counter()
        with Watched() as memory:
            job, problems = asyncio.run(import_file(address, file, Wish(kind="catalogue", collection="generated")))
        whole = time.perf_counter() - start
        parts = phases.told(whole)
        assert (job.state, problems) == ("succeeded", []), (job, problems)
        other = f"sqlite:///{place}/bare.db" if url is None else url
        if url is None:
            migrate(other)
            asyncio.run(load(other, ROOT / "data"))
        taken = asyncio.run(bare(other, count))
        alone, every = taken["credentials"], sum(taken.values())
    lines = (
        f"{count} rows: import {whole:.1f} s, {memory.above:.0f} MiB above idle",
        f"  of the table of credentials, written barely in {alone:.1f} s: {whole / alone:.1f} times",
        f"  of all rows, written barely in {every:.1f} s: {whole / every:.1f} times",
        f"  {parts}",
    )
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000, sys.argv[2] if len(sys.argv) > 2 else None)
