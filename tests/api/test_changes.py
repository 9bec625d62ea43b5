"""What changed between releases, and which answers change with it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.datasets.reader import read_files
from app.domain.dataset import Dataset, merged
from app.main import create_app
from app.settings import Settings
from app.store import releases
from app.store.database import open_database, open_session
from tests.conftest import EXLAND
from tests.databases import migrated


def first() -> Dataset:
    return merged(file.dataset for file in read_files([EXLAND / "frameworks", EXLAND / "catalogue"]))


def second() -> Dataset:
    """The pilot's rule lets the board decide; the college's decision is gone; a further credential is there."""
    data = first()
    rules = tuple(replace(r, status="discretionary") if r.id == "xf-register-new" else r for r in data.rules)
    decisions = tuple(d for d in data.decisions if d.id != "xf-college-beekeeping")
    more = replace(data.credentials[0], id="xf-wasps")
    return replace(data, rules=rules, decisions=decisions, credentials=(*data.credentials, more))


async def store(url: str) -> None:
    engine = open_database(url)
    for data in (first(), second()):
        async with open_session(engine) as session, session.begin():
            await releases.activate(session, await releases.add_release(session, data, str(len(data.credentials))))
    await engine.dispose()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("changes")
    url = f"sqlite:///{folder}/p.db"
    migrated(url)
    asyncio.run(store(url))
    with TestClient(create_app(Settings(database_url=url))) as client:
        yield client


def told(client: TestClient, **query: Any) -> dict[str, Any]:
    response = client.get("/v1/changes", params=query)
    assert response.status_code == 200, response.json()
    body: dict[str, Any] = response.json()
    return body


def test_every_change_since_a_release_is_told(client: TestClient) -> None:
    items = told(client, since=1)["items"]
    assert [(item["section"], item["id"], item["change"]) for item in items] == [
        ("credentials", "xf-wasps", "added"),
        ("decisions", "xf-college-beekeeping", "removed"),
        ("rules", "xf-register-new", "changed"),
    ]
    assert {item["release"] for item in items} == {2}
    assert told(client, since=2)["items"] == []


def test_the_first_release_brought_everything(client: TestClient) -> None:
    items = told(client)["items"]
    assert {item["change"] for item in items if item["release"] == 1} == {"added"}
    assert len([item for item in items if item["section"] == "rules" and item["release"] == 1]) == len(first().rules)


def test_pages_put_together_are_the_whole(client: TestClient) -> None:
    whole, found, after = told(client)["items"], [], ""
    while True:
        page = told(client, after=after, limit=3)
        found += page["items"]
        if "next" not in page:
            break
        after = page["next"]
    assert found == whole


def test_statements_are_told_before_and_after_when_asked_for(client: TestClient) -> None:
    by_id = {item["id"]: item for item in told(client, since=1, bodies=True)["items"]}
    rule = by_id["xf-register-new"]
    assert (rule["before"]["status"], rule["after"]["status"]) == ("recognised", "discretionary")
    assert "before" not in by_id["xf-wasps"]
    assert "after" not in by_id["xf-college-beekeeping"]


def test_since_may_be_a_moment(client: TestClient) -> None:
    now = datetime.now(UTC)
    assert told(client, since=(now + timedelta(hours=1)).isoformat())["items"] == []
    assert told(client, since=(now - timedelta(hours=1)).isoformat())["items"] == told(client)["items"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [({"since": "yesterday"}, "/since"), ({"after": "x"}, "/after"), ({"sections": "rule"}, "/sections/0")],
)
def test_what_makes_no_sense_is_told(client: TestClient, query: dict[str, str], pointer: str) -> None:
    response = client.get("/v1/changes", params=query)
    assert (response.status_code, response.json()["pointer"]) == (422, pointer)


def impact(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    response = client.get("/v1/releases/1/impact", params={"to": 2, "as_of": "2023-06-01", **query})
    assert response.status_code == 200, response.json()
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def test_answers_that_change_are_told_with_both(client: TestClient) -> None:
    items = impact(client)
    wasps = [item for item in items if item["credential"] == "xf-wasps"]
    assert wasps
    assert all("before" not in item for item in wasps)
    places = {(item["jurisdiction"], item["purpose"]) for item in wasps}
    assert ("XF", "credit_transfer") in places


def test_places_and_purposes_narrow_it(client: TestClient) -> None:
    assert {item["purpose"] for item in impact(client, purposes="register")} == {"register"}
    assert impact(client, jurisdictions="XG") == [] or {
        i["jurisdiction"] for i in impact(client, jurisdictions="XG")
    } == {"XG"}


def test_nothing_changes_between_a_release_and_itself(client: TestClient) -> None:
    assert client.get("/v1/releases/2/impact", params={"to": 2}).json()["items"] == []
    assert client.get("/v1/releases/9/impact", params={"to": 2}).status_code == 404


def test_an_impact_is_what_the_two_answers_say(client: TestClient) -> None:
    for item in impact(client):
        for key, release in (("before", 1), ("after", 2)):
            query = {
                "jurisdictions": item["jurisdiction"], "purposes": item["purpose"], "as_of": "2023-06-01",
                "release": release,
            }  # fmt: skip
            response = client.get(f"/v1/credentials/{item['credential']}/recognition", params=query)
            if key not in item:
                assert response.status_code == 404
                continue
            (outcome,) = response.json()["outcomes"]
            assert outcome["status"] == item[key]["status"]
            assert outcome.get("credit") == item[key].get("credit")
