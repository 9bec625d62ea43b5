"""Many questions in one request: order, names, problems of their own, one release, streams."""

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.api.routers.batch import MAX_ITEMS, MAX_LINE_BYTES
from app.main import create_app
from app.services.administration import load
from app.settings import Settings
from tests.conftest import EXLAND
from tests.databases import migrated

PATH = "/v1/recognition/batch"
BEES = {
    "credential": {"title": "Bees"},
    "jurisdictions": ["XF"],
    "purposes": ["credit_transfer"],
    "as_of": "2024-09-01",
}
LINES = {"Content-Type": "application/x-ndjson"}
TABLE = {"Content-Type": "text/csv"}


def lines(*items: Any) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


def read_lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def test_every_question_gets_its_own_answer_in_its_own_place(exland: TestClient) -> None:
    body = [
        {**BEES, "id": "a"},
        {**BEES, "jurisdictions": ["XZ"]},
        {**BEES, "credential": {"title": "Bees", "x": 1}, "id": "c"},
        "Bees",
        {**BEES, "purposes": ["register"], "id": "a"},
    ]
    response = exland.post(PATH, json=body)
    assert response.status_code == 200
    answers = response.json()["answers"]
    assert [answer["id"] for answer in answers] == ["a", "1", "c", "3", "a"]
    assert [("report" in answer, "problem" in answer) for answer in answers] == [
        (True, False), (False, True), (False, True), (False, True), (True, False),
    ]  # fmt: skip
    assert answers[1]["problem"]["pointer"] == "/jurisdictions/0"
    assert answers[2]["problem"]["errors"][0]["pointer"] == "/credential/x"
    assert answers[4]["report"]["outcomes"][0]["purpose"] == "register"


def test_a_credential_by_id_gets_the_same_answer_every_time_and_alone(service: TestClient) -> None:
    ids = [item["id"] for item in service.get("/v1/credentials?limit=60&fields=id").json()["items"]]
    items = [
        {"id": f"q{n}", "credential": {"id": name}, "jurisdictions": ["NL"], "as_of": "2026-11-01"}
        for n, name in enumerate([*ids, "nobody-knows-it", "é", *ids])
    ]
    answers = read_lines(service.post(PATH, content=lines(*items), headers=LINES).content)
    assert [answer["id"] for answer in answers] == [item["id"] for item in items]
    for item, answer in zip(items, answers, strict=True):
        alone = service.post("/v1/recognition", json={key: value for key, value in item.items() if key != "id"})
        expected = {key: value for key, value in alone.json().items() if key != "request_id"}
        assert answer["report" if alone.status_code == 200 else "problem"] == expected


@pytest.mark.parametrize(
    "item",
    [{**BEES, "id": 5}, {**BEES, "id": "x" * 201}, {**BEES, "id": "\ud800"}, {**BEES, "holder": {"a": "\ud800"}}],
)
def test_what_is_wrong_with_a_question_by_id_is_told_as_with_any_other(
    item: dict[str, Any], service: TestClient
) -> None:
    known = {"credential": {"id": "us-google-it-support"}, "jurisdictions": ["NL"]}
    answers = read_lines(service.post(PATH, content=lines(known, {**item, **known}), headers=LINES).content)
    assert ["report" in answer for answer in answers] == [True, False]


def test_an_answer_in_a_batch_is_the_answer_alone(exland: TestClient) -> None:
    alone = exland.post("/v1/recognition", json=BEES).json()
    (answer,) = exland.post(PATH, json=[BEES]).json()["answers"]
    assert answer["report"] == alone


def test_all_answers_rest_on_one_release(exland: TestClient) -> None:
    body = [BEES, {**BEES, "release": 1}, {**BEES, "release": 2}]
    response = exland.post(PATH, json=body, params={"release": 1}).json()
    assert response["release"]["number"] == 1
    assert "one release" in response["answers"][2]["problem"]["detail"]
    assert exland.post(PATH, json=[BEES], params={"release": 9}).status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "JSON array"),
        (b'{"items": []}', "found dict"),
        (json.dumps([BEES] * (MAX_ITEMS + 1)).encode(), f"{MAX_ITEMS + 1} questions"),
        (b"[" * 100_000, "cannot be read"),
    ],
)
def test_a_body_that_is_no_array_of_questions_is_refused_whole(exland: TestClient, body: bytes, words: str) -> None:
    response = exland.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert words.casefold() in response.json()["detail"].casefold()


def test_another_type_of_body_is_refused(exland: TestClient) -> None:
    response = exland.post(PATH, content=b"<a/>", headers={"Content-Type": "text/xml"})
    assert response.status_code == 422
    assert "application/x-ndjson" in response.json()["detail"]


def test_no_question_gives_no_answer(exland: TestClient) -> None:
    assert exland.post(PATH, json=[]).json()["answers"] == []
    assert exland.post(PATH, content=b"", headers=LINES).content == b""


def test_lines_are_answered_line_by_line(exland: TestClient) -> None:
    body = lines({**BEES, "id": "a"}) + b"\n{broken\n" + lines({**BEES, "id": "d"})
    response = exland.post(PATH, content=body, headers=LINES)
    assert response.headers["content-type"] == "application/x-ndjson"
    answers = read_lines(response.content)
    assert [answer["id"] for answer in answers] == ["a", "1", "d"]
    assert "Line 2" in answers[1]["problem"]["detail"]


def test_a_line_that_is_too_long_breaks_no_other(exland: TestClient) -> None:
    body = b"x" * (3 * MAX_LINE_BYTES) + b"\n" + lines({**BEES, "id": "b"})
    answers = read_lines(exland.post(PATH, content=body, headers=LINES).content)
    assert ["problem" in answer for answer in answers] == [True, False]


def test_more_lines_than_an_array_may_hold(exland: TestClient) -> None:
    def stream() -> Iterator[bytes]:
        for n in range(MAX_ITEMS + 1):
            yield lines({**BEES, "id": str(n)})

    answers = read_lines(exland.post(PATH, content=stream(), headers=LINES).content)
    assert [answer["id"] for answer in answers] == [str(n) for n in range(MAX_ITEMS + 1)]


def test_a_spreadsheet_goes_in_and_comes_out(exland: TestClient) -> None:
    table = (
        "id,title,issuer_country,credit,credit_system,assessed,jurisdictions,purposes,as_of\r\n"
        '7,"Bees, a pilot credential",XF,5,xf-point,yes,XF,credit_transfer;stacking,2024-09-01\r\n'
        "8,Bees,,5,xf-pont,,XF,credit_transfer,2024-09-01\r\n"
    )
    response = exland.post(PATH, content=table.encode("utf-8-sig"), headers=TABLE, params={"answers": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [(row["id"], row["purpose"], row["status"]) for row in rows] == [
        ("7", "credit_transfer", "recognised"), ("7", "stacking", "discretionary"), ("8", "", ""),
    ]  # fmt: skip
    assert (rows[0]["credit_min"], rows[0]["credit_max"], rows[0]["credit_system"]) == ("5", "5", "xf-point")
    assert "xf-point" in rows[2]["problem"]
    assert rows[0]["permalink"].startswith("/v1/recognition?question=")


def test_a_column_that_nobody_knows_is_told_with_the_nearest(exland: TestClient) -> None:
    response = exland.post(PATH, content=b"titel,hours\nBees,5\n", headers=TABLE)
    assert response.status_code == 422
    assert response.json()["known"][0] == "title"


def test_a_body_beyond_the_operators_limit_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/p.db"
    migrated(url)
    asyncio.run(load(url, EXLAND))
    with TestClient(create_app(Settings(database_url=url, max_batch_bytes=2048))) as client:
        assert client.post(PATH, content=lines(BEES), headers=LINES).status_code == 200
        response = client.post(PATH, content=lines(*[BEES] * 50), headers=LINES)
        assert (response.status_code, response.json()["type"]) == (413, "/problems/body-too-large")
