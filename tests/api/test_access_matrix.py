"""Who may use what: every operation of the document, by every kind of caller. A new route cannot be forgotten."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from app.api.problems import MEDIA_TYPE
from app.api.security import ADMIN
from app.domain.access import SCOPES, Scope, token
from app.main import create_app
from app.services import administration
from app.settings import Settings
from tests.conftest import EXLAND, client_for, key_for

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation: its method, its address, and what the document says of it."""
    document = create_app(Settings(data_dir=EXLAND)).openapi()
    return [(m, path, told) for path, methods in document["paths"].items() for m, told in methods.items()]


ADMINISTRATION = [(method, path, told) for method, path, told in operations() if path.startswith(ADMIN)]
NAMES = [f"{method} {path}" for method, path, _ in ADMINISTRATION]
each_operation = pytest.mark.parametrize(("method", "path", "told"), ADMINISTRATION, ids=NAMES)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that does not limit how often it is tried."""
    yield from client_for(f"sqlite:///{tmp_path_factory.mktemp('access')}/p.db", EXLAND, rate_limit_admin="")


def ask(client: TestClient, method: str, path: str, headers: dict[str, str] | None = None) -> Any:
    """Send a request that the route itself would refuse as senseless: being let in is not yet doing anything."""
    return client.request(method, re.sub(r"\{\w+\}", "!", path), headers=headers, params={"no-such-parameter": "1"})


def needed(told: dict[str, Any]) -> Scope:
    (requirement,) = told["security"]
    ((scheme, scopes),) = requirement.items()
    assert scheme == "bearer"
    (scope,) = scopes
    assert scope in SCOPES
    return scope  # type: ignore[no-any-return]


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def refused(response: Any, status: int) -> None:
    assert (response.status_code, response.headers["content-type"]) == (status, MEDIA_TYPE), response.text
    assert response.headers["www-authenticate"].startswith('Bearer realm="passerelle"')
    assert response.json()["status"] == status


def test_there_is_something_to_test() -> None:
    assert len(ADMINISTRATION) >= 4


@each_operation
def test_every_operation_of_administrators_says_which_scope_it_needs(
    method: str, path: str, told: dict[str, Any]
) -> None:
    assert needed(told)
    assert {"401", "403", "429"} <= told["responses"].keys()


def test_nothing_else_asks_for_a_key() -> None:
    assert [f"{m} {p}" for m, p, told in operations() if "security" in told and not p.startswith(ADMIN)] == []


def test_everything_that_changes_something_belongs_to_administrators() -> None:
    changing = {(m, p) for m, p, _ in operations() if m not in ("get", "post") and not p.startswith(ADMIN)}
    assert changing == set()


def test_every_route_of_administrators_stands_in_the_document(closed: TestClient) -> None:
    """Routes that are left out of the document would escape this test."""
    for method in METHODS:
        response = closed.request(method, f"{ADMIN}/nowhere")
        assert response.status_code == 401, "an address that nobody wrote is as closed as those that are there"
    told = {path for _, path, _ in ADMINISTRATION}
    assert {path for path in all_paths(closed.app) if path.startswith(ADMIN)} == told


def all_paths(app: Any) -> set[str]:
    return {str(context.path) for context in iter_route_contexts(app.routes)}


@each_operation
@pytest.mark.parametrize("scope", SCOPES)
def test_only_the_scope_that_is_needed_lets_in(
    closed: TestClient, method: str, path: str, told: dict[str, Any], scope: Scope
) -> None:
    response = ask(closed, method, path, key_for(closed, scope))
    if scope == needed(told):
        assert response.status_code not in (401, 403), response.text
    else:
        refused(response, 403)
        assert f'error="insufficient_scope", scope="{needed(told)}"' in response.headers["www-authenticate"]


@each_operation
def test_all_other_scopes_together_do_not_let_in(
    closed: TestClient, method: str, path: str, told: dict[str, Any]
) -> None:
    others = [scope for scope in SCOPES if scope != needed(told)]
    refused(ask(closed, method, path, key_for(closed, *others)), 403)


@each_operation
def test_nobody_gets_in_without_a_good_key(closed: TestClient, method: str, path: str, told: dict[str, Any]) -> None:
    good = key_for(closed, *SCOPES)["Authorization"].removeprefix("Bearer ")
    assert ask(closed, method, path, bearer(good)).status_code not in (401, 403)
    refused(ask(closed, method, path), 401)
    for bad in (
        token("0" * 12, bytes(32)),  # unknown
        token(good.split("_")[1], bytes(32)),  # known by its id, another secret
        good[:-1],
        good + "0",
        good.upper(),
        good.split("_")[2],
        "passerelle",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.",
    ):
        refused(ask(closed, method, path, bearer(bad)), 401)
    for header in (f"Basic {good}", good, "Bearer", "Bearer ", f"Bearer {good} {good}"):
        refused(ask(closed, method, path, {"Authorization": header}), 401)
    refused(closed.request(method, f"{path}?access_token={good}"), 401)
    twice = closed.build_request(method, path, headers=[("Authorization", f"Bearer {good}")] * 2)
    refused(closed.send(twice), 401)


@each_operation
def test_a_revoked_and_an_expired_key_do_not_let_in(
    closed: TestClient, method: str, path: str, told: dict[str, Any]
) -> None:
    url = closed.app.state.settings.database_url  # type: ignore[attr-defined]
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    ending, key = asyncio.run(administration.create_key(url, "ending", SCOPES, tomorrow))
    assert ask(closed, method, path, bearer(key)).status_code not in (401, 403)
    move_expiry(url, ending.id, datetime.now(UTC).date())
    response = ask(closed, method, path, bearer(key))
    refused(response, 401)
    assert "expired" in response.json()["detail"]

    other, key = asyncio.run(administration.create_key(url, "going", SCOPES, None))
    assert ask(closed, method, path, bearer(key)).status_code not in (401, 403)
    asyncio.run(administration.revoke_key(url, other.id))
    response = ask(closed, method, path, bearer(key))
    refused(response, 401)
    assert "revoked" in response.json()["detail"]


def move_expiry(url: str, key_id: str, day: date) -> None:
    """Let a key end on a day that has come, which nobody can ask for."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE api_keys SET expires_on = :day WHERE id = :id"), {"day": day.isoformat(), "id": key_id}
        )
    engine.dispose()
