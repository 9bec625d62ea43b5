"""A proxy that the operator trusts tells who calls; nobody else does. With real server processes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.services import administration
from tests.conftest import EXLAND, client_for
from tests.servers import Server, eventually, serving

NEAR, FAR, OTHER = "127.0.0.1", "192.0.2.7", "192.0.2.8"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('forwarded')}/p.db"
    for _ in client_for(url, EXLAND):
        pass
    return url


@contextmanager
def behind(database: str, folder: Path, trusted: str) -> Iterator[Server]:
    """A server that believes these proxies and lets every address ask once."""
    with serving(database, folder, RATE_LIMIT="1/hour", FORWARDED_ALLOW_IPS=trusted) as server:
        yield server


def asked_for(server: Server, told: str, scheme: str = "http") -> int:
    """The status of a request that somebody is said to send."""
    headers = {"X-Forwarded-For": told, "X-Forwarded-Proto": scheme}
    response = server.client.get("/v1/releases", headers=headers)
    secured = "strict-transport-security" in response.headers
    assert secured == (scheme == "https"), "https is believed as the address is"
    return response.status_code


@pytest.mark.parametrize("trusted", [NEAR, "127.0.0.0/8", f"198.51.100.1, {NEAR}"])
def test_callers_behind_a_trusted_proxy_are_told_apart(database: str, tmp_path: Path, trusted: str) -> None:
    with behind(database, tmp_path, trusted) as server:
        assert [asked_for(server, caller) for caller in (FAR, OTHER, FAR, OTHER)] == [200, 200, 429, 429]
        assert asked_for(server, f"203.0.113.9, {FAR}") == 429, "what stands before the last address, callers made up"
        assert asked_for(server, OTHER, scheme="https") == 429


@pytest.mark.parametrize("trusted", ["", "198.51.100.1"])
def test_nobody_else_is_believed(database: str, tmp_path: Path, trusted: str) -> None:
    with behind(database, tmp_path, trusted) as server:
        assert [asked_for(server, caller) for caller in (FAR, OTHER)] == [200, 429]
        response = server.client.get("/v1/releases", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in response.headers


@pytest.mark.parametrize(("trusted", "address"), [(NEAR, FAR), ("", NEAR)])
def test_the_audit_log_tells_the_address_of_the_caller(
    database: str, tmp_path: Path, trusted: str, address: str
) -> None:
    _, key = asyncio.run(administration.create_key(database, "test", ["audit"], None))
    with behind(database, tmp_path, trusted) as server:
        path = f"/v1/admin/keys/{tmp_path.name}"
        headers = {"X-Forwarded-For": FAR}
        assert server.client.delete(path, headers=headers).status_code == 401
        known = {"Authorization": f"Bearer {key}"}
        asked = {"target": f"DELETE {path}"}
        found = eventually(lambda: server.client.get("/v1/admin/audit", params=asked, headers=known).json()["items"])
    assert [entry["address"] for entry in found] == [address]
