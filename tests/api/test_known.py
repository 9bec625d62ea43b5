"""Look-ups that take the short way give the same bytes as those that take the long one."""

import asyncio
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import create_engine, text

from app.api.bodies import Receive, Scope, Send
from app.api.known import KnownCredentials
from app.services.administration import load
from app.settings import ROOT
from tests.databases import migrated
from tests.servers import eventually, serving

QUERIES = ("jurisdictions=NL&purposes=credit_transfer", "jurisdictions=US,IE", "jurisdictions=FR&language=fr",
           "recognisers=University%20of%20London", "purposes=register&as_of=2024-02-01", "")  # fmt: skip

READ_BY_IT = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'idle' AND query LIKE '%body::text%'"""


class ShortWay:
    """The service behind a counter of what takes the long way."""

    def __init__(self, service: TestClient) -> None:
        self.passed_on = 0
        self._app = service.app
        self._known = KnownCredentials(self._pass_on, public_url="")

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.passed_on += 1
        await self._app(scope, receive, send)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._known({**scope, "app": self._app}, receive, send)


@pytest.fixture
def short(service: TestClient) -> tuple[ShortWay, TestClient]:
    way = ShortWay(service)
    return way, TestClient(way)


def ids(service: TestClient) -> list[str]:
    page = service.get("/v1/credentials?limit=1000&fields=id").json()
    return [item["id"] for item in page["items"]]


def headers_of(response: Response) -> dict[str, str]:
    """All but the id of the request."""
    return {name: value for name, value in response.headers.items() if name != "x-request-id"}


@pytest.mark.parametrize("place", range(len(QUERIES)), ids=QUERIES)
def test_every_credential_gets_the_same_bytes(
    place: int, service: TestClient, short: tuple[ShortWay, TestClient]
) -> None:
    """Each credential for one of the questions."""
    way, client = short
    query = QUERIES[place]
    number = service.get("/health/ready").json()["release"]
    wanted = ids(service)[place :: len(QUERIES) if query else 15 * len(QUERIES)]
    service.get(f"/v1/credentials/{wanted[0]}/recognition?{query}")
    for name in wanted:
        path = f"/v1/credentials/{name}/recognition?{query}"
        shorter = client.get(path)
        longer = service.get(f"{path}&release={number}")  # a pinned release always takes the long way
        assert shorter.content == longer.content, name
        assert headers_of(shorter) == headers_of(longer)
    assert way.passed_on < len(wanted)


def test_on_postgresql_the_same_bytes_come_through_the_connection_that_is_kept(
    postgres_database: str, tmp_path: Path
) -> None:
    migrated(postgres_database)
    asyncio.run(load(postgres_database, ROOT / "data"))
    engine = create_engine(postgres_database)
    with serving(postgres_database, tmp_path, MEMORY_FOR_ANSWERS_BYTES="0") as server:
        page = server.client.get("/v1/credentials?limit=30&fields=id").json()
        paths = [f"/v1/credentials/{item['id']}/recognition?jurisdictions=NL" for item in page["items"]]
        longer = [server.client.get(f"{path}&release=1").content for path in paths]

        def are_read_by_it() -> bool:
            assert [server.client.get(path).content for path in paths] == longer
            with engine.connect() as connection:
                return bool(connection.execute(text(READ_BY_IT)).scalar())

        eventually(are_read_by_it)
        assert [server.client.get(path).content for path in paths] == longer
    engine.dispose()


def test_what_is_out_of_the_ordinary_takes_the_long_way(
    service: TestClient, short: tuple[ShortWay, TestClient]
) -> None:
    way, client = short
    decided = service.get("/v1/decisions?limit=1").json()["items"][0]["credentials"][0]
    query = "jurisdictions=NL&purposes=admission"
    service.get(f"/v1/credentials/{decided}/recognition?{query}")
    for path, status in (
        (f"/v1/credentials/{decided}/recognition?{query}", 200),
        (f"/v1/credentials/nobody-knows-it/recognition?{query}", 404),
        (f"/v1/credentials/{decided}/recognition?jurisdictions=Nowhere", 422),
        (f"/v1/credentials/{decided}?x=1", 422),
        (f"/v1/credentials/{decided}", 200),
    ):
        before = way.passed_on
        assert client.get(path).status_code == status
        assert way.passed_on == before + 1
