"""Databases and clients that tests share. Real ones: SQLite files and a PostgreSQL server started here."""

import asyncio
import os
import tempfile
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, make_url, text

from app.domain.access import Scope
from app.main import create_app
from app.services import administration, releasing
from app.services.administration import Wish, load
from app.settings import ROOT, Settings
from tests.databases import migrated
from tests.documents.hosting import World, a_world

EXLAND = Path(__file__).parent / "data"
"""Framework data of an invented place."""


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: some tests wait for what takes time."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def no_walks() -> Iterator[None]:
    """Services in this process do not walk through all its objects for each release: hundreds of services have many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(releasing, "spare_collector", lambda: None)
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: one given in TEST_POSTGRES_URL, else one started for this run."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    import pgserver

    with tempfile.TemporaryDirectory(prefix="passerelle-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # a server started by root runs as another user, who must get in
        server = pgserver.get_server(Path(folder), cleanup_mode="stop")
        try:
            server.psql("ALTER SYSTEM SET fsync = off;")  # what these tests write need not outlive the machine
            server.psql("SELECT pg_reload_conf();")
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/test.db"
        return
    yield request.getfixturevalue("postgres_database")


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database on PostgreSQL."""
    name = f"test_{uuid.uuid4().hex}"
    url = make_url(postgres_server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def client_for(database_url: str, data: Path, **others: Any) -> Iterator[TestClient]:
    """A client of the service with this data loaded and these settings."""
    migrated(database_url)
    asyncio.run(load(database_url, data))
    with tempfile.TemporaryDirectory(prefix="passerelle-imports-") as folder:
        settings = Settings(database_url=database_url, data_dir=data, imports_dir=Path(folder), **others)
        with TestClient(create_app(settings), raise_server_exceptions=False) as client:
            yield client


def key_for(client: TestClient, *scopes: Scope, expires_on: date | None = None) -> dict[str, str]:
    """Headers with a key for these scopes, made in the client's database as the command line does."""
    app = client.app
    assert isinstance(app, FastAPI)
    _, key = asyncio.run(administration.create_key(app.state.settings.database_url, "test", scopes, expires_on))
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service with the real framework data, to which a file was sent as a try."""
    folder = tmp_path_factory.mktemp("real")
    for client in client_for(f"sqlite:///{folder}/p.db", ROOT / "data"):
        file = folder / "tried.csv"
        file.write_text("id,confidence,title\ntried-1,low,A Try\n")
        wish = Wish(kind="catalogue", collection="tried", dry_run=True)
        asyncio.run(administration.import_file(f"sqlite:///{folder}/p.db", file, wish))
        yield client


@pytest.fixture(scope="session")
def exland(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service with the data of the invented place."""
    yield from client_for(f"sqlite:///{tmp_path_factory.mktemp('exland')}/p.db", EXLAND)


@pytest.fixture(scope="session")
def https_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A real https server for the issuers of an invented world."""
    with a_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def world(https_server: World) -> World:
    """A world in which nothing is published yet, and nobody has asked anything."""
    https_server.published.clear()
    https_server.asked.clear()
    return https_server


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the service does."""
    return "asyncio"
