"""Headers for browsers: which pages may read what, and what pages may do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.conftest import EXLAND, client_for, key_for

FOREIGN = {"Origin": "https://elsewhere.example"}
DESK = "https://desk.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service whose operator named a page for administrators."""
    folder: Path = tmp_path_factory.mktemp("headers")
    yield from client_for(f"sqlite:///{folder}/p.db", EXLAND, admin_origins=[DESK])


def test_pages_of_any_origin_read_what_is_open_without_credentials(exland: TestClient) -> None:
    for path in ("/v1/rules", "/v1/credentials/xf-beekeeping", "/v1/credentials/xf-beekeeping"):
        response = exland.get(path, headers=FOREIGN)
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers


def test_caches_keep_answers_to_pages_and_to_programs_apart(exland: TestClient) -> None:
    for headers in ({}, FOREIGN):
        assert "Origin" in exland.get("/v1/rules", headers=headers).headers["vary"]


def test_pages_of_other_origins_do_not_administrate(exland: TestClient, desk: TestClient) -> None:
    for client in (exland, desk):
        keys = key_for(client, "keys")
        asked = client.options("/v1/admin/keys", headers=FOREIGN | PREFLIGHT)
        assert asked.status_code >= 400
        for response in (asked, client.get("/v1/admin/keys", headers=FOREIGN | keys)):
            assert "access-control-allow-origin" not in response.headers


def test_the_page_that_the_operator_named_administrates(desk: TestClient) -> None:
    asked = desk.options("/v1/admin/keys", headers={"Origin": DESK} | PREFLIGHT)
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, DESK)
    response = desk.get("/v1/admin/keys", headers={"Origin": DESK} | key_for(desk, "keys"))
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, DESK)
    assert "access-control-allow-credentials" not in response.headers


def test_nobody_guesses_the_kind_of_an_answer(exland: TestClient) -> None:
    paths = ("/v1/rules", "/v1/suggest?q=bee", "/v1/suggest?q=bee", "/v1/export/rules", "/openapi.json", "/docs",
             "/nowhere", "/v1/admin/keys", "/v1/rules?x=1", "/health/live")  # fmt: skip
    for path in paths:
        assert exland.get(path).headers.get_list("x-content-type-options") == ["nosniff"], path
    assert exland.post("/v1/stacking", content=b"x" * 300_000).headers["x-content-type-options"] == "nosniff"


def test_pages_run_their_own_scripts_only_and_stay_out_of_frames(exland: TestClient) -> None:
    for path in ("/docs",):
        headers = exland.get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
        assert policy["default-src"] == "'self'"
        assert "unsafe" not in policy["script-src"]
        assert headers["referrer-policy"] == "no-referrer"


def test_browsers_keep_to_https_once_they_came_by_it(exland: TestClient) -> None:
    for path in ("/v1/rules", "/v1/suggest?q=bee", "/v1/suggest?q=bee", "/docs", "/v1/admin/keys", "/nowhere"):
        assert "strict-transport-security" not in exland.get(f"http://testserver{path}").headers
        secured = exland.get(f"https://testserver{path}")
        assert secured.headers.get_list("strict-transport-security") == ["max-age=63072000"], path
