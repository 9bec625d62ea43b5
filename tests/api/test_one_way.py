"""JSON in which a key occurs twice is refused wherever JSON is taken: nobody knows which of the two is meant."""

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from app.api.problems import MEDIA_TYPE
from app.main import create_app
from app.settings import Settings
from tests.conftest import EXLAND, client_for, key_for

TWICE = '{"credential": {"title": "Bees", "title": "Wasps"}}'
FOUND = "the key 'title' occurs twice"


def taking_json() -> list[str]:
    """Every address that takes JSON."""
    paths = create_app(Settings(data_dir=EXLAND)).openapi()["paths"]
    return [path for path, ways in paths.items() for told in ways.values()
            if "application/json" in told.get("requestBody", {}).get("content", ())]  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that lets the client in everywhere."""
    url = f"sqlite:///{tmp_path_factory.mktemp('twice')}/p.db"
    for client in client_for(url, EXLAND):
        client.headers.update(key_for(client, "import", "keys"))
        yield client


@pytest.mark.parametrize("path", taking_json())
def test_a_body_that_says_a_key_twice_is_refused(client: TestClient, path: str) -> None:
    twice = f"[{TWICE}]" if path.endswith("/batch") else TWICE
    response = client.post(path, content=twice, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (422, MEDIA_TYPE)
    assert "occurs twice" in response.text, response.text


def test_a_line_of_a_batch_is_refused_alone(client: TestClient) -> None:
    lines = f'{TWICE}\n{{"id": "b", "credential": {{"title": "Bees"}}}}\n'
    answers = client.post("/v1/recognition/batch", content=lines, headers={"Content-Type": "application/x-ndjson"})
    broken, sound = map(json.loads, answers.text.splitlines())
    assert FOUND in broken["problem"]["detail"]
    assert sound["id"] == "b"
    assert "report" in sound


@pytest.mark.parametrize("name", ["queries", "extend"])
def test_a_parameter_of_a_reconciliation_is_refused(client: TestClient, name: str) -> None:
    response = client.post("/reconcile", data={name: '{"q": {"query": "Bees", "query": "Wasps"}}'})
    (told,) = response.json()["errors"]
    assert (response.status_code, told["pointer"]) == (422, f"/{name}")
    assert "the key 'query' occurs twice" in told["found"]
