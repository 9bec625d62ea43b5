"""Reading that is closed or limited: answers from memory too."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.limiting import MOST_COUNTED, Limit, network_of
from app.api.problems import MEDIA_TYPE
from app.domain.access import SCOPES
from app.main import create_app
from app.services import administration
from app.services.identity import KEPT_SECONDS
from app.settings import Settings
from tests.conftest import EXLAND, client_for, key_for

REMEMBERED = "/v1/credentials/xf-beekeeping"
OPEN = ("/health/live", "/health/ready", "/docs", "/openapi.json", "/static-offline-docs/swagger-ui.css",
        "/v1/contexts/recognition-report-1")  # fmt: skip


@contextmanager
def served(folder: Path, **settings: Any) -> Iterator[TestClient]:
    """A service with these settings."""
    yield from client_for(f"sqlite:///{folder}/p.db", EXLAND, **settings)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("closed"), reads_require_key=True) as client:
        yield client


def test_every_address_is_closed_but_those_of_health_and_documentation(closed: TestClient) -> None:
    document = closed.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        if path.startswith(("/health", "/v1/contexts", "/.well-known")):
            continue
        for method, told in methods.items():
            response = closed.request(method, path)
            assert (response.status_code, response.headers["content-type"]) == (401, MEDIA_TYPE), path
            assert told["security"], path
            assert {"401", "403"} <= told["responses"].keys()
    for path in OPEN:
        assert closed.get(path).status_code == 200, path
    for path in ("/v1", "/nowhere", "/docs/x", "/health/live/", "//health/live", "/static-offline-docs"):
        assert closed.get(path, follow_redirects=False).status_code == 401, path


def test_who_may_read_reads_and_who_may_do_all_else_does_not(closed: TestClient) -> None:
    assert closed.get("/v1/rules", headers=key_for(closed, "read")).status_code == 200
    refused = closed.get("/v1/rules", headers=key_for(closed, *(scope for scope in SCOPES if scope != "read")))
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-allowed")
    assert 'scope="read"' in refused.headers["www-authenticate"]


def test_what_was_answered_to_somebody_is_not_told_to_others(closed: TestClient) -> None:
    reader = key_for(closed, "read")
    answers = [closed.get(REMEMBERED, headers=reader) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    held = {"If-None-Match": answers[0].headers["etag"]}
    assert closed.get(REMEMBERED, headers=reader | held).status_code == 304
    for headers in ({}, held, {"If-None-Match": "*"}, {"Authorization": reader["Authorization"] + "0"}):
        refused = closed.get(REMEMBERED, headers=headers)
        assert refused.status_code == 401
        assert "etag" not in refused.headers
    assert closed.head(REMEMBERED).status_code == 401


def test_a_revoked_key_reads_no_longer_than_a_second(closed: TestClient) -> None:
    reader = key_for(closed, "read")
    assert closed.get(REMEMBERED, headers=reader).status_code == 200
    url = closed.app.state.settings.database_url  # type: ignore[attr-defined]
    asyncio.run(administration.revoke_key(url, reader["Authorization"].split("_")[1]))
    until = time.monotonic() + KEPT_SECONDS + 0.2
    while closed.get(REMEMBERED, headers=reader).status_code == 200:
        assert time.monotonic() < until


def test_reading_is_open_unless_told_otherwise_whatever_is_presented(exland: TestClient) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "\x00"}):
        response = exland.get("/v1/rules", headers=headers)
        assert response.status_code == 200
        assert "ratelimit" not in response.headers


def test_requests_beyond_the_limit_are_refused_answers_from_memory_too(tmp_path: Path) -> None:
    with served(tmp_path, rate_limit="3/hour") as client:
        answers = [client.get(REMEMBERED) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers] == [
            f'"reads";r={left}' for left in (2, 1, 0, 0)
        ]
        refused = answers[3]
        assert refused.headers["content-type"] == MEDIA_TYPE
        assert refused.headers["ratelimit-policy"] == '"reads";q=3;w=3600'
        assert 0 < int(refused.headers["retry-after"]) <= 3600
        assert client.get("/health/live").status_code == client.get("/docs").status_code == 200
        assert "429" in client.get("/openapi.json").json()["paths"]["/v1/rules"]["get"]["responses"]


def test_each_key_has_its_own_count(tmp_path: Path) -> None:
    with served(tmp_path, rate_limit="1/hour") as client:
        callers = [{}, key_for(client, "read"), key_for(client, "audit")]
        for again, status in ((1, 200), (2, 429)):
            assert [client.get("/v1/rules", headers=caller).status_code for caller in callers] == [status] * 3, again
        unknown = {"Authorization": "Bearer passerelle_000000000000_" + "0" * 64}
        assert client.get("/v1/rules", headers=unknown).status_code == 429, "nonsense is no way to a new count"


def test_a_header_that_anybody_can_send_is_no_way_to_a_new_count(tmp_path: Path) -> None:
    with served(tmp_path, rate_limit="1/hour") as client:
        told = [client.get("/v1/rules", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code for n in range(3)]
        assert told == [200, 429, 429]


def test_what_administrators_use_is_limited_by_itself(tmp_path: Path) -> None:
    with served(tmp_path, rate_limit_admin="2/hour") as client:
        keys = key_for(client, "keys")
        assert [client.get("/v1/admin/keys").status_code for _ in range(3)] == [401, 401, 429]
        assert [client.get("/v1/admin/keys", headers=keys).status_code for _ in range(3)] == [200, 200, 429]
        assert client.get("/v1/rules").status_code == 200


def test_the_addresses_of_one_ipv6_network_are_one_caller() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff%eth0") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("not:an:address") == "not:an:address"


def test_counts_are_bounded_and_a_new_time_begins_anew() -> None:
    limit = Limit("x", "1/second")
    assert [limit.hit("a").is_over for _ in range(2)] == [False, True]
    for n in range(MOST_COUNTED):
        limit.hit(str(n))
    assert not limit.hit("a").is_over


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"rate_limit": "many"}, "rate_limit"),
        ({"rate_limit_admin": "5"}, "rate_limit_admin"),
        ({"oidc_issuer": "http://example.org", "oidc_audience": "a"}, "https://"),
        ({"oidc_issuer": "https://example.org"}, "OIDC_AUDIENCE"),
        ({"oidc_issuer": "https://example.org", "oidc_audience": "a", "oidc_jwks_url": "file:///keys"}, "https://"),
        ({"oidc_scopes": {"x": "everything"}}, "oidc_scopes"),
    ],
)
def test_settings_that_make_no_sense_stop_the_start(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        create_app(Settings(**wrong))
