"""Every request has an id, a line in the log and its place in the metrics; none of them says who asked what."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.logs import REQUESTS, JsonLines, Text
from app.main import create_app
from app.settings import Settings
from tests.conftest import EXLAND, client_for
from tests.servers import eventually, serving

PATH = "/v1/credentials/xf-beekeeping/recognition"
ROUTE = "/v1/credentials/{credential_id}/recognition"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """What is logged of requests, as soon as a number of lines is there."""
    caplog.set_level(logging.INFO, REQUESTS)

    def read(number: int) -> list[dict[str, Any]]:
        def found() -> list[str]:
            return [line for record in caplog.records if record.name == REQUESTS for line in record.message.split("\n")]

        return [json.loads(line) for line in eventually(lambda: found() if len(found()) >= number else None)]

    return read


def test_a_request_is_logged_by_its_route_and_says_nothing_of_what_was_asked(exland: TestClient, lines: Any) -> None:
    exland.get(f"{PATH}?language=en", headers={"Authorization": "Bearer s3cret", "X-Request-ID": "abc.1"})
    exland.post("/v1/recognition", json={"credential": {"title": "Bees of Mary"}, "holder": {"final_score": 7}})
    exland.get("/v1/suggest?q=mary")
    exland.get("/somewhere/mary")
    told = lines(4)
    assert [(line["method"], line["route"], line["status"]) for line in told] == [
        ("GET", ROUTE, 200), ("POST", "/v1/recognition", 200), ("GET", "/v1/suggest", 200), ("GET", "none", 404),
    ]  # fmt: skip
    assert told[0].keys() == {
        "time", "level", "logger", "message", "request_id", "method", "route", "status", "ms", "bytes", "release",
    }  # fmt: skip
    assert (told[0]["request_id"], told[0]["release"], told[0]["level"]) == ("abc.1", 1, "info")
    assert told[0]["bytes"] > 1000
    assert not re.search("(?i)mary|s3cret|beekeeping|final_score", str(told))


def test_an_answer_from_memory_is_logged_like_any_other(exland: TestClient, lines: Any) -> None:
    bodies = [exland.get(PATH).content for _ in range(3)]
    exland.head(PATH)
    told = lines(4)
    assert {(line["route"], line["status"]) for line in told} == {(ROUTE, 200)}
    assert [line["bytes"] for line in told] == [*map(len, bodies), 0]


def test_a_look_up_that_takes_the_short_way_is_logged_and_counted_like_any_other(
    exland: TestClient, lines: Any
) -> None:
    for name in ("xf-beekeeping", "xf-nothing", "xf-beekeeping"):
        exland.get(f"/v1/credentials/{name}/recognition?as_of=2024-09-04")
    assert {line["route"] for line in lines(3)} == {ROUTE}


@pytest.mark.parametrize("sane", ["abc", "4bf92f35-77b3:1/2", "a" * 100, "A.b_c=+@"])
def test_a_sane_id_is_kept(exland: TestClient, sane: str) -> None:
    assert exland.get("/health/live", headers={"X-Request-ID": sane}).headers["x-request-id"] == sane


@pytest.mark.parametrize("odd", ["", " ", "a b", "a" * 101, 'a"b', "a\\", "é", "a;b", "{}"])
def test_an_odd_id_is_replaced_by_one_of_its_own(exland: TestClient, odd: str) -> None:
    first, second = (
        exland.get("/health/live", headers={b"X-Request-ID": odd.encode()}).headers["x-request-id"] for _ in range(2)
    )
    assert re.fullmatch(r"[0-9a-f]{16}-[0-9a-f]+", first)
    assert first != second


def test_a_problem_names_the_id_of_its_request(exland: TestClient) -> None:
    for path in ("/v1/nowhere", "/v1/rules/nothing", "/v1/rules?limit=0"):
        response = exland.get(path, headers={"X-Request-ID": "mine"})
        assert response.json()["request_id"] == response.headers["x-request-id"] == "mine"


def test_a_fault_of_ours_names_the_id_and_is_logged_as_500(tmp_path: Path, lines: Any) -> None:
    for client in client_for(f"sqlite:///{tmp_path}/p.db", EXLAND):

        @client.app.get("/broken/{name}")  # type: ignore[attr-defined, untyped-decorator]
        async def broken(name: str) -> None:
            raise RuntimeError(name)

        response = client.get("/broken/x", headers={"X-Request-ID": "mine"})
        assert (response.status_code, response.json()["request_id"]) == (500, "mine")
        assert response.headers["x-request-id"] == "mine"
    assert [(line["route"], line["status"]) for line in lines(1)] == [("/broken/{name}", 500)]


def test_lines_on_requests_can_be_switched_off(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, REQUESTS)
    settings = Settings(database_url=f"sqlite:///{tmp_path}/p.db", log_requests=False)
    with TestClient(create_app(settings)) as client:
        assert client.get("/health/live").headers["x-request-id"]
    assert not [record for record in caplog.records if record.name == REQUESTS]


def test_a_line_of_any_logger_is_json_with_what_went_wrong() -> None:
    try:
        raise ValueError('a "quoted"\nvalue')
    except ValueError as error:
        record = logging.LogRecord("a.b", logging.ERROR, "", 1, "no %s", ("luck",), (ValueError, error, None))
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["level"], told["logger"], told["message"]) == ("error", "a.b", "no luck")
    assert told["exception"].startswith("ValueError: a ")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", told["time"])
    assert Text().format(record).splitlines()[0].endswith("ERROR   no luck")


def test_a_server_logs_everything_in_one_form(tmp_path: Path) -> None:
    for _ in client_for(f"sqlite:///{tmp_path}/p.db", EXLAND):
        pass
    with serving(f"sqlite:///{tmp_path}/p.db", tmp_path, PUBLIC_ULR="x") as server:
        assert server.client.get(PATH).status_code == 200
    told = server.lines()
    assert {"time", "level", "logger", "message"} <= set.intersection(*({*line} for line in told))
    assert {line["logger"] for line in told} == {"app.cli", "uvicorn.error", REQUESTS}
    assert told[0]["message"] == "PUBLIC_ULR is no setting of this service. Is PUBLIC_URL meant?"
    assert [line["status"] for line in told if line.get("route") == ROUTE] == [200]
    with serving(f"sqlite:///{tmp_path}/p.db", tmp_path, LOG_FORMAT="text") as server:
        server.client.get(PATH)
        eventually(lambda: re.search(rf"INFO    GET {re.escape(ROUTE)} 200 in [\d.]+ ms, ", server.log.read_text()))
    with serving(f"sqlite:///{tmp_path}/p.db", tmp_path, LOG_LEVEL="error") as server:
        server.client.get(PATH)
    assert server.log.read_text() == ""
