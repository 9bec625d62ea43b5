"""Keys: made, shown once, used, revoked; never seen anywhere else. And the record of all that."""

import logging
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect, text

from app.domain.access import SCOPES
from app.store.database import sync_url
from tests.conftest import EXLAND, client_for, key_for

KEYS, AUDIT = "/v1/admin/keys", "/v1/admin/audit"


@pytest.fixture
def client(empty_database: str) -> Iterator[TestClient]:
    """A service of its own, on SQLite and on PostgreSQL."""
    yield from client_for(empty_database, EXLAND)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that is tried often."""
    yield from client_for(f"sqlite:///{tmp_path_factory.mktemp('keys')}/p.db", EXLAND, rate_limit_admin="")


def made(client: TestClient, by: dict[str, str], **body: Any) -> tuple[str, dict[str, str]]:
    """A key made over HTTP: its id, and headers with it."""
    response = client.post(KEYS, json={"name": "made", "scopes": ["keys"], **body}, headers=by)
    assert response.status_code == 201, response.text
    return response.json()["key"]["id"], {"Authorization": f"Bearer {response.json()['secret']}"}


def everything_in(client: TestClient) -> str:
    """All that stands in the tables of access, as text."""
    url = client.app.state.settings.database_url  # type: ignore[attr-defined]
    engine = create_engine(sync_url(url))
    with engine.connect() as connection:
        names = [name for name in inspect(engine).get_table_names() if name in ("api_keys", "audit")]
        assert len(names) == 2
        told = [str(row) for name in names for row in connection.execute(text(f"SELECT * FROM {name}"))]
    engine.dispose()
    return "\n".join(told)


def test_a_key_is_made_used_and_revoked_for_good(client: TestClient) -> None:
    first = key_for(client, "keys")
    key, headers = made(client, first, name="Second", expires_on="2999-01-01")
    listed = {item["id"]: item for item in client.get(KEYS, headers=headers).json()["items"]}
    assert len(listed) == 2
    assert listed[key].items() >= {"name": "Second", "scopes": ["keys"], "expires_on": "2999-01-01"}.items()
    assert "revoked_at" not in listed[key]

    revoked = client.delete(f"{KEYS}/{key}", headers=first)
    assert (revoked.status_code, revoked.json()["id"]) == (200, key)
    assert client.get(KEYS, headers=headers).status_code == 401
    again = client.delete(f"{KEYS}/{key}", headers=first)
    assert again.json()["revoked_at"] == revoked.json()["revoked_at"]
    assert len(client.get(KEYS, headers=first).json()["items"]) == 2


def test_a_key_cannot_give_what_it_does_not_hold(shared: TestClient) -> None:
    by = key_for(shared, "keys", "import")
    made(shared, by, scopes=["import"])
    refused = shared.post(KEYS, json={"name": "x", "scopes": ["import", "release"]}, headers=by)
    assert (refused.status_code, "release" in refused.json()["detail"]) == (403, True)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "a\u0000b"}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"name": "a" * 201}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["everything"]}, "/scopes/0"),
        ({"expires_on": "2020-01-01"}, "/expires_on"),
        ({"secret": "mine"}, "/secret"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(shared: TestClient, body: dict[str, Any], pointer: str) -> None:
    response = shared.post(KEYS, json={"name": "x", "scopes": ["keys"], **body}, headers=key_for(shared, "keys"))
    assert (response.status_code, response.json()["pointer"]) == (422, pointer)


def test_a_key_that_nobody_made_cannot_be_revoked(client: TestClient) -> None:
    by = key_for(client, "keys")
    assert client.delete(f"{KEYS}/{'0' * 12}", headers=by).status_code == 404
    assert client.delete(f"{KEYS}/%00", headers=by).status_code == 422


def test_the_secret_is_shown_once_and_stands_nowhere(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        by = key_for(client, *SCOPES)
        _, headers = made(client, by, name="Quiet")
        key = headers["Authorization"].removeprefix("Bearer ")
        secret = key.rpartition("_")[2]
        answers = [
            client.get(KEYS, headers=headers),
            client.get(AUDIT, headers=headers),
            client.get(AUDIT, headers=by),
            client.delete(f"{KEYS}/{key}", headers=by),
            client.get(f"/v1/nowhere/{key}"),
            client.post(KEYS, json={"name": key, "scopes": ["keys"]}, headers=by),
            client.post(KEYS, json={"name": "x", "scopes": [key]}, headers={"Authorization": f"Basic {key}"}),
            client.get(KEYS, headers={"Authorization": f"Bearer {key}0"}),
            client.get(AUDIT, params={"limit": 1000}, headers=by),
        ]
    assert [answer.status_code for answer in answers] == [200, 403, 200, 422, 404, 422, 401, 401, 200]
    for answer in answers:
        assert secret not in answer.text, answer.request.url
    assert secret not in everything_in(client)
    ours = [record for record in caplog.records if not record.name.startswith("http")]  # the client tells its addresses
    assert secret not in "\n".join(f"{record.getMessage()} {record.exc_text}" for record in ours)


def test_answers_to_administrators_are_kept_by_nobody(shared: TestClient) -> None:
    by = key_for(shared, "keys", "audit")
    for path in (KEYS, AUDIT):
        assert shared.get(path, headers=by).headers["cache-control"] == "no-store"
    assert "no-store" in shared.post(KEYS, json={"name": "x", "scopes": ["keys"]}, headers=by).headers["cache-control"]


def test_last_use_is_noted_once_a_minute(client: TestClient) -> None:
    by = key_for(client, "keys")

    def last_used() -> str | None:
        return client.get(KEYS, headers=by).json()["items"][0].get("last_used_at")

    until = time.monotonic() + 10
    while last_used() is None and time.monotonic() < until:
        pass  # asking gives the note its turn
    first = last_used()
    assert first is not None
    assert [last_used() for _ in range(5)] == [first] * 5


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=100).map(lambda rest: b"Bearer " + rest),
        st.from_regex(rb"\A[Bb]earer passerelle_[0-9a-f]{10,14}_[0-9a-fA-F]{60,66}\Z"),
        st.from_regex(rb"\ABearer [\w.=-]{1,400}\Z"),
    )
)
def test_whatever_stands_in_the_header_nobody_gets_in(shared: TestClient, header: bytes) -> None:
    response = shared.get(KEYS, headers=[(b"Authorization", header)])
    assert response.status_code == 401, response.text
    presented = header.split(b" ")[-1].decode("latin-1")
    assert len(presented) < 20 or presented not in response.text


def test_every_act_is_recorded_with_who_what_and_from_where(client: TestClient) -> None:
    by = key_for(client, "keys", "audit")
    maker = by["Authorization"].split("_")[1]
    key, _ = made(client, by, name="Robot")
    client.delete(f"{KEYS}/{key}", headers=by)
    client.delete(f"{KEYS}/{key}", headers=by)  # changes nothing, so there is nothing to record
    entries = client.get(AUDIT, headers=by).json()["items"]
    assert [(entry["act"], entry["caller"]) for entry in entries] == [
        ("key.revoke", maker),
        ("key.create", maker),
        ("key.create", "command-line"),
        ("release.load", "command-line"),
    ]
    revoked, created, first, _ = entries
    assert (revoked["target"], revoked["name"], revoked["address"]) == (f"key {key}", "test", "testclient")
    assert revoked["before"]["revoked_at"] is None
    assert revoked["after"]["revoked_at"]
    assert "before" not in created
    assert created["after"]["name"] == "Robot"
    assert first["address"] == "local"


def test_the_record_is_read_by_filters_and_page_by_page(client: TestClient) -> None:
    by = key_for(client, "keys", "audit")
    ids = [made(client, by)[0] for _ in range(4)]

    def asked(**query: Any) -> list[str]:
        response = client.get(AUDIT, params=query, headers=by)
        assert response.status_code == 200, response.text
        return [entry["target"] for entry in response.json()["items"]]

    whole = asked()
    assert whole[:4] == [f"key {key}" for key in reversed(ids)]
    assert asked(caller="command-line") == whole[4:]
    assert asked(target=f"key {ids[1]}") == [f"key {ids[1]}"]
    assert asked(act="nothing") == []
    assert asked(since="2999-01-01T00:00:00Z") == asked(until="2000-01-01T00:00:00") == []
    assert asked(since="2000-01-01T00:00:00", until="2999-01-01T00:00:00+05:00") == whole
    pages, after = [], None
    while True:
        page = client.get(AUDIT, params={"limit": 2} | ({"after": after} if after else {}), headers=by).json()
        pages += [entry["target"] for entry in page["items"]]
        after = page.get("next")
        if after is None:
            break
    assert pages == whole
    assert client.get(AUDIT, params={"act": "a\u0000"}, headers=by).status_code == 422


def test_refused_attempts_are_recorded_but_fill_nothing(client: TestClient) -> None:
    by = key_for(client, "audit")
    key = by["Authorization"].split("_")[1]
    assert client.get(f"{KEYS}?x=1", headers=by).status_code == 403
    for n in range(30):
        assert client.get(f"/v1/admin/a%00{n}").status_code == 401
    refused = client.get(AUDIT, params={"act": "refused"}, headers=by).json()["items"]
    assert len(refused) == 10
    assert (refused[-1]["caller"], refused[-1]["target"], refused[-1]["after"]) == (key, f"GET {KEYS}", {"status": 403})
    assert (refused[-2]["caller"], refused[-2]["target"]) == ("unknown", "GET /v1/admin/a\ufffd0")


def test_a_revoked_key_that_is_tried_is_named_in_the_record(client: TestClient) -> None:
    by = key_for(client, "keys", "audit")
    key, headers = made(client, by)
    client.delete(f"{KEYS}/{key}", headers=by)
    client.get(KEYS, headers=headers)
    (entry,) = client.get(AUDIT, params={"act": "refused"}, headers=by).json()["items"]
    assert (entry["caller"], entry["after"]) == (key, {"status": 401})


def test_a_database_that_fails_lets_nobody_in(tmp_path: Any) -> None:
    for client in client_for(f"sqlite:///{tmp_path}/p.db", EXLAND):
        by = key_for(client, "keys")
        engine = create_engine(f"sqlite:///{tmp_path}/p.db")
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE api_keys RENAME TO gone"))
        engine.dispose()
        response = client.get(KEYS, headers=by)
        assert (response.status_code, response.json()["type"]) == (500, "/problems/internal-error")
        assert not re.search("gone|api_keys", response.text)
        assert client.get("/v1/rules", headers=by).status_code == 200
