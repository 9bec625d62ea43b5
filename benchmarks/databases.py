"""The databases that are measured: built once of generated credentials under var/bench, and kept. Delete to renew."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, make_url, text

from app.services.administration import Wish, import_file, load, migrate
from app.settings import ROOT
from benchmarks.generate import credentials

FOLDER = ROOT / "var" / "bench"


@dataclass(frozen=True)
class Database:
    """A database with so many generated credentials, and those of the data folder."""

    kind: str
    size: int
    url: str

    def __str__(self) -> str:
        return f"{self.kind}, {self.size:,} rows"


def _build(url: str, size: int) -> None:
    migrate(url)
    asyncio.run(load(url, ROOT / "data"))
    with TemporaryDirectory(dir=FOLDER) as folder:
        file = Path(folder) / "generated.ndjson"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(entry, separators=(",", ":")) + "\n" for entry in credentials(size))
        asyncio.run(import_file(url, file, Wish(kind="catalogue", collection="generated")))


def sqlite(size: int) -> Database:
    """On SQLite. What was built before stays: also when the build was broken off half-way, nothing half is used."""
    path, part = FOLDER / f"{size}.db", FOLDER / f"{size}.part.db"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        for left in FOLDER.glob(f"{part.name}*"):
            left.unlink()
        _build(f"sqlite:///{part}", size)
        part.rename(path)
    url = f"sqlite:///{path}"
    migrate(url)
    return Database("SQLite", size, url)


def sqlite_file(database: Database) -> Path:
    """The file of a SQLite database, all of whose content is in it and not in its log."""
    path = Path(make_url(database.url).database or "")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: the one in BENCH_POSTGRES_URL, else one started here that keeps its data."""
    given = os.environ.get("BENCH_POSTGRES_URL")
    if given:
        yield given
        return
    import pgserver

    folder = FOLDER / "postgres"
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)  # a server started by root runs as another user, who must get in; it then shuts the folder
    server = pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def postgres(server: str, size: int) -> Database:
    """On a PostgreSQL server."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    name, part = f"bench_{size}", f"bench_{size}_part"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).scalar():
            connection.execute(text(f"DROP DATABASE IF EXISTS {part} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {part}"))
            _build(url.set(database=part).render_as_string(hide_password=False), size)
            _vacuum(url.set(database=part).render_as_string(hide_password=False))
            connection.execute(text(f"ALTER DATABASE {part} RENAME TO {name}"))
    engine.dispose()
    whole = url.set(database=name).render_as_string(hide_password=False)
    migrate(whole)
    return Database("PostgreSQL", size, whole)


def _vacuum(url: str) -> None:
    """What the server does by itself within minutes, before it is measured."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
