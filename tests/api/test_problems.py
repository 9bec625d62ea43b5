"""Every error is a problem that says where and what."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from app.api.problems import MEDIA_TYPE
from app.main import create_app
from app.settings import Settings
from app.store.database import sync_url
from tests.conftest import EXLAND, client_for
from tests.databases import migrated

OK = {"title": "Bees"}


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({}, "/credential", "'credential'"),
        ({"credential": {}}, "/credential/id", "'id'"),
        ({"credential": {"title": "Bees", "levl": "6"}}, "/credential/levl", "no such key"),
        ({"credential": OK, "places": ["XF"]}, "/places", "no such key"),
        ({"credential": {**OK, "credit": {"amount": "five", "system": "xf-point"}}}, "/credential/credit/amount",
         "a number"),
        ({"credential": {**OK, "credit": {"amount": "-5", "system": "xf-point"}}}, "/credential/credit", "not below 0"),
        ({"credential": {**OK, "credit": {"system": "xf-point"}}}, "/credential/credit", "amount"),
        ({"credential": {**OK, "credit": {"amount": "5", "system": "xf-pont"}}}, "/credential/credit/system",
         "xf-point"),
        ({"credential": {**OK, "level": {"framework": "xqf", "value": "3"}}}, "/credential/level/framework", "xfq"),
        ({"credential": {**OK, "level": {"framework": "xfq", "value": "9"}}}, "/credential/level/value", "5"),
        ({"credential": {**OK, "level": {"framework": "xfq"}}}, "/credential/level", "value"),
        ({"credential": {**OK, "schemes": ["xf-pilt"]}}, "/credential/schemes/0", "xf-pilot"),
        ({"credential": {**OK, "registers": ["x"]}}, "/credential/registers/0", "xf-register"),
        ({"credential": {**OK, "assessed": "yes"}}, "/credential/assessed", "true or false"),
        ({"credential": {**OK, "assessed": 1}}, "/credential/assessed", "true or false"),
        ({"credential": {**OK, "field": "computing"}}, "/credential/field", "ISCED-F"),
        ({"credential": {**OK, "issuer": {"country": "Exland"}}}, "/credential/issuer/country", "Exland"),
        ({"credential": {**OK, "features": {"final_project": True}}}, "/credential/features/final_project",
         "final_year_project"),
        ({"credential": {**OK, "features": {"final_year_project": "yes"}}}, "/credential/features/final_year_project",
         "true or false"),
        ({"credential": OK, "holder": {"final_score": "high"}}, "/holder/final_score", "a number"),
        ({"credential": OK, "jurisdictions": ["XF", "XX"]}, "/jurisdictions/1", "XF"),
        ({"credential": OK, "purposes": ["credit"]}, "/purposes/0", "credit_transfer"),
        ({"credential": OK, "as_of": "yesterday"}, "/as_of", "date"),
        ({"credential": {"id": "nobody"}}, "/credential/id", "nobody"),
        ({"credential": {"title": "  "}}, "/credential/title", "empty"),
        ({"credential": {"title": "B" * 1001}}, "/credential/title", "at most 1000"),
        ({"credential": {**OK, "awarded_on": "2024-01-02", "expires_on": "2024-01-01"}}, "/credential/expires_on",
         "2024-01-02"),
        ({"credential": OK, "jurisdictions": ["XF"] * 61}, "/jurisdictions", "60"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_told_where(
    exland: TestClient, body: dict[str, Any], pointer: str, words: str
) -> None:
    response = exland.post("/v1/recognition", json=body)
    problem = response.json()
    assert response.status_code == 422, problem
    assert response.headers["content-type"] == MEDIA_TYPE
    assert problem["status"] == 422
    assert problem["pointer"] == pointer, problem
    assert words in str(problem), problem


def test_all_faults_of_shape_are_told_together(exland: TestClient) -> None:
    problem = exland.post("/v1/recognition", json={"credential": {"title": "B", "x": 1}, "y": 2, "as_of": "?"}).json()
    assert {error["pointer"] for error in problem["errors"]} == {"/credential/x", "/y", "/as_of"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/nothing", 404),
        ("/v1/rules/nothing", 404),
        ("/v1/credentials/nothing", 404),
        ("/v1/decisions/nothing", 404),
        ("/v1/jurisdictions/nothing", 404),
        ("/v1/releases/99", 404),
        ("/v1/rules?release=99", 404),
        ("/v1/rules?jurisdicton=XF", 422),
        ("/v1/rules?purpose=credit", 422),
        ("/v1/rules?limit=0", 422),
        ("/v1/frameworks/xfq?verbose=1", 422),
        ("/health/live?x=1", 422),
        ("/v1/convert/credits?amount=5&from=xf-point", 422),
        ("/v1/convert/credits?amount=5&from=xf-pont&to=xg-unit", 422),
        ("/v1/convert/credits?amount=5&from=bare-mark&to=xg-unit", 422),
        ("/v1/convert/credits?amount=-1&from=xf-point&to=xg-unit", 422),
        ("/v1/convert/levels?framework=xfq&level=12&to=eqf", 422),
        ("/v1/recognition", 422),
        ("/v1/recognition?question=%25", 422),
        ("/v1/recognition?question=bm9uc2Vuc2U", 422),
        ("/v1/recognition?question=e30", 422),
    ],
)
def test_every_refusal_is_a_problem(exland: TestClient, path: str, status: int) -> None:
    response = exland.get(path)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    assert response.json()["detail"]


def test_an_unknown_code_lists_the_nearest(exland: TestClient) -> None:
    for path, near in (
        ("/v1/rules/xf-pilot-tranfer", "xf-pilot-transfer"),
        ("/v1/credentials/xf-beekepping", "xf-beekeeping"),
        ("/v1/decisions/xf-colege-beekeeping", "xf-college-beekeeping"),
        ("/v1/credentials/beekeeping/recognition", "xf-beekeeping"),
        ("/v1/jurisdictions/XH", "XF"),
    ):
        assert near in exland.get(path).json()["known"], path


def test_a_method_that_is_not_taken_is_a_problem(exland: TestClient) -> None:
    response = exland.delete("/v1/rules")
    assert (response.status_code, response.headers["content-type"]) == (405, MEDIA_TYPE)


def test_malformed_json_is_a_problem(exland: TestClient) -> None:
    response = exland.post("/v1/recognition", content="{", headers={"Content-Type": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (422, MEDIA_TYPE)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(exland: TestClient, chunked: bool) -> None:
    body = b'{"credential": {"title": "' + b"x" * 300_000 + b'"}}'
    content: Any = (body[i : i + 50_000] for i in range(0, len(body), 50_000)) if chunked else body
    response = exland.post("/v1/recognition", content=content, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (413, MEDIA_TYPE)


def test_before_any_data_is_loaded_the_service_says_that_it_is_not_ready(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    migrated(url)
    with TestClient(create_app(Settings(database_url=url)), raise_server_exceptions=False) as client:
        assert client.get("/health/live").status_code == 200
        for response in (client.get("/health/ready"), client.post("/v1/recognition", json={"credential": OK})):
            assert (response.status_code, response.headers["retry-after"]) == (503, "2")


@pytest.mark.parametrize("title", ["x" * 1000, "Bees \u0000 \u202e", "🐝" * 50, "'; DROP TABLE rules; --", "%_*"])
def test_odd_titles_are_only_titles(exland: TestClient, title: str) -> None:
    response = exland.post("/v1/recognition", json={"credential": {"title": title, "issuer": {"name": title}}})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"credential": {"title": "\\ud800"}}', b'{"credential": {"title": NaN}}',
     b'{"credential": {"title": "B", "credit": {"system": "xf-point", "amount": ' + b"9" * 5000 + b"}}}"],
)  # fmt: skip
def test_a_body_that_is_no_json_is_refused_and_breaks_nothing(exland: TestClient, content: bytes) -> None:
    response = exland.post("/v1/recognition", content=content, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (422, MEDIA_TYPE), response.text
    assert "bytes" not in response.text


def test_a_body_under_another_name_is_told_how_to_be_sent(exland: TestClient) -> None:
    response = exland.post("/v1/recognition", content='{"credential": {"title": "B"}}')
    assert response.status_code == 422
    assert "application/json" in response.json()["detail"]


@pytest.mark.parametrize("word", ["", "!!", "A", "é", "abc", "____", "W10", "e30", "bm9uc2Vuc2U"])
def test_a_broken_permalink_is_a_problem_of_its_word(exland: TestClient, word: str) -> None:
    response = exland.get("/v1/recognition", params={"question": word})
    assert (response.status_code, response.headers["content-type"]) == (422, MEDIA_TYPE)
    assert response.json()["pointer"].startswith("/question"), response.json()
    assert "bytes" not in response.text


def test_an_address_tells_every_method_that_it_takes(exland: TestClient) -> None:
    assert exland.put("/v1/recognition").headers["allow"] == "GET, POST"
    assert exland.post("/v1/rules").headers["allow"] == "GET"


def test_a_day_before_all_rules_is_refused_rather_than_counted_back_from(exland: TestClient) -> None:
    body = {"credential": {"title": "Bees, 12 years old"}, "as_of": "0001-01-01"}
    assert exland.post("/v1/recognition", json=body).json()["pointer"] == "/as_of"
    assert exland.get("/v1/credentials/xf-beekeeping/recognition?as_of=0001-01-01").status_code == 422
    for day in ("1900-01-01", "9999-12-31"):
        assert exland.post("/v1/recognition", json={**body, "as_of": day}).status_code == 200


@pytest.mark.parametrize("release", [2**31, 10**30, 0, -1])
def test_a_release_number_that_cannot_be_is_refused(exland: TestClient, release: int) -> None:
    response = exland.post("/v1/recognition", json={"credential": OK, "release": release})
    assert (response.status_code, response.json()["pointer"]) == (422, "/release")


def test_more_places_than_a_question_may_name_are_refused_in_an_address_too(exland: TestClient) -> None:
    places = ",".join(["XF"] * 61)
    response = exland.get(f"/v1/credentials/xf-beekeeping/recognition?jurisdictions={places}")
    assert (response.status_code, response.json()["pointer"]) == (422, "/jurisdictions")


@pytest.mark.parametrize(
    ("credential", "pointer"),
    [
        ({"notional_hours": "-5"}, "/credential/notional_hours"),
        ({"notional_hours": {"min": "9", "max": "1"}}, "/credential/notional_hours"),
        ({"duration_weeks": "-1"}, "/credential/duration_weeks"),
        ({"credit": {"min": "5", "max": "3", "system": "xf-point"}}, "/credential/credit"),
        ({"credit": {"amount": "9" * 4300, "system": "xf-point"}}, "/credential/credit"),
        ({"level": {"framework": "xfq", "min": "2", "max": "1"}}, "/credential/level"),
    ],
)
def test_a_size_that_no_credential_can_have_is_refused(
    exland: TestClient, credential: dict[str, Any], pointer: str
) -> None:
    response = exland.post("/v1/recognition", json={"credential": {**OK, **credential}})
    assert (response.status_code, response.json().get("pointer")) == (422, pointer)


@pytest.mark.parametrize("score", ["1/0", "1e99999999", "nan", "inf", "9" * 5000, ""])
def test_a_score_that_is_no_plain_number_is_refused(exland: TestClient, score: str) -> None:
    response = exland.post("/v1/recognition", json={"credential": OK, "holder": {"final_score": score}})
    assert (response.status_code, response.json().get("pointer")) == (422, "/holder/final_score")


@pytest.mark.parametrize("amount", ["1e9999999", "1E+9999999", " 2e5 "])
def test_a_number_with_an_exponent_is_refused_before_it_is_worked_out(exland: TestClient, amount: str) -> None:
    for credential in ({"credit": {"amount": amount, "system": "xf-point"}}, {"notional_hours": {"min": amount}}):
        assert exland.post("/v1/recognition", json={"credential": {**OK, **credential}}).status_code == 422
    query = {"amount": amount, "from": "xf-point", "to": "xg-unit"}
    assert exland.get("/v1/convert/credits", params=query).status_code == 422


def test_a_statement_that_is_wrong_is_a_fault_of_ours_and_not_an_outage(
    empty_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    for client in client_for(empty_database, EXLAND, release_poll_seconds=60):
        assert client.get("/v1/releases").status_code == 200
        engine = create_engine(sync_url(empty_database))
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE releases RENAME TO elsewhere"))
        engine.dispose()
        response = client.get("/v1/releases")
        assert (response.status_code, response.headers["content-type"]) == (500, MEDIA_TYPE)
        assert response.headers["x-request-id"] == response.json()["request_id"]
        assert "retry-after" not in response.headers
        assert "releases" not in response.text
    (line,) = [record.getMessage() for record in caplog.records if "a statement is wrong" in record.getMessage()]
    assert "app/store/releases.py" in line
    assert "SELECT" not in line


def test_tables_that_are_not_there_yet_are_no_fault(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(database_url=f"sqlite:///{tmp_path}/empty.db"))) as client:
        for path in ("/v1/releases", "/v1/credentials/x", "/health/ready"):
            response = client.get(path)
            assert (response.status_code, response.json()["type"]) == (503, "/problems/not-ready"), path


def test_a_text_with_a_sign_that_postgresql_lacks_is_found_nowhere(empty_database: str) -> None:
    for client in client_for(empty_database, EXLAND):
        for path in ("credentials/x%00", "decisions/%00", "credentials/x%00/recognition", "rules/%00"):
            assert client.get(f"/v1/{path}").status_code in (404, 422), path
        assert client.get("/v1/credentials?q=bee%00&issuer_country=%00&collection=%00").status_code == 200
        body = {"queries": [{"conditions": [{"matchType": "name", "propertyValue": "be\0es"}]}]}
        assert client.post("/reconcile/draft/match", json=body).status_code == 200
        sent = client.post("/v1/recognition", json={"credential": {"title": "B", "issuer": {"name": "\0"}}})
        assert sent.status_code == 200


@pytest.mark.parametrize("day", [0, "0", "86400", "20241231", "2024-1-1", "2024-01-01T00:00:00Z", 1.5, True, [], ""])
def test_a_number_is_no_day_and_none_is_guessed_from_it(exland: TestClient, day: Any) -> None:
    body = {"credential": OK, "as_of": day}
    assert exland.post("/v1/recognition", json=body).json().get("pointer") == "/as_of"
    for path in ("credentials/xf-beekeeping/recognition?as_of", "rules?in_force_on", "jurisdictions/XF?as_of"):
        assert exland.get(f"/v1/{path}={day}").status_code == 422, path


def test_a_table_whose_first_line_is_broken_is_told(exland: TestClient) -> None:
    for content in (b'"id', b'"id"x,title\n'):
        response = exland.post("/v1/recognition/batch", content=content, headers={"Content-Type": "text/csv"})
        assert (response.status_code, response.headers["content-type"]) == (422, MEDIA_TYPE)
        assert "first line" in response.json()["detail"]


def test_changes_of_no_section_are_not_asked_for(exland: TestClient) -> None:
    assert exland.get("/v1/changes?sections=").json().get("pointer") == "/sections/0"


@pytest.mark.parametrize("number", ["+1", "1.0", "1_0", " 1", "\u0661", "1e0", "", "one"])
def test_a_number_in_an_address_is_written_in_digits(exland: TestClient, number: str) -> None:
    for path in ("/v1/credentials", "/v1/suggest", "/reconcile/suggest/type"):
        response = exland.get(path, params={"q": "bees", "prefix": "c", "limit": number})
        assert response.status_code == 422, (path, response.text)
    (error,) = exland.get("/v1/credentials", params={"limit": number}).json()["errors"]
    assert "a whole number, such as 5" in error["expected"]


@pytest.mark.parametrize("number", ["+1", "1.0", "1_0", "%201", "%D9%A1", "1e0", "one"])
def test_a_number_in_a_path_is_written_in_digits(exland: TestClient, number: str) -> None:
    assert exland.get("/v1/releases/1").status_code == 200
    for path in (f"/v1/releases/{number}", f"/v1/releases/{number}/impact?to=1"):
        error = exland.get(path).json()["errors"][0]
        assert error["expected"].endswith("a whole number, such as 5"), (path, error)
