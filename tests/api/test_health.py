"""Whether the service lives and is ready, for load balancers."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from fastapi.testclient import TestClient

from app.api.problems import MEDIA_TYPE
from app.main import create_app
from app.services.administration import load
from app.settings import Settings
from tests.conftest import EXLAND
from tests.databases import migrated


def test_a_service_with_data_lives_and_is_ready(exland: TestClient) -> None:
    assert exland.get("/health/live").json() == {"status": "ok"}
    assert exland.get("/health/ready").json() == {"status": "ok", "release": 1}


def test_a_service_becomes_ready_when_data_is_loaded_without_a_new_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/p.db"
    migrated(url)
    with TestClient(create_app(Settings(database_url=url, release_poll_seconds=0.05))) as client:
        refused = client.get("/health/ready")
        assert (refused.status_code, refused.headers["content-type"]) == (503, MEDIA_TYPE)
        assert client.get("/health/live").status_code == 200
        asyncio.run(load(url, EXLAND))
        until = time.monotonic() + 10
        while client.get("/health/ready").status_code != 200 and time.monotonic() < until:
            time.sleep(0.05)
        assert client.get("/health/ready").json()["release"] == 1
        assert client.get("/v1/rules").status_code == 200


def test_before_any_data_is_loaded_every_question_says_when_to_come_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/p.db"
    migrated(url)
    with TestClient(create_app(Settings(database_url=url)), raise_server_exceptions=False) as client:
        for path in (
            "/v1/rules",
            "/v1/jurisdictions/XF",
            "/v1/credentials/a/recognition",
            "/v1/convert/credits?amount=1&from=a&to=b",
            "/v1/convert/levels?framework=a&level=1&to=b",
        ):
            response = client.get(path)
            assert (response.status_code, response.headers["content-type"]) == (503, MEDIA_TYPE), path
            assert response.headers["retry-after"].isdigit()
        assert client.get("/v1/releases").json() == {"items": []}
        assert client.get("/docs").status_code == 200


def test_a_database_that_no_longer_answers_is_told_by_readiness_not_by_liveness(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/p.db"
    migrated(url)
    asyncio.run(load(url, EXLAND))
    with TestClient(create_app(Settings(database_url=url)), raise_server_exceptions=False) as client:
        with closing(sqlite3.connect(tmp_path / "p.db")) as connection, connection:
            connection.execute("ALTER TABLE releases RENAME TO gone")
        response = client.get("/health/ready")
        assert (response.status_code, response.headers["content-type"]) == (503, MEDIA_TYPE)
        assert response.headers["retry-after"].isdigit()
        assert "gone" not in response.text
        assert client.get("/health/live").status_code == 200


def test_head_is_get_without_the_body(exland: TestClient) -> None:
    told, whole = exland.head("/v1/rules"), exland.get("/v1/rules")
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["etag"] == whole.headers["etag"]
    assert told.headers["content-length"] == str(len(whole.content))
    assert exland.head("/v1/rules", headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    assert exland.head("/v1/nowhere").status_code == 404
